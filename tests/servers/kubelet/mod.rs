//! What a kubelet and a container runtime do with one rendered pod, as far as it matters to a server: `$(VAR)`,
//! environment, volumes with `fsGroup`, user and capabilities, read-only root, probes, stop signals.
//!
//! Each container has a mount and a process namespace of its own and a root of its own: `/usr` of this machine, read
//! only, and otherwise just what the pod mounts, where the pod mounts it. All pods of one test share one network
//! namespace with nothing but loopback, so the rendered ports stay as they are; `/etc/hosts` stands for cluster DNS.
//!
//! Not emulated: cgroups (memory limits), seccomp, AppArmor, cluster DNS and Services, periods and thresholds of probes
//! (a test says when a probe runs), images. The entrypoints of the images are `entrypoint-*.sh` beside this folder.

mod container; // what runs, and what is done to it
mod expand; // `$(NAME)` and the environment
mod image; // what is known of the images
mod machine; // programs of this machine
mod network; // a network namespace
mod pod; // one pod of a workload
mod probe; // probes
mod root; // the root of a container, and as whom it runs
mod stream; // what kgen rendered
mod volume; // volumes, as folders

pub use container::Container;
pub use machine::{end, machine, needs};
pub use network::Network;
pub use pod::Pod;
pub use stream::Stream;

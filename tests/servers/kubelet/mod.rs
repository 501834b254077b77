//! What a kubelet and a container runtime do with one rendered pod, as far as it matters to a server: `$(VAR)`,
//! environment, volumes with `fsGroup`, user and capabilities, read-only root, probes, stop signals.
//!
//! Each container has a mount and a process namespace of its own and a root of its own: `/usr` of this machine, read
//! only, and otherwise just what the pod mounts, where the pod mounts it. The pods of one test share one network
//! namespace with nothing but loopback, where `/etc/hosts` stands for cluster DNS; or they are a cluster, each with an
//! address of its own on a bridge. The rendered ports stay as they are.
//!
//! Not emulated: cgroups (memory limits), seccomp, AppArmor, Services' addresses, periods and thresholds of probes
//! (a test says when a probe runs), images. The entrypoints of the images are `entrypoint-*.sh` beside this folder.

mod cluster; // several pods on a bridge
mod container; // what runs, and what is done to it
mod dns; // names of a cluster
mod expand; // `$(NAME)` and the environment
mod image; // what is known of the images
mod machine; // programs of this machine
mod network; // a network namespace
mod pod; // one pod of a workload
mod probe; // probes
mod root; // the root of a container, and as whom it runs
mod stop; // how a pod ends
mod stream; // what kgen rendered
mod volume; // volumes, as folders

pub use cluster::{Cluster, Sandboxes};
pub use container::Container;
pub use dns::Names;
pub use machine::{end, machine, needs};
pub use network::{Bridge, Network};
pub use pod::Pod;
pub use stream::Stream;

//! Keys of the file itself, and of what it declares beside services.

use super::Fate::{Decide, Kept, Left, Quiet, Unless};
use super::Place;

const LABELS: &str = "labels of Docker's objects are for tools of Docker; kgen's `labels` are on every object";
const NETWORKS: &str = "the note on `networks` says it";
const VALUES: &str = "no value of a secret is carried over: the project file has its name";

#[rustfmt::skip]
pub const PLACES: &[Place] = &[
    Place { path: "", keys: &[
        ("version", Quiet("Compose does not read it either")),
        ("name", Kept), ("services", Kept), ("include", Kept), ("volumes", Kept), ("secrets", Kept), ("configs", Kept),
        ("networks", Left("all pods of a namespace reach each other; where that is too much, write `networkPolicy: wiring` in an app")),
        ("models", Left("kgen runs no models; write the server that has it as an app")),
    ]},
    Place { path: "include", keys: &[
        ("path", Kept),
        ("env_file", Decide("it is not read: put its variables into .env and run this again")),
        ("project_directory", Decide("paths of the included file were read from that file's own folder: look at its mounts and files of variables")),
    ]},
    Place { path: "volumes.*", keys: &[
        ("driver", Unless("local", "a storage class takes its place: write `storageClassName` in the volume")),
        ("driver_opts", Decide("a storage class takes its place; for what is on a server already: `volumes: {PATH: {nfs: {server: NAME, path: /PATH}}}`, or a claim that exists: `{claim: NAME}`")),
        ("external", Decide("the volume that is there is not taken over: its claim begins empty; copy what it has, or name a claim that exists: `{claim: NAME}`")),
        ("labels", Left(LABELS)),
        ("name", Left("kgen names claims itself; `claim: NAME` is another name")),
    ]},
    Place { path: "networks.*", keys: &[
        ("attachable", Quiet(NETWORKS)), ("driver", Quiet(NETWORKS)), ("driver_opts", Quiet(NETWORKS)), ("enable_ipv4", Quiet(NETWORKS)),
        ("enable_ipv6", Quiet(NETWORKS)), ("ipam", Quiet(NETWORKS)), ("labels", Quiet(NETWORKS)), ("name", Quiet(NETWORKS)),
        ("external", Left("what other projects have on it is reached as `NAME.NAMESPACE`, the name of its Service")),
        ("internal", Left("pods reach the outside; write `egress: wiring` in an app that must not")),
    ]},
    Place { path: "secrets.*", keys: &[
        ("file", Quiet(VALUES)), ("environment", Quiet(VALUES)), ("external", Quiet(VALUES)),
        ("name", Left("kgen names its Secrets itself; where the provider finds the value: `remote`")),
        ("labels", Left(LABELS)),
        ("driver", Left("write the profile's `secretProvider`")),
        ("driver_opts", Left("write the profile's `secretProvider`")),
        ("template_driver", Decide("nothing is filled in: write the text with `${secrets.NAME.KEY}` under `files`")),
    ]},
    Place { path: "configs.*", keys: &[
        ("file", Kept), ("content", Kept),
        ("environment", Quiet("the note on the app's `configs` says it")), ("external", Quiet("the note on the app's `configs` says it")),
        ("name", Left("kgen names its ConfigMaps itself")),
        ("labels", Left(LABELS)),
        ("template_driver", Decide("nothing is filled in: write the text under `files`, with `${...}` for what is of other components")),
    ]},
];

//! The one test binary; each module with the reason it is here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod book; // every block of the pages of `docs/` is what it says
mod canary; // a secret value is found in its Secret only
mod check; // what `kgen check` finds, and how it says so
mod cli; // help, manual pages and completions of every command
mod commit; // the commit that `--version` names
mod diff; // what `kgen diff` compares, and that equal things are equal
mod docs; // what the README shows works
mod errors; // one exact-text test for each message about a project file
mod escape; // what a stranger wrote is neither hidden nor a command
mod explain; // why a field has its value
mod function; // what `kgen fn` makes of a ResourceList
mod fuzz; // what fuzzers found stays right
mod golden; // every folder of `golden/` gives exactly what it says
mod graph; // what `kgen graph` draws
mod harness; // the tests above notice what they are there to notice
mod hostile; // input that means harm gets an answer
mod impacts; // each rule about what an apply does decides its case, under any disguise
mod init; // what `kgen init` writes renders, and nothing that stands there is lost
mod kills; // a run that is killed harms nothing
mod mutation; // what cites a setting changes with it, and nothing else
mod notes; // the commands of `kgen notes` are right
mod origins; // every leaf of every object knows where it came from
mod printed;
mod profile; // what profiles and presets are shown as
mod rotation; // a changed secret reaches all who read it, and nobody else
mod schema; // an editor and kgen agree on a project file
mod secret; // what `kgen secret` writes, and that no value is seen on the way
mod slips; // one wrong character shows no secret
mod stranger; // a project that a stranger wrote is refused, and does no more
mod support; // not tests: runs the binary in a folder of its own
mod template; // templates of kgen's that a project takes over
mod verify; // whether the tree is what the project gives
mod watched; // what only a terminal shows

/// A thousand are `cargo test --test disk`.
const KILLS: usize = 24;

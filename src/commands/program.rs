//! Other programs that kgen runs with a text on their stdin: `kubectl` and `sops`.
//!
//! Owns: that neither waits for the other for ever.
//! Does not own: what is asked of them, and git (`revision.rs`), which reads nothing.

use std::io::{Result, Write};
use std::process::{Command, Output, Stdio};
use std::thread::{Builder, scope};

/// Runs a program to its end. It may write much before it has read all of `input`, and need not read it.
pub fn run(command: &mut Command, input: Option<&[u8]>) -> Result<Output> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let pipe = child.stdin.take();
    scope(|scope| {
        if let (Some(mut pipe), Some(text)) = (pipe, input)
            && let Err(error) = Builder::new().spawn_scoped(scope, move || pipe.write_all(text))
        {
            child.kill()?;
            child.wait()?;
            return Err(error);
        }
        child.wait_with_output()
    })
}

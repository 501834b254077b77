//! How much a template may do: the project's own may be a stranger's.
//!
//! Owns: the bounds, and what is said where one is reached.
//! Does not own: what a template computes without a step or a byte of output, such as one text from two; the memory of the
//! whole process has a bound of its own where the text is a stranger's (`commands/limits.rs`).

use std::io::{self, Write};

/// Steps of the engine for one object. The largest of the built-in templates takes about a thousand.
pub const STEPS: u64 = 10_000_000;
/// Steps for all objects of a profile.
pub const ALL: u64 = 10 * STEPS;
/// Bytes of one object's text. The API server takes no larger object than 3 MiB.
const BYTES: usize = 8 << 20;

/// What a template writes, up to the bound.
#[derive(Default)]
pub struct Output {
    pub text: Vec<u8>,
    pub is_full: bool,
}

/// `takes more than 10000000 steps`.
pub fn too_slow(steps: u64, whose: &str) -> String {
    format!("takes more than {steps} steps{whose}")
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > BYTES {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    pub fn full() -> String {
        format!("writes more than {} MiB", BYTES >> 20)
    }

    pub fn into_text(self) -> String {
        String::from_utf8(self.text).unwrap_or_default()
    }
}

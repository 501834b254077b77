//! Asking a person for a value without showing it.
//!
//! Owns: the terminal's state while a value is typed. `Ctrl-C` is read as a character meanwhile; a signal from elsewhere ends
//! kgen with the terminal as it was. A shell shows again what is typed in either case.

use anyhow::Result;

#[cfg(not(unix))]
use crate::diag::failure::Told;
use crate::secret::Secret;

/// What a person does with the keyboard.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    More,
    Done,
    Stopped,
}

/// One byte of a line that is typed; a character that was begun is taken back whole.
fn take(line: &mut Vec<u8>, byte: u8) -> Typed {
    const STOP: u8 = 3;
    const END: u8 = 4;
    const KILL: u8 = 21;
    match byte {
        b'\r' | b'\n' => return Typed::Done,
        END if line.is_empty() => return Typed::Stopped,
        STOP => return Typed::Stopped,
        8 | 127 => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
        KILL => line.clear(),
        END => {}
        byte => line.push(byte),
    }
    Typed::More
}

#[cfg(unix)]
pub fn twice(what: &str) -> Result<Secret<String>> {
    let terminal = unix::Terminal::watched()?;
    let first = terminal.ask(&format!("{what}: "))?;
    let second = terminal.ask("the same again: ")?;
    anyhow::ensure!(first == second, "the two values are not the same; nothing was written");
    Ok(first)
}

#[cfg(not(unix))]
pub fn twice(_: &str) -> Result<Secret<String>> {
    Err(anyhow::anyhow!("kgen cannot ask for a value on this system")
        .hint("pipe it, or name a file with `--from-file`"))
}

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::thread;

    use anyhow::{Context, Result, bail};
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::{Typed, take};
    use crate::secret::Secret;

    /// How the terminal was, while it does not show what is typed.
    #[derive(Clone, Default)]
    pub struct Terminal(Arc<Mutex<Option<Termios>>>);

    impl Terminal {
        /// From here on, to the end of the process, a signal that ends kgen shows again what is typed before.
        pub fn watched() -> Result<Self> {
            let terminal = Self::default();
            let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]).context("cannot wait for signals")?;
            let shared = terminal.clone();
            thread::Builder::new()
                .spawn(move || {
                    for signal in signals.forever() {
                        // Held to the end, that the next question hides nothing again.
                        let mut before = shared.before();
                        restore(&mut before);
                        let _ = emulate_default_handler(signal);
                    }
                })
                .context("cannot start a thread")?;
            Ok(terminal)
        }

        fn before(&self) -> MutexGuard<'_, Option<Termios>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn hide(&self) -> io::Result<Hidden<'_>> {
            let mut before = self.before();
            let now = tcgetattr(io::stdin())?;
            let mut quiet = now.clone();
            *before = Some(now);
            quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
            tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
            Ok(Hidden(self))
        }

        pub fn ask(&self, prompt: &str) -> Result<Secret<String>> {
            let _hidden = self.hide().context("cannot hide what is typed")?;
            io::stderr().write_all(prompt.as_bytes()).context("cannot ask for a value")?;
            // A value that outgrows it would leave a copy behind.
            let mut line = Vec::with_capacity(4096);
            for byte in io::stdin().lock().bytes() {
                match take(&mut line, byte.context("cannot read the terminal")?) {
                    Typed::More => {}
                    Typed::Done => break,
                    Typed::Stopped => bail!("stopped; nothing was written"),
                }
            }
            let text = String::from_utf8(line).ok().context("the value is not UTF-8")?;
            Ok(Secret::new(text))
        }
    }

    /// Shows what is typed again when it goes.
    struct Hidden<'t>(&'t Terminal);

    impl Drop for Hidden<'_> {
        fn drop(&mut self) {
            restore(&mut self.0.before());
        }
    }

    fn restore(before: &mut Option<Termios>) {
        if let Some(before) = before.take() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &before);
            let _ = io::stderr().write_all(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(typed: &[u8]) -> (Vec<u8>, Typed) {
        let mut line = Vec::new();
        for byte in typed {
            match take(&mut line, *byte) {
                Typed::More => {}
                end => return (line, end),
            }
        }
        (line, Typed::More)
    }

    #[test]
    fn a_line_can_be_corrected() {
        assert_eq!(line("pü\u{7f}a\u{8}w\r".as_bytes()), (b"pw".to_vec(), Typed::Done));
        assert_eq!(line(b"wrong\x15right\n"), (b"right".to_vec(), Typed::Done));
        assert_eq!(line(b"\x7f\x7fx\n"), (b"x".to_vec(), Typed::Done));
    }

    #[test]
    fn a_line_can_be_stopped() {
        assert_eq!(line(b"abc\x03").1, Typed::Stopped);
        assert_eq!(line(b"\x04").1, Typed::Stopped);
        assert_eq!(line(b"a\x04b").1, Typed::More);
    }
}

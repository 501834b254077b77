//! A bar for work that takes longer than half a second, for whoever watches a terminal.
//!
//! Owns: when it is drawn, and that nothing of it is left when the work ends. It is on stderr and has no colour. Neither
//! a file, a pipe nor a log of CI gets any of it.
//! Does not own: what is counted (`crate::progress`).

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::progress::Progress;

/// Shorter work is over before a bar could be read.
const PATIENCE: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(100);
const WIDTH: usize = 30;

/// Drawn while it lives; gone before anything else is said.
pub struct Bar(Option<(Sender<()>, JoinHandle<()>)>);

impl Bar {
    pub fn start(quiet: bool, what: &'static str, progress: Arc<Progress>) -> Self {
        if quiet || !is_watched() {
            return Self(None);
        }
        let (stop, stopped) = mpsc::channel::<()>();
        let watch = move || {
            let mut patience = PATIENCE;
            let mut drawn = false;
            while stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                write(&format!("\r{}\x1b[K", line(what, &progress)));
                (patience, drawn) = (STEP, true);
            }
            if drawn {
                write("\r\x1b[K");
            }
        };
        Self(thread::Builder::new().spawn(watch).ok().map(|thread| (stop, thread)))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// `rendering [=======>            ] 1240/3021`
fn line(what: &str, progress: &Progress) -> String {
    let (done, total) = (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
    if total == 0 {
        return format!("{what} ...");
    }
    let filled = (WIDTH * done.min(total)) / total;
    let head = if filled < WIDTH { ">" } else { "" };
    format!("{what} [{:WIDTH$}] {done}/{total}", format!("{}{head}", "=".repeat(filled)))
}

#[expect(clippy::disallowed_methods, reason = "how messages look, not what is rendered")]
fn is_watched() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !set("CI") && !dumb
}

/// Nobody is left to tell when stderr is closed.
fn write(text: &str) {
    let mut out = io::stderr();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_one_width() {
        let at = |done: usize, total: usize| {
            let progress = Progress::default();
            progress.done.store(done, Ordering::Relaxed);
            progress.total.store(total, Ordering::Relaxed);
            line("rendering", &progress)
        };
        assert_eq!(at(0, 0), "rendering ...");
        assert_eq!(at(0, 9), "rendering [>                             ] 0/9");
        assert_eq!(at(3, 9), "rendering [==========>                   ] 3/9");
        assert_eq!(at(9, 9), "rendering [==============================] 9/9");
        assert_eq!(at(12, 9), "rendering [==============================] 12/9");
    }
}

//! One value on its way in: from stdin, a file, a prompt or the system's random numbers, never from an argument.
//!
//! Owns: what is done to it (one line break at its end goes, and that is said) and which values are refused.
//! Does not own: how it is encrypted and kept (`sealed.rs`, `sops.rs`).

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::prompt;
use crate::access;
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::format::secret::{self, CREDENTIALS};
use crate::leak::placeholder;
use crate::plan::need::Needed;
use crate::seal::Entropy;
use crate::secret::Secret;

/// The API server takes a Secret of 1 MiB; what is longer cannot be one.
const LIMIT: u64 = 1 << 20;

/// The system's random numbers.
pub struct System;

impl Entropy for System {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).context("the system gives no random numbers")
    }
}

/// From a file, or from stdin; asked for twice where that is a terminal.
pub fn read(from: Option<&Path>, what: &str, keep_newline: bool, terminal: &Terminal) -> Result<Secret<String>> {
    let bytes = match from {
        Some(path) => limited(access::stream(path)?).with_context(|| format!("cannot read `{}`", path.display()))?,
        None if io::stdin().is_terminal() => return prompt::twice(what),
        None => limited(io::stdin().lock()).context("cannot read stdin")?,
    };
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            return Err(anyhow!("the value is not UTF-8").hint("encode it, with `base64`, and let the app decode it"));
        }
    };
    if !keep_newline && let Some(cut) = text.strip_suffix('\n').map(|cut| cut.strip_suffix('\r').unwrap_or(cut).len()) {
        text.truncate(cut);
        terminal.say("the line break at the end was left out (`--keep-newline` keeps it)");
    }
    Ok(Secret::new(text))
}

fn limited(from: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        bail!("the value has more than {LIMIT} bytes, the most that a Secret takes");
    }
    Ok(bytes)
}

/// `[A-Za-z0-9]{32}`, or as many as are wanted: 190 bits, and no character that any URL, shell or file would mind.
pub fn generate(length: usize, entropy: &mut dyn Entropy) -> Result<Secret<String>> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    // Bytes from here on would make the first letters likelier than the last.
    const FAIR: u8 = (u8::MAX / 62) * 62;
    let mut out = String::with_capacity(length);
    while out.len() < length {
        let mut byte = [0];
        entropy.fill(&mut byte)?;
        if byte[0] < FAIR {
            out.push(char::from(LETTERS[usize::from(byte[0] % 62)]));
        }
    }
    Ok(Secret::new(out))
}

/// Refuses what the cluster could not use, and in any preset but dev's what stands for a secret and is none.
pub fn check(value: &Secret<String>, needed: &Needed, is_dev: bool) -> Result<()> {
    let text = value.open();
    let name = format!("`{}.{}`", needed.home.secret, needed.home.key);
    let length = text.chars().count();
    if text.is_empty() {
        let why = if needed.password { ": a server without a password is open to all" } else { "" };
        bail!("the value of {name} is empty{why}");
    }
    if text.contains('\0') {
        return Err(anyhow!("the value of {name} holds a NUL byte, which no environment variable can")
            .hint("encode it, with `base64`, and let the app decode it"));
    }
    if length < needed.min_length {
        bail!("the value of {name} has {length} characters, at least {} are wanted", needed.min_length);
    }
    if needed.password && text.contains(['\n', '\r']) {
        bail!("the value of {name} holds a newline, which no password of a server may");
    }
    if needed.plain && text.contains([' ', '\t', '"', '\'', '#', '\\']) {
        return Err(anyhow!(
            "the value of {name} holds a space, a quote, `#` or a backslash, which a Sentinel of Redis cannot read back"
        )
        .hint("use letters and digits (`--generate`)"));
    }
    if let Err(reason) = secret::value(&needed.home.key, text.as_bytes()) {
        return Err(anyhow!("the value of {name} {reason}").hint(CREDENTIALS));
    }
    let reason = placeholder::reason(text, &needed.home.secret, &needed.home.key, &[]);
    if let Some(reason) = reason.filter(|_| !is_dev) {
        return Err(
            anyhow!("the value of {name} {reason}, which others guess first").hint("`--generate` makes a good one")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u8);

    impl Entropy for Counter {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
            bytes.fill_with(|| {
                self.0 = self.0.wrapping_add(1);
                self.0
            });
            Ok(())
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_the_others() {
        // 256 bytes give 248 letters, four of each.
        let made = generate(248, &mut Counter(u8::MAX)).unwrap();
        let text = made.open();
        for letter in text.chars() {
            assert_eq!(text.matches(letter).count(), 4, "{letter}");
        }
    }
}

//! Looks for values: whole or in part, as they are, percent-encoded, in base64.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// So many characters of a value say too much of it.
const RUN: usize = 6;

pub struct Needles {
    windows: BTreeSet<[u8; RUN]>,
    /// The first two bytes of the windows: most places of a text are passed by them.
    begins: Vec<bool>,
}

impl Needles {
    pub fn new(values: &[&str]) -> Self {
        let mut windows = BTreeSet::new();
        let mut add =
            |text: &str| windows.extend(text.as_bytes().windows(RUN).map(|w| <[u8; RUN]>::try_from(w).unwrap()));
        for value in values {
            add(value);
            for skip in 0..3 {
                let encoded = STANDARD.encode([&vec![b'-'; skip], value.as_bytes()].concat());
                // What stands before and behind in the same group of four is another's.
                add(&encoded[4..encoded.len() - 4]);
            }
        }
        let mut begins = vec![false; 1 << 16];
        windows.iter().for_each(|w| begins[usize::from(u16::from_be_bytes([w[0], w[1]]))] = true);
        Self { windows, begins }
    }

    /// A run of a value that a text has.
    pub fn find(&self, text: &str) -> Option<String> {
        let begins = |w: &&[u8]| self.begins[usize::from(u16::from_be_bytes([w[0], w[1]]))];
        let is = |w: &&[u8]| self.windows.contains(&<[u8; RUN]>::try_from(*w).unwrap());
        let found = text.as_bytes().windows(RUN).filter(begins).find(is)?;
        Some(String::from_utf8_lossy(found).into_owned())
    }
}

//! Texts that hold secrets, in pieces: what is known now, and what is put in where the secret lives.
//!
//! Owns: the pieces, and the percent-encoding of a value that stands in a URL.
//! Does not own: which secrets there are and who delivers them (`secret.rs`).

use crate::settings::From;

/// Where a secret value lives: a key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Home {
    pub secret: String,
    pub key: String,
    /// An operator in the cluster writes the Secret: no provider delivers it, and kgen composes nothing with it.
    pub operators: bool,
}

impl Home {
    pub fn new(secret: impl Into<String>, key: impl Into<String>) -> Self {
        Self { secret: secret.into(), key: key.into(), operators: false }
    }

    pub fn of_operator(secret: impl Into<String>, key: impl Into<String>) -> Self {
        Self { operators: true, ..Self::new(secret, key) }
    }
}

/// A piece of a composed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The value at a home; percent-encoded where it stands in a URL.
    Value {
        home: Home,
        encode: bool,
    },
}

/// A text that holds secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secretive {
    /// The key that holds the whole, where there is one.
    pub home: Option<Home>,
    pub pieces: Vec<Piece>,
    /// What names it, then what it is made of.
    pub from: From,
    /// What it is made of: whoever asks for it does not change it.
    pub made: From,
    /// What says where it lives: what names it, and its home.
    pub home_from: From,
}

impl Secretive {
    /// The value at a home; `from` is where that is named.
    pub fn at(home: Home, from: From) -> Self {
        let piece = Piece::Value { home: home.clone(), encode: false };
        Self::of(home, vec![piece], from.clone(), from)
    }

    /// A value that is made of pieces; `named` is where its home is.
    pub fn of(home: Home, pieces: Vec<Piece>, from: From, named: From) -> Self {
        Self { home: Some(home), pieces, made: from.clone(), from, home_from: named }
    }

    /// The same, named by `from` too.
    pub fn named_by(self, from: &From) -> Self {
        Self { from: from.and(&self.from), home_from: from.and(&self.home_from), ..self }
    }

    /// Without any secret piece it is an ordinary text.
    pub fn plain(&self) -> Option<String> {
        let text = |piece: &Piece| if let Piece::Text(text) = piece { Some(text.clone()) } else { None };
        self.pieces.iter().map(text).collect()
    }

    /// Whether a part of it is known to an operator only, so that the pod must compose it.
    pub fn needs_operator(&self) -> bool {
        has_operators(&self.pieces)
    }

    /// Whether it is nothing but the value at its home.
    pub fn is_raw(&self) -> bool {
        matches!(&self.pieces[..], [Piece::Value { home, encode: false }] if self.home.as_ref() == Some(home))
    }
}

pub fn has_operators(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Value { home, .. } if home.operators))
}

pub fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

pub fn encoded(piece: Piece, yes: bool) -> Piece {
    match piece {
        Piece::Value { home, encode } => Piece::Value { home, encode: encode || yes },
        text => text,
    }
}

/// Whether what was written so far has begun a URL that is still going on. From the end: a text of many pieces asks for
/// each of them.
pub fn in_url(pieces: &[Piece]) -> bool {
    let texts = pieces.iter().rev().filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None });
    for text in texts {
        match (text.rfind("://"), text.rfind(char::is_whitespace)) {
            (Some(at), blank) => return blank.is_none_or(|blank| blank < at),
            (None, Some(_)) => return false,
            (None, None) => {}
        }
    }
    false
}

/// About how many bytes it takes.
pub fn size(piece: &Piece) -> usize {
    match piece {
        Piece::Text(text) => text.len(),
        Piece::Value { home, .. } => home.secret.len() + home.key.len() + 64,
    }
}

/// Percent-encodes every byte outside RFC 3986's unreserved set: measured to be the only form that all clients read
/// alike (libpq, redis-cli, Python, Node).
pub fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_outside_the_unreserved_set_is_encoded() {
        assert_eq!(percent("p@ss:/?#[]% ü~"), "p%40ss%3A%2F%3F%23%5B%5D%25%20%C3%BC~");
    }

    #[test]
    fn a_secret_in_a_url_is_noticed() {
        assert!(in_url(&[Piece::Text("amqp://guest:".into())]));
        assert!(!in_url(&[Piece::Text("see http://x and ".into())]));
    }
}

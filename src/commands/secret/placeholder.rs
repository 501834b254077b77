//! Texts that stand for a secret until someone puts one in, and texts that everybody has read.
//!
//! Neither entropy nor a strength meter finds them (zxcvbn calls `changeme-in-production` very strong), so there is a
//! list. An entry stays once it is here: a text does not become a secret again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// In lower case, without `-`, `_`, `.` and blanks.
const PARTS: [&str; 24] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacewith",
    "placeholder",
    "insertyour",
    "yourpassword",
    "yoursecret",
    "yoursecure",
    "example",
    "sample",
    "dummy",
    "notsecret",
    "insecure",
    "default",
    "learning",
    "todo",
    "fixme",
    "xxxx",
    "password",
    "passw0rd",
    "p@ssw",
    "supersecret",
    "hunter2",
];
const WHOLE: [&str; 16] = [
    "pass",
    "secret",
    "admin",
    "root",
    "redis",
    "postgres",
    "postgresql",
    "test",
    "dev",
    "guest",
    "token",
    "letmein",
    "qwerty",
    "rag322wq",
    "user",
    "none",
];
/// A longer text is a key or a document, in which a word may stand by chance.
const LONG: usize = 64;

/// `names`: of the Secret and its key, which are no secrets either.
pub fn stands_for_a_secret(text: &str, names: &[&str]) -> bool {
    let text = in_url(text).unwrap_or(text);
    let decoded = STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).map(Zeroizing::new);
    [Some(text), decoded.as_ref().map(|decoded| decoded.as_str())]
        .into_iter()
        .flatten()
        .any(|text| is_known(text, names))
}

fn is_known(text: &str, names: &[&str]) -> bool {
    let plain = normal(text);
    let is_part = || PARTS.iter().any(|part| plain.contains(part));
    let counts = || plain.len() >= 4 && "12345678901234567890".starts_with(plain.as_str());
    let repeats = || plain.chars().next().is_some_and(|first| plain.chars().all(|c| c == first));
    let is_name = || names.iter().any(|name| normal(name) == plain);
    WHOLE.contains(&plain.as_str()) || is_name() || counts() || repeats() || (text.len() <= LONG && is_part())
}

fn normal(text: &str) -> Zeroizing<String> {
    let lower = Zeroizing::new(text.to_lowercase());
    let mut out = Zeroizing::new(String::with_capacity(lower.len()));
    out.extend(lower.chars().filter(|c| !matches!(c, '-' | '_' | '.') && !c.is_whitespace()));
    out
}

/// The password of a URL; its other parts are no secrets.
fn in_url(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    userinfo.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_examples_spell_out_is_none() {
        for text in [
            "changeme-in-production",
            "redis-learning-pwd-123",
            "your-secure-production-password",
            "new-secure-password",
            "updated-password",
            "pass",
            "rag322wq",
            "CHANGE_ME",
            "123456",
            "xxxxxxxx",
            "aaaaaaaaaaaa",
            "shop-db",
            "Y2hhbmdlbWU=",
            "postgresql://app:changeme@db:5432/app",
        ] {
            assert!(stands_for_a_secret(text, &["shop-db", "url"]), "{text}");
        }
    }

    #[test]
    fn a_secret_is_one() {
        for text in ["kJ8mQ2vX9rT4wZ7nB3cF6hL1", "redis://default:q8Zt1Yx0PvB2@example.org:6379/0", "s.1+/="] {
            assert!(!stands_for_a_secret(text, &["db", "password"]), "{text}");
        }
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}\ntodo\n", "A1".repeat(64));
        assert!(!stands_for_a_secret(&key, &[]));
    }
}

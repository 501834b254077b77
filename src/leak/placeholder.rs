//! Values that are no secrets because everybody knows them.
//!
//! Owns: the list, and how a value is compared with it. Neither entropy nor zxcvbn finds them (measured:
//! `changeme-in-production` has the best score of both), so there is a list. An entry is never removed in a later version:
//! what was refused once stays refused.
//! Does not own: where values come from (`plan/secret.rs`). No answer holds the value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use zeroize::Zeroizing;

use super::{name, url};

/// Anywhere in the value. Six letters at least: shorter ones stand in random values too.
const PARTS: &str = "\
    changeit changeme changethis replaceme replacethis replacewith placeholder insertyour yourpassword \
    yoursecret yoursecure yourtoken yourapikey yourkey example sample notsecret notasecret insecure default \
    learning password passw0rd p@ssw0 p@ssword pa$$word letmein qwerty iloveyou trustno1 supersecret mysecret \
    topsecret rag322wq";

/// One of the words that the value consists of.
const WORDS: &str = "todo fixme dummy tbd changeme";

/// The whole value.
const WHOLE: &str = "\
    pass passwd passphrase pwd secret secrets secret123 admin admin123 administrator root toor redis valkey \
    postgres postgresql mysql mongo rabbitmq minio minioadmin test test123 testing dev development guest user \
    token key apikey welcome welcome1 abc123 none";

/// What kgen makes up for dev begins so.
pub const MADE_UP: &str = "insecure-dev-";

/// A longer value is no password: a certificate, a file.
const LONGEST: usize = 128;

/// Why a value is no secret; a predicate for a message: `is a placeholder`.
pub fn reason(value: &str, secret: &str, key: &str, users: &[String]) -> Option<&'static str> {
    if url::passwords(value).into_iter().any(|range| is_known(&value[range])) {
        return Some("holds a URL whose password is a placeholder");
    }
    // A user's name, a host, a URL without password: anybody may know them.
    if name::is_public(key) || value.contains("://") || value.len() > LONGEST || value.contains(['\n', ' ']) {
        return None;
    }
    let decoded = || {
        let bytes = STANDARD.decode(value).ok().filter(|_| value.len() >= 8)?;
        String::from_utf8(bytes).ok().map(Zeroizing::new)
    };
    match () {
        () if is_known(value) => Some("is a placeholder"),
        () if decoded().is_some_and(|text| is_known(text.trim_end())) => Some("is the base64 of a placeholder"),
        () if same(value, key) => Some("is the name of its key"),
        () if same(value, secret) => Some("is the name of its secret"),
        () if users.iter().any(|user| same(value, user)) => Some("is the name of a user"),
        () => None,
    }
}

/// Whether everybody knows it.
pub fn is_known(value: &str) -> bool {
    let plain = normal(value);
    let words = || value.split(|c: char| !c.is_alphanumeric());
    plain.is_empty()
        || plain.bytes().all(|b| b == plain.as_bytes()[0])
        || is_row(&plain)
        || WHOLE.split(' ').any(|known| plain.as_str() == known)
        || PARTS.split(' ').any(|part| plain.contains(part))
        || words().any(|word| WORDS.split(' ').any(|known| word.eq_ignore_ascii_case(known)))
}

fn same(value: &str, other: &str) -> bool {
    normal(value) == normal(other)
}

/// Cleared when it goes, as the value itself is.
fn normal(value: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(value.len()));
    out.extend(value.chars().filter(|c| !"-_. ".contains(*c)).map(|c| c.to_ascii_lowercase()));
    out
}

/// `123456`, `12345678`, `1234567890`, and those with more behind.
fn is_row(plain: &str) -> bool {
    plain.starts_with("123456") && plain.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(value: &str) -> Option<&'static str> {
        reason(value, "app", "token", &["shop".to_owned()])
    }

    /// Every literal password of the five documents that kgen comes from, `pass` in their URLs among them.
    #[test]
    fn the_seeds_literals_are_known() {
        for value in [
            "changeme-in-production",
            "redis-learning-pwd-123",
            "your-secure-production-password",
            "new-secure-password",
            "updated-password",
            "new-password",
            "dev-redis-password",
            "rag322wq",
            "pass",
            "admin",
        ] {
            assert_eq!(says(value), Some("is a placeholder"), "{value}");
        }
        for value in [
            "postgresql://ragsystemuser:rag322wq@postgres:5432/ragsystemdb",
            "postgresql://neondb_owner:pass@ep-xxx.aws.neon.tech/enginedb?sslmode=require",
            "rediss://default:pass@host:6379",
        ] {
            assert_eq!(says(value), Some("holds a URL whose password is a placeholder"), "{value}");
        }
    }

    #[test]
    fn case_and_punctuation_do_not_hide_one() {
        for value in
            ["CHANGE_ME", "Change-Me.Now", "P@ssw0rd!", "Secret_123", "12345678", "aaaaaaaa", "TODO", "x-fixme-x", ""]
        {
            assert_eq!(says(value), Some("is a placeholder"), "{value}");
        }
        assert_eq!(says("Y2hhbmdlbWU="), Some("is the base64 of a placeholder"));
    }

    #[test]
    fn names_are_no_secrets() {
        assert_eq!(reason("APP", "app", "x", &[]), Some("is the name of its secret"));
        assert_eq!(reason("api-token", "app", "API_TOKEN", &[]), Some("is the name of its key"));
        assert_eq!(says("shop"), Some("is the name of a user"));
    }

    #[test]
    fn random_values_and_public_ones_pass() {
        for value in
            ["hunter2", "Zk9vQ2mN7xTodo4Lp8Rw", "correct-horse-battery-staple", "smtp://mail.example.org:587", "0587"]
        {
            assert_eq!(says(value), None, "{value}");
        }
        assert_eq!(reason("admin", "db", "username", &[]), None);
        assert_eq!(reason("a sample text\nof a license\n", "app", "license", &[]), None);
    }
}

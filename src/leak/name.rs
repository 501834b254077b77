//! Names that say that their value is secret: `DB_PASSWORD`, `apiKey`; not `PASSWORD_FILE`, `TOKEN_URL`, `publicKey`.
//!
//! Owns: the words of a name, and which values behind such a name are no secrets after all.

use super::is_literal;
use crate::diag::suggest;

const SECRET: &str =
    "apikey secretkey privatekey accesskey password passwd passphrase secret token credential credentials";

/// Only as they are: `compass` is none.
const WHOLE: &str = "pass pwd pw requirepass masterauth dockerconfigjson dockercfg";

/// Before `key`.
const KEYS: &str = "api secret private access encryption signing master account";

/// Which of several, behind what it is: `DB_PASSWORD_PROD`, `SECRET_KEY_BASE`. Any other last word says that the name only
/// speaks of a secret: where it is, what it is called, how long it lives.
const WHICH: &str = "base prod production staging dev primary secondary old new current previous next plain raw value";

/// Words for what anybody may know, as the last of a key: the value is compared with no list.
const PUBLIC: &str = "\
    user username host hostname port database dbname db name email region bucket endpoint url uri domain \
    id crt cert certificate type mode sslmode";

const SWITCHES: &str = "true false yes no on off none null nil disabled enabled required optional auto bearer basic";

/// How values begin that say where the secret is.
const ELSEWHERE: &str = "vault: arn: file: env: secret: secretref: keyvault: ENC[";

/// Whether a name says that its value is secret.
pub fn says_secret(name: &str) -> bool {
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|last| is_in(WHICH, last)) {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else { return false };
    let key = last == "key" && before.last().is_some_and(|kind| is_in(KEYS, kind));
    let says = key || is_in(WHOLE, last) || SECRET.split(' ').any(|secret| last.ends_with(secret));
    // `tls-secret` is the name of a Secret object.
    let object = last == "secret" && before.iter().any(|word| is_in("existing pull tls cert certificate", word));
    let public = before.iter().any(|word| is_in("public publishable", word));
    says && !object && !public
}

/// Words of a name that may be misspelt in one place and are no other words then.
const LONG: &str =
    "password passwd passphrase secret credential apikey privatekey accesskey encryptionkey signingkey masterkey";

/// Whether a name has to do with a secret, or is one letter away from it: `DB_PASWORD`. To hide a value it is better to be
/// wrong in this than in the other direction.
pub fn resembles_secret(name: &str) -> bool {
    let words = words(name);
    let joined = words.concat();
    let token = || words.iter().any(|word| word.contains("token") || suggest::nearest(word, ["token"]).is_some());
    says_secret(name) || LONG.split(' ').any(|word| nearly_contains(&joined, word)) || token()
}

/// Whether a word stands in a text, with one letter too few, too many, or another than it should be.
fn nearly_contains(text: &str, word: &str) -> bool {
    text.char_indices().any(|(at, _)| {
        let (text, word) = (&text.as_bytes()[at..], word.as_bytes());
        let same = text.iter().zip(word).take_while(|(a, b)| a == b).count();
        let rest = |skip: usize| text.get(same + skip..).unwrap_or_default();
        let (here, next) = (&word[same..], word.get(same + 1..).unwrap_or_default());
        here.is_empty() || rest(0).starts_with(next) || rest(1).starts_with(next) || rest(1).starts_with(here)
    })
}

/// Whether a key names what anybody may know.
pub fn is_public(key: &str) -> bool {
    words(key).last().is_some_and(|last| is_in(PUBLIC, last))
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Whether a value behind a name that says so is a secret: no number, switch, path, URL or reference to somewhere else.
pub fn is_secret_value(value: &str) -> bool {
    let value = value.trim();
    let is_path = value.starts_with(['/', '.', '~']) && value[1..].contains('/') && !value.ends_with('=');
    let certificate = value.starts_with("-----BEGIN CERT");
    let elsewhere = value.contains("://") || ELSEWHERE.split(' ').any(|scheme| value.starts_with(scheme));
    is_literal(value)
        && !is_in(SWITCHES, &value.to_ascii_lowercase())
        && !(elsewhere || is_path || is_count(value) || certificate)
}

/// `12`, `15m`.
fn is_count(value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit());
    value.len() < 6 && unit.len() < value.len() && unit.len() <= 1
}

/// Lower case, split at punctuation and where capitals begin a word, without digits at the end.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut out: Vec<String> = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let next = chars.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || (before.is_some_and(char::is_uppercase) && next.is_some_and(|next| next.is_lowercase())));
        if begins || !c.is_alphanumeric() {
            out.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), out.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    out.iter()
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned())
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "DB_PASSWORD",
            "password",
            "REDIS_PASSWORD_2",
            "dbPassword",
            "DBPassword",
            "PGPASSWORD",
            "SMTP_PASS",
            "api_key",
            "API-KEY",
            "apiKey",
            "OPENAI_API_KEY",
            "WEBUI_SECRET_KEY",
            "SECRET_KEY_BASE",
            "DB_PASSWORD_PROD",
            "clientSecret",
            "ACCESS_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "spring.datasource.password",
            "ssh-privatekey",
            ".dockerconfigjson",
            "requirepass",
            "GOOGLE_CREDENTIALS",
            "jwtsecret",
        ] {
            assert!(says_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_speak_of_secrets() {
        for name in [
            "POSTGRES_PASSWORD_FILE",
            "TOKEN_URL",
            "PASSWORD_MIN_LENGTH",
            "SECRET_NAME",
            "publicKey",
            "secretName",
            "secretKeyRef",
            "MAX_TOKENS",
            "TOKENIZERS_PARALLELISM",
            "PASS_THROUGH",
            "BYPASS",
            "COMPASS",
            "AWS_ACCESS_KEY_ID",
            "TOKEN_TYPE",
            "KEY",
            "CACHE_KEY",
            "IMAGE_PULL_SECRET",
            "existingSecret",
            "tlsSecret",
            "NEXT_PUBLIC_API_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "password_encryption",
            "TOKEN_EXPIRE_MINUTES",
            "SECRETS_DIR",
            "PASSWORD_RESET_URL",
            "LOG_LEVEL",
            "",
            "keyboard",
            "PASSWORD_HASHER",
            "RESET_PASSWORD_TEMPLATE",
            "monkey",
        ] {
            assert!(!says_secret(name), "{name}");
        }
    }

    #[test]
    fn values_that_are_no_secrets() {
        for value in [
            "",
            "true",
            "12",
            "15m",
            "3600s",
            "/run/secrets/x",
            "./a/b",
            "https://x",
            "${a}",
            "$(A)",
            "{{ x }}",
            "vault:a#b",
            "arn:aws:x",
            "None",
        ] {
            assert!(!is_secret_value(value), "{value}");
        }
        for value in ["hunter2", "123456", "a", "correct horse"] {
            assert!(is_secret_value(value), "{value}");
        }
    }
}

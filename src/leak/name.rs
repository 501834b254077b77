//! Names that say that their value is secret: `DB_PASSWORD`, `apiKey`; not `PASSWORD_FILE`, `TOKEN_URL`, `publicKey`.
//!
//! Owns: the words of a name, and which values behind such a name are no secrets after all.

use super::is_literal;

const SECRET: &str =
    "apikey secretkey privatekey accesskey password passwd passphrase secret token credential credentials";

/// Of a name's last word only.
const HEADS: &str = "pass pwd pw requirepass masterauth dockerconfigjson dockercfg";

/// Before `key`.
const KEYS: &str = "api secret private access encryption signing master account";

/// Last words of names that speak of a secret without being one: where it is, what it is called, how long it lives.
const ABOUT: &str = "\
    account age alg algorithm arn audience backend bits bucket budget bytes cert certificate charset claim class \
    complexity config cookie cost count days description dir directory disabled domain duration email enabled \
    encoding encryption endpoint env environment expiration expire expires expiry field file filename folder \
    format grace group header headers help hint history host hours id index interval issuer kind label leeway \
    length lifetime limit location manager max message method min minutes mode mount ms name namespace owner \
    param parameter path pattern period policy port prefix project prompt provider realm ref refresh regex \
    region required reset role rotation rounds rules scheme scope scopes seconds server service size source \
    store strength suffix through timeout ttl type uri url user username validation validator validity version \
    window";

/// Words for what anybody may know, as the last of a key: the value is compared with no list.
const PUBLIC: &str = "\
    user username host hostname port database dbname db name email region bucket endpoint url uri domain \
    id crt cert certificate type mode sslmode";

const SWITCHES: &str = "true false yes no on off none null nil disabled enabled required optional auto bearer basic";

/// How values begin that say where the secret is.
const ELSEWHERE: &str = "vault: arn: file: env: secret: secretref: keyvault: ENC[";

/// Whether a name says that its value is secret.
pub fn says_secret(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    let secret = |word: &String| SECRET.split(' ').any(|secret| word.ends_with(secret));
    let key = |pair: &[String]| pair[1] == "key" && is_in(KEYS, &pair[0]);
    let says = words.iter().any(secret) || words.windows(2).any(key) || is_in(HEADS, last);
    // `tls-secret` is the name of a Secret object.
    let object = last == "secret" && words.iter().any(|word| is_in("existing pull tls cert certificate", word));
    let public = words.iter().any(|word| is_in("public publishable", word));
    says && !object && !public && !is_in(ABOUT, last)
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

//! Tokens and keys that their look gives away.
//!
//! Owns: the prefixes that issuers put before their tokens, JSON Web Tokens, private keys.
//! Source: the issuers' documentation, as gathered in https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml

use std::ops::Range;

struct Prefix {
    text: &'static str,
    /// How many characters must follow at least.
    least: usize,
    also: &'static [u8],
    noun: &'static str,
}

const fn prefix(text: &'static str, least: usize, also: &'static [u8], noun: &'static str) -> Prefix {
    Prefix { text, least, also, noun }
}

const PREFIXES: [Prefix; 33] = [
    prefix("AGE-SECRET-KEY-1", 50, b"", "an age key"),
    prefix("AKIA", 16, b"", "an AWS access key"),
    prefix("ASIA", 16, b"", "an AWS access key"),
    prefix("SG.", 16, b"_-", "a SendGrid key"),
    prefix("dckr_pat_", 20, b"_-", "a Docker Hub token"),
    prefix("dop_v1_", 40, b"", "a DigitalOcean token"),
    prefix("ghp_", 30, b"", "a GitHub token"),
    prefix("gho_", 30, b"", "a GitHub token"),
    prefix("ghu_", 30, b"", "a GitHub token"),
    prefix("ghs_", 30, b"", "a GitHub token"),
    prefix("ghr_", 30, b"", "a GitHub token"),
    prefix("github_pat_", 30, b"_", "a GitHub token"),
    prefix("glpat-", 20, b"_-", "a GitLab token"),
    prefix("hf_", 30, b"", "a Hugging Face token"),
    prefix("hvb.", 20, b"_-", "a Vault token"),
    prefix("hvs.", 20, b"_-", "a Vault token"),
    prefix("npg_", 8, b"", "a password of Neon"),
    prefix("npm_", 30, b"", "an npm token"),
    prefix("ops_eyJ", 40, b"_-", "a token of 1Password"),
    prefix("pypi-AgE", 40, b"_-", "a PyPI token"),
    prefix("rk_live_", 16, b"", "a Stripe key"),
    prefix("shpat_", 30, b"", "a Shopify token"),
    prefix("sk-ant-", 30, b"_-", "an Anthropic key"),
    prefix("sk-proj-", 30, b"_-", "an OpenAI key"),
    prefix("sk_live_", 16, b"", "a Stripe key"),
    prefix("xapp-", 10, b"-", "a Slack token"),
    prefix("xoxa-", 10, b"-", "a Slack token"),
    prefix("xoxb-", 10, b"-", "a Slack token"),
    prefix("xoxe-", 10, b"-", "a Slack token"),
    prefix("xoxo-", 10, b"-", "a Slack token"),
    prefix("xoxp-", 10, b"-", "a Slack token"),
    prefix("xoxr-", 10, b"-", "a Slack token"),
    prefix("xoxs-", 10, b"-", "a Slack token"),
];

/// Every token and private key, with its noun.
pub fn find(text: &str) -> Vec<(&'static str, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    let mut inside = false;
    while at < bytes.len() {
        let byte = bytes[at];
        let found = match byte {
            b'-' => private_key(bytes, at),
            _ if inside => None,
            b'e' => jwt(bytes, at),
            b'A' | b'S' | b'd' | b'g' | b'h' | b'n' | b'o' | b'p' | b'r' | b's' | b'x' => known(bytes, at),
            _ => None,
        };
        match found {
            Some((noun, end)) => {
                out.push((noun, at..end));
                at = end;
            }
            None => at += 1,
        }
        // What a token may hold begins none: so no text is gone through twice.
        inside = bytes[at - 1].is_ascii_alphanumeric() || b"_-".contains(&bytes[at - 1]);
    }
    out
}

fn known(bytes: &[u8], at: usize) -> Option<(&'static str, usize)> {
    let prefix = PREFIXES.iter().find(|prefix| bytes[at..].starts_with(prefix.text.as_bytes()))?;
    let start = at + prefix.text.len();
    let end = run(bytes, start, prefix.also);
    let token = &bytes[start..end];
    let aws =
        prefix.noun != "an AWS access key" || (token.len() == 16 && is_upper(token) && !token.ends_with(b"EXAMPLE"));
    (token.len() >= prefix.least && aws && is_random(token)).then_some((prefix.noun, end))
}

/// `eyJ` is how every JSON object begins in base64.
fn jwt(bytes: &[u8], at: usize) -> Option<(&'static str, usize)> {
    if !bytes[at..].starts_with(b"eyJ") {
        return None;
    }
    let mut end = at;
    for part in 0..3 {
        let start = end;
        end = run(bytes, start, b"_-");
        if end - start < 12 || (part < 2 && (!bytes[start..].starts_with(b"eyJ") || bytes.get(end) != Some(&b'.'))) {
            return None;
        }
        end += usize::from(part < 2);
    }
    Some(("a JSON Web Token", end))
}

/// A PEM block with something in it; a text may speak of its first line.
fn private_key(bytes: &[u8], at: usize) -> Option<(&'static str, usize)> {
    let rest = bytes[at..].strip_prefix(b"-----BEGIN ")?;
    let close = rest.iter().take(60).position(|b| *b == b'-')?;
    let is_private = rest[..close].ends_with(b"PRIVATE KEY") || rest[..close].ends_with(b"PRIVATE KEY BLOCK");
    let body = rest[close..].strip_prefix(b"-----").filter(|_| is_private)?;
    let is_base64 = |b: &&u8| b.is_ascii_alphanumeric() || b"+/".contains(*b);
    let base64 = |body: &[u8]| body.iter().filter(is_base64).count();
    // Lines have any length and any indentation.
    if body.iter().filter(|b| !b.is_ascii_whitespace()).take(400).filter(is_base64).count() < 40 {
        return None;
    }
    const END: &[u8] = b"-----END ";
    let start = bytes.len() - body.len();
    let Some(end) = body.windows(END.len()).position(|w| w == END) else { return Some(("a private key", bytes.len())) };
    let name = body[end + END.len()..].iter().take_while(|b| b.is_ascii_uppercase() || **b == b' ').count();
    let dashes = body[end + END.len() + name..].iter().take_while(|b| **b == b'-').count();
    (base64(&body[..end]) >= 40).then_some(("a private key", start + end + END.len() + name + dashes))
}

fn run(bytes: &[u8], start: usize, also: &[u8]) -> usize {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || also.contains(b);
    start + bytes[start..].iter().take_while(|b| inside(b)).count()
}

fn is_upper(token: &[u8]) -> bool {
    token.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// No word and no row of one character: letters of both cases, or digits among letters.
fn is_random(token: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| token.iter().any(is);
    let mut seen = [false; 256];
    token.iter().for_each(|b| seen[usize::from(*b)] = true);
    let mixed = has(u8::is_ascii_digit) || (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
    mixed && seen.iter().filter(|seen| **seen).count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nouns(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|(noun, _)| noun).collect()
    }

    // In pieces, so that no scanner takes them for real ones.
    #[test]
    fn tokens_are_known_by_their_prefix() {
        let tail = "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8";
        for (prefix, noun) in [("ghp_", "a GitHub token"), ("glpat-", "a GitLab token"), ("sk_live_", "a Stripe key")] {
            assert_eq!(nouns(&format!("x={prefix}{tail};")), [noun]);
        }
        assert_eq!(nouns(&format!("{}{}", "AKIA", "Q3EGRWNXPLZ7V2MT")), ["an AWS access key"]);
        assert_eq!(nouns(&format!("{}{}", "npg_", "Xy7pQ2mN9kLs")), ["a password of Neon"]);
        assert_eq!(nouns(&format!("{}{}", "hvs.", tail)), ["a Vault token"]);
    }

    #[test]
    fn a_json_web_token_has_three_parts() {
        let part = "eyJhbGciOiJIUzI1NiJ9";
        assert_eq!(nouns(&format!("{part}.{part}.c2lnbmF0dXJlLXNpZ24")), ["a JSON Web Token"]);
        assert_eq!(nouns(&format!("{part}.{part}")), [""; 0]);
    }

    #[test]
    fn a_private_key_has_a_body() {
        let key = |kind: &str, body: &str| format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        let text = format!("x{}y", key("RSA PRIVATE KEY", body));
        assert_eq!(&text[find(&text)[0].1.clone()], &text[1..text.len() - 2]);
        assert_eq!(nouns(&key("CERTIFICATE", body)), [""; 0]);
        for length in [1, 4, 60, 76, 500] {
            let lines: Vec<&str> =
                body.as_bytes().chunks(length).map(|line| std::str::from_utf8(line).unwrap()).collect();
            for indent in ["\n", "\r\n", "\n                            "] {
                assert_eq!(nouns(&key("PRIVATE KEY", &lines.join(indent))), ["a private key"], "{length} {indent:?}");
            }
        }
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n";
        assert_eq!(nouns(&key("RSA PRIVATE KEY", &format!("{headers}{body}"))), ["a private key"]);
        assert_eq!(nouns("begins with -----BEGIN PRIVATE KEY----- and so on"), [""; 0]);
    }

    #[test]
    fn words_are_no_tokens() {
        let texts = [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "npg_standalone",
            "npm_config_registry",
            "task_live_abcdefghijklmnop",
            "eyJust.a.text",
            "hvs.example.org",
            "sk_live_placeholderplaceholder",
        ];
        texts.into_iter().for_each(|text| assert_eq!(nouns(text), [""; 0], "{text}"));
    }
}

//! Values that kgen has itself: spelled out or made up for dev, or from the environment and files.
//!
//! Owns: dev's fixed values, the form a value must have, and the refusal of literals where production could see them.
//! Does not own: values that everybody knows (`placeholder.rs`), where a value goes (`secret.rs`).

use super::Planner;
use super::need::Key;
use super::node::{Node, get, str_of};
use super::piece::{Home, percent};
use super::placeholder;
use crate::diag::Diagnostic;
use crate::format::secret::{self, CREDENTIALS};
use crate::secret::Secret;
use crate::tree::Tree;

crate::declare! {
    /// a secret is spelled out outside dev
    ///
    /// A secret's value is spelled out in a profile that is not dev.
    /// Fix: move it to `profiles.dev`, and name a `secretProvider` for the others.
    SECRET_LITERAL = "secret-literal", Error;

    /// nothing says how secrets reach the cluster
    ///
    /// The profile needs secret values, and nothing says how they reach the cluster.
    /// Fix: `secretProvider: existing` (someone else creates them), or `external`, `sealed`, `sops`; or a source of the
    ///   key: `{env: VARIABLE}`.
    SECRET_PROVIDER = "secret-provider", Error;

    /// a password that its server cannot take
    ///
    /// A password that its server cannot take: empty (Redis is open then), with a line break, shorter than `minLength`,
    ///   or with a space, quote or `#` where Sentinel rewrites its configuration without quotes.
    /// Fix: another value; `[A-Za-z0-9]{32}` is right everywhere.
    /// Source: measured, Redis 7.0 to 8.0 and Valkey 9.1 with 32 hostile passwords.
    PASSWORD_FORM = "password-form", Error;

    /// a text that is no JSON
    ///
    /// A text that must be JSON and is not.
    INVALID_JSON = "invalid-json", Error;
}

/// Where a key's value comes from.
pub enum Origin {
    /// kgen has it while rendering; `stream`: it came from the environment or a file.
    Value { value: Secret<String>, stream: bool },
    /// kgen will have it in the stream only.
    Later,
    /// No secret in it at all.
    Plain(String),
    /// The provider delivers it.
    Delivered,
    /// Already reported.
    Broken,
}

/// A file loses its last newline in a shell, an argument keeps it: server and client would not agree on the password.
pub fn one_line(cx: &mut Planner, name: &str, key: &str, entry: &Key, value: &Secret<String>) {
    if entry.password && value.open().contains(['\n', '\r']) {
        let place = place(cx, entry);
        let message = format!("`secrets.{name}.{key}` holds a newline, which no password of a server may");
        let d = Diagnostic::new(PASSWORD_FORM, message).at(place);
        cx.report.push(d.hint("`echo` and most editors end a text with one; write it with `printf %s`"));
    }
}

/// See [`require_plain`].
pub fn unquoted(cx: &mut Planner, name: &str, key: &str, entry: &Key, value: &Secret<String>) {
    if entry.sentinel && value.open().contains([' ', '\t', '"', '\'', '#', '\\']) {
        let message = format!(
            "`secrets.{name}.{key}` holds a space, a quote, `#` or a backslash, which a Sentinel of Redis cannot read back"
        );
        let d = Diagnostic::new(PASSWORD_FORM, message).at(place(cx, entry));
        cx.report.push(d.hint("use letters and digits, or a `valkey` image, whose Sentinel writes them in quotes"));
    }
}

/// Where a value is said to come from.
fn place(cx: &Planner, entry: &Key) -> Option<crate::source::Span> {
    let source = ["env", "file", "value"].iter().find_map(|source| get(&entry.declared, source));
    source.and_then(|source| cx.span_in(source)).or_else(|| cx.span_in_from(&entry.from))
}

pub fn undelivered(cx: &mut Planner, home: &Home, key: &Key, local: bool) {
    let profile = &cx.settings.profile;
    let message = if local {
        format!(
            "`secretProvider: local` makes up values, which profile `{profile}` may not use (secret `{}`, key `{}`)",
            home.secret, home.key
        )
    } else {
        format!(
            "nothing says how profile `{profile}` gets its secrets (first needed: secret `{}`, key `{}`)",
            home.secret, home.key
        )
    };
    // One message a profile: the way out is the same for all of its keys.
    if cx.secrets_reported {
        return;
    }
    cx.secrets_reported = true;
    let provider = cx.settings.root.get("secretProvider").and_then(|node| cx.span_in(node));
    let place = if local { provider } else { cx.span_in_from(&key.from) };
    cx.report.push(
        Diagnostic::new(SECRET_PROVIDER, message)
            .at(place)
            .hint(format!("add `secretProvider: existing` to `profiles.{profile}` if someone else creates them"))
            .hint(format!("or `secretProvider: {{external: {{store: NAME, kind: ClusterSecretStore, prefix: {profile}}}}}` for External Secrets"))
            .hint("or give the key a source: `{env: VARIABLE}`"),
    );
}

pub fn literal_value(cx: &mut Planner, home: &Home, literal: &Node) -> Origin {
    if !cx.settings.is_dev() {
        let message = format!("`secrets.{}.{}` is spelled out, which is for dev only", home.secret, home.key);
        let hint = "move the value to `profiles.dev`; in the other profiles `secretProvider` delivers it";
        let d = Diagnostic::new(SECRET_LITERAL, message).at(cx.span_in(literal));
        cx.report.push(d.in_profile(&cx.settings.profile).hint(hint));
        return Origin::Broken;
    }
    let declared = cx.secrets.get(home).map(|key| key.declared.clone()).unwrap_or_default();
    checked(cx, home, &declared, Secret::new(literal.to_string()), false, literal)
}

/// The form of a value that kgen was given.
pub fn checked(
    cx: &mut Planner,
    home: &Home,
    declared: &Node,
    value: Secret<String>,
    stream: bool,
    at: &Node,
) -> Origin {
    let least = declared.get("minLength").and_then(Tree::as_i64).unwrap_or(1) as usize;
    let length = value.open().chars().count();
    let reason = if value.open().contains('\0') {
        Some("holds a NUL byte, which no environment variable can".to_owned())
    } else if length == 0 {
        Some("is empty: a server without a password is open to all".to_owned())
    } else if length < least {
        Some(format!("has {length} characters, at least {least} are wanted"))
    } else {
        None
    };
    if let Some(reason) = reason {
        let message = format!("`secrets.{}.{}` {reason}", home.secret, home.key);
        cx.report.push(Diagnostic::new(PASSWORD_FORM, message).at(cx.span_in(at)));
        return Origin::Broken;
    }
    if let Err(reason) = secret::value(&home.key, value.open().as_bytes()) {
        let message = format!("the key `{}` of `secrets.{}` {reason}", home.key, home.secret);
        let d = Diagnostic::new(INVALID_JSON, message).at(cx.span_in(at)).in_profile(&cx.settings.profile);
        cx.report.push(d.hint(CREDENTIALS));
        return Origin::Broken;
    }
    placeholder::check(cx, home, &value, at);
    Origin::Value { value, stream }
}

/// Dev's value for a key nobody gave one: fixed and recognisable, so that a newcomer's first render works.
pub fn fixed(cx: &Planner, home: &Home, declared: &Node) -> String {
    if secret::is_registry(&home.key) {
        let host = format!("{}-{}.invalid", cx.project(), home.secret);
        let hosts = serde_json::json!({ host: {} });
        return if home.key == ".dockercfg" { hosts } else { serde_json::json!({"auths": hosts}) }.to_string();
    }
    let value = format!("{}{}-{}-{}", crate::leak::placeholder::MADE_UP, cx.project(), home.secret, home.key);
    if home.key == "url" && declared.is_null() {
        for section in ["redis", "postgres"] {
            let store = cx.settings.root.at(&[section, &home.secret]);
            if let Some(store) = store.filter(|store| str_of(store, "mode") == Some("external")) {
                return fixed_url(section, store, &value, &home.secret);
            }
        }
    }
    let least = declared.get("minLength").and_then(Tree::as_i64).unwrap_or_default() as usize;
    let mut padded = value;
    while padded.len() < least {
        padded.push_str("-0123456789");
    }
    padded
}

/// A URL of the right shape, to a host that can never exist.
fn fixed_url(section: &str, store: &Node, password: &str, name: &str) -> String {
    if section == "redis" {
        let scheme = if store.get("tls").and_then(Tree::as_bool) == Some(true) { "rediss" } else { "redis" };
        return format!("{scheme}://default:{password}@{name}.invalid:6379/0");
    }
    let word = |key: &str| percent(str_of(store, key).unwrap_or("app"));
    let query = str_of(store, "sslmode").map(|mode| format!("?sslmode={mode}")).unwrap_or_default();
    format!("postgresql://{}:{password}@{name}.invalid:5432/{}{query}", word("user"), word("database"))
}

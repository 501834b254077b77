//! What is said about secrets in texts: an error where staging or prod has them, a warning where only dev does.
//!
//! Owns: in which profiles a text counts, and the messages.
//! Does not own: finding secrets (`project/scan.rs`).

use std::sync::Arc;

use crate::diag::{Diagnostic, Report, Severity};
use crate::plan::placeholder::SECRET_PLACEHOLDER;
use crate::project::allow;
use crate::project::scan::{Counts, Leak, What};
use crate::settings::Settings;
use crate::source::Span;

crate::declare! {
    /// a secret is allowed without a reason
    ///
    /// `# kgen:allow-secret` says that what stands here is no secret, and gives no reason that a reviewer could judge.
    /// Before: `# kgen:allow-secret`. After: `# kgen:allow-secret the public key of the payment page`.
    ALLOW_SECRET_REASON = "allow-secret-reason", Error;

    /// a secret stands in a text
    ///
    /// A value that looks like a password, token or private key stands in a text of the project, which goes into
    ///   version control and into ConfigMaps that everybody in the namespace can read.
    /// Fix: declare it under `secrets` and refer to it: `${secrets.NAME.KEY}`.
    /// How to allow: a comment behind it, `# kgen:allow-secret REASON`.
    SECRET_IN_TEXT = "secret-in-text", Either;

    /// a URL with its password stands in a text
    ///
    /// A URL with its password stands in a text: a ConfigMap, a variable, a manifest.
    /// Fix: declare the URL or its password under `secrets`; of a store of the project, `${redis.cache.url}` is
    ///   delivered as a secret by itself.
    /// How to allow: a comment behind it, `# kgen:allow-secret REASON`.
    URL_CREDENTIALS = "url-credentials", Either;
}

/// Reports the leaks of all layers.
pub fn report<'s>(leaks: &[Leak], all: impl Iterator<Item = &'s Settings> + Clone, report: &mut Report) {
    for leak in leaks.iter().filter(|leak| leak.counts != Counts::Nowhere) {
        let having: Vec<&Settings> = all.clone().filter(|settings| has(settings, &leak.leaves)).collect();
        let names =
            |dev: bool| having.iter().filter(move |s| s.is_dev() == dev).map(|s| s.profile.clone()).collect::<Vec<_>>();
        let (strict, dev) = match leak.counts {
            Counts::InDev => (Vec::new(), names(true)),
            Counts::OutsideDev => (names(false), Vec::new()),
            _ => (names(false), names(true)),
        };
        // What every profile replaces is in the repository still.
        let everywhere = leak.counts == Counts::Everywhere && having.is_empty();
        if !strict.is_empty() || !dev.is_empty() || everywhere {
            report.push(message(leak, strict, dev));
        }
    }
}

/// Whether one of these scalars is what a profile goes by.
fn has(settings: &Settings, leaves: &[Span]) -> bool {
    settings.entries.iter().any(|entry| entry.layers.first().is_some_and(|(_, span)| leaves.contains(span)))
}

fn message(leak: &Leak, strict: Vec<Arc<str>>, dev: Vec<Arc<str>>) -> Diagnostic {
    let subject = &leak.subject;
    let (rule, text) = match &leak.what {
        What::Url => (URL_CREDENTIALS, format!("`{subject}` holds a URL with its password")),
        What::Token(noun) => (SECRET_IN_TEXT, format!("`{subject}` holds {noun}")),
        What::Named(None) => {
            (SECRET_IN_TEXT, format!("`{subject}` is spelled out, and its name says that it is a secret"))
        }
        What::Named(Some(name)) => {
            (SECRET_IN_TEXT, format!("`{subject}` spells out `{name}`, whose name says that it is a secret"))
        }
        What::Known(reason) => (SECRET_PLACEHOLDER, format!("`{subject}` {reason}, which others guess first")),
        What::Unexplained => {
            let d = Diagnostic::new(ALLOW_SECRET_REASON, format!("`# {}` gives no reason", allow::MARK));
            return d.at(leak.span).hint(format!("say why what stands here is no secret: `# {} REASON`", allow::MARK));
        }
    };
    let (severity, profiles) = match strict.is_empty() {
        true => (Severity::Warning, dev),
        false => (Severity::Error, strict),
    };
    let mut d = Diagnostic { severity, ..Diagnostic::new(rule, text) }.at(leak.span);
    for profile in &profiles {
        d = d.in_profile(profile);
    }
    let layer = subject.strip_prefix("profiles.").and_then(|rest| rest.split_once('.')).map_or(&**subject, |it| it.1);
    // A URL is composed there, of keys that have no value.
    d.hint(match layer.starts_with("secrets.") && leak.what != What::Url {
        true => "leave the value out (`KEY: {}`): `kgen secret list` says where each profile takes it from",
        false => "declare it under `secrets`, and give it to the app by `env` or `files`: `${secrets.NAME.KEY}`",
    })
    .hint(format!("if it is no secret, say so behind it: `# {} REASON`", allow::MARK))
}

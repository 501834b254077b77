//! Secret values that everybody knows: refused outside dev, said in dev.
//!
//! Owns: whose names a value may not have, and the message. It names places, never the value.
//! Does not own: the list (`leak/placeholder.rs`).

use std::collections::BTreeSet;

use super::Planner;
use super::node::{Node, str_of};
use super::piece::Home;
use crate::diag::{Diagnostic, Severity};
use crate::leak::placeholder;
use crate::secret::Secret;
use crate::tree::{Map, Tree};

crate::declare! {
    /// a secret has a value that everybody knows
    ///
    /// The value is one that everybody knows (`changeme`, `password`, the one of a tutorial). Others try it first.
    /// Fix: outside dev, let `secretProvider` deliver a value; in dev, leave it out: kgen makes one up that nobody
    ///   takes for real.
    SECRET_PLACEHOLDER = "secret-placeholder", Either;
}

/// Reports a value that kgen was given for a key, and that is none.
pub fn check(cx: &mut Planner, home: &Home, value: &Secret<String>, at: &Node) {
    let dev = cx.settings.is_dev();
    // What kgen makes up for dev may be copied there, say to a test of the app.
    if dev && value.open().starts_with(placeholder::MADE_UP) {
        return;
    }
    let Some(reason) = placeholder::reason(value.open(), &home.secret, &home.key, &users(&cx.settings.root)) else {
        return;
    };
    let message = format!("the value of `secrets.{}.{}` {reason}, which others guess first", home.secret, home.key);
    let severity = if dev { Severity::Warning } else { Severity::Error };
    let hint = match dev {
        true => "remove the value: kgen makes up one for dev that nobody takes for real",
        false => "make one that nobody can guess: `openssl rand -hex 24`",
    };
    let d = Diagnostic { severity, ..Diagnostic::new(SECRET_PLACEHOLDER, message) };
    cx.report.push(d.at(cx.span_in(at)).in_profile(&cx.settings.profile).hint(hint));
}

/// The names that a project's stores know their clients by.
pub fn users(root: &Node) -> Vec<String> {
    let mut out = BTreeSet::new();
    for section in ["redis", "postgres"] {
        for (_, store) in root.get(section).and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
            out.extend(["user", "username"].iter().filter_map(|key| str_of(store, key)).map(str::to_owned));
        }
    }
    out.into_iter().collect()
}

//! A bucket of S3, or of what speaks like it, and the two keys that open it.
//!
//! Owns: what `to.s3` must say, and where its keys are: a Secret `<component>-backup` unless the project names others.

use super::facts::Bucket;
use super::label::Owner;
use super::node::{Node, get, take, text};
use super::output::Output;
use super::piece::{Home, Secretive};
use super::{Planner, need};
use crate::diag::Diagnostic;
use crate::plan::need::PASSWORD_COMPOSED;
use crate::plan::store::PASSWORD_LITERAL;
use crate::project::MISSING_KEY;
use crate::settings::From;

/// A key of a Secret, and the setting behind it.
pub type Place = (Home, From);

pub struct S3 {
    pub bucket: Node,
    pub prefix: Node,
    pub endpoint: Node,
    pub region: Node,
    pub access_key: Place,
    pub secret_key: Place,
}

/// The bucket of a component's backup; `None` where it is wrong, which is reported.
pub fn read(cx: &mut Planner, store: &Owner, s3: &Node) -> Option<S3> {
    if get(s3, "bucket").is_none() {
        let d = Diagnostic::new(MISSING_KEY, format!("`{}.backup.to.s3` has no `bucket`", store.id));
        cx.report.push(d.at(cx.span_in(s3)).hint("add `bucket: NAME`; it must exist"));
    }
    let access_key = key(cx, store, s3, "accessKeyId", "ACCESS_KEY_ID");
    let secret_key = key(cx, store, s3, "secretAccessKey", "SECRET_ACCESS_KEY");
    let [bucket, prefix, endpoint, region] = ["bucket", "prefix", "endpoint", "region"].map(|key| take(s3, key));
    Some(S3 { bucket, prefix, endpoint, region, access_key: access_key?, secret_key: secret_key? })
}

fn key(cx: &mut Planner, store: &Owner, s3: &Node, setting: &str, name: &str) -> Option<Place> {
    let Some(said) = get(s3, setting) else {
        let home = Home::new(format!("{}-backup", store.name), name);
        need::require(cx, &Secretive::at(home.clone(), store.from.clone()));
        return Some((home, store.from.clone()));
    };
    let path = format!("{}.backup.to.s3.{setting}", store.id);
    match cx.resolver.value(said) {
        Ok(Output::Secret(secret)) => {
            need::require(cx, &secret);
            if let Some(home) = secret.home.clone().filter(|_| need::lives_at_home(cx, &secret)) {
                return Some((home, secret.from));
            }
            let message = format!("`{path}` is composed, and must be one key of a Secret");
            let d = Diagnostic::new(PASSWORD_COMPOSED, message).at(cx.span_in(said));
            cx.report.push(d.hint("name one key: `${secrets.NAME.KEY}`"));
        }
        Ok(Output::Plain(_)) => {
            let d = Diagnostic::new(PASSWORD_LITERAL, format!("`{path}` must name a secret"));
            let hint = "declare it under `secrets` and write `${secrets.NAME.KEY}`";
            cx.report.push(d.at(cx.span_in(said)).hint(hint));
        }
        Err(diagnostic) => cx.report.push(*diagnostic),
    }
    None
}

impl S3 {
    /// `s3://bucket/prefix`.
    pub fn url(&self) -> Node {
        let prefix = self.prefix.as_str().unwrap_or_default();
        text(format!("s3://{}/{prefix}", self.bucket), &self.bucket.from.and(&self.prefix.from))
    }

    /// As later stages see it.
    pub fn bucket(&self, url: &Node) -> Bucket {
        let endpoint = self.endpoint.as_str().map(str::to_owned);
        Bucket { url: url.to_string().trim_end_matches('/').to_owned(), endpoint }
    }
}

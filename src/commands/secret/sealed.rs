//! Values into sealed files.
//!
//! Owns: the certificate that the project names, and that a file is not mixed of items for two places.
//! Does not own: the format (`crate::seal`).

use std::collections::BTreeMap;
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::mistake::{self, Mistake};
use super::store::{Changes, Job, Store};
use super::value::System;
use crate::access::{Access, Limit};
use crate::diag::{Diagnostic, suggest};
use crate::output::write;
use crate::plan::Plan;
use crate::plan::external::item;
use crate::plan::node::{Node, get};
use crate::plan::provider::Provider;
use crate::plan::sealed::{SEALED_FOR, scope};
use crate::seal::file::CERTIFICATE;
use crate::seal::{self, Certificate, Scope, Sealed, Target};
use crate::settings::Settings;
use crate::source::Span;

/// The time, against which a certificate is held.
#[expect(clippy::disallowed_methods, reason = "sealing and checking are no rendering: a certificate has an end")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// The Secret that an item is for.
pub fn target(plan: &Plan, provider: &Node, secret: &str) -> Target {
    let namespace = plan.namespace.clone().unwrap_or_default();
    Target { scope: Scope::parse(scope(provider)).unwrap_or_default(), namespace, name: secret.to_owned() }
}

/// The certificate of a profile, which may seal now.
pub fn certificate(store: &mut Store, provider: &Node) -> Result<Certificate> {
    let Some(said) = get(provider, "certificate") else {
        return Err(Mistake::because(unnamed(store.settings, provider)));
    };
    let path = said.to_string();
    if let Some(known) = store.certificates.get(&path) {
        return Ok(known.clone());
    }
    let certificate = read(store.access, &path, now());
    let certificate =
        certificate.map_err(|reason| Mistake::because(unusable(&reason).at(span(store.settings, said))))?;
    store.certificates.insert(path, certificate.clone());
    Ok(certificate)
}

pub fn unnamed(settings: &Settings, provider: &Node) -> Diagnostic {
    let message = format!("`secretProvider.sealed` of profile `{}` names no certificate", settings.profile);
    let at = span(settings, provider).or_else(|| span(settings, settings.root.get("secretProvider")?));
    let hint = "fetch the controller's with `kubeseal --fetch-cert`, and add `certificate: PATH`";
    Diagnostic::new(CERTIFICATE, message).at(at).hint(hint)
}

pub fn unusable(reason: &str) -> Diagnostic {
    let hint = "fetch the controller's with `kubeseal --fetch-cert`, from the cluster of this profile";
    Diagnostic::new(CERTIFICATE, reason).hint(hint)
}

/// Where a setting was written; of a map, its first leaf.
pub fn span(settings: &Settings, node: &Node) -> Option<Span> {
    settings.span(&node.from).or_else(|| settings.span(&node.first_leaf()?.from))
}

/// Reads a certificate that can be used now; why it cannot otherwise.
pub fn read(access: &Access, path: &str, now: SystemTime) -> std::result::Result<Certificate, String> {
    let bytes = access.read(path, Limit::CERTIFICATE).map_err(|fault| fault.message)?;
    let text = String::from_utf8_lossy(&bytes);
    let certificate = Certificate::parse(&text).map_err(|reason| format!("`{path}` {reason}"))?;
    certificate.usable(now).map_err(|reason| format!("the certificate `{path}` {reason}"))?;
    Ok(certificate)
}

/// The file of a Secret as it stands, or a new one.
pub fn open(store: &mut Store, secret: &str, provider: &Node) -> Result<Sealed> {
    let target = target(store.plan, provider, secret);
    let path = Provider::Sealed(provider.clone()).path(&store.settings.profile, secret).unwrap_or_default();
    let Some(bytes) = write::read(store.root, &path)? else { return Sealed::new(&target) };
    let text = String::from_utf8(bytes).ok().with_context(|| format!("`{path}` is not UTF-8"))?;
    let file = store.sources.add(path.as_str(), text);
    let sealed = Sealed::read(store.sources, file).map_err(|d| mistake::hidden(d, store.sources, file))?;
    match elsewhere(&sealed, &target) {
        None => Ok(sealed),
        Some(found) => Err(Mistake::because(misplaced(&path, &sealed, &found, &target))),
    }
}

/// What a file is or was sealed for, where items for `target` would not open beside those that it holds.
pub fn elsewhere(sealed: &Sealed, target: &Target) -> Option<String> {
    let promised = sealed.moved_from().filter(|said| !Target::parse(said).is_some_and(|said| said.opens_as(target)));
    let is = sealed.target();
    promised.map(str::to_owned).or_else(|| (!is.opens_as(target)).then(|| is.to_string()))
}

pub fn misplaced(path: &str, sealed: &Sealed, found: &str, target: &Target) -> Diagnostic {
    let keys: Vec<&str> = sealed.keys().collect();
    let hint = match &keys[..] {
        [] => "remove the file".to_owned(),
        keys => format!("remove the file and set its values again: {}", suggest::all_of(keys.iter().copied())),
    };
    let message = format!("`{path}` is sealed for `{found}`, not for `{target}`");
    Diagnostic::new(SEALED_FOR, message).at(sealed.place()).hint(hint)
}

/// Seals all values that go to sealed files.
pub fn put(store: &mut Store, jobs: &[Job], changes: &mut Changes) -> Result<()> {
    let mut files: BTreeMap<String, Sealed> = BTreeMap::new();
    for job in jobs {
        for (secret, provider) in store.places(job.needed) {
            let Provider::Sealed(settings) = &provider else { continue };
            let path = provider.path(&store.settings.profile, &secret).unwrap_or_default();
            let certificate = certificate(store, settings)?;
            let mut sealed = match files.remove(&path) {
                Some(sealed) => sealed,
                None => open(store, &secret, settings)?,
            };
            let target = target(store.plan, settings, &secret);
            let item = item(&secret, &job.needed.home);
            let text = seal::seal(job.value.open().as_bytes(), &target, &certificate, &mut System)?;
            sealed.set(&item, &text, certificate.fingerprint())?;
            changes.news.push(format!("sealed `{item}` for `{target}` into `{}`", store.root.join(&path).display()));
            files.insert(path, sealed);
        }
    }
    changes.files.extend(files.into_iter().map(|(path, sealed)| (path, sealed.text().to_owned())));
    Ok(())
}

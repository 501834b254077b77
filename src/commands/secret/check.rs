//! `kgen secret check`: whether every value is there, and would open in the cluster.
//!
//! Owns: what rendering does not ask, as it needs a clock or is no obstacle: certificates, values nobody needs.
//! Does not own: what rendering refuses too (`plan/sealed.rs`, `plan/sops.rs`); it is asked here and said first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use anyhow::Result;

use super::store::Store;
use super::{Room, sealed};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::complete;
use crate::commands::terminal::Terminal;
use crate::diag::{Diagnostic, Report, suggest};
use crate::pipeline;
use crate::plan::Plan;
use crate::plan::external::item;
use crate::plan::node::{Node, get};
use crate::plan::provider::Provider;
use crate::project::node::{self, Dialect};
use crate::seal::Sealed;
use crate::seal::file::{CERTIFICATE, SEALED_WITH, SECRET_UNUSED};
use crate::settings::Settings;
use crate::source::Span;
use crate::tree::{Map, Tree};

/// Check that every secret value is there and would open in the cluster; needs no key and shows no value
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Status 0: all is there. 1: something is missing, sealed for another place, or its certificate has ended.
2: the project file is wrong. What is in the cluster or a store cannot be checked from here.

Examples:
  kgen secret check
  kgen secret check prod"
)]
pub struct Args {
    /// The profiles [default: all]
    #[arg(add = complete::profile())]
    pub profiles: Vec<String>,
}

/// Days before its end in which a certificate is spoken of.
const SOON: u64 = 30;

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let Some(mut room) = super::open(global, &args.profiles, terminal)? else { return Ok(Outcome::Refused) };
    let names: Vec<_> = room.profiles.iter().map(|(settings, _)| settings.profile.clone()).collect();
    let mut report = Report::new();
    if let Err(found) = pipeline::plans(&mut room.sources, &room.loaded, &room.input, &names, true) {
        report.extend(found);
    }
    let now = sealed::now();
    let mut known = BTreeSet::new();
    for (settings, plan) in std::mem::take(&mut room.profiles) {
        let mut certificates = BTreeMap::new();
        for (path, file) in files(&mut room, &settings, &plan) {
            known.insert(path.clone());
            match &file.provider {
                Provider::Sealed(provider) => {
                    certificate(&room, &settings, provider, now, &mut certificates, &mut report);
                    sealed_file(&mut room, &path, &file, &plan, &certificates, &mut report);
                }
                _ => sops_file(&mut room, &path, &file, &mut report),
            }
        }
    }
    for (path, _) in room.input.ciphers.iter().filter(|(path, _)| !known.contains(path)) {
        let profile = path.rsplit('/').nth(1).unwrap_or_default();
        if names.iter().any(|name| **name == *profile) {
            let message = format!("`{path}` is for a Secret that profile `{profile}` does not take from it");
            report.push(Diagnostic::new(SECRET_UNUSED, message).hint("remove it, and take its values out of use"));
        }
    }
    terminal.report(&report, &room.sources);
    Ok(if report.has_errors() { Outcome::No } else { Outcome::Done })
}

/// An encrypted file that a profile reads.
struct Expected {
    secret: String,
    provider: Provider,
    /// The items that are needed.
    items: BTreeSet<String>,
}

/// By path.
fn files(room: &mut Room, settings: &Settings, plan: &Plan) -> BTreeMap<String, Expected> {
    let mut out: BTreeMap<String, Expected> = BTreeMap::new();
    let store = Store::new(&room.access, &mut room.sources, settings, plan);
    let own = |needed: &&crate::plan::need::Needed| needed.source.is_none() || !needed.pieces.is_empty();
    for needed in plan.secrets.iter().filter(own) {
        let is_composed = !needed.pieces.is_empty();
        for (secret, provider) in store.places(needed) {
            let is_item = match provider {
                Provider::Sealed(_) => !is_composed,
                _ => secret == needed.home.secret,
            };
            let Some(path) = provider.path(&settings.profile, &secret).filter(|_| is_item) else { continue };
            let item = item(&secret, &needed.home);
            let expected = Expected { secret, provider, items: BTreeSet::new() };
            out.entry(path).or_insert(expected).items.insert(item);
        }
    }
    out
}

/// By path, those that can be used.
type Certificates = BTreeMap<String, crate::seal::Certificate>;

fn certificate(
    room: &Room,
    settings: &Settings,
    provider: &Node,
    now: SystemTime,
    known: &mut Certificates,
    report: &mut Report,
) {
    let Some(said) = get(provider, "certificate") else {
        report.push(sealed::unnamed(settings, provider));
        return;
    };
    let path = said.to_string();
    let at = sealed::span(settings, said);
    match sealed::read(&room.access, &path, now) {
        Err(reason) => report.push(sealed::unusable(&reason).at(at)),
        Ok(certificate) => {
            if let Some(days) = certificate.ends_within(SOON, now) {
                let message = format!("the certificate `{path}` ends in {days} days, on {}", certificate.until);
                let hint = "fetch the controller's with `kubeseal --fetch-cert`: it makes a new one every 30 days";
                report.push(Diagnostic::new(CERTIFICATE, message).mild().at(at).hint(hint));
            }
            known.insert(path, certificate);
        }
    }
}

fn sealed_file(
    room: &mut Room,
    path: &str,
    expected: &Expected,
    plan: &Plan,
    certificates: &Certificates,
    report: &mut Report,
) {
    let Provider::Sealed(provider) = &expected.provider else { return };
    // What is missing or cannot be read was said.
    let Some(file) = room.sources.find(path) else { return };
    let Ok(sealed) = Sealed::read(&room.sources, file) else { return };
    let target = sealed::target(plan, provider, &expected.secret);
    if sealed.target().opens_as(&target)
        && let Some(found) = sealed::elsewhere(&sealed, &target)
    {
        report.push(sealed::misplaced(path, &sealed, &found, &target));
    }
    for key in sealed.keys().filter(|key| !expected.items.contains(*key)) {
        report.push(unneeded(path, key, &expected.secret, &plan.profile).at(sealed.span(key)));
    }
    let Some(certificate) = get(provider, "certificate").and_then(|said| certificates.get(&said.to_string())) else {
        return;
    };
    let own = certificate.fingerprint();
    let others = sealed.sealers().0;
    let others: Vec<&str> = others.iter().filter(|(_, sealer)| **sealer != own).map(|(key, _)| key.as_str()).collect();
    if let Some(first) = others.first() {
        let names = suggest::all_of(others.iter().copied());
        let message =
            format!("`{path}` has items that were sealed with another certificate than the profile's: {names}");
        let hint = "right after the controller renewed its key, which keeps the old ones; else set them again";
        report.push(Diagnostic::new(SEALED_WITH, message).at(sealed.span(first)).hint(hint));
    }
}

fn sops_file(room: &mut Room, path: &str, expected: &Expected, report: &mut Report) {
    let Some(file) = room.sources.find(path) else { return };
    let Ok(tree) = node::parse(&room.sources, file, Dialect::Manifest) else { return };
    for values in ["data", "stringData"].iter().filter_map(|part| tree.get(part).and_then(Tree::as_map)) {
        for (key, entry) in Map::<Span>::entries(values).filter(|(key, _)| !expected.items.contains(&***key)) {
            let profile = path.rsplit('/').nth(1).unwrap_or_default();
            report.push(unneeded(path, key, &expected.secret, profile).at(entry.key_from));
        }
    }
}

fn unneeded(path: &str, key: &str, secret: &str, profile: &str) -> Diagnostic {
    let message =
        format!("`{path}` has a value for `{key}`, which Secret `{secret}` of profile `{profile}` does not need");
    Diagnostic::new(SECRET_UNUSED, message).hint("take the line out, and the value out of use")
}

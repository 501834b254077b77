//! How secret values reach the cluster: the five providers, one for a profile, another one for a key that says so.
//!
//! Owns: reading the setting, and which provider a value has.
//! Does not own: the objects that follow (`external.rs`, `sealed.rs`, `sops.rs`).

use super::Planner;
use super::node::{Node, get, str_of, take};
use super::piece::Home;
use crate::diag::Diagnostic;
use crate::project::MISSING_KEY;
use crate::settings::From;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Provider {
    /// Not chosen.
    #[default]
    None,
    /// Made up by kgen, in dev.
    Local,
    /// Someone else creates the Secrets.
    Existing,
    /// External Secrets Operator, with its settings.
    External(Node),
    /// Sealed Secrets: ciphertext that stands in the repository.
    Sealed(Node),
    /// Files that SOPS encrypted and Flux decrypts.
    Sops(Node),
}

impl Provider {
    /// The profile's, checked.
    pub fn of_profile(cx: &mut Planner) -> Self {
        let said = take(&cx.settings.root, "secretProvider");
        if let Some(external) = get(&said, "external").filter(|external| get(external, "store").is_none()) {
            let at = cx.span_in(&said).or_else(|| cx.span_in(external));
            let d = Diagnostic::new(MISSING_KEY, "`secretProvider.external` has no `store`").at(at);
            cx.report.push(d.hint("name the SecretStore or ClusterSecretStore: `store: vault-prod`"));
        }
        Self::read(&said)
    }

    fn read(said: &Node) -> Self {
        match said.as_str() {
            Some("local") => return Self::Local,
            Some("existing") => return Self::Existing,
            _ => {}
        }
        for (key, make) in
            [("external", Self::External as fn(Node) -> Self), ("sealed", Self::Sealed), ("sops", Self::Sops)]
        {
            if let Some(settings) = said.get(key) {
                return make(settings.clone());
            }
        }
        Self::None
    }

    /// What the project file calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Local => "local",
            Self::Existing => "existing",
            Self::External(_) => "external",
            Self::Sealed(_) => "sealed",
            Self::Sops(_) => "sops",
        }
    }

    /// Where the encrypted file of a Secret is, relative to the project file; `None` for a provider without files.
    pub fn path(&self, profile: &str, secret: &str) -> Option<String> {
        let (Self::Sealed(settings) | Self::Sops(settings)) = self else { return None };
        Some(format!("{}/{profile}/{secret}.{}.yaml", folder(settings), self.name()))
    }
}

/// The folder with a folder for each profile.
pub fn folder(settings: &Node) -> &str {
    str_of(settings, "folder").unwrap_or("secrets").trim_end_matches('/')
}

/// The provider of one value: its own, or the profile's.
pub fn of(cx: &Planner, home: &Home) -> Provider {
    let said = cx.settings.root.at(&["secrets", &home.secret, &home.key]).map(|key| take(key, "provider"));
    match said.filter(|said| !said.is_null()) {
        Some(said) => Provider::read(&said),
        None => cx.provider.clone(),
    }
}

/// Where the profile says who delivers its secrets.
pub fn chosen(cx: &Planner) -> From {
    let said = take(&cx.settings.root, "secretProvider");
    match said.as_map() {
        Some(map) if said.from == From::Nowhere => {
            map.entries().fold(From::Nowhere, |from, (_, entry)| from.and(&entry.value.from))
        }
        _ => said.from,
    }
}

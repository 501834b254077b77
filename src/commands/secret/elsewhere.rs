//! Values that `kgen secret set` has no place for: where they belong instead.

use anyhow::{Result, anyhow};

use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::plan::Plan;
use crate::plan::need::Needed;
use crate::plan::node::str_of;
use crate::plan::piece::{Home, Piece};
use crate::plan::provider::Provider;
use crate::settings::Settings;

/// Refuses a value that comes from somewhere else.
pub fn refuse(needed: &Needed, settings: &Settings, plan: &Plan) -> Result<()> {
    let Home { secret, key, .. } = &needed.home;
    let profile = &settings.profile;
    if !needed.pieces.is_empty() {
        let parts: Vec<String> = parts(needed).iter().map(|home| format!("{} {}", home.secret, home.key)).collect();
        let hint = match &parts[..] {
            [] => "it holds no secret".to_owned(),
            parts => format!("set what it is made of: {}", suggest::all_of(parts.iter().map(String::as_str))),
        };
        return Err(anyhow!("`{secret}.{key}` is composed of other values").hint(hint));
    }
    let said =
        |kind| settings.root.at(&["secrets", secret, key]).and_then(|node| str_of(node, kind)).unwrap_or_default();
    match needed.source {
        Some("env") => {
            let way = format!("set that where `kgen render {profile}` runs, or take `env` out of the project file");
            let from = said("env");
            let error = anyhow!("`{secret}.{key}` comes from the environment variable `{from}` in profile `{profile}`");
            return Err(error.hint(way));
        }
        Some("file") => {
            let way =
                format!("write it there, where `kgen render {profile}` runs, or take `file` out of the project file");
            let error = anyhow!("`{secret}.{key}` comes from the file `{}` in profile `{profile}`", said("file"));
            return Err(error.hint(way));
        }
        Some(_) => {
            let error = anyhow!("`{secret}.{key}` is spelled out in the project file for profile `{profile}`");
            return Err(error.hint("change it there"));
        }
        None => {}
    }
    let namespace = plan.namespace.as_deref().map(|name| format!(" in namespace `{name}`")).unwrap_or_default();
    let (whose, way) = match &needed.provider {
        Provider::Sealed(_) | Provider::Sops(_) => return Ok(()),
        Provider::External(settings) => {
            let store = str_of(settings, "store").unwrap_or_default();
            let (path, property) = remote(needed, settings, said("remote"));
            let property = property.map(|property| format!(", property `{property}`")).unwrap_or_default();
            let way = format!("write it into what the store `{store}` reads: `{path}`{property}");
            ("fetched by External Secrets Operator", way)
        }
        Provider::Existing => {
            let way = format!("it is the key `{key}` of Secret `{secret}`{namespace}; or choose `sealed` or `sops`");
            ("in a Secret that someone else creates (`secretProvider: existing`)", way)
        }
        Provider::Local | Provider::None => {
            let place = format!("`profiles: {{{profile}: {{secrets: {{{secret}: {{{key}: VALUE}}}}}}}}`");
            let way = format!("one of your own stands in the project file: {place}");
            ("made up by kgen (`secretProvider: local`)", way)
        }
    };
    Err(anyhow!("`{secret}.{key}` of profile `{profile}` is {whose}").hint(way))
}

/// The values that a composed one is made of, each once.
pub fn parts(needed: &Needed) -> Vec<&Home> {
    let mut out = Vec::new();
    for piece in &needed.pieces {
        if let Piece::Value { home, .. } = piece
            && !out.contains(&home)
        {
            out.push(home);
        }
    }
    out
}

/// Path and property in the store; as `plan/external.rs` writes them.
pub fn remote(needed: &Needed, settings: &crate::plan::node::Node, said: &str) -> (String, Option<String>) {
    let Home { secret, key, .. } = &needed.home;
    match said.split_once('#') {
        Some((path, property)) => (path.to_owned(), Some(property.to_owned()).filter(|property| !property.is_empty())),
        None if !said.is_empty() => (said.to_owned(), None),
        None => {
            let path = str_of(settings, "prefix").map_or(secret.clone(), |prefix| format!("{prefix}/{secret}"));
            (path, Some(key.clone()))
        }
    }
}

//! What a function is asked for: `spec` of a `Render`, or `data` of a ConfigMap, which some tools can only give.
//!
//! Owns: that nothing in it is ignored.

use anyhow::{Result, anyhow};

use crate::commands::select::Select;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::tree::{Map, Tree};

pub struct Request {
    pub file: String,
    pub profile: String,
    pub set: Vec<String>,
    pub select: Select,
}

const KEYS: [&str; 5] = ["file", "profile", "set", "only", "skip"];

impl Request {
    pub fn read(config: &Tree) -> Result<Self> {
        let kind = config.get("kind").and_then(Tree::as_str).unwrap_or_default();
        let (key, said) = match kind {
            "ConfigMap" => ("data", config.get("data")),
            "Render" => ("spec", config.get("spec")),
            _ => {
                return Err(
                    anyhow!("the functionConfig is a `{kind}`").hint("`apiVersion: kgen.dev/v1`, `kind: Render`")
                );
            }
        };
        let map = said.and_then(Tree::as_map).ok_or_else(|| anyhow!("the functionConfig has no `{key}`"))?;
        if let Some(unknown) = map.keys().find(|key| !KEYS.contains(&&***key)) {
            let hint = suggest::did_you_mean(unknown, KEYS);
            let hint = hint.unwrap_or_else(|| format!("expected {}", suggest::one_of(KEYS)));
            return Err(anyhow!("unknown key `{unknown}` in the functionConfig's `{key}`").hint(hint));
        }
        let text = |name: &str| map.get(name).map(|value| text(name, value)).transpose();
        let profile = text("profile")?.ok_or_else(|| anyhow!("the functionConfig's `{key}` names no `profile`"))?;
        Ok(Self {
            file: text("file")?.unwrap_or_else(|| "kgen.yaml".into()),
            profile,
            set: texts(map, "set")?,
            select: Select { only: texts(map, "only")?, skip: texts(map, "skip")? },
        })
    }
}

fn text(name: &str, value: &Tree) -> Result<String> {
    let found = value.as_str().ok_or_else(|| anyhow!("`{name}` is {}, not a string", value.noun()))?;
    Ok(found.to_owned())
}

/// A list, or as a ConfigMap has one: a line each.
fn texts(map: &Map, name: &str) -> Result<Vec<String>> {
    match map.get(name) {
        None => Ok(Vec::new()),
        Some(value) => match value.as_list() {
            Some(list) => list.iter().map(|item| text(name, item)).collect(),
            None => {
                Ok(text(name, value)?.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect())
            }
        },
    }
}

//! `--only` and `--skip`: which objects a command is about.
//!
//! Owns: the selectors `Secret`, `Deployment/api` and `component=redis.cache`, and that one which can match nothing is
//! an error rather than an empty answer.

use anyhow::anyhow;

use super::complete;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::resource::Resource;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Select {
    /// Only these objects: `Secret`, `Deployment/api`, `component=redis.cache`; several with commas
    #[arg(long, value_name = "SELECTOR", value_delimiter = ',', add = complete::selector())]
    pub only: Vec<String>,
    /// Not these objects
    #[arg(long, value_name = "SELECTOR", value_delimiter = ',', add = complete::selector())]
    pub skip: Vec<String>,
}

impl Select {
    pub fn is_empty(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }

    /// The selected objects of one profile.
    pub fn apply<'r>(&self, resources: &'r [Resource]) -> Vec<&'r Resource> {
        let any =
            |selectors: &[String], resource: &Resource| selectors.iter().any(|selector| matches(selector, resource));
        resources.iter().filter(|r| (self.only.is_empty() || any(&self.only, r)) && !any(&self.skip, r)).collect()
    }

    /// A selector of a kind or component that the project does not have is a slip.
    pub fn check<'r>(&self, resources: impl Iterator<Item = &'r Resource> + Clone) -> anyhow::Result<()> {
        for selector in self.only.iter().chain(&self.skip) {
            if selector.is_empty() || (resources.clone().any(|r| matches(selector, r)) || KNOWN.contains(&&**selector))
            {
                continue;
            }
            let mut names: Vec<String> = Vec::new();
            for resource in resources.clone() {
                names.extend([
                    resource.id.kind.clone(),
                    resource.id.to_string(),
                    format!("component={}", resource.component),
                ]);
            }
            let mut meant: Vec<&str> =
                names.iter().map(String::as_str).filter(|name| name.ends_with(&format!(".{selector}"))).collect();
            meant.sort_unstable();
            meant.dedup();
            let component = (!meant.is_empty()).then(|| format!("write {}", suggest::one_of(meant)));
            let hint = component.or_else(|| suggest::did_you_mean(selector, names.iter().map(String::as_str)));
            let hint = hint.unwrap_or_else(|| "a selector is `KIND`, `KIND/NAME` or `component=SECTION.NAME`".into());
            return Err(anyhow!("`{selector}` selects nothing").hint(hint));
        }
        Ok(())
    }
}

/// Kinds that may be asked for in any project: scripts use them without knowing what it holds.
const KNOWN: [&str; 3] = ["Namespace", "CustomResourceDefinition", "Secret"];

fn matches(selector: &str, resource: &Resource) -> bool {
    if let Some(component) = selector.strip_prefix("component=") {
        return *resource.component == *component;
    }
    match selector.split_once('/') {
        Some((kind, name)) => resource.id.kind == kind && resource.id.name == name,
        None => resource.id.kind == selector,
    }
}

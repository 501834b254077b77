//! What is said of a reference that leads nowhere: what there is, and what was meant.
//!
//! Does not own: where references lead (`output.rs`).

use super::node::Node;
use super::output::Resolver;
use super::reference::{DANGLING_REFERENCE, SECTIONS};
use crate::diag::{Diagnostic, suggest};
use crate::tree::{Map, Tree};

impl Resolver<'_> {
    /// `redis.url` for `redis.cache.url`.
    pub fn unnamed(&self, section: &str, output: &str) -> Option<String> {
        let components = self.settings.root.get(section).filter(|_| SECTIONS.contains(&section))?.as_map()?;
        let has = |node: &Node| self.outputs(section, node).iter().any(|known| known == output);
        let name = components.entries().find(|(_, entry)| has(&entry.value))?.0;
        Some(format!("the component's name stands between: `${{{section}.{name}.{output}}}`"))
    }

    pub fn dangling(&self, section: &str, name: &str) -> Diagnostic {
        if !SECTIONS.contains(&section) {
            let d = Diagnostic::new(DANGLING_REFERENCE, format!("there is no section `{section}` to refer to"));
            let hint = suggest::did_you_mean(section, SECTIONS);
            return d.hint(hint.unwrap_or_else(|| format!("sections are {}", suggest::all_of(SECTIONS))));
        }
        let names: Vec<&str> = self
            .settings
            .root
            .get(section)
            .and_then(Tree::as_map)
            .into_iter()
            .flat_map(Map::keys)
            .map(|k| &**k)
            .collect();
        let message = format!("there is no `{section}.{name}`");
        let hint = suggest::did_you_mean(name, names.iter().copied()).or_else(|| match names.is_empty() {
            true if section == "secrets" => Some(format!("declare it: `secrets: {{{name}: {{KEY: {{}}}}}}`")),
            true => Some(format!("the project has no `{section}`")),
            false => Some(format!("`{section}` has {}", suggest::all_of(names.iter().copied()))),
        });
        Diagnostic::new(DANGLING_REFERENCE, message).in_profile(&self.settings.profile).maybe_hint(hint)
    }

    pub fn no_output(&self, section: &str, name: &str, component: &Node, output: &str) -> Diagnostic {
        let known = self.outputs(section, component);
        let mode = component.get("mode").and_then(Tree::as_str).filter(|mode| *mode != "standalone");
        let mode = mode.map(|mode| format!(" in mode `{mode}`")).unwrap_or_default();
        let what = if matches!(section, "configs" | "secrets") { "key" } else { "output" };
        let message = format!("`{section}.{name}`{mode} has no {what} `{output}`");
        if (section, output) == ("redis", "password") && known.iter().all(|known| known != output) && mode.is_empty() {
            let message = format!("`{section}.{name}` has `auth: none`, so it has no password");
            let d = Diagnostic::new(DANGLING_REFERENCE, message).in_profile(&self.settings.profile);
            return d.hint("remove the reference, or `auth: none`");
        }
        let near = suggest::did_you_mean(output, known.iter().map(String::as_str));
        let all =
            || (!known.is_empty()).then(|| format!("it has {}", suggest::all_of(known.iter().map(String::as_str))));
        Diagnostic::new(DANGLING_REFERENCE, message).in_profile(&self.settings.profile).maybe_hint(near.or_else(all))
    }

    pub fn outputs(&self, section: &str, component: &Node) -> Vec<String> {
        let keys = || component.as_map().into_iter().flat_map(Map::keys).map(|key| key.to_string()).collect();
        let external = component.get("mode").and_then(Tree::as_str) == Some("external");
        let given = |all: &[&str]| {
            let said = |o: &str| component.get(o).is_some_and(|v| !v.is_null());
            let has = |o: &&str| *o == "url" || said(o) || (matches!(*o, "port" | "password") && said("host"));
            all.iter().filter(|o| !external || has(o)).map(|o| (*o).to_owned()).collect()
        };
        match section {
            "redis" => {
                let word = |key: &str| component.get(key).and_then(Tree::as_str);
                let mut all = vec!["host", "fqdn", "port", "password", "url"];
                all.retain(|output| *output != "password" || word("auth") != Some("none"));
                if matches!(word("mode"), Some("sentinel" | "operator")) {
                    all.extend(["sentinels", "masterName"]);
                }
                given(&all)
            }
            "postgres" => given(&["host", "fqdn", "port", "database", "user", "password", "url", "readHost"]),
            "apps" => ["host", "fqdn", "port", "url"].map(str::to_owned).to_vec(),
            _ => keys(),
        }
    }
}

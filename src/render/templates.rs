//! The templates: those built into the binary, and the project's own in their place.
//!
//! Owns: the list, and that an include stands at the indentation its lines are meant to have.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::suggest;

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

/// Name and text of every built-in template.
pub const BUILT_IN: &[(&str, &str)] = embed![
    "app/claim.yaml",
    "app/daemonset.yaml",
    "app/deployment.yaml",
    "app/horizontalpodautoscaler.yaml",
    "app/httproute.yaml",
    "app/ingress.yaml",
    "app/poddisruptionbudget.yaml",
    "app/service-headless.yaml",
    "app/service.yaml",
    "app/serviceaccount.yaml",
    "app/statefulset.yaml",
    "config/configmap.yaml",
    "delivery/applicationset.yaml",
    "delivery/kustomization.yaml",
    "job/cronjob.yaml",
    "job/job.yaml",
    "partial/claim.yaml",
    "partial/claimtemplates.yaml",
    "partial/container.yaml",
    "partial/metadata.yaml",
    "partial/networkpolicy.yaml",
    "partial/pod.yaml",
    "partial/serviceports.yaml",
    "partial/storemetadata.yaml",
    "partial/storepod.yaml",
    "postgres/cluster.yaml",
    "postgres/objectstore.yaml",
    "postgres/scheduledbackup.yaml",
    "postgres/service-headless.yaml",
    "postgres/service.yaml",
    "postgres/statefulset.yaml",
    "project/namespace.yaml",
    "redis/claim.yaml",
    "redis/container.yaml",
    "redis/deployment.yaml",
    "redis/operator.yaml",
    "redis/proxy.yaml",
    "redis/sentinel-container.yaml",
    "redis/sentinel.yaml",
    "redis/service-headless.yaml",
    "redis/service-members.yaml",
    "redis/service-sentinel.yaml",
    "redis/service.yaml",
    "redis/statefulset.yaml",
    "secret/externalsecret.yaml",
    "secret/sealedsecret.yaml",
    "secret/secret.yaml",
    "secret/sops.yaml",
];

/// A template's text.
#[derive(Clone, Debug)]
pub struct Template {
    /// `redis/statefulset.yaml`: what an include says.
    pub name: Arc<str>,
    /// What messages say: `templates/redis/statefulset.yaml`.
    pub path: Arc<str>,
    pub text: String,
}

/// The built-in templates, replaced and added to by the project's.
pub fn all(own: &[Template]) -> Vec<Template> {
    let mut out: Vec<Template> = Vec::new();
    for (name, text) in BUILT_IN {
        let template =
            Template { name: (*name).into(), path: format!("templates/{name}").into(), text: (*text).to_owned() };
        out.push(own.iter().find(|own| *own.name == **name).cloned().unwrap_or(template));
    }
    out.extend(own.iter().filter(|own| !BUILT_IN.iter().any(|(name, _)| **name == *own.name)).cloned());
    out
}

/// Those that are named, what they include, and all of the project's own, whose mistakes are to be found.
pub fn reached(all: Vec<Template>, own: &[Template], named: impl Iterator<Item = &'static str>) -> Vec<Template> {
    let mut wanted: BTreeSet<String> =
        named.map(str::to_owned).chain(own.iter().map(|own| own.name.to_string())).collect();
    let mut size = 0;
    while size < wanted.len() {
        size = wanted.len();
        let texts: Vec<&str> = all.iter().filter(|t| wanted.contains(&*t.name)).map(|t| t.text.as_str()).collect();
        let names = all.iter().map(|template| &*template.name);
        wanted.extend(names.filter(|name| texts.iter().any(|text| text.contains(name))).map(str::to_owned));
    }
    all.into_iter().filter(|template| wanted.contains(&*template.name)).collect()
}

/// Those of the project's that replace none and that nothing includes, and the name that may have been meant.
pub fn unused(own: &[Template]) -> Vec<(&Template, Option<String>)> {
    let names = || BUILT_IN.iter().map(|(name, _)| *name);
    let is_used = |template: &Template| {
        names().any(|name| name == &*template.name) || own.iter().any(|other| other.text.contains(&*template.name))
    };
    let unused = own.iter().filter(|template| !is_used(template));
    unused.map(|template| (template, suggest::did_you_mean(&template.name, names()))).collect()
}

/// The filter that writes captured lines at an indentation.
pub const INDENT: &str = "__at_indent";

/// `  {% include "x" %}` alone on its line writes the lines of `x` two columns in. Line numbers stay.
pub fn indent_includes(text: &str) -> String {
    text.split_inclusive('\n').map(|line| include_line(line).unwrap_or_else(|| line.to_owned())).collect()
}

fn include_line(line: &str) -> Option<String> {
    let tag = line.trim();
    let indent = line.len() - line.trim_start().len();
    if indent == 0 || !tag.starts_with("{% include ") || !tag.ends_with("%}") || tag.matches("{%").count() != 1 {
        return None;
    }
    Some(format!("{{% filter {INDENT}({indent}) %}}{tag}{{% endfilter %}}\n"))
}

/// Every line that holds something, moved in.
pub fn indent(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{pad}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_embedded() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut found = Vec::new();
        for folder in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
            for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|ext| ext == "yaml") {
                    found.push(file.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        let known: Vec<_> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found, known);
    }

    #[test]
    fn an_include_is_written_at_its_indentation() {
        let line = "    {% include \"x.yaml\" %}\n";
        assert_eq!(indent_includes(line), "{% filter __at_indent(4) %}{% include \"x.yaml\" %}{% endfilter %}\n");
        assert_eq!(indent("a: 1\n\nb:\n  c: 2\n", 2), "  a: 1\n  b:\n    c: 2\n");
    }
}

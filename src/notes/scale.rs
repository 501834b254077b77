//! More pods, for now and for good.

use super::Section;
use super::view::{View, of, reference};
use crate::resource::Resource;
use crate::tree::Tree;

pub fn section(view: &View) -> Section {
    let mut out = Section::new("Scale");
    let scalers: Vec<&Resource> = view.kind("HorizontalPodAutoscaler").collect();
    let is_scaled =
        |it: &Resource| scalers.iter().any(|hpa| hpa.id.name == it.id.name && hpa.id.namespace == it.id.namespace);
    let apps = view.workloads().filter(|it| it.component.starts_with("apps.") && !is_scaled(it));
    let apps: Vec<(&Resource, i64)> =
        apps.filter_map(|it| Some((it, it.body.at(&["spec", "replicas"])?.as_i64()?))).collect();
    if !apps.is_empty() {
        out.say(
            "For now; the next apply says that somebody else changed it, and with `--force-conflicts` sets it back:",
        );
        out.run(
            apps.iter()
                .map(|(it, count)| format!("kubectl scale {}{} --replicas={}", reference(it), of(it), count + 1)),
        );
        let setting = |(it, count): &(&Resource, i64)| {
            format!("`profiles.{}.{}.replicas: {}`", view.profile, it.component, count + 1)
        };
        let settings: Vec<String> = apps.iter().map(setting).collect();
        out.say(format!("For good, in the project file: {}.", settings.join(", ")));
    }
    if !scalers.is_empty() {
        out.say("An autoscaler has the number of pods of these; its bounds are settings of the project file:");
        out.run(scalers.iter().map(|hpa| format!("kubectl get {}{}", reference(hpa), of(hpa))));
    }
    let stores = ["redis", "postgres"].iter().flat_map(|section| view.components(section));
    let alone: Vec<String> = stores
        .filter(|(_, settings)| {
            !matches!(settings.get("mode").and_then(Tree::as_str), Some("sentinel" | "operator" | "cnpg" | "external"))
        })
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if !alone.is_empty() {
        out.say(format!(
            "Do not scale {}: two servers behind one Service are two stores. More is another `mode`.",
            alone.join(", ")
        ));
    }
    out
}

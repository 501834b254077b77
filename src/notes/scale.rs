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
        handover(view, &view.workloads().filter(|it| is_scaled(it)).collect::<Vec<_>>(), &mut out);
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

/// A number that an apply said before, and says no more, becomes 1 until the autoscaler adds pods.
/// Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
fn handover(view: &View, scaled: &[&Resource], out: &mut Section) {
    if scaled.is_empty() {
        return;
    }
    out.say("On the day that the autoscaler comes, hand the number of pods over before the apply, which else ends all pods but one. Where objects are applied with `--server-side`:");
    out.run(scaled.iter().map(|it| {
        let (name, version, kind) = (&it.id.name, &it.id.api_version, &it.id.kind);
        format!(
            "kubectl get {}{} -o go-template='{{\"apiVersion\":\"{version}\",\"kind\":\"{kind}\",\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{\"replicas\":{{{{.spec.replicas}}}}}}}}' |\n  kubectl apply --server-side --field-manager=handover{} -f -",
            reference(it),
            of(it),
            of(it)
        )
    }));
    out.say("Where they are applied without it; the first command shows whether the last apply said a number:");
    out.run(scaled.iter().flat_map(|it| {
        [
            format!("kubectl apply view-last-applied {}{}", reference(it), of(it)),
            format!("{} --only {} | kubectl apply set-last-applied -f -", view.render(), it.id),
        ]
    }));
}

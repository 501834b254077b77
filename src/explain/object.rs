//! The object that is asked for: `Deployment/api`, also `deployment/api`, `deployments/api` and `deploy/api`.
//!
//! Owns: kubectl's short names, and names without the hash that kgen puts behind them.

use anyhow::{Error, Result, anyhow};

use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::resource::Resource;

/// As `kubectl api-resources` lists them.
const SHORT: [(&str, &str); 21] = [
    ("cj", "CronJob"),
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ep", "Endpoints"),
    ("es", "ExternalSecret"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("limits", "LimitRange"),
    ("netpol", "NetworkPolicy"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
];

/// The object of this name; the error says what there is.
pub fn find<'r>(resources: &'r [Resource], text: &str, profile: &str) -> Result<&'r Resource> {
    let Some((kind, name)) = text.split_once('/') else { return Err(without_kind(resources, text)) };
    let of_kind = || resources.iter().filter(|resource| is_kind(kind, &resource.id.kind));
    let exact = of_kind().find(|resource| resource.id.name == name);
    let hashed = || of_kind().find(|resource| is_hashed(resource, name));
    exact.or_else(hashed).ok_or_else(|| unknown(resources, text, profile))
}

/// The objects that have this name, or are of this kind.
fn without_kind(resources: &[Resource], text: &str) -> Error {
    let is_meant = |id: &crate::resource::Id| *id.name == *text || is_kind(text, &id.kind);
    let mut meant: Vec<String> =
        resources.iter().filter(|r| is_meant(&r.id)).map(|resource| resource.id.to_string()).collect();
    meant.sort();
    meant.dedup();
    let hint = match meant.is_empty() {
        true => "write `KIND/NAME`, for instance `Deployment/api` or `sts/cache`".into(),
        false => format!("write {}", suggest::one_of(meant.iter().map(String::as_str))),
    };
    anyhow!("`{text}` is no object").hint(hint)
}

fn unknown(resources: &[Resource], text: &str, profile: &str) -> Error {
    let (kind, name) = text.split_once('/').unwrap_or_default();
    let mut names: Vec<String> = resources.iter().map(|resource| resource.id.to_string()).collect();
    names.sort();
    names.dedup();
    let full = resources.iter().map(|resource| &*resource.id.kind).find(|full| is_kind(kind, full)).unwrap_or(kind);
    let same = resources.iter().filter(|resource| resource.id.kind == full).map(|resource| &*resource.id.name);
    let near = suggest::nearest(name, same.clone()).map(|name| format!("{full}/{name}"));
    let near = near.or_else(|| Some(suggest::nearest(text, names.iter().map(String::as_str))?.to_owned()));
    let of_kind: Vec<&str> =
        names.iter().map(String::as_str).filter(|id| id.starts_with(&format!("{full}/"))).collect();
    let there: Vec<&str> = if of_kind.is_empty() { names.iter().map(String::as_str).collect() } else { of_kind };
    anyhow!("there is no `{text}` in `{profile}`")
        .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
        .maybe_hint((!there.is_empty()).then(|| format!("there is {}", suggest::all_of(there))))
}

/// Whether a word names this kind, as kubectl takes it.
fn is_kind(word: &str, kind: &str) -> bool {
    let (word, lower) = (word.to_lowercase(), kind.to_lowercase());
    let plural = match lower.strip_suffix('y') {
        Some(stem) if !lower.ends_with("ey") => format!("{stem}ies"),
        _ if lower.ends_with('s') => format!("{lower}es"),
        _ => format!("{lower}s"),
    };
    word == lower || word == plural || SHORT.iter().any(|(short, long)| *short == word && *long == kind)
}

/// A Job or a ConfigMap whose name ends in ten characters for what it holds.
fn is_hashed(resource: &Resource, name: &str) -> bool {
    let hash = resource.id.name.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    let plain = |hash: &str| hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    matches!(&*resource.id.kind, "Job" | "ConfigMap") && hash.is_some_and(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Body;
    use serde_json::json;

    fn resources(ids: &[(&str, &str)]) -> Vec<Resource> {
        let resource = |(kind, name): &(&str, &str)| {
            let body = Body::from_json(&json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}));
            Resource::new("apps.api", body).unwrap()
        };
        ids.iter().map(resource).collect()
    }

    #[test]
    fn kinds_are_named_as_kubectl_names_them() {
        let all =
            resources(&[("StatefulSet", "db"), ("Ingress", "web"), ("NetworkPolicy", "db"), ("Job", "up-0a1b2c3d4e")]);
        for text in ["StatefulSet/db", "statefulset/db", "sts/db", "statefulsets/db", "ingresses/web", "ing/web"] {
            assert!(find(&all, text, "dev").is_ok(), "{text}");
        }
        assert_eq!(find(&all, "netpol/db", "dev").unwrap().id.kind, "NetworkPolicy");
        assert_eq!(find(&all, "networkpolicies/db", "dev").unwrap().id.kind, "NetworkPolicy");
        assert_eq!(find(&all, "job/up", "dev").unwrap().id.name, "up-0a1b2c3d4e");
    }

    #[test]
    fn a_name_or_a_kind_alone_gets_its_objects() {
        let all = resources(&[("Service", "api"), ("Deployment", "api"), ("Deployment", "web")]);
        let said = |text| find(&all, text, "dev").map(|_| ()).unwrap_err().to_string();
        assert_eq!(said("api"), "`api` is no object\nhint: write `Deployment/api` or `Service/api`");
        assert_eq!(said("deploy"), "`deploy` is no object\nhint: write `Deployment/api` or `Deployment/web`");
        let hint = "write `KIND/NAME`, for instance `Deployment/api` or `sts/cache`";
        assert_eq!(said("x"), format!("`x` is no object\nhint: {hint}"));
    }

    #[test]
    fn what_is_not_there_gets_the_nearest_name() {
        let all = resources(&[("Deployment", "api"), ("Deployment", "web"), ("Service", "api")]);
        let said = |text| find(&all, text, "dev").unwrap_err().to_string();
        let there = "hint: there is `Deployment/api` and `Deployment/web`";
        assert_eq!(
            said("deploy/apy"),
            format!("there is no `deploy/apy` in `dev`\nhint: did you mean `Deployment/api`?\n{there}")
        );
        let all = "hint: there is `Deployment/api`, `Deployment/web` and `Service/api`";
        assert_eq!(said("Job/x"), format!("there is no `Job/x` in `dev`\n{all}"));
    }
}

use serde_json::{Value, json};

use super::{File, Files, Layout, Profile, tree};
use crate::resource::Resource;
use crate::secret::Secret;
use crate::tree::{Kind, Tree};

fn resource(component: &str, object: &Value) -> Resource {
    let body = Tree::from_json(object);
    Resource::new(component, body).unwrap()
}

fn profile(name: &str, namespace: &str, objects: &[Value]) -> Profile {
    let place = |object: &Value| {
        let mut object = object.clone();
        object["metadata"]["namespace"] = namespace.into();
        resource("apps.api", &object)
    };
    Profile { name: name.into(), namespace: Some(namespace.into()), resources: objects.iter().map(place).collect() }
}

fn api(image: &str, level: &str) -> Value {
    let env = json!([{"name": "PORT", "value": "80"}, {"name": "LEVEL", "value": level}]);
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"},
           "spec": {"template": {"spec": {"containers": [{"name": "api", "image": image, "env": env}]}}}})
}

fn service() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}, "spec": {"ports": [{"port": 80}]}})
}

fn files(layout: Layout, profiles: &[Profile]) -> Files {
    tree(layout, profiles.to_vec(), "kgen.yaml").unwrap().unwrap()
}

fn text<'f>(files: &'f Files, path: &str) -> &'f str {
    files.get(path).map(|file: &File| file.text.as_str()).unwrap_or_else(|| panic!("{path} in {:?}", files.keys()))
}

#[test]
fn an_overlay_holds_what_differs_and_nothing_else() {
    let dev = profile("dev", "shop-dev", &[api("r.io/api:1", "debug"), service()]);
    let prod = profile("prod", "shop-prod", &[api("r.io/api:2", "info")]);
    let files = files(Layout::Overlays, &[dev, prod]);
    let paths: Vec<_> = files.keys().map(String::as_str).collect();
    let expected = [
        "base/api/deployment.yaml",
        "base/kustomization.yaml",
        "overlays/dev/api/service.yaml",
        "overlays/dev/kustomization.yaml",
        "overlays/prod/kustomization.yaml",
        "overlays/prod/patches/api-deployment.yaml",
    ];
    assert_eq!(paths, expected);
    let kustomization = "# kgen: prod from kgen.yaml; do not edit\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop-prod\nresources:\n- ../../base\npatches:\n- path: patches/api-deployment.yaml\n";
    assert_eq!(text(&files, "overlays/prod/kustomization.yaml"), kustomization);
    let patch = "# kgen: apps.api from kgen.yaml; do not edit\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n      - name: api\n        image: r.io/api:2\n        env:\n        - name: PORT\n        - name: LEVEL\n          value: info\n";
    assert_eq!(text(&files, "overlays/prod/patches/api-deployment.yaml"), patch);
}

#[test]
fn a_namespace_of_all_profiles_is_written_into_the_objects() {
    let files = files(Layout::Overlays, &[profile("dev", "shop", &[service()]), profile("prod", "shop", &[service()])]);
    assert!(text(&files, "base/api/service.yaml").contains("  namespace: shop\n"));
    assert!(!text(&files, "overlays/prod/kustomization.yaml").contains("namespace"));
}

#[test]
fn an_object_that_cannot_bear_the_namespace_stands_beside_the_rest() {
    let issuer = json!({"apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer", "metadata": {"name": "ca"}});
    let mut dev = profile("dev", "shop-dev", &[service()]);
    dev.resources.push(resource("manifests", &issuer));
    let files = files(Layout::Overlays, &[dev, profile("prod", "shop-prod", &[service()])]);
    let outer = text(&files, "overlays/dev/kustomization.yaml");
    assert!(outer.ends_with("resources:\n- manifests/clusterissuer.yaml\n- namespaced\n"), "{outer}");
    let inner = text(&files, "overlays/dev/namespaced/kustomization.yaml");
    assert!(inner.ends_with("namespace: shop-dev\nresources:\n- ../../../base\n"), "{inner}");
}

#[test]
fn a_label_of_the_profile_is_no_patch() {
    let labelled = |profile: &str| {
        let mut object = service();
        object["metadata"]["labels"] = json!({"app": "api", "kgen.dev/profile": profile});
        object
    };
    let profiles = ["dev", "prod"].map(|name| profile(name, "shop", &[labelled(name)]));
    let files = files(Layout::Overlays, &profiles);
    assert_eq!(files.len(), 4);
    let prod = text(&files, "overlays/prod/kustomization.yaml");
    assert!(prod.ends_with("labels:\n- pairs:\n    kgen.dev/profile: prod\n"), "{prod}");
}

#[test]
fn what_is_for_the_stream_only_is_in_no_file() {
    let mut dev = profile("dev", "shop", &[service(), api("a:1", "debug")]);
    dev.resources[1].stream_only = true;
    let files = files(Layout::Flat, &[dev]);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["dev/api/service.yaml", "dev/kustomization.yaml"]);
}

#[test]
fn what_kustomize_cannot_build_is_a_diagnostic() {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "\u{7f}"}});
    let report = tree(Layout::Flat, vec![profile("dev", "shop", &[object])], "kgen.yaml").unwrap().unwrap_err();
    assert_eq!(report.sorted()[0].rule.id, "kustomize");
}

#[test]
fn a_readable_secret_stays_in_its_overlay_and_is_marked() {
    let secret = |value: &str| {
        let mut out =
            resource("redis.cache", &json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}));
        let value = Tree::from(Kind::Secret(Secret::new(value.to_owned()).into()));
        out.body.as_map_mut().unwrap().insert("data", Tree::map([("password", value)]));
        out
    };
    let profiles = [("dev", "one"), ("prod", "two")].map(|(name, value)| {
        let mut out = profile(name, "shop", &[]);
        out.resources.push(secret(value));
        out
    });
    let files = files(Layout::Overlays, &profiles);
    let readable: Vec<_> = files.iter().filter(|(_, file)| file.readable).map(|(path, _)| path.as_str()).collect();
    assert_eq!(readable, ["overlays/dev/cache/secret.yaml", "overlays/prod/cache/secret.yaml"]);
    assert!(text(&files, "overlays/prod/cache/secret.yaml").ends_with("data:\n  password: dHdv\n"));
}

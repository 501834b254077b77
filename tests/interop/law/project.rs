//! A whole random project: its parts first, so that they can name each other, then what each profile changes.

use std::collections::BTreeMap;

use kgen::project::language;
use kgen::project::schema::Type;
use serde_json::{Map, Value, json};

use crate::law::make::{Maker, difference};
use crate::law::store::Memory;
use crate::law::table::{Name, Table};
use crate::law::world::{Store, World};
use crate::law::{fit, words, yaml};
use crate::random::Random;

pub struct Project {
    pub root: Value,
    /// Files beside `kgen.yaml`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Project {
    pub fn memory(&self) -> Memory {
        let mut files = self.files.clone();
        files.insert("kgen.yaml".into(), yaml::text(&self.root).into_bytes());
        Memory(files)
    }
}

type Fields = Map<String, Value>;

/// `tag` is behind every name.
pub fn project(seed: u64, tag: &str, table: &'static Table) -> Project {
    let mut random = Random::new(seed.wrapping_mul(7919).wrapping_add(13));
    let focus = focus(&mut random, table);
    let world = world(&mut random, tag, &focus);
    let density = 4 + random.below(14);
    let mut maker = Maker { random, world, table, density, focus };
    let mut root = Fields::new();
    root.insert("apiVersion".into(), "kgen.dev/v1".into());
    root.insert("project".into(), format!("law{tag}").into());
    head(&mut maker, &mut root);
    let components = components(&mut maker);
    root.extend(components.clone());
    objects(&mut maker, &mut root);
    let profiles = profiles(&mut maker, &root);
    root.insert("profiles".into(), profiles.into());
    Project { root: root.into(), files: files(seed) }
}

fn files(seed: u64) -> BTreeMap<String, Vec<u8>> {
    let objects = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: from-file-{seed}}}\ndata: {{a: \"1\", y: \"no\"}}\n---\napiVersion: v1\nkind: LimitRange\nmetadata: {{name: limits-{seed}}}\nspec: {{limits: [{{type: Container, default: {{memory: 256Mi}}}}]}}\n"
    );
    let texts = [
        ("files/a.txt", "a = 1\nb = \"two\"\n".to_owned()),
        ("files/b.txt", "no line break at the end".to_owned()),
        ("files/a.sql", "CREATE TABLE t (n int);\n".to_owned()),
        ("license.key", format!("{}\n", super::store::VALUE)),
        ("objects.yaml", objects),
        (
            "templates/app/poddisruptionbudget.yaml",
            include_str!("../../../templates/app/poddisruptionbudget.yaml")
                .replace("policy/v1", "policy/v1 # of the project"),
        ),
    ];
    let mut out: BTreeMap<String, Vec<u8>> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    out.insert("files/c.bin".into(), vec![0, 159, 146, 150, 255]);
    out
}

/// Some fields of each section.
fn focus(random: &mut Random, table: &Table) -> Vec<Name> {
    let mut out = Vec::new();
    for section in ["apps.", "apps.", "apps.", "jobs.", "redis.", "redis.", "postgres.", "postgres."] {
        let all: Vec<&Name> = table.fields.iter().filter(|name| name.starts_with(section)).collect();
        out.extend(random.pick_or(&all).map(|name| (*name).clone()));
    }
    out
}

/// A mode that has the fields that this project is about.
fn mode_for(random: &mut Random, section: &str, modes: &[&'static str], focus: &[Name]) -> &'static str {
    let rules = fit::modes(section);
    let name = focus.iter().filter_map(|name| name.strip_prefix(section)?.strip_prefix(".*.")).next();
    let has = |mode: &str, name: &str| {
        let mut rules = rules.iter().filter(|(path, _)| name.starts_with(&path.join(".")));
        rules.all(|(_, modes)| modes.contains(&mode))
    };
    let fits: Vec<&'static str> =
        modes.iter().copied().filter(|mode| name.is_none_or(|name| has(mode, name))).collect();
    random.pick_or(&fits).copied().unwrap_or("standalone")
}

fn world(random: &mut Random, tag: &str, focus: &[Name]) -> World {
    let mut world = World { tag: tag.to_owned(), namespaced: random.chance(85), ..World::default() };
    let sets: [&[&str]; 6] = [
        &["dev", "staging", "prod"],
        &["dev", "staging", "prod"],
        &["dev", "prod"],
        &["dev", "test", "prod"],
        &["dev", "qa", "load", "prod"],
        &["prod"],
    ];
    world.profiles = random.pick(&sets).iter().map(|name| (*name).to_owned()).collect();
    let name = |word: &str| format!("{word}{tag}");
    let mut names = ["api", "web", "worker", "y", "no", "admin", "on", "x1"].map(name).to_vec();
    random.shuffle(&mut names);
    let count = 1 + random.below(3);
    world.apps = names.drain(..count).collect();
    world.served = vec![name("anchor")];
    let mut jobs = ["migrate", "nightly", "off"].map(name).to_vec();
    random.shuffle(&mut jobs);
    world.jobs = jobs.drain(..random.below(3)).collect();
    for (section, all) in [("redis", ["cache", "queue"]), ("postgres", ["db", "shop"])] {
        for word in all {
            if random.chance(50) {
                world.stores.push(store(random, section, name(word), world.profiles.len(), focus));
            }
        }
    }
    for word in ["app", "n"] {
        if random.chance(55) {
            world.configs.push((format!("{word}-config{tag}"), vec!["LEVEL".into(), "b.txt".into()]));
        }
    }
    for word in ["main", "other"] {
        if random.chance(55) {
            world.secrets.push((format!("{word}-secret{tag}"), vec!["token".into(), "KEY".into()]));
        }
    }
    let keyed = !world.secrets.is_empty();
    world.stores.iter_mut().for_each(|store| store.keyed = keyed);
    world
}

fn store(random: &mut Random, section: &'static str, name: String, profiles: usize, focus: &[Name]) -> Store {
    let modes: &[&str] = match section {
        "redis" => &["standalone", "standalone", "sentinel", "operator", "external"],
        _ => &["standalone", "standalone", "cnpg", "external"],
    };
    let mode = if random.chance(70) { mode_for(random, section, modes, focus) } else { *random.pick(modes) };
    let mut others = Vec::new();
    for profile in 0..profiles {
        let other = *random.pick(modes);
        if random.chance(20) && other != mode {
            others.push((profile, other));
        }
    }
    let password = section == "postgres" || random.chance(70);
    Store { section, name, mode, modes: others, password, composed: random.chance(60), keyed: false }
}

fn head(maker: &mut Maker, root: &mut Fields) {
    let tag = maker.world.tag.clone();
    if maker.world.namespaced {
        root.insert("namespace".into(), namespace(maker, &format!("ns{tag}")));
    }
    let random = &mut maker.random;
    let mut maybe = |root: &mut Fields, percent: usize, key: &str, value: &dyn Fn(&mut Random) -> Value| {
        if random.chance(percent) {
            let value = value(random);
            root.insert(key.into(), value);
        }
    };
    maybe(root, 25, "kubernetes", &|random| random.pick(&["1.35", "1.36", "1.37"]).to_string().into());
    maybe(root, 10, "output", &|random| random.pick(&["out", "a/b"]).to_string().into());
    maybe(root, 10, "layout", &|random| random.pick(&["overlays", "flat"]).to_string().into());
    maybe(root, 6, "templates", &|_| "templates".into());
    maybe(root, 30, "rollout", &|random| random.pick(&["checksum", "hash"]).to_string().into());
    maybe(root, 45, "labels", &labels);
    maybe(root, 40, "annotations", &annotations);
    maybe(root, 50, "secretProvider", &provider);
}

fn namespace(maker: &mut Maker, name: &str) -> Value {
    let random = &mut maker.random;
    match random.below(3) {
        0 => {
            let mut map = Fields::from_iter([("name".to_owned(), name.into())]);
            if random.chance(80) {
                map.insert("create".into(), random.chance(80).into());
            }
            if random.chance(60) {
                map.insert(
                    "podSecurity".into(),
                    random.pick(&["privileged", "baseline", "restricted"]).to_string().into(),
                );
            }
            map.into()
        }
        _ => name.into(),
    }
}

fn labels(random: &mut Random) -> Value {
    let mut out = Fields::new();
    for key in ["team", "example.org/cost", "y"] {
        if random.chance(55) {
            let value = if random.chance(25) { "${profile}".to_owned() } else { words::label(random).to_owned() };
            out.insert(key.into(), value.into());
        }
    }
    out.insert("tested".into(), words::label(random).into());
    out.into()
}

fn annotations(random: &mut Random) -> Value {
    let mut out = Fields::new();
    for key in ["example.org/source", "on", "x.y/1.0"] {
        if random.chance(60) {
            out.insert(key.into(), words::text(random).into());
        }
    }
    out.insert("tested".into(), words::text(random).into());
    out.into()
}

/// One that needs nothing beside the project file.
fn provider(random: &mut Random) -> Value {
    if random.chance(35) {
        return "existing".into();
    }
    let mut external = Fields::from_iter([("store".to_owned(), Value::from(*random.pick(&["vault", "team.store"])))]);
    let more: [(&str, Value); 4] = [
        ("kind", (*random.pick(&["SecretStore", "ClusterSecretStore"])).into()),
        ("prefix", (*random.pick(&["demo/prod", "${project}/${profile}", "y"])).into()),
        ("refreshInterval", (*random.pick(&["15m", "1h", "1h30m"])).into()),
        ("reloader", random.chance(50).into()),
    ];
    for (key, value) in more {
        if random.chance(50) {
            external.insert(key.into(), value);
        }
    }
    json!({ "external": external })
}

/// With ciphertext beside the project file.
fn encrypted(random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"sops": random.pick(&["secrets", "enc/sops"])}),
        1 => json!({"sops": {}}),
        2 => {
            json!({"sealed": {"scope": random.pick(&["strict", "namespace-wide", "cluster-wide"]), "folder": "enc/sealed"}})
        }
        _ => json!({"sealed": {}}),
    }
}

pub fn type_of(section: &str) -> &'static Type {
    match section {
        "apps" => &language::APP_TYPE,
        "jobs" => &language::JOB_TYPE,
        "redis" => &language::REDIS_TYPE,
        "postgres" => &language::POSTGRES_TYPE,
        other => {
            let field = language::PROJECT.field(other).unwrap();
            let Type::Map(map) = &field.ty else { panic!("{other}") };
            &map.value
        }
    }
}

const SECTIONS: [&str; 6] = ["configs", "secrets", "redis", "postgres", "apps", "jobs"];

fn components(maker: &mut Maker) -> Fields {
    let mut out = Fields::new();
    for section in SECTIONS {
        let mut map = Fields::new();
        for name in names(maker, section) {
            map.insert(name.clone(), component(maker, section, &name));
        }
        if section == "apps" {
            let anchor = maker.world.served[0].clone();
            map.insert(anchor, json!({"image": "ghcr.io/acme/api:1.4.2", "port": 8080}));
        }
        if !map.is_empty() {
            out.insert(section.into(), map.into());
        }
    }
    out
}

fn names(maker: &Maker, section: &str) -> Vec<String> {
    let world = &maker.world;
    match section {
        "apps" => world.apps.clone(),
        "jobs" => world.jobs.clone(),
        "configs" => world.configs.iter().map(|(name, _)| name.clone()).collect(),
        "secrets" => world.secrets.iter().map(|(name, _)| name.clone()).collect(),
        section => world.stores.iter().filter(|s| s.section == section).map(|s| s.name.clone()).collect(),
    }
}

fn component(maker: &mut Maker, section: &str, name: &str) -> Value {
    match section {
        "secrets" => return secret(maker, name),
        "configs" => return config(maker, name),
        _ => {}
    }
    let ty = type_of(section);
    let mut at = vec![section.to_owned(), name.to_owned()];
    let Type::Object(object) = ty else { panic!("{section}") };
    let mut value = maker.object(object, &mut at).unwrap_or_else(|| json!({}));
    if let Some(store) = maker.world.stores.iter().find(|store| store.name == name).cloned() {
        said(maker, &store, store.mode, &mut value);
    }
    fit::component(maker, section, name, &mut value);
    value
}

/// What a store says of its mode.
fn said(maker: &mut Maker, store: &Store, mode: &'static str, value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    if mode != "standalone" || maker.random.chance(40) {
        map.insert("mode".into(), mode.into());
    }
    let known = maker.world.secrets.first().map(|(name, keys)| format!("${{secrets.{name}.{}}}", keys[0]));
    if store.section == "redis" && !store.password {
        map.insert("auth".into(), "none".into());
        map.remove("password");
    } else if store.section == "redis" && maker.random.chance(20) {
        map.insert("auth".into(), "password".into());
    }
    if mode != "external" {
        return;
    }
    map.remove("password");
    if store.composed || !store.password {
        map.insert("host".into(), (*maker.random.pick(&["store.example.net", "s.internal"])).into());
        if let Some(known) = known.filter(|_| store.password) {
            map.insert("password".into(), known.into());
        }
    } else {
        map.remove("port");
        map.remove("username");
        if let Some(known) = known.filter(|_| maker.random.chance(50)) {
            map.insert("url".into(), known.into());
            map.remove("tls");
            map.remove("sslmode");
        }
    }
}

fn config(maker: &mut Maker, name: &str) -> Value {
    let keys = maker.world.configs.iter().find(|(other, _)| other == name).map(|(_, keys)| keys.clone());
    let mut out = Fields::new();
    for key in keys.into_iter().flatten().chain(["file".to_owned(), "a.y".to_owned()]) {
        let file = matches!(key.as_str(), "file" | "a.y");
        out.insert(key, content(maker, file));
    }
    out.into()
}

fn content(maker: &mut Maker, file: bool) -> Value {
    // Not from one of its own kind: that would be a circle.
    let stores = maker.world.stores.clone();
    let store = maker.random.pick_or(&stores);
    let plain = store.map(|store| (store, store.outputs(maker.world.namespaced).0));
    match (maker.random.below(100), plain) {
        (0..20, Some((store, outputs))) if !outputs.is_empty() => {
            let output = maker.random.pick(&outputs);
            format!("at ${{{}.{}.{output}}}", store.section, store.name).into()
        }
        (20..35, _) if file => json!({"file": maker.random.pick(&["files/a.txt", "files/b.txt", "files/c.bin"])}),
        (35..50, _) => json!({"value": words::text(&mut maker.random)}),
        _ => words::text(&mut maker.random).into(),
    }
}

fn secret(maker: &mut Maker, name: &str) -> Value {
    let keys = maker.world.secrets.iter().find(|(other, _)| other == name).map(|(_, keys)| keys.clone());
    let keys = keys.unwrap_or_default();
    let mut out = Fields::new();
    for key in keys {
        let value = declared(&mut maker.random);
        out.insert(key, value);
    }
    let stores = maker.world.stores.clone();
    if let Some(store) = maker.random.pick_or(&stores).filter(|store| store.password)
        && maker.random.chance(35)
    {
        out.insert("composed".into(), format!("${{{}.{}.url}}", store.section, store.name).into());
    }
    if maker.random.chance(30) {
        out.insert("broker".into(), format!("amqp://app:${{secrets.{name}.token}}@mq:5672/").into());
    }
    out.into()
}

fn declared(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!({"minLength": 16 + random.below(17)}),
        1 => json!({"remote": random.pick(&["prod/ca#crt", "prod/whole", "y"])}),
        2 => json!({"revision": random.pick(&["2", "b", "2024-01-01"])}),
        3 => json!({"env": "KGEN_LAW_VALUE"}),
        4 => json!({"file": "license.key"}),
        _ => json!({}),
    }
}

/// Raw objects, and patches of the app that every profile has.
fn objects(maker: &mut Maker, root: &mut Fields) {
    if maker.random.chance(40) {
        root.insert("manifests".into(), manifests(maker));
    }
    if maker.random.chance(40) {
        root.insert("patches".into(), patches(maker));
    }
}

fn manifests(maker: &mut Maker) -> Value {
    let tag = maker.world.tag.clone();
    let anchor = maker.world.served[0].clone();
    let random = &mut maker.random;
    let namespaced = maker.world.namespaced;
    let mut all = vec![
        json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": format!("quota{tag}"), "labels": {"team": words::label(random)}}, "spec": {"hard": {"pods": random.pick(&["20", "10240"]), "requests.memory": "10240Mi"}}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("raw{tag}")}, "data": {"a": words::string(random), "b": "$${x}"}}),
        json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": format!("class{tag}")}, "value": random.below(1000)}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": format!("role{tag}")}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": format!("policy{tag}")}, "spec": {"podSelector": {"matchLabels": {"app.kubernetes.io/name": anchor}}, "policyTypes": ["Ingress"]}}),
        json!({"file": "objects.yaml"}),
    ];
    if namespaced {
        all.push(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": format!("binding{tag}")}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}, "subjects": [{"kind": "ServiceAccount", "name": anchor, "namespace": "${namespace}"}]}));
    }
    random.shuffle(&mut all);
    all.truncate(1 + random.below(3));
    if random.chance(30) {
        all.push(namesake(random, &anchor, namespaced));
    }
    all.into()
}

/// An object of the kind and name of one of the app's, in another namespace or of another group.
fn namesake(random: &mut Random, app: &str, namespaced: bool) -> Value {
    let port = json!([{"port": 1 + random.below(1000)}]);
    let kinds = [
        ("Service", "v1", json!({"spec": {"ports": port}})),
        ("Service", "serving.knative.dev/v1", json!({"spec": {"ports": port, "template": {}}})),
        ("ServiceAccount", "v1", json!({})),
        (
            "Deployment",
            "apps/v1",
            json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": app, "image": "acme/other:1"}]}}}}),
        ),
    ];
    let (kind, api_version, content) = random.pick(&kinds);
    let mut out = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": app}});
    // Without a namespace of the project its objects are in `default`, for kustomize.
    let places: &[&str] = if namespaced { &["elsewhere", "default"] } else { &["elsewhere"] };
    if !api_version.contains('.') || random.chance(50) {
        out["metadata"]["namespace"] = (*random.pick(places)).into();
    }
    out.as_object_mut().into_iter().for_each(|map| map.extend(content.as_object().cloned().unwrap_or_default()));
    out
}

fn patches(maker: &mut Maker) -> Value {
    let anchor = maker.world.served[0].clone();
    let random = &mut maker.random;
    let number = random.below(3);
    let mut all = vec![
        json!({"target": {"kind": "Deployment", "name": anchor}, "patch": {"spec": {"template": {"spec": {"containers": [{"name": anchor, "terminationMessagePath": format!("/tmp/{number}")}]}}}}}),
        json!({"target": {"kind": "Service", "name": anchor, "apiVersion": "v1"}, "patch": [{"op": "add", "path": "/spec/ipFamilyPolicy", "value": random.pick(&["PreferDualStack", "SingleStack"])}]}),
        json!({"target": {"kind": "Deployment", "apiVersion": "apps/v1"}, "patch": {"metadata": {"annotations": {"patched": words::string(random)}}}}),
        json!({"target": {"name": anchor, "kind": "ServiceAccount"}, "patch": [{"op": "add", "path": "/metadata/annotations", "value": {"patched": "y"}}]}),
    ];
    random.shuffle(&mut all);
    all.truncate(1 + random.below(2));
    all.into()
}

fn profiles(maker: &mut Maker, root: &Fields) -> Fields {
    let names = maker.world.profiles.clone();
    let mut out = Fields::new();
    for (index, name) in names.iter().enumerate() {
        let mut layer = Fields::new();
        let (preset, extends) = match name.as_str() {
            "test" | "qa" => (Some(*maker.random.pick(&["dev", "staging", "prod"])), None),
            "load" => (None, Some("qa")),
            "dev" => (Some("dev"), None),
            _ => (None, None),
        };
        if let Some(preset) = preset.filter(|preset| preset != name || maker.random.chance(20)) {
            layer.insert("preset".into(), preset.into());
        }
        layer.extend(extends.map(|extends| ("extends".to_owned(), extends.into())));
        top(maker, root, &mut layer, preset == Some("dev"));
        for section in SECTIONS {
            let changes = section_layer(maker, root, &out, extends.is_some(), section, index);
            if !changes.is_empty() {
                layer.insert(section.into(), changes.into());
            }
        }
        if preset == Some("dev") {
            literal(maker, root, &mut layer);
        }
        out.insert(name.clone(), layer.into());
    }
    out
}

/// A literal is for dev.
fn literal(maker: &mut Maker, root: &Fields, layer: &mut Fields) {
    if !maker.random.chance(25) || layer.get("secretProvider").is_some_and(|provider| provider != "local") {
        return;
    }
    let Some((name, keys)) = maker.world.secrets.first().cloned() else { return };
    let declared = root.get("secrets").and_then(|map| map.get(&name)?.get(&keys[0]));
    let mut value = json!({"value": "0587-a-literal-of-thirty-two-characters"});
    for key in ["env", "file"] {
        if declared.is_some_and(|declared| declared.get(key).is_some()) {
            value[key] = Value::Null;
        }
    }
    let secrets = layer.entry("secrets").or_insert_with(|| json!({}));
    if let Some(map) = secrets.as_object_mut() {
        map.entry(name).or_insert_with(|| json!({})).as_object_mut().into_iter().for_each(|map| {
            map.insert(keys[0].clone(), value.clone());
        });
    }
}

fn top(maker: &mut Maker, root: &Fields, layer: &mut Fields, dev: bool) {
    let tag = maker.world.tag.clone();
    if maker.world.namespaced && maker.random.chance(35) {
        let name = format!("ns{}{tag}", maker.random.pick(&["-a", "-b", "-${profile}"]));
        let new = namespace(maker, &name);
        layer.insert("namespace".into(), new);
    }
    let said = root.get("secretProvider").is_some();
    // kgen writes the keys of the environment and of files itself: not into a Secret of an operator's.
    let secrets = root.get("secrets").map(Value::to_string).unwrap_or_default();
    let outside = secrets.contains("\"env\"") || secrets.contains("\"file\"");
    let changed = match maker.random.below(100) {
        0..30 if maker.world.stores.is_empty() && maker.world.secrets.is_empty() && said => Some(Value::Null),
        30..45 if dev => Some("local".into()),
        0..18 if maker.world.namespaced && !outside => Some(encrypted(&mut maker.random)),
        _ if !dev && (!said || maker.random.chance(30)) => Some(provider(&mut maker.random)),
        _ => None,
    };
    if let Some(provider) = changed {
        layer.insert("secretProvider".into(), provider);
    }
    for (key, make) in [("labels", labels as fn(&mut Random) -> Value), ("annotations", annotations)] {
        if let Some(old) = root.get(key).filter(|_| maker.random.chance(35)) {
            let new = make(&mut maker.random);
            let changed = if maker.random.chance(20) {
                Some(Value::Null)
            } else {
                difference(&Type::Kubernetes("labels"), old, &new)
            };
            layer.extend(changed.map(|changed| (key.to_owned(), changed)));
        }
    }
    for key in ["kubernetes", "rollout", "manifests", "patches"] {
        match (root.get(key), maker.random.below(100)) {
            (Some(_), 0..20) => drop(layer.insert(key.into(), Value::Null)),
            (_, 20..40) => {
                let new = match key {
                    "kubernetes" => (*maker.random.pick(&["1.35", "1.36", "1.37"])).into(),
                    "rollout" => (*maker.random.pick(&["checksum", "hash"])).into(),
                    "manifests" => manifests(maker),
                    _ => patches(maker),
                };
                layer.insert(key.into(), new);
            }
            _ => {}
        }
    }
}

fn section_layer(
    maker: &mut Maker,
    root: &Fields,
    layers: &Fields,
    extends: bool,
    section: &'static str,
    index: usize,
) -> Fields {
    let mut out = Fields::new();
    let empty = Fields::new();
    let base = root.get(section).and_then(Value::as_object).unwrap_or(&empty);
    let parent = layers.get("qa").filter(|_| extends).and_then(|layer| layer.get(section));
    for (name, old) in base {
        if parent.is_some_and(|layer| layer.get(name).is_some()) {
            continue;
        }
        let store = maker.world.stores.iter().find(|store| store.name == *name).cloned();
        if let Some(mode) =
            store.as_ref().map(|store| store.mode_in(index)).filter(|m| Some(*m) != store.as_ref().map(|s| s.mode))
        {
            out.extend(store.map(|store| (name.clone(), moved(maker, &store, mode, old))));
            continue;
        }
        if maker.world.served.contains(name) {
            if maker.random.chance(50) {
                out.insert(name.clone(), json!({"image": format!("ghcr.io/acme/api:1.4.{}", maker.random.below(4))}));
            }
            continue;
        }
        // Nothing names an app or a job of these.
        if matches!(section, "apps" | "jobs") && maker.random.chance(9) {
            out.insert(name.clone(), Value::Null);
            continue;
        }
        if !maker.random.chance(62) {
            continue;
        }
        let Some(new) = changed(maker, section, name, old) else { continue };
        let change = difference(type_of(section), old, &new);
        out.extend(change.map(|change| (name.clone(), change)));
    }
    let extra = format!("extra-{index}{}", maker.world.tag);
    if matches!(section, "apps" | "jobs" | "configs") && maker.random.chance(12) {
        let name = format!("{extra}-{}", &section[..1]);
        let new = component(maker, section, &name);
        out.insert(name, new);
    }
    out
}

fn changed(maker: &mut Maker, section: &'static str, name: &str, old: &Value) -> Option<Value> {
    match section {
        "configs" => {
            let mut new = old.clone();
            for (key, value) in new.as_object_mut()? {
                if maker.random.chance(35) {
                    *value = content(maker, key == "file" || key == "a.y");
                }
            }
            if maker.random.chance(25) {
                new.as_object_mut()?.remove("a.y");
            }
            Some(new)
        }
        "secrets" => {
            let mut new = old.clone();
            for value in new.as_object_mut()?.values_mut() {
                if value.is_object() && maker.random.chance(30) {
                    let new = declared(&mut maker.random);
                    // A profile may hand its Secrets to an operator, which writes all keys.
                    *value = if new.get("env").or(new.get("file")).is_some() { json!({}) } else { new };
                }
            }
            if maker.random.chance(25) {
                new.as_object_mut()?.remove("broker");
            }
            Some(new)
        }
        _ => {
            let mut at = vec![section.to_owned(), name.to_owned()];
            let mut new = maker.vary(type_of(section), old, &mut at)?;
            fit::component(maker, section, name, &mut new);
            let fixed = ["mode", "auth", "url", "host", "password"];
            let kept: Vec<_> = fixed
                .iter()
                .filter(|_| !matches!(section, "apps" | "jobs"))
                .filter_map(|key| Some((*key, old.get(*key)?.clone())))
                .collect();
            for (key, value) in kept {
                new[key] = value;
            }
            Some(new)
        }
    }
}

/// Another mode: what the project says for the mode below stays below it.
fn moved(maker: &mut Maker, store: &Store, mode: &'static str, old: &Value) -> Value {
    let mut value = json!({});
    said(maker, &Store { mode, ..store.clone() }, mode, &mut value);
    let map = value.as_object_mut().unwrap();
    map.insert("mode".into(), mode.into());
    if maker.random.chance(40) && mode != "external" {
        map.insert("resources".into(), json!({"limits": {"memory": "2Gi"}}));
    }
    if mode == "standalone" && old.get("replicas").is_some() {
        map.insert("replicas".into(), 1.into());
    } else if matches!(mode, "sentinel" | "operator") && (old.get("replicas").is_some() || store.mode == "standalone") {
        map.insert("replicas".into(), 3.into());
    }
    let forgets = |said: &Value| said == "none" || said.get("aof").is_some_and(|aof| aof == "no");
    if mode != "external" && old.get("persistence").is_some_and(forgets) {
        map.insert("persistence".into(), json!({"aof": "everysec", "size": "30Gi"}));
    }
    if old.get("image").is_some() {
        let image = match (store.section, mode) {
            ("redis", "operator") => "quay.io/opstree/redis:v8.2.2",
            ("redis", _) => "valkey/valkey:9.1-alpine",
            (_, "cnpg") => "ghcr.io/cloudnative-pg/postgresql:17.5-minimal-bookworm",
            _ => "postgres:18-trixie",
        };
        map.insert("image".into(), image.into());
    }
    for key in ["config", "url", "host", "disruptionBudget", "backup", "password", "service"] {
        if old.get(key).is_some() && !map.contains_key(key) {
            map.insert(key.into(), if key == "backup" { "none".into() } else { Value::Null });
        }
    }
    value
}

//! `$(NAME)` and the environment of a container, as the kubelet makes them.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::pod::Pod;
use super::stream::{list, word};

pub type Env = BTreeMap<String, String>;

/// `$(NAME)` as `third_party/forked/golang/expansion` has it: `$$` is `$`, what is not bound stays, what is not closed
/// stays.
pub fn expand(text: &str, bound: &Env) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$$") {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix("$(").and_then(|r| r.split_once(')')) {
            out.push_str(&bound.get(name).cloned().unwrap_or_else(|| format!("$({name})")));
            rest = after;
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out + rest
}

/// The environment of a container: `envFrom` first, then `env` in order, each value expanded with what stands before it.
pub fn environment(pod: &Pod, container: &Value) -> Env {
    let mut env = Env::new();
    for source in list(container, "envFrom") {
        for (kind, field) in [("Secret", "secretRef"), ("ConfigMap", "configMapRef")] {
            if let Some(reference) = source.get(field) {
                let data = pod.stream.data(kind, word(reference, "name")).into_iter();
                env.extend(data.map(|(key, value)| (format!("{}{key}", word(source, "prefix")), value)));
            }
        }
    }
    for variable in list(container, "env") {
        let value = match variable.get("valueFrom") {
            None => Some(expand(word(variable, "value"), &env)),
            Some(from) => value_from(pod, from),
        };
        if let Some(value) = value {
            env.insert(word(variable, "name").to_owned(), value);
        }
    }
    env
}

/// `None` where an optional key is missing: the variable is then not there at all.
fn value_from(pod: &Pod, from: &Value) -> Option<String> {
    for (kind, field) in [("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")] {
        if let Some(reference) = from.get(field) {
            let value = pod.stream.key(kind, word(reference, "name"), word(reference, "key"));
            let optional = reference.get("optional").and_then(Value::as_bool) == Some(true);
            assert!(value.is_some() || optional, "CreateContainerConfigError: {reference:?}");
            return value;
        }
    }
    match word(&from["fieldRef"], "fieldPath") {
        "metadata.name" => Some(pod.name.clone()),
        "status.podIP" => Some(pod.network.address().to_string()),
        "metadata.namespace" => Some("default".to_owned()),
        field => panic!("the emulation has no field {field:?}"),
    }
}

/// What an exec probe's command is expanded with: `value` as it is written, and nothing for `valueFrom`. `envFrom` is
/// not there at all. (`ExpandContainerCommandOnlyStatic`)
pub fn static_environment(container: &Value) -> Env {
    list(container, "env").map(|v| (word(v, "name").to_owned(), word(v, "value").to_owned())).collect()
}

#[test]
fn expansion_is_kubernetes() {
    let bound = [("A", "a"), ("B", "$(A)"), ("EMPTY", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    for (text, wanted) in [
        ("$(A)", "a"),
        ("x$(A)y$(A)", "xaya"),
        ("$(B)", "$(A)"),
        ("$(EMPTY)!", "!"),
        ("$(NONE)", "$(NONE)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$a"),
        ("$$$$(A)", "$$(A)"),
        ("$A ${A}", "$A ${A}"),
        ("$(A", "$(A"),
        ("$(A $(A)", "$(A $(A)"),
        ("$", "$"),
        ("$$", "$"),
        ("a$", "a$"),
        ("$()", "$()"),
        ("日$(A)本", "日a本"),
    ] {
        assert_eq!(expand(text, &bound), wanted, "{text}");
    }
}

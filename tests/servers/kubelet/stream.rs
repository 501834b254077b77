//! The objects that kgen wrote, and how a test reads them.

use std::fs;
use std::path::Path;

use base64::Engine;
use serde::Deserialize;
use serde_yaml::Value;

use super::expand::Env;
use crate::support::{KGEN, Temp, run};

/// The objects of `kgen render dev`.
pub struct Stream(Vec<Value>);

impl Stream {
    #[track_caller]
    pub fn render(project: &str, env: &[(&str, &str)]) -> Self {
        match Self::try_render(project, env) {
            Ok(stream) => stream,
            Err(said) => panic!("{said}\n{project}"),
        }
    }

    /// The stream, or what kgen says against the project.
    pub fn try_render(project: &str, env: &[(&str, &str)]) -> Result<Self, String> {
        let temp = Temp::new();
        let text = format!("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}}}\n{project}");
        fs::write(temp.path().join("kgen.yaml"), text).unwrap();
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let said = run(Path::new(KGEN), temp.path(), &["render".into(), "dev".into()], &env, "");
        if said.status != Some(0) {
            return Err(said.stderr);
        }
        Ok(Self::read(&said.stdout))
    }

    pub fn find(&self, kinds: &[&str], name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|o| kinds.iter().any(|kind| word(o, "kind") == *kind) && word(&o["metadata"], "name") == name)
    }

    /// Manifests that someone else wrote.
    pub fn read(text: &str) -> Self {
        let documents = serde_yaml::Deserializer::from_str(text);
        Self(documents.map(|document| Value::deserialize(document).unwrap()).collect())
    }

    /// The text of one key of a Secret or a ConfigMap; `None` where either is missing.
    pub fn key(&self, kind: &str, name: &str, key: &str) -> Option<String> {
        let text = self.find(&[kind], name)?.get("data")?.get(key)?.as_str()?;
        Some(if kind == "Secret" { decoded(text) } else { text.to_owned() })
    }

    pub fn secret(&self, name: &str, key: &str) -> String {
        self.key("Secret", name, key).unwrap_or_else(|| panic!("no Secret {name} with {key}"))
    }

    pub fn data(&self, kind: &str, name: &str) -> Env {
        let object = self.find(&[kind], name).unwrap_or_else(|| panic!("no {kind} {name}"));
        let keys = object["data"].as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned());
        keys.map(|key| (key.clone(), self.key(kind, name, &key).unwrap())).collect()
    }

    pub fn kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |object| word(object, "kind") == kind)
    }

    pub fn workload(&self, name: &str) -> &Value {
        self.find(&["Deployment", "StatefulSet", "CronJob"], name).unwrap_or_else(|| panic!("no workload {name}"))
    }

    /// Every Service answers on loopback: there is one of each in a test.
    pub fn hosts(&self) -> String {
        let names: Vec<_> = self.kind("Service").map(|service| word(&service["metadata"], "name")).collect();
        format!("127.0.0.1 localhost {}\n", names.join(" "))
    }
}

pub fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

pub fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_sequence).into_iter().flatten()
}

pub fn words(value: &Value, key: &str) -> Vec<String> {
    list(value, key).map(|v| v.as_str().unwrap_or_else(|| panic!("{key}: {v:?} is no string")).to_owned()).collect()
}

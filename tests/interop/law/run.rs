//! From a seed to a project that rendered, or to what was said against it.

use base64::Engine;
use kgen::diag::Severity;
use kgen::pipeline::Rendered;
use serde_json::Value;

use crate::law::project::{self, Project};
use crate::law::store::{self, Refusal};
use crate::law::table::Table;

/// Refused: the ids and messages.
pub type Said = Vec<(String, String)>;

/// A project that renders, and how it renders, with values and with origins.
pub struct Made {
    pub project: Project,
    pub rendered: Rendered,
}

pub fn make(seed: u64, tag: &str, table: &'static Table) -> Result<Made, (Project, Said)> {
    let mut project = project::project(seed, tag, table);
    // The ciphertext that it asks for, once for all profiles and again where that shows another.
    for _ in 0..8 {
        let said = match render(&project, true, true) {
            Ok(rendered) => return Ok(Made { project, rendered }),
            Err(refusal) => refusal,
        };
        let errors = errors(&said);
        if !errors.iter().any(|(id, _)| id == "secret-missing") || !encrypt(&mut project, &errors) {
            return Err((project, errors));
        }
    }
    let errors = render(&project, true, true).err().map(|refusal| errors(&refusal)).unwrap_or_default();
    Err((project, errors))
}

pub fn render(project: &Project, values: bool, origins: bool) -> Result<Rendered, Box<Refusal>> {
    store::open(&project.memory())?.render(values, origins)
}

pub fn errors(refusal: &Refusal) -> Said {
    let all = refusal.report.sorted().into_iter().filter(|d| d.severity == Severity::Error);
    let place = |d: &kgen::diag::Diagnostic| d.span.map(|span| refusal.sources.first_line(span)).unwrap_or_default();
    all.map(|d| (d.rule.id.to_owned(), format!("{} [{}]", d.message, place(d).trim()))).collect()
}

/// Writes the encrypted files that are missing. No key opens them: kgen looks at the form alone.
fn encrypt(project: &mut Project, errors: &Said) -> bool {
    let mut any = false;
    for (_, message) in errors.iter().filter(|(id, _)| id == "secret-missing") {
        let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let [path, items @ .., name] = words.as_slice() else { continue };
        let mut file: Value =
            project.files.get(*path).and_then(|text| serde_yaml::from_slice(text).ok()).unwrap_or(Value::Null);
        if path.ends_with(".sops.yaml") {
            sops(&mut file, name, items);
        } else {
            sealed(project, path, &mut file, name, items);
        }
        any = true;
        project.files.insert((*path).to_owned(), serde_yaml::to_string(&file).unwrap().into_bytes());
    }
    any
}

fn sops(file: &mut Value, name: &str, items: &[&str]) {
    if file.is_null() {
        *file = serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "Opaque", "stringData": {},
            "sops": {"mac": "ENC[AES256_GCM,data:DP7j,iv:vjPx,tag:b/S5,type:str]", "version": "3.9.0", "lastmodified": "2026-11-20T20:00:00Z"}});
    }
    for item in items {
        file["stringData"][*item] = "ENC[AES256_GCM,data:gPbrejWXQ52B,iv:rVPl,tag:zF9D,type:str]".into();
    }
}

fn sealed(project: &Project, path: &str, file: &mut Value, name: &str, items: &[&str]) {
    if file.is_null() {
        *file = serde_json::json!({"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": name}, "spec": {"encryptedData": {}}});
    }
    let profile = path.rsplit('/').nth(1).unwrap_or_default();
    let scope = said(project, profile, &["secretProvider", "sealed", "scope"]);
    if let Some(scope) = scope.filter(|scope| *scope != "strict") {
        file["metadata"]["annotations"][format!("sealedsecrets.bitnami.com/{scope}")] = "true".into();
    }
    let namespace = said(project, profile, &["namespace", "name"]).or_else(|| said(project, profile, &["namespace"]));
    if let Some(namespace) = namespace {
        file["metadata"]["namespace"] = namespace.replace("${profile}", profile).into();
    }
    // The length of a session key, that key, and what stands for ciphertext.
    let text = base64::engine::general_purpose::STANDARD.encode([vec![2, 0], vec![7; 560]].concat());
    for item in items {
        file["spec"]["encryptedData"][*item] = text.clone().into();
    }
}

/// A setting of a profile, as its layers say it.
fn said<'p>(project: &'p Project, profile: &str, path: &[&str]) -> Option<&'p str> {
    let mut layers = vec![&project.root["profiles"][profile]];
    layers.extend(layers[0]["extends"].as_str().map(|name| &project.root["profiles"][name]));
    layers.push(&project.root);
    let top = layers.into_iter().find_map(|layer| layer.get(path[0]))?;
    path[1..].iter().try_fold(top, |value, key| value.get(*key))?.as_str()
}

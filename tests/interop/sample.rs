//! Diffs to write pages of: of the golden example's profiles, compared field by field with made-up impacts and places,
//! and of texts that try to break out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kgen::diff::{Cause, Change, Diff, Effect, Impact, Object, Reason, Shown, What};
use kgen::resource::Id;
use serde::Deserialize;
use serde_json::Value;

const POD: Reason =
    Reason { id: "pod-template", text: Cow::Borrowed("the pod template changes: its pods are replaced") };
const CLAIM: Reason =
    Reason { id: "claim-template", text: Cow::Borrowed("`volumeClaimTemplates` of a StatefulSet cannot be changed") };
const SCALE: Reason = Reason { id: "replicas", text: Cow::Borrowed("pods are added or removed, none is replaced") };
const GONE: Reason = Reason { id: "secret-removed", text: Cow::Borrowed("the values are in no other object") };
const READS: Reason = Reason { id: "config-read", text: Cow::Borrowed("its pods read it at their start") };

type Objects = BTreeMap<(String, String), Value>;

fn stream(profile: &str) -> Objects {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/example-shop/stream/{profile}.yaml"));
    let text = fs::read_to_string(path).unwrap();
    let documents = serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    documents.map(|object| ((text(&object["kind"]), text(&object["metadata"]["name"])), object)).collect()
}

/// Two profiles of the example. Not `kgen diff`: enough of it to fill a page.
pub fn shop(old: &str, new: &str) -> Diff {
    let (a, b) = (stream(old), stream(new));
    let mut diff = Diff { old: old.into(), new: new.into(), ..Diff::default() };
    for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(key))) {
        let (one, other) = (a.get(key), b.get(key));
        let mut object = object(key, one.or(other).unwrap());
        match (one, other) {
            (Some(_), None) => {
                object.what = What::Removed;
                (object.impact, object.reason) =
                    if key.0 == "Secret" { (Impact::DataLoss, Some(GONE)) } else { (Impact::Live, None) };
            }
            (None, Some(_)) => {
                object.what = What::Added;
                object.impact = Impact::Live;
            }
            (Some(one), Some(other)) => {
                changes(&mut object.changes, String::new(), Some(one), Some(other), new);
                object.impact = object.changes.iter().map(|change| change.impact).max().unwrap_or_default();
                if key.0 == "ConfigMap" && !object.changes.is_empty() {
                    let id = Id { kind: "StatefulSet".into(), ..object.id.clone() };
                    object.effects.push(Effect { id, impact: Impact::Restart, reason: READS });
                    object.impact = Impact::Restart;
                }
            }
            (None, None) => {}
        }
        if matches!(object.what, What::Changed) && object.changes.is_empty() {
            diff.equal += 1;
        } else {
            diff.objects.push(object);
        }
    }
    diff
}

fn object(key: &(String, String), body: &Value) -> Object {
    let label = |name: &str| body["metadata"]["labels"][name].as_str().unwrap_or_default();
    let component = [label("app.kubernetes.io/component"), label("app.kubernetes.io/instance")].join(".");
    Object {
        id: Id {
            api_version: body["apiVersion"].as_str().unwrap().into(),
            kind: key.0.clone(),
            namespace: Some("shop".into()),
            name: key.1.clone(),
        },
        component: component.trim_matches('.').into(),
        apart: None,
        what: What::Changed,
        impact: Impact::None,
        reason: None,
        changes: Vec::new(),
        effects: Vec::new(),
    }
}

fn changes(out: &mut Vec<Change>, place: String, old: Option<&Value>, new: Option<&Value>, profile: &str) {
    match (old, new) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let dotted = key.contains('.') || key.contains('/');
                let step = if dotted { format!("[{key:?}]") } else { format!(".{key}") };
                let path = format!("{place}{step}").trim_start_matches('.').to_owned();
                changes(out, path, a.get(key), b.get(key), profile);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                let item = a.get(at).or(b.get(at)).unwrap();
                let name = item["name"].as_str().map_or(at.to_string(), str::to_owned);
                changes(out, format!("{place}[{name}]"), a.get(at), b.get(at), profile);
            }
        }
        (a, b) if a != b => out.push(change(place, a.map(shown), b.map(shown), profile)),
        _ => {}
    }
}

fn shown(value: &Value) -> Shown {
    match value {
        Value::String(text) if text.contains('\n') => Shown::Text(text.clone()),
        Value::String(text) => Shown::Scalar(text.clone()),
        Value::Object(_) | Value::Array(_) => Shown::Block(serde_yaml::to_string(value).unwrap()),
        value => Shown::Scalar(value.to_string()),
    }
}

fn change(place: String, old: Option<Shown>, new: Option<Shown>, profile: &str) -> Change {
    let (impact, reason) = match place.as_str() {
        place if place.contains("volumeClaimTemplates") => (Impact::Recreate, Some(CLAIM)),
        place if place.contains("template") => (Impact::Restart, Some(POD)),
        "spec.replicas" => (Impact::Live, Some(SCALE)),
        place if place.starts_with("metadata") => (Impact::None, None),
        _ => (Impact::Live, None),
    };
    let word = place.rsplit('.').next().unwrap_or_default().to_owned();
    let from_preset = place.contains("resources") || place.contains("replicas");
    let cause = Cause {
        setting: if from_preset { format!("apps.api.{word}") } else { String::new() },
        layer: if from_preset { format!("preset {profile}") } else { String::new() },
        file: if from_preset { format!("profiles/{profile}.yaml") } else { "templates/app/deployment.yaml".into() },
        line: 12,
    };
    Change { path: Vec::new(), place, old, new, impact, reason, cause: Some(cause) }
}

/// A diff with a text at every place that can hold one, in every form. Numbered, so that each can be told from the others.
pub fn planted(text: &mut dyn FnMut() -> String) -> Vec<Diff> {
    let mut what = [What::Changed, What::Added, What::Removed].into_iter();
    let mut objects = Vec::new();
    for impact in Impact::ALL {
        let id = Id { api_version: "v1".into(), kind: "ConfigMap".into(), namespace: None, name: text() };
        let from = Id { name: text(), ..id.clone() };
        let what = what.next().unwrap_or(What::Renamed { from: from.clone() });
        let shown = |shown: fn(String) -> Shown, text: &mut dyn FnMut() -> String| Some(shown(text()));
        let mut changes = Vec::new();
        let forms: [fn(String) -> Shown; 3] = [
            Shown::Scalar,
            |text| Shown::Text(text.replace(['\n', '\r'], " ") + "\n"),
            |text| Shown::Block(text.replace(['\n', '\r'], " ") + "\n"),
        ];
        for form in forms {
            changes.push(Change {
                path: Vec::new(),
                place: text(),
                old: shown(form, text),
                new: shown(form, text),
                impact,
                reason: Some(POD),
                cause: Some(Cause { setting: text(), layer: text(), file: text(), line: 7 }),
            });
        }
        let effects = vec![Effect { id: from, impact: Impact::Restart, reason: READS }];
        objects.push(Object {
            id,
            component: text().into(),
            apart: Some(text()),
            what,
            impact,
            reason: Some(SCALE),
            changes,
            effects,
        });
    }
    vec![Diff { old: text(), new: text(), objects, equal: 1 }]
}

/// What could break Markdown, HTML, a table, or make a link, a mention or a picture.
const PIECES: [&str; 44] = [
    "`",
    "``",
    "```",
    "`````",
    "|",
    "\\",
    "\\|",
    "\n",
    "\r\n",
    "\n\n",
    "<",
    ">",
    "</details>",
    "<details>",
    "<script>alert(1)</script>",
    "</code>",
    "<!--",
    "-->",
    "&amp;",
    "&#124;",
    "@octocat",
    "@acme/team",
    "#123",
    "GH-1",
    "https://evil.example/a",
    "www.evil.example",
    "a@b.example",
    "*",
    "**",
    "_",
    "~~",
    "~~~",
    "[x](y)",
    "![x](y)",
    " ",
    "---",
    "- ",
    "# ",
    "$x$",
    "\u{202e}",
    "é",
    "\u{0}",
    "\t",
    "x",
];

pub fn hostile(random: &mut crate::random::Random) -> String {
    (0..1 + random.below(5)).map(|_| *random.pick(&PIECES)).collect()
}

//! A diff for programs. `schemas/diff.schema.json` says what stands where.

use serde_json::{Map, Value, json};

use super::shown::DEFAULT;
use super::{Cause, Change, Diff, Impact, Object, Reason, Shown, What};
use crate::escape;
use crate::resource::{Id, Part};

pub fn write(diffs: &[Diff]) -> String {
    let worst = diffs.iter().map(Diff::impact).max().unwrap_or_default();
    let differs = diffs.iter().any(|diff| !diff.is_empty());
    let value = json!({
        "version": 1,
        "differs": differs,
        "impact": worst.word(),
        "diffs": diffs.iter().map(diff).collect::<Vec<_>>(),
    });
    escape::json(&format!("{value:#}\n"))
}

fn diff(diff: &Diff) -> Value {
    let count = |impact: &Impact| diff.objects.iter().filter(|object| object.impact == *impact).count();
    let counts: Map<String, Value> =
        Impact::ALL.iter().map(|impact| (impact.word().to_owned(), count(impact).into())).collect();
    json!({
        "old": diff.old,
        "new": diff.new,
        "impact": diff.impact().word(),
        "counts": counts,
        "equal": diff.equal,
        "objects": diff.objects.iter().map(object).collect::<Vec<_>>(),
    })
}

fn object(object: &Object) -> Value {
    let effect = |effect: &super::Effect| json!({"object": id(&effect.id), "impact": effect.impact.word(), "reason": reason(Some(&effect.reason))});
    let (what, from) = match &object.what {
        What::Added => ("added", None),
        What::Removed => ("removed", None),
        What::Changed => ("changed", None),
        What::Renamed { from } => ("renamed", Some(id(from))),
    };
    let mut out = Map::new();
    out.insert("object".into(), id(&object.id));
    out.insert("component".into(), Value::String(object.component.to_string()));
    out.insert("what".into(), what.into());
    out.extend(from.map(|from| ("from".to_owned(), from)));
    out.insert("impact".into(), object.impact.word().into());
    out.extend(object.reason.as_ref().map(|found| ("reason".to_owned(), reason(Some(found)))));
    out.insert("changes".into(), object.changes.iter().map(change).collect());
    out.insert("effects".into(), object.effects.iter().map(effect).collect());
    Value::Object(out)
}

fn id(id: &Id) -> Value {
    json!({"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name})
}

fn reason(reason: Option<&Reason>) -> Value {
    reason.map_or(Value::Null, |reason| json!({"id": reason.id, "text": reason.text}))
}

fn change(change: &Change) -> Value {
    let part = |part: &Part| match part {
        Part::Key(key) => Value::String(key.clone()),
        Part::Index(index) => (*index).into(),
    };
    json!({
        "path": change.path.iter().map(part).collect::<Vec<_>>(),
        "place": change.place,
        "old": change.old.as_ref().map(shown),
        "new": change.new.as_ref().map(shown),
        "impact": change.impact.word(),
        "reason": reason(change.reason.as_ref()),
        "cause": change.cause.as_ref().map(cause),
    })
}

fn shown(shown: &Shown) -> Value {
    let (form, text) = match shown {
        Shown::Scalar(text) => ("scalar", text.as_str()),
        Shown::Default(text) => ("default", text.strip_suffix(DEFAULT).unwrap_or(text)),
        Shown::Text(text) => ("text", text.as_str()),
        Shown::Block(text) => ("block", text.as_str()),
        Shown::Masked(text) => ("masked", *text),
    };
    json!({"form": form, "text": text})
}

fn cause(cause: &Cause) -> Value {
    json!({"setting": cause.setting, "layer": cause.layer, "file": cause.file, "line": cause.line})
}

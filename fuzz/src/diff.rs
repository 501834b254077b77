//! A diff of two streams that anybody wrote: every format writes it, no value of a Secret is in any, and it is empty
//! exactly where it is empty the other way round.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kgen::commands::diff::stream;
use kgen::diff::between::{Side, between};
use kgen::diff::compare::Mode;
use kgen::diff::{Diff, html, human, json, markdown, shown, unified};
use kgen::output;
use kgen::resource::Resource;
use kgen::tree::{Kind, Map, Tree};

use super::bytes::Bytes;
use super::manifest::{changed, object, resources};

/// Stands in Secrets only.
const CANARY: &str = "Zq7kPw93LmXe";

pub fn check(data: &[u8]) {
    if let Some(text) = data.strip_prefix(b"#") {
        return texts(text);
    }
    let mut bytes = Bytes::new(data);
    let mode = Mode { foreign: bytes.below(2) == 1, across: bytes.below(2) == 1, namespaces: (None, None) };
    let count = bytes.below(5);
    let mut old: Vec<Tree> = (0..count).map(|_| object(&mut bytes)).collect();
    let mut new: Vec<Tree> = old.iter().map(|object| changed(object, &mut bytes)).collect();
    if bytes.rarely(3) {
        new.push(object(&mut bytes));
    }
    old.extend(secret(&mut bytes));
    new.extend(secret(&mut bytes));
    compare(&resources(old), &resources(new), &mode);
}

/// Two texts, as `--against` reads them.
fn texts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (old, new) = text.split_once("\n#%%\n").unwrap_or((text, ""));
    let (Ok(old), Ok(new)) = (stream::resources("old", old, &[]), stream::resources("new", new, &[])) else { return };
    compare(&old, &new, &Mode { foreign: true, ..Mode::default() });
}

fn secret(bytes: &mut Bytes) -> Option<Tree> {
    let mut values = Map::new();
    for key in ["a", "b"] {
        let value = STANDARD.encode(format!("{CANARY}{}", bytes.below(3)));
        match bytes.below(4) {
            0 => {}
            1 => drop(values.insert(key, value)),
            2 => drop(values.insert(key, Kind::Secret(kgen::secret::Secret::new(CANARY.to_owned()).into()))),
            _ => drop(values.insert(key, Tree::list([value]))),
        }
    }
    let key = *bytes.one(&["data", "stringData"]);
    let metadata: Tree = Tree::map([("name", *bytes.one(&["s", "t"]))]);
    let head = [("apiVersion", Tree::from("v1")), ("kind", "Secret".into()), ("metadata", metadata)];
    (!values.is_empty()).then(|| Tree::map(head.into_iter().chain([(key, values.into())])))
}

fn compare(old: &[Resource], new: &[Resource], mode: &Mode) {
    let there = diff(old, new, mode);
    let back = diff(new, old, mode);
    assert!(diff(old, old, mode).is_empty() && diff(new, new, mode).is_empty());
    // What a server fills in is filled in on the old side.
    assert!(mode.foreign || there.is_empty() == back.is_empty(), "{there:#?}\n{back:#?}");
    let diffs = [there];
    let whole = |_: usize, id: &kgen::resource::Id, is_old: bool| {
        let side = if is_old { old } else { new };
        side.iter().find(|resource| resource.id == *id).map(|resource| shown::block(&resource.body, &id.kind))
    };
    let comment = markdown::write(&diffs, markdown::LIMIT);
    assert!(comment.len() <= markdown::LIMIT, "{}", comment.len());
    let data = json::write(&diffs);
    serde_json::from_str::<serde_json::Value>(&data).unwrap();
    let all = [human::write(&diffs, true), unified::write(&diffs, &whole), html::write(&diffs), comment, data];
    let encoded = STANDARD.encode(CANARY);
    for text in all {
        assert!(!text.contains(CANARY) && !text.contains(encoded.trim_end_matches('=')), "{text}");
    }
    // The stream is read back as it was.
    let written = output::stream(new, output::Reveal::No).unwrap().text;
    assert_eq!(output::build::parse("new", &written).unwrap().len(), new.len(), "{written}");
}

fn diff(old: &[Resource], new: &[Resource], mode: &Mode) -> Diff {
    between(&side("old", old), &side("new", new), mode)
}

fn side<'r>(name: &str, objects: &'r [Resource]) -> Side<'r> {
    Side { name: name.to_owned(), objects: objects.iter().collect(), causes: None, told: Vec::new() }
}

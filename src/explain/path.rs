//! The part of an object that is asked for: `spec.template.spec.containers[0].image`, `containers[api]`,
//! `containers[name=api]`, `data["app.toml"]`, with a leading `.` or `$.` where one likes.
//!
//! Owns: the syntax, and what is said of a path that leads nowhere.

use anyhow::{Error, Result, anyhow};

use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::resource::Part;
use crate::tree::{Kind, Step, Tree, path_text};

/// What tells the elements of Kubernetes' lists apart, the usual first.
const KEYS: [&str; 9] = ["name", "containerPort", "port", "mountPath", "key", "host", "path", "type", "ip"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// `.key`, `[0]`, `[api]`, `["a.b"]`.
    Key(String),
    /// `[name=api]`.
    Pair(String, String),
}

/// The part at a path; the error says how far the path leads and what is there. `object` is for that.
pub fn find<'t, O>(object: &str, body: &'t Tree<O>, text: &str) -> Result<(Vec<Part>, &'t Tree<O>)> {
    let words = words(text).map_err(|reason| {
        anyhow!("`{text}` is no path: {reason}").hint("for instance `spec.template.spec.containers[0].image`")
    })?;
    let mut path: Vec<Part> = Vec::new();
    let mut node = body;
    for (index, word) in words.iter().enumerate() {
        match step(node, word) {
            Some((part, next)) => {
                path.push(part);
                node = next;
            }
            None => return Err(missing(object, body, &path, node, &words[index..])),
        }
    }
    Ok((path, node))
}

fn words(text: &str) -> Result<Vec<Word>, &'static str> {
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    rest = rest.strip_prefix('.').unwrap_or(rest);
    let mut out = Vec::new();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (word, after) = bracket(inside)?;
            out.push(word);
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                return Err("a word of it is empty");
            }
            out.push(Word::Key(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = match rest.strip_prefix('.') {
            Some("") => return Err("it ends in a dot"),
            Some(after) => after,
            None => rest,
        };
    }
    Ok(out)
}

/// What stands in brackets, and what follows them.
fn bracket(text: &str) -> Result<(Word, &str), &'static str> {
    const OPEN: &str = "a bracket is not closed";
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            let (word, after) = quoted.split_once(quote).ok_or("a quote is not closed")?;
            return Ok((Word::Key(word.to_owned()), after.strip_prefix(']').ok_or(OPEN)?));
        }
    }
    let (word, after) = text.split_once(']').ok_or(OPEN)?;
    let word = match word.split_once('=') {
        Some((key, value)) => Word::Pair(key.to_owned(), value.trim_matches(['"', '\'']).to_owned()),
        None if word.is_empty() => return Err("brackets are empty"),
        None => Word::Key(word.to_owned()),
    };
    Ok((word, after))
}

fn step<'t, O>(node: &'t Tree<O>, word: &Word) -> Option<(Part, &'t Tree<O>)> {
    match (&node.kind, word) {
        (Kind::Map(map), Word::Key(key)) => Some((Part::Key(key.clone()), map.get(key)?)),
        (Kind::List(list), word) => {
            let is =
                |item: &Tree<O>, key: &str, value: &str| item.get(key).is_some_and(|found| found.to_string() == value);
            let index = match word {
                Word::Pair(key, value) => list.iter().position(|item| is(item, key, value))?,
                Word::Key(key) => match key.parse::<usize>().ok().filter(|index| *index < list.len()) {
                    Some(index) => index,
                    None => KEYS.iter().find_map(|by| list.iter().position(|item| is(item, by, key)))?,
                },
            };
            Some((Part::Index(index), &list[index]))
        }
        _ => None,
    }
}

fn missing<O>(object: &str, body: &Tree<O>, path: &[Part], node: &Tree<O>, words: &[Word]) -> Error {
    let steps: Vec<Step> = path.iter().map(Part::step).collect();
    let place = path_text(&steps);
    let here = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
    let error = anyhow!("`{object}` has no `{}`", written(&place, words));
    let error = error.maybe_hint(near(body, &place, node, words).map(|near| format!("did you mean `{near}`?")));
    let names = names(node);
    error.hint(match node.is_container() && !names.is_empty() {
        true => format!("{here} has {}", suggest::all_of(names.iter().map(String::as_str))),
        false => format!("{here} is {}", if node.is_container() { "empty" } else { node.noun() }),
    })
}

/// A path with the rest as it was asked for.
fn written(place: &str, words: &[Word]) -> String {
    let mut out = place.to_owned();
    for word in words {
        match word {
            Word::Pair(key, value) => out.push_str(&format!("[{key}={value}]")),
            Word::Key(key) if key.parse::<usize>().is_ok() => out.push_str(&format!("[{key}]")),
            Word::Key(key) => {
                let step = path_text(&[Step::Key(key)]);
                let dot = if out.is_empty() || step.starts_with('[') { "" } else { "." };
                out.push_str(&format!("{dot}{step}"));
            }
        }
    }
    out
}

/// The same path with one word put right; or one that ends in the same word.
fn near<O>(body: &Tree<O>, place: &str, node: &Tree<O>, words: &[Word]) -> Option<String> {
    let (Some(Word::Key(key) | Word::Pair(_, key)), rest) = (words.first(), &words[1..]) else { return None };
    let names = names(node);
    let bare: Vec<&str> = names.iter().map(|name| name.trim_matches(['[', ']'])).collect();
    if let Some(name) = suggest::nearest(key, bare.iter().copied()) {
        let fixed = match node.as_list() {
            Some(_) => format!("{place}[{name}]"),
            None => written(place, &[Word::Key(name.to_owned())]),
        };
        let whole = written(&fixed, rest);
        return Some(if find("", body, &whole).is_ok() { whole } else { fixed });
    }
    let Some(Word::Key(last)) = words.last() else { return None };
    let (mut found, mut before) = (None, None);
    body.leaves(&mut |path, _| {
        let Some(end) = path.iter().position(|step| *step == Step::Key(last)) else { return };
        // What runs is meant, not what runs before it.
        let place = if path.contains(&Step::Key("initContainers")) { &mut before } else { &mut found };
        place.get_or_insert_with(|| path_text(&path[..=end]));
    });
    found.or(before)
}

/// The keys of a map, or what elements of a list are called by.
fn names<O>(node: &Tree<O>) -> Vec<String> {
    match &node.kind {
        Kind::Map(map) => map.keys().map(|key| key.to_string()).collect(),
        Kind::List(list) => list.iter().enumerate().map(|(index, item)| format!("[{}]", name(item, index))).collect(),
        _ => Vec::new(),
    }
}

fn name<O>(item: &Tree<O>, index: usize) -> String {
    let key = KEYS.iter().find_map(|key| item.get(key)).filter(|value| !value.is_container());
    key.map_or_else(|| index.to_string(), Tree::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body() -> Tree {
        Tree::from_json(&json!({
            "spec": {"containers": [{"name": "api", "image": "a:1", "env": []}, {"name": "proxy", "image": "b:1"}]},
            "data": {"app.toml": "x"}
        }))
    }

    fn at(text: &str) -> String {
        find("Pod/api", &body(), text).map(|(_, node)| node.to_string()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn one_place_may_be_written_in_several_ways() {
        for text in [
            "spec.containers[0].image",
            ".spec.containers[0].image",
            "$.spec.containers[0].image",
            "spec.containers[api].image",
            "spec.containers[name=api].image",
            "spec.containers[\"api\"][\"image\"]",
            "spec.containers.0.image",
        ] {
            assert_eq!(at(text), "a:1", "{text}");
        }
        assert_eq!(at("data[\"app.toml\"]"), "x");
        assert_eq!(at("$"), "a map of 2");
    }

    #[test]
    fn a_path_that_leads_nowhere_gets_the_nearest() {
        let said = "`Pod/api` has no `spec.containers[0].imag`\nhint: did you mean `spec.containers[0].image`?\nhint: `spec.containers[0]` has `name`, `image` and `env`";
        assert_eq!(at("spec.containers[api].imag"), said);
        let said = "`Pod/api` has no `sepc.containers[0].image`\nhint: did you mean `spec.containers[0].image`?\nhint: it has `spec` and `data`";
        assert_eq!(at("sepc.containers[0].image"), said);
        let said = "`Pod/api` has no `spec.containers.prox.image`\nhint: did you mean `spec.containers[proxy].image`?\nhint: `spec.containers` has `[api]` and `[proxy]`";
        assert_eq!(at("spec.containers[prox].image"), said);
        let said = "`Pod/api` has no `spec.image`\nhint: did you mean `spec.containers[0].image`?\nhint: `spec` has `containers`";
        assert_eq!(at("spec.image"), said);
        let pod = json!({"spec": {"initContainers": [{"name": "w", "image": "w:1"}], "containers": [{"name": "a", "image": "a:1"}]}});
        let said = find("Pod/api", &Tree::<()>::from_json(&pod), "image").map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("did you mean `spec.containers[0].image`?"), "{said}");
        let said = "`Pod/api` has no `data[\"app.toml\"].x`\nhint: `data[\"app.toml\"]` is a string";
        assert_eq!(at("data[\"app.toml\"].x"), said);
        assert_eq!(
            at("spec.containers[0].env[0]"),
            "`Pod/api` has no `spec.containers[0].env[0]`\nhint: `spec.containers[0].env` is empty"
        );
    }

    #[test]
    fn what_is_no_path_is_said() {
        for (text, reason) in [
            ("spec..x", "a word of it is empty"),
            ("spec.", "it ends in a dot"),
            ("spec[0", "a bracket is not closed"),
            ("spec[\"a]", "a quote is not closed"),
            ("spec[]", "brackets are empty"),
        ] {
            assert_eq!(words(text), Err(reason), "{text}");
        }
    }
}

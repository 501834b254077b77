//! An object as YAML, each line with where it comes from beside it.
//!
//! Owns: which part a line shows, and the column. The characters are the YAML writer's (`output/yaml.rs`); a test compares.

use anyhow::Result;

use super::Explainer;
use crate::escape;
use crate::output::{Reveal, yaml};
use crate::resource::Origin;
use crate::tree::{Entry, Kind, Map, Tree};

/// A line and where it comes from; none for the later lines of a text.
pub struct Line<'t, O> {
    pub text: String,
    pub from: Option<&'t O>,
}

/// A document, line by line.
pub fn lines<O: Clone + Default>(tree: &Tree<O>) -> Result<Vec<Line<'_, O>>> {
    match &tree.kind {
        Kind::Map(map) if !map.is_empty() => {
            let mut out = Vec::new();
            for (key, entry) in map.entries() {
                out.extend(pair(key, entry)?);
            }
            Ok(out)
        }
        Kind::List(list) if !list.is_empty() => {
            let mut out = Vec::new();
            for item in list {
                out.extend(element(item)?);
            }
            Ok(out)
        }
        _ => scalar(tree, tree),
    }
}

fn is_block<O>(tree: &Tree<O>) -> bool {
    match &tree.kind {
        Kind::Map(map) => !map.is_empty(),
        Kind::List(list) => !list.is_empty(),
        _ => false,
    }
}

fn pair<'t, O: Clone + Default>(key: &str, entry: &'t Entry<O>) -> Result<Vec<Line<'t, O>>> {
    let value = &entry.value;
    let one = |value: Tree<O>| -> Tree<O> { Kind::Map(Map::from_iter([(key, value)])).into() };
    if !is_block(value) {
        return scalar(&one(value.clone()), value);
    }
    let head = yaml::document(&one(Tree::null()), Reveal::No)?.text;
    let head = head.trim_end().strip_suffix("null").unwrap_or(&head).trim_end().to_owned();
    let mut out = vec![Line { text: head, from: Some(&entry.key_from) }];
    // A list stands under its key, a map two columns in.
    let indent = if value.as_map().is_some() { "  " } else { "" };
    out.extend(lines(value)?.into_iter().map(|line| Line { text: format!("{indent}{}", line.text), ..line }));
    Ok(out)
}

fn element<O: Clone + Default>(item: &Tree<O>) -> Result<Vec<Line<'_, O>>> {
    if !is_block(item) {
        return scalar(&Kind::List(vec![item.clone()]).into(), item);
    }
    let with = |(index, line): (usize, _)| -> Line<'_, O> {
        let Line { text, from } = line;
        Line { text: format!("{}{text}", if index == 0 { "- " } else { "  " }), from }
    };
    Ok(lines(item)?.into_iter().enumerate().map(with).collect())
}

/// What the writer makes of a document that holds one scalar.
fn scalar<'t, O>(document: &Tree<O>, node: &'t Tree<O>) -> Result<Vec<Line<'t, O>>> {
    let text = yaml::document(document, Reveal::No)?.text;
    let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n').enumerate();
    Ok(lines.map(|(index, text)| Line { text: text.to_owned(), from: (index == 0).then_some(&node.from) }).collect())
}

/// Notes begin here where lines are short enough, and end here where they can.
const COLUMN: usize = 56;
const WIDTH: usize = 120;

/// The text of `kgen explain` for an object or a part of one.
pub fn annotated(explainer: &Explainer, tree: &Tree<Origin>) -> Result<String> {
    let mut lines = lines(tree)?;
    lines.iter_mut().for_each(|line| line.text = escape::lines(&line.text));
    let width = |line: &Line<Origin>| line.text.chars().count();
    let column = lines.iter().map(width).filter(|width| *width <= COLUMN).max().unwrap_or_default();
    let mut out = String::new();
    for line in &lines {
        let at = column.max(width(line)) + 2;
        let note = line.from.map(|from| note(explainer, from, WIDTH.saturating_sub(at + 2))).unwrap_or_default();
        let pad = at - width(line);
        let text = if note.is_empty() { line.text.clone() } else { format!("{}{:pad$}# {note}", line.text, "") };
        out.push_str(text.trim_end());
        out.push('\n');
    }
    Ok(out)
}

/// `apps.api.image  kgen.yaml:12`, or the template's line.
fn note(explainer: &Explainer, from: &Origin, room: usize) -> String {
    let Some(place) = from else { return String::new() };
    let own = escape::line(&format!("{}:{}", place.file, place.line));
    let entries = explainer.entries(&place.settings);
    let Some((first, span)) = entries.first().and_then(|entry| Some((entry, entry.layers.first()?.1))) else {
        return own;
    };
    let file = &explainer.sources.get(span.file).path;
    let at = format!("  {file}:{}", explainer.sources.place(span).line);
    let more = if entries.len() > 1 { format!(" +{}", entries.len() - 1) } else { String::new() };
    let used = at.chars().count() + more.len();
    escape::line(&format!("{}{more}{at}", shortened(&first.path, room.saturating_sub(used).max(24))))
}

/// The end of a path says more than its beginning.
fn shortened(path: &str, room: usize) -> String {
    let length = path.chars().count();
    if length <= room {
        return path.to_owned();
    }
    let tail: String = path.chars().skip(length + 3 - room).collect();
    format!("...{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_lines_are_the_writers() {
        let values = [
            json!({"a": {"b": [1, "x", {"c": "d", "e": []}], "f": {}}, "n": null, "on": "yes"}),
            json!({"text": "a\nb\n", "list": ["c\nd", [["e"], {"f": "g\nh\n\n"}]], "k: x": {"y": 1}}),
            json!({"\"q\"": {"null": {"~": ["", " "]}}, "tab": "\tx\ny", "keep": "x\n\n"}),
            json!(["a", {"b": {"c": ["d"]}}]),
            json!({}),
            json!("text"),
        ];
        for value in values {
            let tree: Tree<()> = Tree::from_json(&value);
            let text: String = lines(&tree).unwrap().iter().map(|line| format!("{}\n", line.text)).collect();
            assert_eq!(text, yaml::document(&tree, Reveal::No).unwrap().text);
        }
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(shortened("apps.api.resources.limits.memory", 20), "...ces.limits.memory");
        assert_eq!(shortened("apps.api", 20), "apps.api");
    }
}

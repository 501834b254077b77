//! JSON patches (RFC 6902), for what no strategic merge can say.
//!
//! Owns: applying one as kustomize does, and finding one. kustomize reads the file as a YAML list of operations; a file
//! that begins with `[` must be JSON.
//! Does not own: deciding which kind of patch is written (`patch.rs`).

use crate::tree::{Kind, Map, Tree};

/// Whether something changed; the error says which operation failed and why.
pub fn apply<O: Clone + Default>(object: &mut Tree<O>, patch: &[Tree<O>]) -> Result<bool, String> {
    let before = object.clone();
    for (index, operation) in patch.iter().enumerate() {
        step(object, operation).map_err(|error| format!("operation {index}: {error}"))?;
    }
    Ok(*object != before)
}

fn step<O: Clone + Default>(object: &mut Tree<O>, operation: &Tree<O>) -> Result<(), String> {
    let text = |key: &str| operation.get(key).and_then(Tree::as_str).ok_or_else(|| format!("`{key}` is missing"));
    let value = || operation.get("value").cloned().ok_or_else(|| "`value` is missing".to_owned());
    let path = text("path")?;
    match text("op")? {
        "add" => add(object, path, value()?),
        "remove" => remove(object, path).map(drop),
        "replace" => {
            *find(object, path)? = value()?;
            Ok(())
        }
        "move" => {
            let moved = remove(object, text("from")?)?;
            add(object, path, moved)
        }
        "copy" => {
            let copied = find(object, text("from")?)?.clone();
            add(object, path, copied)
        }
        "test" if *find(object, path)? == value()? => Ok(()),
        "test" => Err(format!("{path} has another value")),
        other => Err(format!("`{other}` is not an operation")),
    }
}

fn find<'t, O: Clone>(object: &'t mut Tree<O>, path: &str) -> Result<&'t mut Tree<O>, String> {
    tokens(path)?.iter().try_fold(object, |tree, token| {
        match &mut tree.kind {
            Kind::Map(map) => map.get_mut(token),
            Kind::List(list) => token.parse::<usize>().ok().and_then(|at| list.get_mut(at)),
            _ => None,
        }
        .ok_or_else(|| format!("{path} does not exist"))
    })
}

fn add<O: Clone + Default>(object: &mut Tree<O>, path: &str, value: Tree<O>) -> Result<(), String> {
    let Some((parent, last)) = split(path)? else {
        *object = value;
        return Ok(());
    };
    match &mut find(object, parent)?.kind {
        Kind::Map(map) => drop(map.insert(last, value)),
        Kind::List(list) if last == "-" => list.push(value),
        Kind::List(list) => {
            let at = last.parse().ok().filter(|at| *at <= list.len());
            list.insert(at.ok_or_else(|| format!("{path} is outside of the list"))?, value);
        }
        _ => return Err(format!("{parent} is neither a map nor a list")),
    }
    Ok(())
}

fn remove<O: Clone>(object: &mut Tree<O>, path: &str) -> Result<Tree<O>, String> {
    let (parent, last) = split(path)?.ok_or("the whole object cannot be removed")?;
    match &mut find(object, parent)?.kind {
        Kind::Map(map) => map.remove(&last),
        Kind::List(list) => last.parse().ok().filter(|at| *at < list.len()).map(|at| list.remove(at)),
        _ => None,
    }
    .ok_or_else(|| format!("{path} does not exist"))
}

fn split(path: &str) -> Result<Option<(&str, String)>, String> {
    let last = tokens(path)?.pop();
    Ok(last.map(|last| (path.rsplit_once('/').map_or("", |(parent, _)| parent), last)))
}

fn tokens(path: &str) -> Result<Vec<String>, String> {
    let Some(rest) = path.strip_prefix('/') else {
        return if path.is_empty() { Ok(vec![]) } else { Err(format!("`{path}` does not begin with `/`")) };
    };
    Ok(rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}

/// The operations that make `to` of `from`. A list of another length is replaced whole.
pub fn difference<O: Clone + Default>(from: &Tree<O>, to: &Tree<O>) -> Vec<Tree<O>> {
    let mut out = Vec::new();
    compare(from, to, "", &mut out);
    out
}

fn compare<O: Clone + Default>(from: &Tree<O>, to: &Tree<O>, path: &str, out: &mut Vec<Tree<O>>) {
    match (&from.kind, &to.kind) {
        _ if from == to => {}
        (Kind::Map(from), Kind::Map(to)) => compare_maps(from, to, path, out),
        (Kind::List(from), Kind::List(to)) if from.len() == to.len() => {
            let pairs = from.iter().zip(to).enumerate();
            pairs.for_each(|(at, (from, to))| compare(from, to, &format!("{path}/{at}"), out));
        }
        _ => out.push(operation("replace", path, Some(to))),
    }
}

fn compare_maps<O: Clone + Default>(from: &Map<O>, to: &Map<O>, path: &str, out: &mut Vec<Tree<O>>) {
    let below = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    for (key, value) in to.iter() {
        match from.get(key) {
            Some(old) => compare(old, value, &below(key), out),
            None => out.push(operation("add", &below(key), Some(value))),
        }
    }
    let gone = from.keys().filter(|key| !to.contains_key(key));
    out.extend(gone.map(|key| operation("remove", &below(key), None)));
}

fn operation<O: Clone + Default>(op: &str, path: &str, value: Option<&Tree<O>>) -> Tree<O> {
    let mut map = Map::new();
    map.insert("op", op);
    map.insert("path", path);
    if let Some(value) = value {
        map.insert("value", value.clone());
    }
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn patched(object: Value, patch: Value) -> Result<Value, String> {
        let mut tree = Tree::<()>::from_json(&object);
        apply(&mut tree, Tree::from_json(&patch).as_list().unwrap()).map(|_| tree.to_json())
    }

    #[test]
    fn operations_follow_the_rfc() {
        let object = json!({"a": [1, 2], "b/c": {"~": 1}});
        let patch = json!([
            {"op": "test", "path": "/a/0", "value": 1},
            {"op": "add", "path": "/a/1", "value": 9},
            {"op": "add", "path": "/a/-", "value": 3},
            {"op": "remove", "path": "/a/0"},
            {"op": "replace", "path": "/b~1c/~0", "value": null},
            {"op": "copy", "from": "/a", "path": "/d"},
            {"op": "move", "from": "/d", "path": "/e"},
        ]);
        let expected = json!({"a": [9, 2, 3], "b/c": {"~": null}, "e": [9, 2, 3]});
        assert_eq!(patched(object, patch).unwrap(), expected);
    }

    #[test]
    fn a_failed_operation_is_named() {
        let fails = |operation: Value| patched(json!({"a": 1}), json!([operation])).unwrap_err();
        assert_eq!(fails(json!({"op": "remove", "path": "/b"})), "operation 0: /b does not exist");
        assert_eq!(fails(json!({"op": "test", "path": "/a", "value": 2})), "operation 0: /a has another value");
        assert_eq!(fails(json!({"op": "add", "path": "/b/c", "value": 2})), "operation 0: /b does not exist");
    }

    #[test]
    fn a_difference_leads_from_one_to_the_other() {
        let from = json!({"a": {"x/y": 1, "l": [1, {"z": 2}]}, "gone": 1, "m": [1]});
        let to = json!({"a": {"x/y": {"n": null}, "l": [1, {"z": 3}]}, "m": [1, 2], "new": []});
        let patch = difference(&Tree::<()>::from_json(&from), &Tree::from_json(&to));
        assert_eq!(patch.len(), 5);
        assert_eq!(patched(from, Tree::from(patch).to_json()).unwrap(), to);
    }
}

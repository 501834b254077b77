//! What kgen writes, every reader of YAML reads back as it was.

use kgen::output::{Reveal, document};
use kgen::project::node::{self, Dialect};
use kgen::source::Sources;
use kgen::tree::{Kind, Map, Tree};
use yaml_rust2::{Yaml, YamlLoader};

use super::bytes::Bytes;

pub fn check(data: &[u8]) {
    let tree: Tree = Bytes::new(data).value(5);
    let text = document(&tree, Reveal::No).unwrap().text;
    assert!(text.ends_with('\n'), "{text:?}");
    for dialect in [Dialect::Project, Dialect::Manifest] {
        // Without an answer it says why: both readers are to agree on that, too.
        let mut sources = Sources::default();
        let file = sources.add("a", text.as_str());
        let spanned = node::parse(&sources, file, dialect).unwrap_or_else(|d| panic!("{text}\n{}", d.message));
        assert_eq!(spanned.map_from(&mut |_| ()), tree, "kgen, {dialect:?}: {text}");
        assert_eq!(
            node::parse_bare(&text, dialect).map(|tree| tree.map_from(&mut |_| ())),
            Some(tree.clone()),
            "{text}"
        );
    }
    let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!(of_serde(&read), tree, "serde_yaml: {text}");
    let read = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!(read.len(), 1, "{text}");
    assert_eq!(of_rust(&read[0]), tree, "yaml-rust2: {text}");
    // Written again, it is the same text.
    assert_eq!(document(&tree, Reveal::No).unwrap().text, text);
}

fn of_serde(value: &serde_yaml::Value) -> Tree {
    use serde_yaml::Value;
    match value {
        Value::Null => Tree::null(),
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Kind::Number(number.into()).into(),
            (_, Some(number)) => number.into(),
            _ => real(number.as_f64().unwrap()),
        },
        Value::String(text) => text.as_str().into(),
        Value::Sequence(items) => Tree::list(items.iter().map(of_serde)),
        Value::Mapping(pairs) => {
            Tree::map(pairs.iter().map(|(key, value)| (key.as_str().expect("a string as key"), of_serde(value))))
        }
        Value::Tagged(tagged) => panic!("the tag {}", tagged.tag),
    }
}

fn of_rust(value: &Yaml) -> Tree {
    match value {
        Yaml::Null => Tree::null(),
        Yaml::Boolean(value) => (*value).into(),
        Yaml::Integer(number) => (*number).into(),
        // Its integers end at 2^63.
        Yaml::Real(text) => match text.parse::<u64>() {
            Ok(number) => Kind::Number(number.into()).into(),
            Err(_) => real(text.parse().unwrap()),
        },
        Yaml::String(text) => text.as_str().into(),
        Yaml::Array(items) => Tree::list(items.iter().map(of_rust)),
        Yaml::Hash(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                map.insert(key.as_str().expect("a string as key"), of_rust(value));
            }
            map.into()
        }
        Yaml::Alias(_) | Yaml::BadValue => panic!("no value"),
    }
}

fn real(number: f64) -> Tree {
    Kind::Number(serde_json::Number::from_f64(number).expect("a finite number")).into()
}

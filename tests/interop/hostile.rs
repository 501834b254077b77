//! Strings that YAML writers and readers disagree about come back unchanged, or are refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use kgen::output::{Files, Layout, Profile, Reveal, document, json_patch, stream, tree};
use kgen::resource::{Id, Resource};
use kgen::tree::{Map, Tree};

use crate::kubectl;

pub fn strings() -> BTreeSet<String> {
    let words = [
        "",
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "on",
        "On",
        "ON",
        "off",
        "Off",
        "OFF",
        "true",
        "True",
        "TRUE",
        "false",
        "False",
        "~",
        "null",
        "Null",
        "NULL",
        "nULL",
        "1",
        "0",
        "-1",
        "+1",
        "01",
        "0644",
        "0o7",
        "0O17",
        "0x1f",
        "0X1f",
        "0b1",
        "1_000",
        "1__0",
        "1_",
        "0x_1",
        "1_2_3.4",
        "1.0",
        "1.",
        ".5",
        "1e3",
        "1E+3",
        "1e999",
        "1e10000000",
        "123e4567",
        "-.5",
        ".inf",
        "-.Inf",
        "+.INF",
        ".nan",
        ".NaN",
        "NaN",
        "Infinity",
        "12:30",
        "1:30:00",
        "190:20:30.15",
        "2023-01-01",
        "2023-1-1",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43.10 -5",
        "=",
        "<<",
        "-",
        "--",
        "---",
        "...",
        "- a",
        "-a",
        "?",
        "? a",
        ":",
        ": a",
        "a: b",
        "a:",
        "a:b",
        "::",
        "#",
        "# a",
        "a #b",
        "a#b",
        "!",
        "!a",
        "!!str a",
        "&",
        "&a",
        "*",
        "*a",
        "%",
        "%YAML 1.2",
        "@",
        "@a",
        "`",
        "`a",
        "|",
        "|-",
        ">",
        ">-",
        "[",
        "]",
        "[a]",
        "{",
        "}",
        "{a: b}",
        ",",
        "a, b",
        "'",
        "\"",
        "'a'",
        "\"a\"",
        "a'b",
        "a\"b",
        "\\",
        "\\n",
        "a\\b",
        " ",
        "  ",
        " a",
        "a ",
        " a ",
        "\t",
        "\ta",
        "a\t",
        "a\tb",
        "\n",
        "\n\n",
        "\na",
        "a\n",
        "a\n\n",
        "a\nb",
        "a\nb\n",
        "a\n b\n",
        " a\nb",
        "  a\n b\n",
        "a\n\tb",
        "\ta\nb",
        "\n\ta\nb",
        " \ta\nb",
        "\n \ta\n",
        "a \nb",
        "a\t\nb",
        "a\n\nb",
        "a\n \nb",
        "a\n\t\nb",
        "\r",
        "\r\n",
        "a\rb",
        "a\r\nb",
        "a\r\n",
        "a\n\rb",
        "# a\nb",
        "- a\n- b\n",
        "a: b\nc: d\n",
        "--- a\nb",
        "---\na",
        "...\na",
        "a\n---\n",
        "a\n...\n",
        "%a\nb",
        "\u{1}",
        "\u{0}",
        "\u{7}",
        "\u{8}",
        "\u{b}",
        "\u{c}",
        "\u{1b}[0m",
        "\u{7f}",
        "a\u{7f}b",
        "\u{80}",
        "\u{85}",
        "a\u{85}b",
        "\u{9f}",
        "\u{a0}",
        "a\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{2028}",
        "a\u{2028}b",
        "\u{2029}",
        "a\n\u{2029}b",
        "\u{feff}",
        "\u{feff}a",
        "a\u{feff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{e000}",
        "é",
        "ß",
        "日本語",
        "😀",
        "a😀b\nc",
        "\u{1f468}\u{200d}\u{1f469}",
        "e\u{301}",
        "\u{202e}abc",
        "${A}",
        "$(A)",
        "$$(A)",
        "{{ a }}",
        "{% a %}",
        "<a>&b;</a>",
        "https://a:b@c/d?e=f#g",
        "a=b",
        "A=\"b\"",
        "c:\\d",
        "/",
        "~/a",
        "*.a",
        "0.0.0.0/0",
        "::1",
        "1.2.3",
        "v1",
        "1.10",
        "500m",
        "1Gi",
        "1e3Mi",
        "0xdeadbeef",
        "deadbeef",
        "12e03",
        "08",
        "09",
        "1,000",
        "1 000",
        "yes ",
        " no",
        "null ",
        "nil",
        "None",
        "undefined",
        "inf",
        "nan",
        "-0",
        "-0.0",
        "+0",
        "0.",
        "00",
        "0_7",
        "0x",
        "0b",
        "0o",
        "0b2",
        "0o8",
        "1e",
        "e1",
        "1e+",
        "--1",
        "+-1",
        "._1",
        "._",
        "_",
        "_1",
        "999999999999999999999",
        "18446744073709551616",
        "0.1e-400",
        "!!binary aGk=",
        "!!null",
        "!<tag>",
        "&a b",
        "*a b",
        "? a : b",
        "- - a",
        "[a, b",
        "{a",
        "a]",
        "a}",
        "a,b",
        "key: |",
        "a: >",
        "|\n a",
        ">\n a",
        "'a\nb'",
        "\"a\nb\"",
        "a''b",
        "a\"\"b",
        "\\u0041",
        "\\x41",
        "\\0",
        "a\\",
        "\\\"",
        "#!/bin/sh\nset -e\n",
        "#",
        "\n#",
        "\n# a\n",
        " # a",
        "a:\n  b\n",
        "a:\n\tb\n",
        "\tif a {\n\t\tb\n\t}\n",
        "server {\n\tlisten 80;\n}\n",
        "{\n\t\"a\": 1\n}",
        "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
        "*/5 * * * *",
        "@daily",
        "%d",
        "`a`\n",
        "a\u{0}b",
        "tab\there",
        "trailing \n",
        "trailing\t\n",
        " leading\n",
        "\u{3000}",
        "\u{2003}a",
        "a\u{2003}",
    ];
    let mut out: BTreeSet<String> = words.map(Into::into).into();
    out.insert("a".repeat(2000));
    out.insert("word ".repeat(300));
    out.insert(format!("{}\n", "long line ".repeat(40)).repeat(3));
    // Pairs of things that are harmless alone.
    for first in ["\n", "\t", " ", "#", ":", "-", "a", "\u{2028}", "1"] {
        for second in ["\n", "\t", " ", "#", ": ", "- ", "\r", "'", "\u{feff}"] {
            out.insert(format!("{first}{second}b\nc"));
        }
    }
    out
}

/// Every place where a string can stand, in an object of its own.
fn object(place: usize, name: &str, text: &str) -> Option<Tree> {
    let one = |key: &str, value: Tree| Tree::map([(key, value)]);
    let mut metadata: Map = [("name", name)].into_iter().collect();
    let plain = |key: &str| one(key, "x".into());
    let (api_version, kind, key, content) = match place {
        0 => (
            "v1",
            "Pod",
            "spec",
            one(
                "containers",
                Tree::list([Tree::map([
                    ("name", Tree::from("c")),
                    ("env", Tree::list([Tree::map([("name", "A"), ("value", text)])])),
                ])]),
            ),
        ),
        1 => (
            "v1",
            "Pod",
            "spec",
            one("containers", Tree::list([Tree::map([("name", Tree::from("c")), ("args", Tree::list([text, "-x"]))])])),
        ),
        2 => ("v1", "ConfigMap", "data", one("key", text.into())),
        3 => ("v1", "ConfigMap", "data", plain(text)),
        4 => {
            metadata.insert("annotations", one("key", text.into()));
            ("v1", "ConfigMap", "data", plain("k"))
        }
        5 => {
            metadata.insert("annotations", plain(text));
            ("v1", "ConfigMap", "data", plain("k"))
        }
        6 => ("example.com/v1", "Widget", "spec", one(text, one("list", Tree::list([Tree::from(text)])))),
        _ => return None,
    };
    Some(Tree::map([
        ("apiVersion", api_version.into()),
        ("kind", kind.into()),
        ("metadata", metadata.into()),
        (key, content),
    ]))
}

/// The same object with a harmless string.
fn other(body: &Tree) -> Tree {
    let name = Id::of(body).unwrap().name;
    let place = name.split_once('-').unwrap().0[1..].parse().unwrap();
    object(place, &name, "other").unwrap()
}

fn resource(body: &Tree) -> Resource {
    Resource::new("apps.api", body.map_from(&mut |_| None)).unwrap()
}

fn profile(name: &str, objects: &[Tree]) -> Profile {
    Profile { name: name.into(), namespace: None, resources: objects.iter().map(resource).collect() }
}

fn files(layout: Layout, profiles: &[Profile]) -> Option<Files> {
    tree(layout, profiles.to_vec(), "kgen.yaml").unwrap_or_else(|error| panic!("{error:#}")).ok()
}

/// What is not refused, and what is.
fn all() -> (Vec<Tree>, Vec<Tree>) {
    let strings = strings();
    assert!(strings.len() >= 300, "{}", strings.len());
    let objects = (0..7).flat_map(|place| {
        let object = move |(at, text): (usize, &String)| object(place, &format!("o{place}-{at}"), text);
        strings.iter().enumerate().filter_map(object).collect::<Vec<_>>()
    });
    objects.partition(|object| files(Layout::Flat, &[profile("dev", std::slice::from_ref(object))]).is_some())
}

/// What kubectl reads of what kustomize wrote: go-yaml on both sides, as in `kubectl kustomize | kubectl apply -f -`.
fn built(folder: &Path) -> Result<Vec<Tree>, String> {
    let text = kubectl::run(&["kustomize", folder.to_str().unwrap()])?;
    let file = folder.join("built.txt");
    kubectl::text(&file, &text);
    applied(&file)
}

/// What kubectl reads of a file.
fn applied(file: &Path) -> Result<Vec<Tree>, String> {
    let json = kubectl::run(&["annotate", "--local", "-o", "json", "-f", file.to_str().unwrap(), "kgen.dev/test=1"])?;
    let object = |value: serde_json::Value| {
        let mut value = value;
        let metadata = value["metadata"].as_object_mut().unwrap();
        let annotations = metadata["annotations"].as_object_mut().unwrap();
        annotations.remove("kgen.dev/test");
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
        Tree::from_json(&value)
    };
    let values = serde_json::Deserializer::from_str(&json).into_iter::<serde_json::Value>();
    Ok(values.map(|value| object(value.unwrap())).collect())
}

fn same(what: &str, expected: &[Tree], found: &[Tree]) {
    let mut wrong = 0;
    for object in expected {
        let id = Id::of(object);
        if found.iter().find(|other| Id::of(*other) == id) != Some(object) {
            wrong += 1;
            println!("{what}: {:?}", object.to_json());
        }
    }
    assert_eq!(wrong, 0, "{what}");
}

#[test]
fn what_is_not_refused_survives_kustomize() {
    let (objects, _) = all();
    let folder = kubectl::folder("hostile-kustomize");
    kubectl::write(&folder, &files(Layout::Flat, &[profile("flat", &objects)]).unwrap());
    same("flat", &objects, &built(&folder.join("flat")).unwrap());
}

/// The same strings in patches, beside a namespace and labels: each object differs from its namesake in the other profile.
#[test]
fn what_is_not_refused_survives_patches() {
    let (objects, _) = all();
    let dev: Vec<_> = objects.iter().map(other).collect();
    let change = |object: &Tree, namespace: &str| {
        let mut object = object.clone();
        let metadata = object.as_map_mut().unwrap().get_mut("metadata").unwrap().as_map_mut().unwrap();
        metadata.insert("namespace", namespace);
        metadata.insert("labels", Tree::map([("profile", namespace)]));
        object
    };
    let of = |objects: &[Tree], name: &str| -> (Vec<Tree>, Profile) {
        let objects: Vec<_> = objects.iter().map(|object| change(object, name)).collect();
        let profile = Profile { namespace: Some(name.into()), ..profile(name, &objects) };
        (objects, profile)
    };
    let (dev, prod) = (of(&dev, "dev"), of(&objects, "prod"));
    let folder = kubectl::folder("hostile-patches");
    kubectl::write(&folder, &files(Layout::Overlays, &[dev.1, prod.1]).unwrap());
    same("overlay", &prod.0, &built(&folder.join("overlays/prod")).unwrap());
}

/// What is refused must be refused: kustomize fails, or gives something else.
#[test]
fn what_is_refused_does_not_survive_kustomize() {
    let (_, refused) = all();
    let folder = kubectl::folder("hostile-refused");
    let mut harmless = Vec::new();
    for (index, object) in refused.iter().enumerate() {
        let root = folder.join(index.to_string());
        let survives = |resource: &Tree, rest: &str| {
            kubectl::text(&root.join("a.yaml"), &document(resource, Reveal::No).unwrap().text);
            kubectl::text(&root.join("b.yaml"), &document(object, Reveal::No).unwrap().text);
            kubectl::text(&root.join("kustomization.yaml"), &format!("resources:\n- a.yaml\n{rest}"));
            let [found] = &built(&root).unwrap_or_default()[..] else { return false };
            // A patch adds: what was there before does not count.
            json_patch::difference(found, object)
                .iter()
                .all(|step| step.get("op").and_then(Tree::as_str) == Some("remove"))
        };
        kubectl::text(&root.join("c.yaml"), "- op: add\n  path: /more\n  value: x\n");
        let json = format!("patches:\n- path: c.yaml\n  target: {{name: {}}}\n", Id::of(object).unwrap().name);
        if survives(object, "") && survives(&other(object), "patches:\n- path: b.yaml\n") && survives(object, &json) {
            harmless.push(object.to_json().to_string());
        }
    }
    println!("{} refused, of which harmless: {harmless:#?}", refused.len());
    assert!(harmless.len() * 4 < refused.len(), "{} of {}", harmless.len(), refused.len());
}

#[test]
fn every_string_survives_kubectl() {
    let (mut objects, refused) = all();
    objects.extend(refused);
    // kubectl wants keys of annotations and data to be valid names; the reading is the same for every key.
    objects
        .retain(|object| Id::of(object).unwrap().kind == "Widget" || !Id::of(object).unwrap().name.starts_with("o5"));
    let text = stream(&objects.iter().map(resource).collect::<Vec<_>>(), Reveal::No).unwrap().text;
    let folder = kubectl::folder("hostile-kubectl");
    kubectl::text(&folder.join("all.yaml"), &text);
    let found = applied(&folder.join("all.yaml")).unwrap();
    same("kubectl", &objects, &found);
}

/// The Python that the validator is installed in: PyYAML is one of its dependencies.
fn python_with_yaml() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let good = here.join("tests/validate/good.yaml");
    let done = Command::new("sh").arg(here.join("tests/validate/run.sh")).arg(good).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    here.join("target/validate/bin/python")
}

#[test]
fn every_string_survives_other_readers() {
    let (mut objects, refused) = all();
    objects.extend(refused);
    let text = stream(&objects.iter().map(resource).collect::<Vec<_>>(), Reveal::No).unwrap().text;
    same("kgen", &objects, &kubectl::read(&text));
    let serde: Vec<Tree> = serde_yaml::Deserializer::from_str(&text)
        .map(|document| {
            let value: serde_json::Value = serde::Deserialize::deserialize(document).unwrap();
            Tree::from_json(&value)
        })
        .collect();
    same("serde_yaml", &objects, &serde);
    let file = kubectl::folder("hostile-python").join("all.yaml");
    kubectl::text(&file, &text);
    let script = "import json,sys,yaml\nprint(json.dumps(list(yaml.load_all(open(sys.argv[1],encoding='utf-8',newline=''),yaml.CSafeLoader))))";
    let output = Command::new(python_with_yaml()).args(["-c", script]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    same("PyYAML", &objects, Tree::from_json(&value).as_list().unwrap());
}

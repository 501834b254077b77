//! What the pages of `docs/seeds` cite is there. The last column of each of its tables, `shown by`, holds citations of golden
//! cases in backticks, with `<br>` between them:
//!
//! - `CASE PROFILE KIND/NAME PATH = VALUE`: in `golden/CASE/stream/PROFILE.yaml` that field of that object has that value
//! - `CASE PROFILE KIND/NAME PATH has VALUE`: the list holds these elements in a row, or the text these characters
//! - `CASE PROFILE KIND/NAME [PATH] is absent`: the profile has no such object, or the object no such field
//! - `CASE stderr has TEXT`: `kgen render` says so
//!
//! PATH is `spec.containers[0]`, `env[name=A]` or `annotations["a.b/c"]`. VALUE is JSON where it reads as JSON (so `"1"` is
//! a text and `1` a number), `base64(TEXT)`, or the text as it stands. A row may cite nothing where the cell before says
//! `outside kgen`.

use std::fs;
use std::path::Path;

use base64::Engine;
use serde_json::Value;

use crate::support::{Temp, put};

const PAGES: [(&str, &str); 5] = [
    ("index", include_str!("../../docs/seeds/index.md")),
    ("darwin", include_str!("../../docs/seeds/darwin.md")),
    ("fastapi", include_str!("../../docs/seeds/fastapi.md")),
    ("open-webui", include_str!("../../docs/seeds/open-webui.md")),
    ("tl-engine", include_str!("../../docs/seeds/tl-engine.md")),
];

#[test]
fn what_is_said_of_the_seeds_is_in_the_golden_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    for (name, page) in PAGES {
        let problems = problems(&root, page);
        assert!(problems.is_empty(), "docs/seeds/{name}.md\n{}\n", problems.join("\n"));
    }
}

/// Everything wrong with a page, each with its line.
fn problems(root: &Path, page: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut head, mut rows) = (Vec::new(), 0);
    for (index, line) in page.lines().enumerate() {
        let Some(cells) = cells(line) else {
            head.clear();
            continue;
        };
        let found = if head.is_empty() {
            head = cells;
            if head.last().is_some_and(|cell| cell == "shown by") {
                vec![]
            } else {
                vec!["the last column is not `shown by`".to_owned()]
            }
        } else if cells.iter().all(|cell| cell == "---") {
            vec![]
        } else {
            rows += 1;
            row(root, &head, &cells)
        };
        out.extend(found.into_iter().map(|problem| format!("line {}: {problem}", index + 1)));
    }
    if rows == 0 {
        out.push("no row says anything".to_owned());
    }
    out
}

/// The cells of a line of a table; in them `\|` is a bar.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let bars = inner.replace("\\|", "\0");
    Some(bars.split('|').map(|cell| cell.trim().replace('\0', "|")).collect())
}

fn row(root: &Path, head: &[String], cells: &[String]) -> Vec<String> {
    let [first, .., before, shown] = cells else { return vec![format!("{} cells are too few", cells.len())] };
    if cells.len() != head.len() {
        return vec![format!("{} cells instead of {}", cells.len(), head.len())];
    }
    if head[0] == "line" && !first.split(", ").all(is_range) {
        return vec![format!("`{first}` is no list of lines")];
    }
    if shown.is_empty() {
        let outside = before.starts_with("outside kgen");
        return if outside { vec![] } else { vec!["nothing is cited, and nothing says `outside kgen`".to_owned()] };
    }
    let cited = shown.split("<br>").map(|span| {
        let text = span.trim().strip_prefix('`').and_then(|span| span.strip_suffix('`'));
        match text.filter(|text| !text.contains('`')) {
            Some(text) => holds(root, text).map_err(|problem| format!("`{text}`: {problem}")),
            None => Err(format!("`{span}` is no citation")),
        }
    });
    cited.filter_map(Result::err).collect()
}

/// `7` or `7-9`.
fn is_range(text: &str) -> bool {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    first.parse::<u32>().is_ok_and(|first| last.parse().is_ok_and(|last| first <= last))
}

#[derive(Debug, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
    /// The element of a list whose key has this value.
    With(String, String),
}

enum Claim<'c> {
    Is(&'c str),
    Has(&'c str),
    Absent,
}

/// Whether a citation is true.
fn holds(root: &Path, citation: &str) -> Result<(), String> {
    let (case, rest) = citation.split_once(' ').ok_or("expected a case, a profile and an object")?;
    if let Some(text) = rest.strip_prefix("stderr has ") {
        let said = read(&root.join(case).join("stderr"))?;
        return if said.contains(text) { Ok(()) } else { Err("kgen does not say so".to_owned()) };
    }
    let (profile, rest) = rest.split_once(' ').ok_or("expected a profile and an object")?;
    let (id, rest) = rest.split_once(' ').ok_or("expected an object and what is said of it")?;
    let (kind, name) = id.split_once('/').ok_or_else(|| format!("expected KIND/NAME, found `{id}`"))?;
    let (path, claim) = claim(rest)?;
    let path = steps(path)?;
    let stream = read(&root.join(case).join(format!("stream/{profile}.yaml")))?;
    let Some(object) = object(&stream, kind, name) else {
        let gone = path.is_empty() && matches!(claim, Claim::Absent);
        return if gone { Ok(()) } else { Err("there is no such object".to_owned()) };
    };
    let found = path.iter().try_fold(&object, |value, step| field(value, step));
    match (claim, found) {
        (Claim::Absent, None) => Ok(()),
        (Claim::Absent, Some(_)) => Err("it is there".to_owned()),
        (_, None) => Err("there is no such field".to_owned()),
        (Claim::Is(text), Some(found)) if *found == value(text)? => Ok(()),
        (Claim::Has(text), Some(found)) if has(found, &value(text)?) => Ok(()),
        (_, Some(found)) => Err(format!("it is {found}")),
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|_| format!("there is no file `{}`", path.display()))
}

/// The field's path and what is said of it.
fn claim(text: &str) -> Result<(&str, Claim<'_>), String> {
    if text == "is absent" {
        return Ok(("", Claim::Absent));
    }
    match text.split_once(' ') {
        Some((path, "is absent")) => Ok((path, Claim::Absent)),
        Some((path, rest)) => match rest.split_once(' ') {
            Some(("=", value)) if !value.is_empty() => Ok((path, Claim::Is(value))),
            Some(("has", value)) if !value.is_empty() => Ok((path, Claim::Has(value))),
            _ => Err(format!("expected `= VALUE`, `has VALUE` or `is absent`, found `{rest}`")),
        },
        None => Err("nothing is said of the object".to_owned()),
    }
}

fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut out = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let wrong = || format!("`{rest}` is no path");
        let (step, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, after) = quoted.split_once("\"]").ok_or_else(wrong)?;
            (Step::Key(key.to_owned()), after)
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (inner, after) = inner.split_once(']').ok_or_else(wrong)?;
            let step = match (inner.parse(), inner.split_once('=')) {
                (Ok(index), _) => Step::Index(index),
                (_, Some((key, value))) => Step::With(key.to_owned(), value.to_owned()),
                _ => return Err(wrong()),
            };
            (step, after)
        } else {
            let word = if out.is_empty() { rest } else { rest.strip_prefix('.').ok_or_else(wrong)? };
            let (key, after) = word.split_at(word.find(['.', '[']).unwrap_or(word.len()));
            (Step::Key(key.to_owned()), after)
        };
        if step == Step::Key(String::new()) {
            return Err(wrong());
        }
        out.push(step);
        rest = after;
    }
    Ok(out)
}

fn object(stream: &str, kind: &str, name: &str) -> Option<Value> {
    use serde::Deserialize;
    let objects = serde_yaml::Deserializer::from_str(stream).map(|document| Value::deserialize(document).unwrap());
    objects.into_iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}

fn field<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
        Step::With(key, wanted) => value.as_array()?.iter().find(|element| element[key] == *wanted),
    }
}

fn value(text: &str) -> Result<Value, String> {
    if let Some(plain) = text.strip_prefix("base64(").and_then(|rest| rest.strip_suffix(')')) {
        return Ok(base64::engine::general_purpose::STANDARD.encode(plain).into());
    }
    match serde_json::from_str(text) {
        Err(_) if text.starts_with(['[', '{', '"']) => Err(format!("`{text}` is no JSON")),
        read => Ok(read.unwrap_or_else(|_| text.into())),
    }
}

/// A list has an element, or the elements of another in a row; a text has another.
fn has(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Array(list), Value::Array(part)) => {
            !part.is_empty() && list.windows(part.len()).any(|window| window == part)
        }
        (Value::Array(list), one) => list.contains(one),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

const STREAM: &str = r#"---
kind: Service
metadata: {name: redis, annotations: {a.b/c: "1"}}
spec: {ports: [{name: redis, port: 6379}], type: ClusterIP}
---
kind: Secret
metadata: {name: redis}
data: {url: aGk6Ly8v, args: [--save, "", --appendonly, "yes", a|b]}
"#;

/// A golden folder with one case.
fn golden() -> Temp {
    let temp = Temp::new();
    put(&temp.path().join("case/stream/dev.yaml"), STREAM);
    put(&temp.path().join("case/stderr"), "warning[x]: `a` is b\n");
    temp
}

#[test]
fn a_true_citation_holds() {
    let temp = golden();
    let citations = [
        "case dev Service/redis spec.type = ClusterIP",
        "case dev Service/redis spec.ports[0].port = 6379",
        "case dev Service/redis spec.ports[name=redis].port = 6379",
        "case dev Service/redis spec.ports = [{\"port\":6379,\"name\":\"redis\"}]",
        "case dev Service/redis metadata.annotations[\"a.b/c\"] = \"1\"",
        "case dev Service/redis spec.type has Cluster",
        "case dev Service/redis spec.externalIPs is absent",
        "case dev Service/other is absent",
        "case dev Secret/redis data.url = base64(hi:///)",
        "case dev Secret/redis data.args has [\"--save\",\"\"]",
        "case dev Secret/redis data.args has --appendonly",
        "case stderr has warning[x]",
    ];
    for citation in citations {
        assert_eq!(holds(temp.path(), citation), Ok(()), "{citation}");
    }
}

#[test]
fn what_is_wrong_with_a_citation_is_said() {
    let temp = golden();
    let cases = [
        ("case", "expected a case, a profile and an object"),
        ("case dev", "expected a profile and an object"),
        ("case dev Service/redis", "expected an object and what is said of it"),
        ("case dev Service spec.type = ClusterIP", "expected KIND/NAME, found `Service`"),
        ("case dev Service/redis spec.type", "nothing is said of the object"),
        (
            "case dev Service/redis spec.type is there",
            "expected `= VALUE`, `has VALUE` or `is absent`, found `is there`",
        ),
        ("case dev Service/redis spec.type =", "expected `= VALUE`, `has VALUE` or `is absent`, found `=`"),
        ("case dev Service/redis spec..type = ClusterIP", "`..type` is no path"),
        ("case dev Service/redis spec.ports[x].port = 6379", "`[x].port` is no path"),
        ("case dev Service/redis spec.ports = [6379", "`[6379` is no JSON"),
        ("case dev Service/other spec.type = ClusterIP", "there is no such object"),
        ("case dev Service/other spec.type is absent", "there is no such object"),
        ("case dev Service/redis is absent", "it is there"),
        ("case dev Service/redis spec.kind = ClusterIP", "there is no such field"),
        ("case dev Service/redis spec.ports[1] = 1", "there is no such field"),
        ("case dev Service/redis spec.type = NodePort", "it is \"ClusterIP\""),
        ("case dev Service/redis spec.ports[0].port = \"6379\"", "it is 6379"),
        ("case dev Service/redis metadata.annotations[\"a.b/c\"] = 1", "it is \"1\""),
        (
            "case dev Secret/redis data.args has [\"--save\",\"yes\"]",
            "it is [\"--save\",\"\",\"--appendonly\",\"yes\",\"a|b\"]",
        ),
        ("case stderr has warning[y]", "kgen does not say so"),
    ];
    for (citation, problem) in cases {
        assert_eq!(holds(temp.path(), citation), Err(problem.to_owned()), "{citation}");
    }
    for citation in ["case prod Service/redis spec.type = ClusterIP", "other dev Service/redis spec.type = ClusterIP"] {
        assert!(holds(temp.path(), citation).unwrap_err().starts_with("there is no file `"), "{citation}");
    }
}

#[test]
fn every_row_of_a_page_is_looked_at() {
    let temp = golden();
    let said = |page: &str| problems(temp.path(), page);
    let head = "| line | kgen | shown by |\n| --- | --- | --- |\n";
    let good =
        "| 1 | it | `case dev Service/redis spec.type = ClusterIP`<br>`case dev Secret/redis data.args has a\\|b` |\n";
    assert_eq!(said(&format!("# A\n{head}{good}| 2 | outside kgen: the app | |\n")), [""; 0]);
    assert_eq!(said("# A\n"), ["no row says anything"]);
    assert_eq!(said("| line | where |\n| --- | --- |\n")[0], "line 1: the last column is not `shown by`");
    assert_eq!(said(&format!("{head}| 1 | `a` |\n")), ["line 3: 2 cells are too few"]);
    assert_eq!(said(&format!("{head}| 1 | it | is | `a` |\n")), ["line 3: 4 cells instead of 3"]);
    assert_eq!(said(&format!("{head}| 7-3 | it | |\n")), ["line 3: `7-3` is no list of lines"]);
    assert_eq!(said(&format!("{head}| 3, 7-9 | outside kgen | |\n")), [""; 0]);
    assert_eq!(said(&format!("{head}| 1 | it | |\n")), ["line 3: nothing is cited, and nothing says `outside kgen`"]);
    assert_eq!(said(&format!("{head}| 1 | it | see there |\n")), ["line 3: `see there` is no citation"]);
    let wrong = "| 1 | it | `case dev Service/redis spec.type = NodePort` |\n";
    let problem = "`case dev Service/redis spec.type = NodePort`: it is \"ClusterIP\"";
    assert_eq!(said(&format!("{head}{good}{wrong}")), [format!("line 4: {problem}")]);
}

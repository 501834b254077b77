//! The pages of `docs/reference`, made from what they describe: the schema, the arguments, the table of checks.
//! `KGEN_UPDATE=1 cargo test book` writes them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use kgen::cli::Cli;
use serde_json::Value;

use crate::support::Kgen;

#[test]
fn the_reference_of_the_project_file_is_the_schema() {
    let schema: Value = serde_json::from_str(&Kgen::new().args(["schema"]).says()).unwrap();
    same("project.md", &project(&schema));
}

#[test]
fn the_reference_of_the_commands_is_what_they_take() {
    same("commands.md", &commands());
}

#[test]
fn the_reference_of_the_checks_is_the_rules() {
    same("checks.md", &checks());
}

#[test]
fn the_reference_of_the_impacts_is_the_rules() {
    same("impacts.md", &impacts());
}

#[track_caller]
fn same(page: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(page);
    if super::updates() {
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{} is not what kgen has: `KGEN_UPDATE=1 cargo test book` writes it", path.display());
}

fn project(schema: &Value) -> String {
    let mut out = "# The project file

Made from `kgen schema`, the JSON Schema of `kgen.yaml`, which editors read too:
`kgen schema > kgen.schema.json`, and `# yaml-language-server: $schema=kgen.schema.json` as the file's first line.

A value may hold references, `${section.name.output}`. `null` under a profile removes what a lower layer says. *Presets* in the
column of defaults: `profiles/*.yaml`, see `kgen profile show PROFILE --preset`.

"
    .to_owned();
    object(&mut out, "The top level", schema);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        if let Some(object_of) = body(definition) {
            object(&mut out, name, object_of);
        }
    }
    out
}

/// The map among the alternatives of a definition.
fn body(definition: &Value) -> Option<&Value> {
    if definition.get("properties").is_some() {
        return Some(definition);
    }
    definition.get("anyOf")?.as_array()?.iter().find_map(body)
}

fn object(out: &mut String, name: &str, definition: &Value) {
    let _ = writeln!(out, "## {name}\n\n| key | takes | default | |\n| --- | --- | --- | --- |");
    for (key, field) in definition["properties"].as_object().unwrap() {
        let default = field.get("default").map(|value| format!("`{}`", flow(value))).unwrap_or_default();
        let about = field["description"].as_str().unwrap_or_default();
        let example = field["examples"].as_array().and_then(|all| all.first());
        let example = example.map(|value| format!(" Example: `{}`", flow(value))).unwrap_or_default();
        let row = format!("| `{key}` | {} | {default} | {about}{example} |", takes(field));
        let _ = writeln!(out, "{row}");
    }
    out.push('\n');
}

fn takes(field: &Value) -> String {
    let mut words = alternatives(field);
    words.retain(|word| word != "null");
    words.dedup();
    words.join(", ")
}

fn alternatives(field: &Value) -> Vec<String> {
    if let Some(name) = field["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        let anchor: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        return if name == "reference" { vec![] } else { vec![format!("[a map](#{anchor})")] };
    }
    if let Some(all) = field["anyOf"].as_array() {
        return all.iter().flat_map(alternatives).collect();
    }
    if let Some(words) = field["enum"].as_array() {
        return words.iter().map(|word| format!("`{}`", flow(word))).collect();
    }
    let types: Vec<&str> = match &field["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect(),
        _ => vec![],
    };
    match types[..] {
        // `null` removes, everywhere: the page says so once.
        ["null"] => vec![],
        ["array"] => vec![format!("a list of {}", takes(&field["items"]))],
        ["object"] if field["additionalProperties"].is_object() => {
            vec![format!("by name: {}", takes(&field["additionalProperties"]))]
        }
        ["object"] => vec!["a map".into()],
        ["integer"] => vec!["a whole number".into()],
        ["boolean"] => vec!["`true` or `false`".into()],
        ["string", "number", "boolean"] => vec!["a value".into()],
        ["string" | "number", ..] => vec!["a text".into()],
        _ => vec!["anything".into()],
    }
}

/// A value as one line of YAML. What a table would read as its own is written as an entity.
fn flow(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    text.replace('|', "\\|")
}

fn commands() -> String {
    let mut out = "# The commands

Made from the program's own arguments; `kgen COMMAND --help` says the same.

Results go to stdout, everything said to a person goes to stderr. Exit status, everywhere: **0** done, or no difference; **1** the
answer is no (a difference, a failed check, a stale tree); **2** kgen could not answer (bad usage, a bad project file, a disk that
cannot be written). A closed pipe is 0.

"
    .to_owned();
    let mut root = Cli::command().term_width(100);
    root.build();
    command(&mut out, &mut root, "kgen", 2);
    out
}

fn command(out: &mut String, of: &mut clap::Command, name: &str, level: usize) {
    let help = of.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let _ = writeln!(
        out,
        "{} {name}\n\n<!-- not run: what `--help` says -->\n```text\n{}\n```\n",
        "#".repeat(level),
        help.join("\n")
    );
    let names: Vec<String> = of.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for sub in names.iter().filter(|sub| *sub != "help") {
        let below = of.find_subcommand_mut(sub).unwrap();
        if !below.is_hide_set() {
            command(out, below, &format!("{name} {sub}"), level.min(3) + usize::from(level < 4));
        }
    }
}

fn checks() -> String {
    let mut out = "# The checks

Made from the rules themselves; `kgen explain ID` prints one. An error stops `kgen render`; a warning is said. *May be allowed*: `allow:
{ID: REASON}` at a component, with a reason that the next reader will find.

"
    .to_owned();
    for check in kgen::rules::all() {
        let allow = if check.allow { "; may be allowed" } else { "" };
        let _ = writeln!(out, "## {}\n\n{} ({}{allow})\n\n{}\n", check.id, check.summary(), check.level, check.text());
    }
    out
}

fn impacts() -> String {
    let mut out = "# What a change does, rule by rule

Made from the rules themselves; `kgen explain ID` prints one. The first rule that fits decides about a field: what is lost, then what
the API refuses, then what a controller makes of it. `tests/impacts` has an example of each.

"
    .to_owned();
    for impact in kgen::diff::Impact::ALL.into_iter().rev() {
        let _ = write!(out, "## {}\n\n| rule | of | what happens |\n| --- | --- | --- |\n", impact.word());
        let mut seen = std::collections::BTreeSet::new();
        for rule in kgen::diff::impact::all().filter(|rule| rule.impact == impact && seen.insert(rule.id)) {
            let list = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let of = [list(rule.kinds), list(rule.at)].into_iter().filter(|words| !words.is_empty());
            let _ = writeln!(out, "| `{}` | {} | {} |", rule.id, of.collect::<Vec<_>>().join(": "), rule.text);
        }
        out.push('\n');
    }
    out
}

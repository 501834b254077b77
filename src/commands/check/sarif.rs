//! Findings as SARIF 2.1.0, for code scanning.
//! Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
//! https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

use serde_json::{Value, json};

use super::finding::{Finding, Place};
use crate::commands::format;
use crate::diag::{Level, Rule};
use crate::rules;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub fn text(findings: &[Finding]) -> anyhow::Result<String> {
    // The rules that are needed, in the table's order.
    let rules: Vec<&Rule> =
        rules::all().filter(|check| findings.iter().any(|finding| finding.id == check.id)).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &rules)).collect();
    let driver = json!({
        "name": "kgen",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(|check| rule(check)).collect::<Vec<_>>(),
    });
    let run = json!({"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results});
    let document = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    format::json(&document)
}

fn rule(check: &Rule) -> Value {
    let level = if check.level == Level::Warning { "warning" } else { "error" };
    json!({
        "id": check.id,
        "shortDescription": {"text": check.summary()},
        "help": {"text": check.text(), "markdown": check.text()},
        "defaultConfiguration": {"level": level},
    })
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let mut out = json!({
        "ruleId": finding.id,
        "level": finding.severity,
        "message": {"text": finding.text()},
    });
    if let Some(index) = rules.iter().position(|check| check.id == finding.id) {
        out["ruleIndex"] = json!(index);
    }
    if let Some(place) = &finding.place {
        out["locations"] = json!([{"physicalLocation": physical(place)}]);
    }
    if !finding.notes.is_empty() {
        let notes = finding.notes.iter().enumerate().map(|(index, note)| {
            json!({"id": index, "physicalLocation": physical(&note.place), "message": {"text": note.message}})
        });
        out["relatedLocations"] = notes.collect();
    }
    if !finding.profiles.is_empty() {
        out["properties"] = json!({"profiles": finding.profiles});
    }
    out
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&place.file)},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A path as a relative reference (RFC 3986): a colon in its first segment would be read as a scheme.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    if path.starts_with('/') { format!("file://{out}") } else { out }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_as_references() {
        assert_eq!(super::uri("../a b/ü:%.yaml"), "../a%20b/%C3%BC%3A%25.yaml");
        assert_eq!(super::uri("/srv/kgen.yaml"), "file:///srv/kgen.yaml");
    }
}

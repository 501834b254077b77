//! Findings as JSON: `{"version": 1, "errors": 1, "warnings": 0, "findings": [...]}`.

use serde::Serialize;

use super::finding::Finding;
use crate::commands::format;

#[derive(Serialize)]
struct Document<'f> {
    /// Of this form; fields may be added without a new one.
    version: u32,
    errors: usize,
    warnings: usize,
    findings: &'f [Finding],
}

pub fn text(findings: &[Finding]) -> anyhow::Result<String> {
    let count = |severity: &str| findings.iter().filter(|finding| finding.severity == severity).count();
    let document = Document { version: 1, errors: count("error"), warnings: count("warning"), findings };
    format::json(&document)
}

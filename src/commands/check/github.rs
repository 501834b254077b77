//! Findings as workflow commands of GitHub Actions, which shows them at their lines.
//! Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message;
//! escaping as `actions/toolkit` does it (`packages/core/src/command.ts`).

use super::finding::Finding;
use crate::escape;

pub fn text(findings: &[Finding]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &finding.place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
        properties.push(format!("endLine={}", place.end_line));
        // GitHub takes an end column on one line only.
        if place.end_line == place.line && place.end_column > place.column {
            properties.push(format!("endColumn={}", place.end_column));
        }
    }
    properties.push(format!("title={}", property(finding.id)));
    let line = format!("::{} {}::{}", finding.severity, properties.join(","), data(&finding.text()));
    escape::unmarked(&escape::line(&line), "\\#") + "\n"
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        assert_eq!(property("a,b:c%\r\n.yaml"), "a%2Cb%3Ac%25%0D%0A.yaml");
        assert_eq!(data("50 %, a:b\nc"), "50 %25, a:b%0Ac");
    }
}

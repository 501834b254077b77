//! Words of the project's texts: unusual, and legal.

use kgen::project::rule::{self, Rule};

use crate::law::yaml::RAW;
use crate::random::Random;

const TEXTS: [&str; 44] = [
    "a",
    "b c",
    "",
    "yes",
    "no",
    "on",
    "n",
    "~",
    "null",
    "true",
    "0587",
    "1e6",
    "1.10",
    "0x1f",
    "1_000",
    "12:30:45",
    "2024-01-01",
    "=",
    "<<",
    "- x",
    "# no comment",
    "a: b",
    "a #b",
    "*x",
    "&x",
    "!x",
    "%x",
    "@x",
    "`x`",
    "'",
    "\"",
    "\\",
    "é",
    "日本",
    "👍",
    "{{ x }}",
    "{a: b}",
    "[a]",
    "$5",
    "$${x}",
    " lead",
    "trail ",
    "two\nlines\n",
    "no\n\nend",
];

/// Written without quotes: the characters are the value.
const LEXEMES: [&str; 8] = ["0587", "1e6", "1.10", "off", "0x1F", "1_000", "12:30", "-0"];

pub fn text(random: &mut Random) -> String {
    match random.below(100) {
        0..12 => format!("{RAW}{}", random.pick(&LEXEMES)),
        12..45 => random.pick(&["info", "debug", "first", "second", "third"]).to_string(),
        45..50 => "${project}".into(),
        50..56 => "p-${profile}-x".into(),
        _ => random.pick(&TEXTS).to_string(),
    }
}

/// A quoted one.
pub fn string(random: &mut Random) -> String {
    text(random).trim_start_matches(RAW).to_owned()
}

pub fn label(random: &mut Random) -> &'static str {
    const LABELS: [&str; 12] = ["", "a", "b", "1.0", "true", "0042", "no", "a_b", "Web", "x-1", "null", "1e3"];
    LABELS[random.below(LABELS.len())]
}

pub fn of_rule(random: &mut Random, rule: &'static Rule) -> String {
    let is =
        |other: &'static Rule| std::ptr::eq(rule, other) || (rule.noun, rule.pattern) == (other.noun, other.pattern);
    let words: &[&str] = match rule {
        _ if is(&rule::STRING) => return string(random),
        _ if is(&rule::QUANTITY) => &["1Gi", "2Gi", "1024Mi", "5G", "10Gi"],
        _ if is(&rule::VERSION) => &["1.35", "1.36", "1.37"],
        _ if is(&rule::PATH) => &["files/a.txt", "files/b.txt"],
        _ if is(&rule::DURATION) => &["1h", "15m", "1h30m", "90s"],
        _ if is(&rule::VARIABLE) => &["KGEN_LAW_VALUE"],
        _ if is(&rule::HOST) => &["a.example.org", "b.example.org", "*.example.org"],
        _ if is(&rule::CRON) => &["0 3 * * *", "*/5 * * * 1-5", "@daily", "30 2 1 * *"],
        _ if is(&rule::CRON_OR_SECONDS) => &["0 3 * * *", "15 */6 * * *"],
        _ if is(&rule::FIELD_PATH) => {
            &["metadata.name", "metadata.namespace", "status.podIP", "spec.nodeName", "metadata.labels['a']"]
        }
        _ if is(&rule::RESOURCE) => &["limits.memory", "requests.cpu", "requests.memory"],
        _ if is(&rule::MEMORY) => &["16mb", "32mb", "40000kb"],
        _ if is(&rule::DATABASE) => &["shop", "app2", "legacy $app", "o'hara"],
        _ if is(&rule::ROLE) => &["shop", "owner", "o'hara $x", "keeper"],
        _ if is(&rule::BUCKET) => &["demo-dumps", "my.bucket"],
        _ if is(&rule::PREFIX) => &["pg", "a/b"],
        _ if is(&rule::ENDPOINT) => &["https://minio.example.org:9000", "http://minio.storage"],
        _ if is(&rule::REGION) => &["eu-central-1", "local"],
        _ if is(&rule::IMAGE) => &[
            "ghcr.io/acme/api:1.4.2",
            "ghcr.io/acme/api:1.5.0-rc1",
            "ghcr.io/acme/web:1",
            "nginx:1.29",
            "registry.example.org:5000/acme/web:2",
            "busybox:1.37",
            "ghcr.io/acme/web@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "nginx:1.28@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ],
        _ => &["fast", "slow", "team"],
    };
    (*random.pick(words)).to_owned()
}

//! The rules that texts of the project file follow.
//!
//! Owns: [`Rule`]: what a text is called, the function that judges it, and the pattern by which an editor does.
//! Does not own: where a rule is used (`language.rs`), Kubernetes' own rules (`format`).

use crate::diag::suggest;
use crate::format;

/// A kind of text.
#[derive(Debug)]
pub struct Rule {
    /// "a name", or "component name" where it is a key.
    pub noun: &'static str,
    /// Says what is wrong with a text: `expected ..., found ...` without the first half.
    pub check: fn(&str) -> Result<(), String>,
    /// A regular expression (ECMA-262) that every text which passes the check matches; empty where there is none. It may
    /// let more pass: lengths and sums are the check's.
    pub pattern: &'static str,
}

const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const SUBDOMAIN: &str = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
const QUALIFIED: &str = "^([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";
const ENV_NAME: &str = "^[-A-Za-z_.][-A-Za-z0-9_.]*$";
const PORT: &str = "^[a-z0-9-]*[a-z][a-z0-9-]*$";
const IDENTIFIER: &str = "^.{1,63}$";

pub static ANY_KEY: Rule = Rule { noun: "key", check: any, pattern: "" };
pub static STRING: Rule = Rule { noun: "a string", check: any, pattern: "" };
pub static COMPONENT_NAME: Rule = Rule { noun: "component name", check: format::dns_label, pattern: LABEL };
pub static CONTAINER_NAME: Rule = Rule { noun: "container name", check: format::dns_label, pattern: LABEL };
pub static NAME: Rule = Rule { noun: "a name", check: format::dns_label, pattern: LABEL };
pub static OBJECT_NAME: Rule = Rule { noun: "a name", check: format::dns_subdomain, pattern: SUBDOMAIN };
pub static SERVICE_NAME: Rule =
    Rule { noun: "a name", check: format::service_name, pattern: "^[a-z]([-a-z0-9]*[a-z0-9])?$" };
pub static TLS_SECRET: Rule =
    Rule { noun: "the name of the Secret with the certificate", check: format::dns_subdomain, pattern: SUBDOMAIN };
pub static HOST: Rule =
    Rule { noun: "a host name", check: format::host, pattern: r"^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" };
pub static QUANTITY: Rule = Rule {
    noun: "a quantity such as `256Mi`",
    check: format::quantity,
    pattern: r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$",
};
pub static LABEL_KEY: Rule = Rule { noun: "label key", check: format::qualified_name, pattern: QUALIFIED };
pub static RESOURCE_NAME: Rule = Rule { noun: "resource name", check: format::qualified_name, pattern: QUALIFIED };
pub static ANNOTATION_KEY: Rule = Rule {
    noun: "annotation key",
    check: format::annotation_key,
    pattern: r"^([A-Za-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
};
pub static VERSION: Rule = Rule { noun: "a version such as `1.33`", check: version, pattern: r"^1\.[0-9]+$" };
pub static PATH: Rule =
    Rule { noun: "a path", check: relative_path, pattern: r"^(?!/)(?![A-Za-z]:)(?!(.*/)?\.\.(/|$))[^\\]+$" };
pub static OUTPUT: Rule = Rule {
    noun: "a path",
    check: output,
    pattern: r"^(?!/)(?!(.*/)?\.\.(/|$))(?!(\.?/)*\.?$)(?!(.*/)?(\.[gG][iI][tT]([hH][uU][bB])?|[gG][iI][tT]~1)[. ]*(/|$))[^\\:]+$",
};
pub static DURATION: Rule = Rule { noun: "a duration", check: duration, pattern: r"^[-+]?[0-9.]+" };
pub static INTERVAL: Rule =
    Rule { noun: "a duration such as `10m`", check: interval, pattern: r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$" };
pub static REPOSITORY: Rule = Rule { noun: "a URL", check: repository, pattern: r"^\S+$" };
pub static DATA_KEY: Rule = Rule { noun: "key", check: format::data_key, pattern: "^[-A-Za-z0-9_.]{1,253}$" };
pub static VARIABLE: Rule = Rule { noun: "a variable's name", check: format::env_name, pattern: ENV_NAME };
pub static ENV_NAME_KEY: Rule = Rule { noun: "environment variable name", check: format::env_name, pattern: ENV_NAME };
pub static MOUNT_PATH: Rule = Rule { noun: "path", check: format::mount_path, pattern: "^/[^:]*$" };
pub static PORT_NAME: Rule = Rule { noun: "port name", check: format::port_name, pattern: PORT };
pub static PORTS_NAME: Rule = Rule { noun: "a port's name", check: format::port_name, pattern: PORT };
pub static IMAGE: Rule = Rule { noun: "an image", check: image, pattern: r"^\S+$" };
pub static TAG: Rule = Rule { noun: "a tag", check: tag, pattern: r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" };
pub static DIGEST: Rule =
    Rule { noun: "a digest", check: digest, pattern: r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$" };
pub static CRON: Rule =
    Rule { noun: "a cron schedule", check: format::cron, pattern: r"^\s*(@\w+|\S+(\s+\S+){4})\s*$" };
pub static CRON_OR_SECONDS: Rule =
    Rule { noun: "a cron schedule", check: format::cron_or_seconds, pattern: r"^\s*(@\w+|\S+(\s+\S+){4,5})\s*$" };
pub static FIELD_PATH: Rule = Rule {
    noun: "a field of the pod",
    check: field_path,
    pattern: r"^(metadata\.(name|namespace|uid|(labels|annotations)\['.*'\])|spec\.(nodeName|serviceAccountName)|status\.(host|pod)IPs?)$",
};
pub static RESOURCE: Rule = Rule {
    noun: "a request or limit",
    check: resource,
    pattern: r"^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$",
};
pub static MEMORY: Rule = Rule { noun: "a size such as `512mb`", check: memory, pattern: "^[0-9]+[A-Za-z]{0,2}$" };
pub static DIRECTIVE: Rule = Rule { noun: "directive", check: directive, pattern: "^[a-z0-9-]+$" };
pub static PARAMETER: Rule = Rule { noun: "parameter", check: parameter, pattern: "^[A-Za-z0-9_.]+$" };
pub static DATABASE: Rule = Rule { noun: "a database name", check: identifier, pattern: IDENTIFIER };
pub static ROLE: Rule = Rule { noun: "a role name", check: identifier, pattern: IDENTIFIER };
pub static BUCKET: Rule =
    Rule { noun: "a bucket's name", check: bucket, pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$" };
pub static PREFIX: Rule = Rule { noun: "a prefix of keys", check: prefix, pattern: r"^[A-Za-z0-9!_.*'()/-]+$" };
pub static ENDPOINT: Rule = Rule { noun: "a URL", check: endpoint, pattern: "^https?://" };
pub static REGION: Rule = Rule { noun: "a region", check: word, pattern: "^[A-Za-z0-9_-]+$" };

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn duration(text: &str) -> Result<(), String> {
    format::duration(text).map(|_| ())
}

/// What Flux's CRDs take, and Argo CD too: no sign, no `us`, never bare.
fn interval(text: &str) -> Result<(), String> {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let fraction = rest[whole..].strip_prefix('.').map_or(0, |after| digits(after) + 1);
        let unit = rest[whole + fraction..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let (number, after) = rest.split_at(whole + fraction);
        if whole == 0 || fraction == 1 || number.is_empty() || !["ms", "s", "m", "h"].contains(&&after[..unit]) {
            break;
        }
        rest = &after[unit..];
    }
    if rest.is_empty() && !text.is_empty() {
        return Ok(());
    }
    Err(format!("expected a duration such as `10m`, found `{text}`"))
}

/// `https://...`, `ssh://...`, `git@host:path`: what git takes is not for kgen to say.
fn repository(text: &str) -> Result<(), String> {
    let ok = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if ok { Ok(()) } else { Err(format!("expected a URL, found `{text}`")) }
}

fn image(text: &str) -> Result<(), String> {
    format::image(text).map(|_| ())
}

fn tag(text: &str) -> Result<(), String> {
    format::image(&format!("x:{text}")).map(|_| ())
}

fn digest(text: &str) -> Result<(), String> {
    format::image(&format!("x@{text}")).map(|_| ())
}

fn version(text: &str) -> Result<(), String> {
    let ok = text.split_once('.').is_some_and(|(a, b)| a == "1" && b.parse::<u16>().is_ok());
    if ok { Ok(()) } else { Err(format!("expected a version such as `1.33`, found `{text}`")) }
}

fn relative_path(text: &str) -> Result<(), String> {
    let drive = text.as_bytes().get(1) == Some(&b':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let odd = drive || text.contains(|c: char| c == '\\' || c.is_control());
    let outside = text.starts_with('/') || text.split('/').any(|part| part == "..") || text.is_empty() || odd;
    if outside { Err(format!("expected a path below the project's folder, found `{text}`")) } else { Ok(()) }
}

/// A folder that a tree may fill: overwriting and removing files there harms nothing else.
fn output(text: &str) -> Result<(), String> {
    relative_path(text)?;
    if text.contains(|c: char| c == '\\' || c == ':' || c.is_control()) {
        return Err("a folder of a tree has no `\\`, no `:` and no control characters in its path".into());
    }
    if let Some(name) = text.split('/').find(|name| format::is_gits(name)) {
        return Err(format!("a tree may not be in `{name}`: what is in there is run or obeyed"));
    }
    match text.split('/').all(|part| matches!(part, "" | ".")) {
        true => Err("a tree needs a folder of its own, below the project's folder".into()),
        false => Ok(()),
    }
}

/// What the Downward API gives as a variable.
fn field_path(text: &str) -> Result<(), String> {
    const FIELDS: &[&str] = &[
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    let of_map = ["metadata.labels['", "metadata.annotations['"];
    if FIELDS.contains(&text) || (of_map.iter().any(|start| text.starts_with(start)) && text.ends_with("']")) {
        return Ok(());
    }
    let near = suggest::did_you_mean(text, FIELDS.iter().copied());
    let known = || {
        let fields = suggest::one_of(FIELDS.iter().copied());
        format!("expected {fields}, or `metadata.labels['KEY']`, or `metadata.annotations['KEY']`")
    };
    Err(format!("no variable is made of `{text}`; {}", near.unwrap_or_else(known)))
}

fn resource(text: &str) -> Result<(), String> {
    let (kind, name) = text.split_once('.').unwrap_or((text, ""));
    let known = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    if matches!(kind, "limits" | "requests") && known {
        return Ok(());
    }
    Err(format!("expected `limits` or `requests` of `cpu`, `memory` or `ephemeral-storage`, found `{text}`"))
}

fn memory(text: &str) -> Result<(), String> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &lower[digits.len()..];
    let ok = digits.parse::<u64>().is_ok() && matches!(unit, "" | "b" | "k" | "kb" | "m" | "mb" | "g" | "gb");
    if ok { Ok(()) } else { Err(format!("expected a size such as `512mb`, found `{text}`")) }
}

fn directive(text: &str) -> Result<(), String> {
    let ok = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if ok { Ok(()) } else { Err("a directive has lower-case letters, digits and `-`".into()) }
}

fn identifier(text: &str) -> Result<(), String> {
    let ok = !text.is_empty() && text.len() <= 63 && !text.chars().any(char::is_control);
    if ok { Ok(()) } else { Err("expected 1 to 63 characters".into()) }
}

fn parameter(text: &str) -> Result<(), String> {
    let ok = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    if ok { Ok(()) } else { Err("a parameter has letters, digits, `_` and `.`".into()) }
}

/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
fn bucket(text: &str) -> Result<(), String> {
    let inside = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    let ends = [text.bytes().next(), text.bytes().last()];
    let is_word = |b: &Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    if inside && ends.iter().all(is_word) && (3..=63).contains(&text.len()) && !text.contains("..") {
        return Ok(());
    }
    Err(format!("expected 3 to 63 lower case letters, digits, `-` and `.`, found `{text}`"))
}

/// Characters that no tool needs to escape; no slash at either end, which would be a folder without name.
fn prefix(text: &str) -> Result<(), String> {
    let inside = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!-_.*'()/".contains(&b));
    let folders = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if inside && folders { Ok(()) } else { Err(format!("expected folders such as `backups/db`, found `{text}`")) }
}

fn endpoint(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if format::dns_subdomain(host).is_ok() && is_port {
        return Ok(());
    }
    Err(format!("expected a URL such as `https://minio.example.org:9000`, found `{text}`"))
}

fn word(text: &str) -> Result<(), String> {
    let inside = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if inside && !text.is_empty() { Ok(()) } else { Err(format!("expected letters, digits and `-`, found `{text}`")) }
}

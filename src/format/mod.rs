//! The small languages that values are written in: names, labels, ports, images, schedules, durations, Secrets' values.
//!
//! Owns: one function for each rule that Kubernetes (or a tool that it hands the value to) applies to a piece of text.
//! Each says why a text is refused: lower case, without the text itself, ready to stand behind its name.
//! Does not own: which field is under which rule (`resource/values`, `project`). Nothing is imported from the stages.

mod cron;
mod duration;
mod image;
pub mod secret;
pub mod server;

pub use cron::{cron, cron_or_seconds};
pub use duration::duration;
pub use image::{Image, image};

use crate::quantity::Quantity;

/// The reason why a text is refused.
pub type Checked = Result<(), String>;

/// `IsDNS1123Label` (apimachinery `util/validation`): container, volume and namespace names.
pub fn dns_label(text: &str) -> Checked {
    at_most(text, 63)?;
    dns_part(text)
}

/// `IsDNS1035Label`: as `dns_label`, and begins with a letter. Service names: the gate `RelaxedServiceNameValidation`
/// allows a digit on new clusters only, so the older rule is the one that every cluster accepts.
pub fn service_name(text: &str) -> Checked {
    dns_label(text)?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("must begin with a letter".into());
    }
    Ok(())
}

/// `IsDNS1123Subdomain`: the name of most objects.
pub fn dns_subdomain(text: &str) -> Checked {
    at_most(text, 253)?;
    text.split('.').try_for_each(dns_part)
}

/// The name of a kind: in lower case an `IsDNS1035Label` (`ValidateCustomResourceDefinitionNames`).
pub fn kind(text: &str) -> Checked {
    at_most(text, 63)?;
    only(text, "letters, digits and `-`", |c| c.is_ascii_alphanumeric() || c == '-')?;
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.ends_with('-') {
        return Err("must begin with a letter, and end with a letter or a digit".into());
    }
    Ok(())
}

/// `v1`, or a group with a version of it.
pub fn api_version(text: &str) -> Checked {
    let (group, version) = text.split_once('/').unwrap_or(("core", text));
    dns_subdomain(group)?;
    dns_label(version)
}

/// A host of an Ingress or a route: a subdomain, or `*.` and a subdomain (`IsWildcardDNS1123Subdomain`).
pub fn host(text: &str) -> Checked {
    dns_subdomain(text.strip_prefix("*.").unwrap_or(text))
}

fn dns_part(text: &str) -> Checked {
    only(text, "lower case letters, digits and `-`", |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')?;
    if text.starts_with('-') || text.ends_with('-') {
        return Err("must begin and end with a letter or a digit".into());
    }
    Ok(())
}

/// `IsQualifiedName`: the key of a label, a resource name: `name` or `example.com/name`.
pub fn qualified_name(text: &str) -> Checked {
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => return Err("may have one `/`, between prefix and name".into()),
        Some((prefix, name)) => {
            dns_subdomain(prefix).map_err(|reason| format!("has a bad prefix `{prefix}`: it {reason}"))?;
            name
        }
    };
    at_most(name, 63)?;
    word(name)
}

/// The key of an annotation: as that of a label, upper case allowed in the prefix (`ValidateAnnotations`).
pub fn annotation_key(text: &str) -> Checked {
    qualified_name(&text.to_lowercase())
}

/// `IsValidLabelValue`.
pub fn label_value(text: &str) -> Checked {
    at_most(text, 63)?;
    if text.is_empty() { Ok(()) } else { word(text) }
}

fn word(text: &str) -> Checked {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    only(text, "letters, digits, `-`, `_` and `.`", inside)?;
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if ends(text.chars().next()) && ends(text.chars().next_back()) {
        return Ok(());
    }
    Err("must begin and end with a letter or a digit".into())
}

/// `IsEnvVarName`. Since 1.34 (`RelaxedEnvironmentVariableValidation`) any printable ASCII but `=` passes; the older
/// rule is the one that every cluster, and every shell, accepts.
pub fn env_name(text: &str) -> Checked {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    only(text, "letters, digits, `_`, `-` and `.`", inside)?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("must not begin with a digit".into());
    }
    not_dots(text)
}

/// `IsConfigMapKey`: a key in `data` of a ConfigMap or a Secret.
pub fn data_key(text: &str) -> Checked {
    at_most(text, 253)?;
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    only(text, "letters, digits, `-`, `_` and `.`", inside)?;
    not_dots(text)
}

/// `hasChDirPrefix`: the key becomes a file name.
fn not_dots(text: &str) -> Checked {
    if text == "." || text.starts_with("..") {
        return Err("must not be `.` nor begin with `..`".into());
    }
    Ok(())
}

/// `IsValidPortName` (IANA_SVC_NAME, RFC 6335).
pub fn port_name(text: &str) -> Checked {
    at_most(text, 15)?;
    only(text, "lower case letters, digits and `-`", |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')?;
    if !text.contains(|c: char| c.is_ascii_lowercase()) {
        return Err("must have at least one letter".into());
    }
    if text.contains("--") || text.starts_with('-') || text.ends_with('-') {
        return Err("must not begin or end with `-`, nor have two of them in a row".into());
    }
    Ok(())
}

/// `IsValidPortNum`.
pub fn port(number: i64) -> Checked {
    if (1..=65_535).contains(&number) { Ok(()) } else { Err("must be from 1 to 65535".into()) }
}

/// `ValidateVolumeMounts` asks for a path without `:`; the kubelet makes a relative one absolute without a word, so a
/// relative one is a mistake here. `..` would leave the place that is named.
pub fn mount_path(text: &str) -> Checked {
    if !text.starts_with('/') {
        return Err("must begin with `/`".into());
    }
    if text.contains(':') {
        return Err("must not have a `:`".into());
    }
    if text.contains(char::is_control) {
        return Err("must not have control characters".into());
    }
    if text.split('/').any(|part| part == "..") {
        return Err("must not have `..`".into());
    }
    Ok(())
}

/// `ValidateLocalDescendingPath`: a `subPath`, or the `path` of a projected key.
pub fn relative_path(text: &str) -> Checked {
    if text.starts_with('/') {
        return Err("must be relative".into());
    }
    if text.split('/').any(|part| part == "..") {
        return Err("must not have `..`".into());
    }
    Ok(())
}

/// Whether a folder or file of this name is git's or its host's, which run or obey what is in it.
pub fn is_gits(name: &str) -> bool {
    is_git(name) || as_on_disk(name) == ".github"
}

/// `.git`, also by its short name on NTFS.
pub fn is_git(name: &str) -> bool {
    let name = as_on_disk(name);
    name == ".git" || name.strip_prefix("git~").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// A name as disks take it that ignore case, what nobody sees (HFS+), and dots, blanks and streams at the end (NTFS).
fn as_on_disk(name: &str) -> String {
    let unseen = |c: &char| matches!(*c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let seen: String = name.chars().filter(|c| !unseen(c)).collect();
    seen.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']).to_lowercase()
}

/// `resource.ParseQuantity`; see [`Quantity`].
pub fn quantity(text: &str) -> Checked {
    Quantity::parse(text).map(drop)
}

/// Every text has at least one character.
fn only(text: &str, allowed: &str, inside: impl Fn(char) -> bool) -> Checked {
    match text.chars().find(|c| !inside(*c)) {
        _ if text.is_empty() => Err("must not be empty".into()),
        Some(c) => Err(format!("may have only {allowed}, but has `{}`", c.escape_debug())),
        None => Ok(()),
    }
}

fn at_most(text: &str, limit: usize) -> Checked {
    let length = text.len();
    if length > limit { Err(format!("may have at most {limit} characters, but has {length}")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn table(rule: fn(&str) -> Checked, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(rule(text), Ok(()), "{text:?}");
        }
        for text in bad {
            assert!(rule(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_label_of_a_domain_has_63_lower_case_characters() {
        let (fits, long) = ("a".repeat(63), "a".repeat(64));
        table(dns_label, &["a", "0", "a-b", "1a", &fits], &["", "A", "a_b", "-a", "a-", "a.b", "ä", &long]);
    }

    #[test]
    fn a_service_name_begins_with_a_letter() {
        table(service_name, &["web", "w1"], &["1web", "web.x", "-"]);
    }

    #[test]
    fn an_object_name_may_have_dots_between_labels() {
        let (fits, long) = ("a".repeat(253), "a".repeat(254));
        table(dns_subdomain, &["a.b-c", "1.2", &fits], &["", ".", "a..b", ".a", "a.", "a.-b", "A.b", &long]);
    }

    #[test]
    fn a_kind_is_a_word() {
        table(kind, &["Pod", "X509", "Node-Pool"], &["", "Th $(id)", "a\nb", "1a", "a-", "a.b", "ä"]);
        table(api_version, &["v1", "apps/v1", "a.b-c/v1alpha1"], &["", "/v1", "a/", "a/b/c", "A/v1", "a b/v1", "v1\n"]);
    }

    #[test]
    fn a_host_may_begin_with_one_wildcard() {
        table(host, &["a.example.com", "*.example.com"], &["*", "a.*.com", "*.*.com", "a_b.com", "http://a"]);
    }

    #[test]
    fn a_label_key_has_a_name_and_may_have_a_prefix() {
        let long = format!("a/{}", "n".repeat(64));
        table(
            qualified_name,
            &["app", "a.b/C_d.e", "app.kubernetes.io/name"],
            &["", "/a", "a/", "a/b/c", "A/b", "-a", &long],
        );
    }

    #[test]
    fn an_annotation_key_may_have_upper_case_in_its_prefix() {
        table(annotation_key, &["Example.com/a"], &["ex ample/a"]);
    }

    #[test]
    fn a_label_value_may_be_empty() {
        let long = "a".repeat(64);
        table(label_value, &["", "1.2_x-Y"], &["a b", "-a", "a.", "é", &long]);
    }

    #[test]
    fn an_environment_name_does_not_begin_with_a_digit() {
        table(env_name, &["A", "_a", "a.b-c", ".a"], &["", "1A", "A=B", "A B", "..", "..a", "."]);
    }

    #[test]
    fn a_data_key_is_a_file_name() {
        let long = "a".repeat(254);
        table(data_key, &["a", "app.toml", "A_b-c", ".env", "0"], &["", "a/b", "..", "..a", ".", "a b", &long]);
    }

    #[test]
    fn a_port_name_has_15_characters_and_a_letter() {
        table(
            port_name,
            &["http", "a1", "abcdefghijklmno"],
            &["", "80", "abcdefghijklmnop", "a--b", "-a", "a-", "HTTP"],
        );
    }

    #[test]
    fn a_port_is_from_1_to_65535() {
        assert!(port(1).is_ok() && port(65_535).is_ok() && port(0).is_err() && port(65_536).is_err());
    }

    #[test]
    fn a_mount_path_is_absolute() {
        table(mount_path, &["/", "/data", "/a..b"], &["", "data", "/a:b", "/a/../b", "/a\nb"]);
    }

    #[test]
    fn a_sub_path_is_relative() {
        table(relative_path, &["a/b", ""], &["/a", "a/../b", ".."]);
    }

    #[test]
    fn a_name_of_gits_is_known_in_every_spelling() {
        assert!([".git", ".GIT", ".Git. .", ".github", "git~1", "GIT~1", ".g\u{200c}it"].into_iter().all(is_gits));
        assert!(![".gitignore", "git", ".gitops", "x.git"].into_iter().any(is_gits));
    }

    #[test]
    fn the_reason_names_what_is_wrong() {
        assert_eq!(dns_label("a_b").unwrap_err(), "may have only lower case letters, digits and `-`, but has `_`");
        assert_eq!(port_name("metrics-endpoints").unwrap_err(), "may have at most 15 characters, but has 17");
    }
}

//! Image references: `registry.example.com:5000/team/app:1.2@sha256:...`.
//!
//! Source: the grammar of `github.com/distribution/reference` (`regexp.go`), which container runtimes apply; the
//! API server itself only asks for no space at either end.

/// The parts as written; nothing is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'t> {
    pub registry: Option<&'t str>,
    pub name: &'t str,
    pub tag: Option<&'t str>,
    pub digest: Option<&'t str>,
}

impl Image<'_> {
    /// The registry that a runtime asks: Docker Hub unless one is written.
    pub fn host(&self) -> &str {
        self.registry.unwrap_or("docker.io")
    }
}

pub fn image(text: &str) -> Result<Image<'_>, String> {
    if text.is_empty() {
        return Err("must not be empty".into());
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || c.is_control() || !c.is_ascii()) {
        return Err(format!("must not have `{}`", c.escape_debug()));
    }
    if text.contains("://") {
        return Err("must not begin with a scheme as `https://`".into());
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let last = rest.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match rest[last..].find(':') {
        Some(at) => (&rest[..last + at], Some(&rest[last + at + 1..])),
        None => (rest, None),
    };
    let (registry, name) = split_registry(path);
    registry.map_or(Ok(()), check_registry)?;
    check_name(name)?;
    tag.map_or(Ok(()), check_tag)?;
    digest.map_or(Ok(()), check_digest)?;
    if path.len() > 255 {
        return Err(format!("may have at most 255 characters before the tag, but has {}", path.len()));
    }
    Ok(Image { registry, name, tag, digest })
}

/// The part before the first slash is a registry when it looks like a host; otherwise it is a folder on Docker Hub.
fn split_registry(path: &str) -> (Option<&str>, &str) {
    match path.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.contains(|c: char| c.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, path),
    }
}

fn check_registry(registry: &str) -> Result<(), String> {
    let bad = || Err(format!("has the bad registry `{registry}`; a host and a port are expected"));
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !registry.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return bad();
    }
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return if address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') { Ok(()) } else { bad() };
    }
    let label = |part: &str| {
        let inside = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        !part.is_empty() && inside && !part.starts_with('-') && !part.ends_with('-')
    };
    if host.split('.').all(label) { Ok(()) } else { bad() }
}

/// Folders of lower case letters and digits, joined inside by `.`, `_`, `__` or any number of `-`.
fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("has no name".into());
    }
    if name.contains(|c: char| c.is_ascii_uppercase()) {
        return Err("must have no upper case letters in its name".into());
    }
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    for part in name.split('/') {
        let mut between = part.split(|c: char| word(c as u8) && c.is_ascii());
        let joins = |gap: &str| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-');
        let ends = part.bytes().next().is_some_and(word) && part.bytes().next_back().is_some_and(word);
        if !ends || !between.all(joins) {
            return Err(format!("has the bad part `{part}` in its name"));
        }
    }
    if name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("is a bare image id; a name is expected".into());
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), String> {
    let first = tag.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let inside = tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if first && inside && tag.len() <= 128 { Ok(()) } else { Err(format!("has the bad tag `{tag}`")) }
}

fn check_digest(digest: &str) -> Result<(), String> {
    let bad = || format!("has the bad digest `{digest}`; `sha256:` and 64 hexadecimal digits are expected");
    let (algorithm, hex) = digest.split_once(':').ok_or_else(bad)?;
    let length = match algorithm {
        "sha256" => hex.len() == 64,
        "sha512" => hex.len() == 128,
        _ => return Err(bad()),
    };
    let inside = hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if length && inside { Ok(()) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_registry_name_tag_and_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let text = format!("reg.example.com:5000/team/app:1.2@{digest}");
        let expected =
            Image { registry: Some("reg.example.com:5000"), name: "team/app", tag: Some("1.2"), digest: Some(&digest) };
        assert_eq!(image(&text), Ok(expected));
    }

    #[test]
    fn a_name_without_registry_is_on_docker_hub() {
        let found = image("valkey/valkey:9.1-alpine").unwrap();
        assert_eq!((found.registry, found.host(), found.name), (None, "docker.io", "valkey/valkey"));
    }

    #[test]
    fn what_runtimes_pull_is_accepted() {
        for text in
            ["redis", "redis:7", "localhost/app", "localhost:5000/app", "[::1]:5000/app:1", "a/b/c__d.e---f", "Reg/x"]
        {
            assert!(image(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_runtimes_refuse_is_refused() {
        #[rustfmt::skip]
        let bad = [
            "", " redis", "redis:", "redis:a b", "Redis", "team/App", "https://x/y", "a//b", "/a", "a/", "-a", "a-", "a..b", "a___b",
            "redis@sha256:abc", "redis@", "redis:.x", "x.com:port/a", "a.-b.com/x", "x.com:/a", "é", "redis:1:2",
        ];
        for text in bad {
            assert!(image(text).is_err(), "{text}");
        }
        assert!(image(&"a".repeat(64)).is_err() && image(&"g".repeat(256)).is_err());
    }
}

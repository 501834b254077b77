//! Texts of one line or of a small format of their own. The first byte says which.

use std::collections::BTreeSet;

use kgen::dotenv::{self, Reading};
use kgen::output::build;
use kgen::output::write::manifest::Manifest;
use kgen::plan::reference;
use kgen::project::node::{self, Dialect};
use kgen::quantity::Quantity;
use kgen::seal::Certificate;
use kgen::seal::Sealed;
use kgen::settings::overrides;
use kgen::source::Sources;
use kgen::{diag, format, leak};

pub fn check(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    match first {
        b'm' => manifest(text),
        b'e' => variables(text),
        b'c' => drop(Certificate::parse(text)),
        b's' => sealed(text),
        b'o' => set(text),
        b'q' => quantity(text),
        b'y' => yaml(text),
        b'b' => tree(text),
        b'l' => leaks(text),
        _ => words(text),
    }
}

/// `.kgen.json`: what is taken is written as it was, and names no path outside of the folder.
fn manifest(text: &str) {
    let Ok(manifest) = Manifest::parse(text.as_bytes()) else { return };
    for path in manifest.paths() {
        assert!(
            !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".." | ".git")),
            "{path}"
        );
    }
    let written = manifest.text().unwrap();
    assert_eq!(Manifest::parse(written.as_bytes()).unwrap(), manifest, "{written}");
}

/// `.env`: a name is there once, and is one of a Secret. A message holds nothing of the text.
fn variables(text: &str) {
    for reading in [Reading::Compose, Reading::Raw] {
        match dotenv::parse(text, reading) {
            Ok(entries) => {
                let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
                assert_eq!(names.len(), entries.len());
                assert!(names.iter().all(|name| format::data_key(name).is_ok()));
                assert!(entries.iter().all(|entry| entry.line <= text.matches('\n').count() + 1));
            }
            Err((line, message)) => {
                assert!(line <= text.matches('\n').count() + 1);
                assert!(message.len() < 200, "{message}");
            }
        }
    }
}

/// A sealed file: what is taken can be changed and is taken again.
fn sealed(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("secrets/dev/app.sealed.yaml", text);
    match Sealed::read(&sources, file) {
        Ok(sealed) => {
            let again = Sealed::read(&sources, file).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(sealed.items().collect::<Vec<_>>(), again.items().collect::<Vec<_>>());
            assert!(sealed.target() == again.target());
        }
        Err(diagnostic) => shown(&diagnostic, &sources),
    }
}

/// `--set`: the value is what stands behind the `=`.
fn set(text: &str) {
    let mut sources = Sources::default();
    match overrides::parse(&mut sources, text) {
        Ok(tree) => assert!(tree.as_map().is_some_and(|map| map.len() == 1)),
        Err(diagnostic) => shown(&diagnostic, &sources),
    }
}

/// A quantity is equal to its own canonical text, which stays as it is.
fn quantity(text: &str) {
    let Ok(quantity) = Quantity::parse(text) else { return };
    let written = quantity.to_string();
    let again = Quantity::parse(&written).unwrap_or_else(|error| panic!("{text} is {written}, which {error}"));
    assert!(again == quantity, "{text} is {written}");
    assert_eq!(again.to_string(), written, "{text}");
}

/// Any text: both readers agree on whether it can be read, and on what it says.
fn yaml(text: &str) {
    for dialect in [Dialect::Project, Dialect::Manifest] {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        let bare = node::parse_bare(text, dialect);
        match node::parse(&sources, file, dialect) {
            Ok(tree) => {
                assert!(bare.is_none_or(|bare| bare == tree), "{text}");
                tree.leaves(&mut |_, leaf| assert!(sources.text(leaf.from).len() <= text.len()));
                let written = kgen::output::document(&tree, kgen::output::Reveal::No).unwrap().text;
                let mut again = Sources::default();
                let file = again.add("b.yaml", written.as_str());
                let read =
                    node::parse(&again, file, dialect).unwrap_or_else(|d| panic!("{text}\n{written}\n{}", d.message));
                assert_eq!(read, tree, "{text}\n{written}");
            }
            Err(diagnostic) => {
                assert!(bare.is_none(), "{text}");
                shown(&diagnostic, &sources);
            }
        }
    }
}

/// A tree on the disk that somebody changed: files behind each other, a line `#%% path` before each.
fn tree(text: &str) {
    let files: Vec<(&str, &str)> = text.split("#%% ").filter_map(|part| part.split_once('\n')).collect();
    let read = |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        found.ok_or_else(|| anyhow::anyhow!("there is no `{path}`"))
    };
    let Ok(built) = build::build("overlays/dev", &read) else { return };
    let again = build::build("overlays/dev", &read).unwrap();
    assert_eq!(built.objects, again.objects);
}

/// What was taken out is not found again, and what is left is as it was.
fn leaks(text: &str) {
    let mut end = 0;
    for (_, range) in leak::find(text) {
        assert!(text.get(range.clone()).is_some_and(|found| !found.is_empty()) && range.start >= end, "{text}");
        end = range.end;
    }
    let once = leak::redacted(text);
    assert_eq!(leak::redacted(&once), once, "{text}");
    assert!(leak::line::find(text).into_iter().all(|(_, range)| text.get(range).is_some()));
}

/// Rules for single words, and references.
fn words(text: &str) {
    let rules = [
        format::dns_label,
        format::service_name,
        format::dns_subdomain,
        format::host,
        format::qualified_name,
        format::annotation_key,
        format::label_value,
        format::env_name,
        format::data_key,
        format::port_name,
        format::mount_path,
        format::relative_path,
        format::quantity,
        format::cron,
    ];
    rules.iter().for_each(|rule| drop(rule(text)));
    drop(format::duration(text));
    if let Ok(image) = format::image(text) {
        assert!(text.contains(image.host()) || !image.host().is_empty());
    }
    // Their texts, put together again.
    if let Ok(parts) = reference::parse(text) {
        let text_of = |part: &reference::Part| match part {
            reference::Part::Text(text) => text.replace("${", "$${"),
            reference::Part::Reference(reference) => format!("${{{}}}", reference.text),
        };
        assert_eq!(parts.iter().map(text_of).collect::<String>(), text);
    }
}

fn shown(diagnostic: &diag::Diagnostic, sources: &Sources) {
    super::project::bounded(&diag::print::diagnostic(diagnostic, sources, Default::default()));
}

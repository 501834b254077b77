//! `secretProvider: external`: an ExternalSecret, whose values External Secrets Operator fetches.
//!
//! Owns: which remote values a Secret needs, and the Go templates that compose its keys of them.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::label::Owner;
use super::need::Delivered;
use super::node::{Node, compact, get, list, map, merged, take, text};
use super::object::meta;
use super::piece::{Home, Piece};
use super::{Keeps, Planned, Planner};
use crate::format::secret::OPAQUE;
use crate::settings::From;
use crate::tree::{Kind, Map};

/// `merge`: the Secret has keys of kgen's own besides.
pub fn plan(cx: &Planner, owner: &Owner, name: &str, settings: &Node, keys: &[Delivered], merge: bool) -> Planned {
    let mut remotes: IndexMap<String, Node> = IndexMap::new();
    let mut template = Map::new();
    for key in keys {
        for home in key.homes() {
            remotes.entry(item(name, home)).or_insert_with(|| remote(cx, settings, home));
        }
        template.insert_from(key.name.as_str(), key.from.clone(), text(template_of(name, key), &key.made));
    }
    let kind_of = cx.secrets.type_of(name);
    // Only a template says the type.
    let needed = keys.iter().any(|key| key.composed) || kind_of.as_str() != Some(OPAQUE);
    let data = remotes.into_iter().map(|(key, remote)| map([("secretKey", key.into()), ("remoteRef", remote)]));
    let interval = take(settings, "refreshInterval");
    let more = map([
        ("interval", if interval.is_null() { "1h0m0s".into() } else { interval }),
        ("store", compact([("kind", kind(settings)), ("name", take(settings, "store"))])),
        ("type", kind_of),
        ("policy", if merge { "Merge".into() } else { "Owner".into() }),
        ("template", if needed { Kind::Map(template).into() } else { Node::null() }),
        ("data", list(data.collect())),
    ]);
    let own = merged(meta(cx, owner, &revision(cx, keys)), &more);
    Planned::new("secret/externalsecret.yaml", own).keeping(Keeps::Values)
}

/// The revisions of all parts, as an annotation: when one changes, External Secrets fetches at once, and not after the
/// interval, when pods have long started onto the old value.
/// Source: https://external-secrets.io/latest/introduction/faq/#can-i-manually-trigger-a-secret-refresh
fn revision(cx: &Planner, keys: &[Delivered]) -> Node {
    let mut words: BTreeMap<String, From> = BTreeMap::new();
    for home in keys.iter().flat_map(Delivered::homes) {
        if let Some(said) = get(&cx.secrets.declared(home), "revision") {
            words.insert(format!("{}/{}: {said}", home.secret, home.key), said.from.clone());
        }
    }
    if words.is_empty() {
        return Node::null();
    }
    let from = words.values().fold(From::Nowhere, |from, other| from.and(other));
    let all: Vec<String> = words.into_keys().collect();
    map([("annotations", map([("kgen.dev/revision", text(all.join(", "), &from))]))])
}

fn kind(settings: &Node) -> Node {
    let said = take(settings, "kind");
    if said.is_null() { "SecretStore".into() } else { said }
}

/// What a part is called among those of a Secret: its key, or with its Secret's name where it is another's.
pub fn item(secret: &str, home: &Home) -> String {
    if home.secret == secret { home.key.clone() } else { format!("{}.{}", home.secret, home.key) }
}

/// A key as a Go template over the parts: the language of External Secrets and of Sealed Secrets.
pub fn template_of(secret: &str, key: &Delivered) -> String {
    let mut line = String::new();
    for piece in &key.pieces {
        match piece {
            Piece::Text(text) => line.push_str(&text.replace("{{", "{{ \"{{\" }}")),
            Piece::Value { home, encode } => line.push_str(&go_template(&item(secret, home), *encode)),
        }
    }
    line
}

/// `{{ .password | urlquery | replace "+" "%20" }}`; a key that is no Go identifier needs `index`. `urlquery` writes a
/// space as `+`, which is a plus before a URL's host.
fn go_template(key: &str, encode: bool) -> String {
    let identifier = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !key.as_bytes()[0].is_ascii_digit();
    let value = if identifier { format!(".{key}") } else { format!("index . \"{key}\"") };
    if encode { format!("{{{{ {value} | urlquery | replace \"+\" \"%20\" }}}}") } else { format!("{{{{ {value} }}}}") }
}

/// Where the provider finds a value: `remote:`, or `<prefix>/<secret>` and the key.
pub fn remote(cx: &Planner, settings: &Node, home: &Home) -> Node {
    let declared = cx.secrets.declared(home);
    let (key, property) = match get(&declared, "remote") {
        Some(said) => {
            let whole = said.as_str().unwrap_or_default();
            let (key, property) = whole.split_once('#').unwrap_or((whole, ""));
            (text(key, &said.from), if property.is_empty() { Node::null() } else { text(property, &said.from) })
        }
        None => {
            let prefix = get(settings, "prefix");
            let path = prefix.map_or(home.secret.clone(), |prefix| format!("{prefix}/{}", home.secret));
            (text(path, &prefix.map(|p| p.from.clone()).unwrap_or_default()), home.key.as_str().into())
        }
    };
    compact([
        ("key", key),
        ("property", property),
        ("conversionStrategy", "Default".into()),
        ("decodingStrategy", "None".into()),
        ("metadataPolicy", "None".into()),
    ])
}

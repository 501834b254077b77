//! Which characters of a project file may be a secret's value, so that no message shows them.
//!
//! Owns: the search by the language's types where the text could be read, by the look of its lines where it could not.
//! Both may hide too much; neither may show a secret.
//! Does not own: how a masked text is shown (`source.rs`).

use super::schema::{Field, Object, Type};
use crate::diag::suggest;
use crate::leak::name;
use crate::source::{FileId, Sources, Span};
use crate::tree::{Map, Tree};

/// Masks every literal that stands where a secret value belongs, whatever its form.
pub fn passwords(sources: &mut Sources, root: &Tree<Span>, object: &'static Object) {
    let mut spans = Vec::new();
    search(root, &Type::Object(object), &mut spans);
    kubernetes_secrets(root, &mut spans);
    mask(sources, spans);
}

/// Masks the values of a Secret as Kubernetes writes it.
pub fn object(sources: &mut Sources, object: &Tree<Span>) {
    let mut spans = Vec::new();
    kubernetes_secret(object, &mut spans);
    mask(sources, spans);
}

fn mask(sources: &mut Sources, spans: Found) {
    for (span, may_refer) in spans {
        let text = sources.text(span).to_owned();
        for (start, end) in literals(&text, may_refer) {
            sources.mask(Span { start: span.start + start as u32, end: span.start + end as u32, ..span });
        }
    }
}

/// Places that hold secrets, and whether references may stand in them, which are none.
type Found = Vec<(Span, bool)>;

fn search(tree: &Tree<Span>, ty: &Type, found: &mut Found) {
    match (ty, tree.as_map()) {
        (Type::OneOf(types), _) => types.iter().for_each(|ty| search(tree, ty, found)),
        (Type::Password, _) => all(tree, true, found),
        (Type::Object(object), Some(map)) => {
            for (key, value) in map.iter() {
                match object.field(key) {
                    Some(field) => search(value, &field.ty, found),
                    None if is_secret(ty) || looks_secret(key, object) => all(value, false, found),
                    None => {}
                }
            }
        }
        (Type::Map(map_type), Some(map)) => {
            for (key, value) in map.iter() {
                // `env: {DB_PASSWORD: ...}`; below `secrets` the types say which words are values.
                let open = !is_secret(&map_type.value) && !matches!(map_type.value, Type::Map(_));
                if sounds_secret(key) && open && map_type.defaults.is_none() {
                    all(value, true, found);
                }
                search(value, &map_type.value, found);
            }
        }
        (Type::List(item), _) => tree.as_list().into_iter().flatten().for_each(|tree| search(tree, item, found)),
        (Type::Object(object), None) if !tree.is_container() && shorthand(object).is_some() => {
            shorthand(object).into_iter().for_each(|field| search(tree, &field.ty, found));
        }
        // A wrong form where only secrets belong.
        _ if is_secret(ty) => all(tree, false, found),
        _ => {}
    }
}

fn all(tree: &Tree<Span>, may_refer: bool, found: &mut Found) {
    tree.leaves(&mut |_, leaf| found.push((leaf.from, may_refer)));
}

fn shorthand(object: &'static Object) -> Option<&'static Field> {
    object.shorthand.and_then(|key| object.field(key))
}

/// Whether nothing but secrets stands at a place of this type: `secrets`, one of them, one key.
fn is_secret(ty: &Type) -> bool {
    match ty {
        Type::Password => true,
        Type::Map(map_type) => is_secret(&map_type.value),
        Type::Object(object) => shorthand(object).is_some_and(|field| is_secret(&field.ty)),
        _ => false,
    }
}

/// An unknown key that was meant to be one for secrets: `pasword`, `screts`.
fn looks_secret(key: &str, object: &'static Object) -> bool {
    let known = suggest::nearest(key, object.fields().map(|field| field.key));
    sounds_secret(key) || known.and_then(|key| object.field(key)).is_some_and(|field| is_secret(&field.ty))
}

/// The values of Secrets that the project writes itself, in `manifests`.
fn kubernetes_secrets(root: &Tree<Span>, found: &mut Found) {
    let lists = std::iter::once(root)
        .chain(root.get("profiles").and_then(Tree::as_map).into_iter().flat_map(Map::iter).map(|(_, profile)| profile));
    let manifests = lists.filter_map(|layer| layer.get("manifests")?.as_list()).flatten();
    manifests.for_each(|object| kubernetes_secret(object, found));
}

fn kubernetes_secret(object: &Tree<Span>, found: &mut Found) {
    if object.get("kind").and_then(Tree::as_str) == Some("Secret") {
        let values = ["data", "stringData"].into_iter().filter_map(|key| object.get(key));
        values.for_each(|tree| all(tree, false, found));
    }
}

/// The parts of a text between its references; one without letters and digits hides nothing.
fn literals(text: &str, may_refer: bool) -> Vec<(usize, usize)> {
    if !may_refer || !text.contains("${") {
        return vec![(0, text.len())];
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let open = text[at..].find("${").map_or(text.len(), |open| at + open);
        if text[at..open].contains(char::is_alphanumeric) {
            out.push((at, open));
        }
        at = text[open..].find('}').map_or(text.len(), |close| open + close + 1);
    }
    out
}

fn sounds_secret(key: &str) -> bool {
    let lower = key.to_lowercase();
    let sounds = ["password", "passwd", "secret", "token", "credential"].iter().any(|word| lower.contains(word));
    sounds || name::says_secret(key)
}

/// For a text that cannot be read: hides what stands inside a `secrets:` block, behind a key that sounds like a secret, as
/// the value of a variable that does, and in a private key. What a line gives away by itself is never shown.
pub fn by_shape(sources: &mut Sources, file: FileId) {
    let text = sources.get(file).text.clone();
    let mut block: Option<usize> = None;
    let (mut pem, mut variable) = (false, false);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        if block.is_some_and(|outer| indent <= outer && !content.is_empty()) {
            block = None;
        }
        pem |= content.contains("PRIVATE KEY") && content.contains("-----BEGIN ");
        let hidden = match block {
            _ if pem => Some(indent),
            Some(_) => Some(content.find(':').map_or(indent, |colon| colon + 1)),
            None => secret_key(content).or_else(|| content.find("value:").filter(|_| variable).map(|at| at + 6)),
        };
        pem &= !content.contains("-----END ");
        variable = content.split("name:").nth(1).is_some_and(|name| sounds_secret(name.trim()));
        // A block, or a text that goes on over several lines.
        if block.is_none() && hidden.is_some() && !pem {
            block = Some(indent);
        }
        if let Some(from) = hidden {
            let from = from + (content[from..].len() - content[from..].trim_start().len());
            if from < content.len() {
                sources.mask(Span { file, start: (at + from) as u32, end: (at + content.len()) as u32 });
            }
        }
        at += line.len();
    }
}

/// Where the value of the first key of a line that sounds like a secret begins.
fn secret_key(line: &str) -> Option<usize> {
    line.match_indices(':').map(|(at, _)| at).find_map(|colon| {
        let key = line[..colon].rsplit([' ', '{', ',', '"', '\'']).find(|word| !word.is_empty())?;
        let url = key.to_lowercase().ends_with("url");
        (sounds_secret(key) || url || key.to_lowercase().ends_with("key")).then_some(colon + 1)
    })
}

//! `${section.name.output}` in a string.
//!
//! Owns: the syntax, `$${` for a literal `${`, and what was meant when it is wrong.
//! Does not own: what a reference gives (`output.rs`).

use super::node::Node;

crate::declare! {
    /// a reference to what is not there
    ///
    /// A reference names something that the project does not have in this profile: a component, an output, a key or a
    ///   port.
    /// Fix: take the suggested name; an output that a mode lacks (a `password` of an external store) has to come from a
    ///   secret.
    /// Before: `${redis.cahce.url}`. After: `${redis.cache.url}`.
    DANGLING_REFERENCE = "dangling-reference", Error;
}

/// Where there are components to refer to.
pub const SECTIONS: [&str; 6] = ["apps", "redis", "postgres", "configs", "secrets", "images"];

/// A string with references, in the order they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Reference(Reference),
}

/// The words between `${` and `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub text: String,
    /// Byte offset in the string, of the `$`.
    pub at: usize,
}

impl Reference {
    /// `("redis", "cache", "url/1")`; a key may hold dots: everything behind the second dot is the output.
    pub fn words(&self) -> (&str, Option<&str>, Option<&str>) {
        let mut words = self.text.splitn(3, '.');
        (words.next().unwrap_or_default(), words.next(), words.next())
    }
}

/// Whether a text is one reference and nothing else.
pub fn is_whole(node: &Node) -> bool {
    let parts = node.as_str().map(parse);
    matches!(parts, Some(Ok(parts)) if matches!(parts[..], [Part::Reference(_)]))
}

/// Splits a string. The error is the byte offset and what is wrong.
pub fn parse(text: &str) -> Result<Vec<Part>, (usize, String)> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        literal.push_str(&text[at..start]);
        if literal.ends_with('$') {
            literal.push('{');
            at = start + 2;
            continue;
        }
        let inner = &text[start + 2..];
        let end =
            inner.find('}').ok_or_else(|| (start, "`${` is not closed; write `$${` for a literal `${`".to_owned()))?;
        check(&inner[..end]).map_err(|reason| (start, reason))?;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        parts.push(Part::Reference(Reference { text: inner[..end].to_owned(), at: start }));
        at = start + 2 + end + 1;
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

fn check(inner: &str) -> Result<(), String> {
    let shape = "a reference is `${section.name.output}`; write `$${` for a literal `${`";
    if inner.is_empty() || inner.contains(char::is_whitespace) || inner.contains("${") {
        return Err(format!("`${{{inner}}}` is no reference: {shape}"));
    }
    Ok(())
}

/// What is meant by a word that no reference has: a variable of a shell or of another tool, when it is written like one.
pub fn not_a_reference(word: &str) -> String {
    let is_variable = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_:-".contains(&b));
    if is_variable {
        let name = word.split(':').next().unwrap_or_default();
        return format!(
            "`$${{{word}}}` writes a literal `${{{word}}}`; `$({name})` is another variable of the container"
        );
    }
    "a reference is `${section.name.output}`, `${project}`, `${profile}` or `${namespace}`".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str, at: usize) -> Part {
        Part::Reference(Reference { text: text.into(), at })
    }

    #[test]
    fn text_and_references_alternate() {
        let parts = parse("redis://${redis.a.host}:${redis.a.port}/0").unwrap();
        assert_eq!(
            parts,
            [
                Part::Text("redis://".into()),
                reference("redis.a.host", 8),
                Part::Text(":".into()),
                reference("redis.a.port", 24),
                Part::Text("/0".into())
            ]
        );
    }

    #[test]
    fn two_dollars_write_one() {
        assert_eq!(parse("a $${b} $c").unwrap(), [Part::Text("a ${b} $c".into())]);
    }

    #[test]
    fn an_open_reference_is_an_error() {
        assert_eq!(parse("x ${a").unwrap_err().0, 2);
    }

    #[test]
    fn a_key_may_hold_dots() {
        let parts = parse("${configs.app.app.toml}").unwrap();
        let [Part::Reference(r)] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!(r.words(), ("configs", Some("app"), Some("app.toml")));
    }
}

//! The words with which the language of the project file is described, and the check of a file against them.
//!
//! Owns: [`Type`] and its parts; unknown keys, wrong types and bad values of one layer, all at once, each with its place.
//! Does not own: which keys there are (`language.rs`), nor what needs several layers or components (`plan`).

use super::rule::Rule;
use super::{habit, mask};
use crate::diag::{Diagnostic, Report, suggest};
use crate::source::{Sources, Span};
use crate::tree::{Entry, Kind, Map, Tree};

crate::declare! {
    /// the language has no such key here
    ///
    /// The language has no such key in this place. Nothing is ignored silently: a key that nobody reads is a slip.
    /// Fix: take the suggested name, or look at the table of the section in the README.
    /// Before: `replicsa: 3`. After: `replicas: 3`.
    UNKNOWN_KEY = "unknown-key", Error;

    /// a value of another type than its place
    ///
    /// A value has another type than its place: a text where a number belongs, a list where a map belongs.
    /// Fix: write what the message expects.
    /// Before: `replicas: many`. After: `replicas: 3`.
    WRONG_TYPE = "wrong-type", Error;

    /// a value that its place does not take
    ///
    /// The value has the right type, but is not one of those that its place takes (a size, a duration, a word of a
    ///   list).
    /// Fix: the message says what is expected.
    BAD_VALUE = "bad-value", Error;

    /// a name that cannot name an object
    ///
    /// A name that becomes part of an object's name is no DNS label: small letters, digits and `-`, at most 63,
    ///   beginning and ending with a letter or digit.
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    BAD_NAME = "bad-name", Error;

    /// two keys contradict each other
    ///
    /// Two keys say the same thing in two ways, or contradict each other.
    /// Fix: keep one of the two.
    EXCLUSIVE_KEYS = "exclusive-keys", Error;
}

/// What may stand at a place of the project file.
#[derive(Debug)]
pub enum Type {
    /// Any scalar, taken as the characters that were written: `0587` stays `0587`.
    Text,
    /// As `Text`; may hold references to secrets. Resolved where it is used.
    Wired,
    /// A literal here is a secret value: it is never shown.
    Password,
    /// Any scalar, taken as its characters, that follows a rule: `1` and `"1"` are one quantity.
    Word(&'static Rule),
    /// A string that follows a rule.
    String(&'static Rule),
    Bool,
    Integer(i64, i64),
    /// A count or a percentage, as in `maxUnavailable`.
    Count,
    Enum(&'static [&'static str]),
    /// A Kubernetes shape of this name, checked when it is rendered.
    Kubernetes(&'static str),
    List(&'static Type),
    Map(&'static MapType),
    Object(&'static Object),
    /// The first alternative whose form (scalar, list, map) fits.
    OneOf(&'static [Type]),
}

/// An open map: components, env, volumes.
#[derive(Debug)]
pub struct MapType {
    pub key: &'static Rule,
    pub value: Type,
    /// The presets' key whose settings every value inherits: `app` for `apps`.
    pub defaults: Option<&'static str>,
    /// In the project's own layer an empty value (`cache:`) means `{}`: nothing could be removed there.
    pub null_is_empty: bool,
}

/// A closed map.
#[derive(Debug)]
pub struct Object {
    pub groups: &'static [&'static [Field]],
    /// A scalar `x` stands for `{key: x}`.
    pub shorthand: Option<&'static str>,
    /// At most one of these keys.
    pub union: &'static [&'static str],
    /// Naming another key of the union in a higher layer replaces the whole map (`Replace`) or only the other keys
    /// of the union (`Keep`: a probe keeps its timings when its handler changes).
    pub switch: Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    Replace,
    Keep,
}

#[derive(Debug)]
pub struct Field {
    pub key: &'static str,
    pub ty: Type,
    /// One sentence for editors and the reference.
    pub doc: &'static str,
    /// Of a store's settings, the modes that have it.
    pub modes: Option<Modes>,
    /// A value for editors, in YAML: of a key that a first project file is likely to have.
    pub example: Option<&'static str>,
}

/// The modes of a store that have a setting.
#[derive(Debug)]
pub struct Modes {
    pub names: &'static [&'static str],
    /// Instead of "remove it", by mode.
    pub hints: &'static [(&'static str, &'static str)],
    /// Refused whatever layer it stands in: to lose it without a word would harm.
    pub always: bool,
}

impl Object {
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.key == key)
    }

    /// The field that a scalar in the place of the map is.
    pub fn shorthand(&self) -> Option<&'static Field> {
        self.shorthand.and_then(|key| self.field(key))
    }
}

impl Type {
    /// Whether a value of this form can be of this type at all.
    fn fits<O>(&self, value: &Tree<O>) -> bool {
        match self {
            Type::OneOf(types) => types.iter().any(|ty| ty.fits(value)),
            Type::Kubernetes(_) => true,
            Type::List(_) => matches!(value.kind, Kind::List(_)),
            Type::Map(_) => matches!(value.kind, Kind::Map(_)),
            Type::Object(object) => {
                matches!(value.kind, Kind::Map(_)) || (object.shorthand.is_some() && !value.is_container())
            }
            _ => !value.is_container(),
        }
    }

    /// The alternative that a value of this form belongs to. Among scalars an `Enum` takes only its own words, an
    /// `Integer` only numbers: a port may have a name.
    pub fn choose<O>(&self, value: &Tree<O>) -> &Type {
        let Type::OneOf(types) = self else { return self };
        let says = |ty: &&Type| match ty {
            Type::Enum(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Type::Integer(..) => matches!(value.kind, Kind::Number(_)),
            ty => ty.fits(value),
        };
        match types.iter().find(says).or_else(|| types.iter().find(|ty| ty.fits(value))) {
            Some(ty) => ty.choose(value),
            None => self,
        }
    }

    /// The object among the alternatives, if there is one: what a map in a higher layer is merged as.
    pub fn object(&self) -> Option<&'static Object> {
        match self {
            Type::Object(object) => Some(object),
            Type::OneOf(types) => types.iter().find_map(Type::object),
            _ => None,
        }
    }

    /// Whether a scalar is taken as the characters that were written.
    pub fn is_lexeme(&self) -> bool {
        matches!(self, Type::Text | Type::Wired | Type::Password | Type::Word(..))
    }

    /// Whether nothing but secrets stands here: `secrets`, one of them, one key.
    pub fn is_secret(&self) -> bool {
        match self {
            Type::Password => true,
            Type::Map(map_type) => map_type.value.is_secret(),
            Type::Object(object) => object.shorthand().is_some_and(|field| field.ty.is_secret()),
            _ => false,
        }
    }

    /// The words that may stand here.
    fn words(&self) -> Vec<&'static str> {
        match self {
            Type::Enum(words) => words.to_vec(),
            Type::OneOf(types) => types.iter().flat_map(Type::words).collect(),
            _ => Vec::new(),
        }
    }

    /// "a string, `none` or a map".
    pub fn noun(&self) -> String {
        match self {
            Type::Text | Type::Wired | Type::Password => "a value".into(),
            Type::String(rule) | Type::Word(rule) => rule.noun.into(),
            Type::Bool => "`true` or `false`".into(),
            Type::Integer(min, max) if *max == i64::from(i32::MAX) => format!("an integer from {min}"),
            Type::Integer(min, max) => format!("an integer from {min} to {max}"),
            Type::Count => "a count or a percentage such as `25%`".into(),
            Type::Enum(words) => suggest::one_of(words.iter().copied()),
            Type::Kubernetes(name) if name.ends_with(" list") => format!("a list (Kubernetes {name})"),
            Type::Kubernetes("patch") => "a map or a list of operations".into(),
            Type::Kubernetes(name) => format!("a map ({name})"),
            Type::List(_) => "a list".into(),
            Type::Map(_) => "a map".into(),
            Type::Object(object) if object.shorthand.is_some() => "a value or a map".into(),
            Type::Object(_) => "a map".into(),
            Type::OneOf(types) => {
                let words = self.words().into_iter().map(|word| format!("`{word}`"));
                let nouns = types.iter().filter(|ty| ty.words().is_empty()).map(Type::noun);
                suggest::or(words.chain(nouns))
            }
        }
    }
}

/// Checks one layer against its type.
pub fn check(sources: &Sources, tree: &Tree<Span>, ty: &Type, report: &mut Report) {
    Checker { sources, root: tree, report }.value(tree, ty, "");
}

/// Checks a scalar whose references were put in; `path` is for the message.
pub fn check_scalar<O>(value: &Tree<O>, ty: &Type) -> Result<(), String> {
    let expected = || format!("expected {}, found {}", ty.noun(), found(value, ty));
    match (ty, &value.kind) {
        (Type::Text | Type::Wired | Type::Password | Type::Kubernetes(_), _) => Ok(()),
        (Type::String(rule) | Type::Word(rule), Kind::String(text)) => (rule.check)(text),
        (Type::Word(rule), Kind::Number(number)) => (rule.check)(&number.to_string()),
        (Type::Bool, Kind::Bool(_)) => Ok(()),
        (Type::Integer(min, max), _) => match value.as_i64() {
            Some(number) if (*min..=*max).contains(&number) => Ok(()),
            _ => Err(expected()),
        },
        (Type::Count, Kind::Number(_)) if value.as_i64().is_some_and(|n| n >= 0) => Ok(()),
        (Type::Count, Kind::String(text)) if is_percentage(text) => Ok(()),
        (Type::Enum(words), Kind::String(text)) if words.contains(&&**text) => Ok(()),
        _ => Err(expected()),
    }
}

fn is_percentage(text: &str) -> bool {
    text.strip_suffix('%').is_some_and(|digits| digits.parse::<u8>().is_ok_and(|n| n <= 100))
}

/// What was found, for a message: the value of a short scalar, else its form. A string where none belongs is called so:
/// `3` in quotes is not 3.
fn found<O>(value: &Tree<O>, expected: &Type) -> String {
    match &value.kind {
        Kind::String(text) if text.is_empty() => "an empty string".into(),
        Kind::String(text) if text.len() <= 60 => match expected {
            Type::Bool | Type::Integer(..) => format!("the string `{text}`"),
            _ => format!("`{text}`"),
        },
        Kind::Number(number) => format!("`{number}`"),
        Kind::Bool(value) => format!("`{value}`"),
        _ => value.noun().into(),
    }
}

/// Whether a value is of a type's form, so that its mistake is in the value: 80800 for a port, a word for another.
fn has_form(value: &Tree<Span>, ty: &Type) -> bool {
    match ty {
        Type::String(..) | Type::Word(..) | Type::Enum(_) => value.as_str().is_some(),
        Type::Integer(..) => value.as_i64().is_some(),
        Type::Count => !matches!(value.kind, Kind::Bool(_)),
        _ => false,
    }
}

/// Whether a text holds a reference: it is checked again when that is resolved.
pub fn has_reference(text: &str) -> bool {
    text.contains("${")
}

const NO_COLON: &str = "no `:` stands behind it";

struct Checker<'c> {
    sources: &'c Sources,
    root: &'c Tree<Span>,
    report: &'c mut Report,
}

impl Checker<'_> {
    fn value(&mut self, tree: &Tree<Span>, ty: &Type, path: &str) {
        if tree.is_null() {
            return;
        }
        match (ty.choose(tree), &tree.kind) {
            (Type::Object(object), Kind::Map(map)) => self.object(map, object, path),
            (Type::Object(object), _) if object.shorthand.is_some() && !tree.is_container() => {
                let field = object.shorthand.and_then(|key| object.field(key));
                if let Some(field) = field {
                    self.value(tree, &field.ty, path);
                }
            }
            (Type::Map(map_type), Kind::Map(map)) => self.map(map, map_type, path),
            (Type::List(item), Kind::List(list)) => {
                for (index, element) in list.iter().enumerate() {
                    self.item(element, item, &format!("{path}[{index}]"));
                }
            }
            (Type::Kubernetes(name), kind) => {
                self.bare(tree, path);
                let fits = match kind {
                    Kind::List(_) => name.ends_with(" list") || *name == "patch",
                    Kind::Map(_) => !name.ends_with(" list"),
                    _ => false,
                };
                if !fits {
                    self.wrong(tree, ty, path);
                }
            }
            (Type::Object(_) | Type::Map(_) | Type::List(_) | Type::OneOf(_), _) => self.wrong(tree, ty, path),
            (_, Kind::List(_) | Kind::Map(_)) => self.wrong(tree, ty, path),
            (scalar, _) => self.scalar(tree, scalar, ty, path),
        }
    }

    fn item(&mut self, tree: &Tree<Span>, ty: &Type, path: &str) {
        if tree.is_null() {
            self.wrong(tree, ty, path);
        } else {
            self.value(tree, ty, path);
        }
    }

    fn object(&mut self, map: &Map<Span>, object: &'static Object, path: &str) {
        for (key, entry) in map.entries() {
            match object.field(key) {
                Some(field) => self.value(&entry.value, &field.ty, &join(path, key)),
                None => self.unknown(key, entry, object, path),
            }
        }
        let mut chosen = map.entries().filter(|(key, e)| object.union.contains(&&***key) && !e.value.is_null());
        if let (Some((first, _)), Some((second, entry))) = (chosen.next(), chosen.next()) {
            let message = format!("`{first}` and `{second}` exclude each other{}", within(path));
            self.report.push(Diagnostic::new(EXCLUSIVE_KEYS, message).at(entry.key_from).hint("keep one of the two"));
        }
    }

    fn unknown(&mut self, key: &str, entry: &Entry<Span>, object: &'static Object, path: &str) {
        let keys = || object.fields().map(|field| field.key);
        let known = || (keys().count() <= 12).then(|| format!("known keys are {}", suggest::all_of(keys())));
        let glued = key.split_once(':').and_then(|(key, _)| Some(format!("write `{}: ...`", object.field(key)?.key)));
        let hint =
            habit::key(key, path, self.root).or(glued).or_else(|| suggest::did_you_mean(key, keys())).or_else(known);
        let message = format!("unknown key `{}`{}", self.key(key, entry), within(path));
        self.report.push(Diagnostic::new(UNKNOWN_KEY, message).at(entry.key_from).maybe_hint(hint));
    }

    fn map(&mut self, map: &Map<Span>, map_type: &'static MapType, path: &str) {
        let rule = map_type.key;
        for (key, entry) in map.entries() {
            let shown = self.key(key, entry);
            let is_shown = shown == **key;
            let bad = |reason: &str| {
                let message = format!("`{shown}` is no {}{}: {reason}", rule.noun, within(path));
                Diagnostic::new(BAD_NAME, message).at(entry.key_from)
            };
            if let Err(reason) = (rule.check)(key) {
                self.report.push(bad(&reason).maybe_hint(habit::name(key, rule).filter(|_| is_shown)));
            } else if !is_shown && mask::is_bare(self.sources, entry) {
                self.report.push(bad(NO_COLON).hint("write `KEY: {}` for a key without a value"));
            }
            self.value(&entry.value, &map_type.value, &join(path, &shown));
        }
    }

    /// Keys of a Kubernetes shape without a `:`: no object has them, and they may be values.
    fn bare(&mut self, tree: &Tree<Span>, path: &str) {
        for (key, entry) in tree.as_map().into_iter().flat_map(Map::entries) {
            let shown = self.key(key, entry);
            if shown != **key && mask::is_bare(self.sources, entry) {
                let message = format!("`{shown}` is no key{}: {NO_COLON}", within(path));
                self.report.push(Diagnostic::new(BAD_NAME, message).at(entry.key_from));
            }
            self.bare(&entry.value, &join(path, &shown));
        }
        for (index, item) in tree.as_list().into_iter().flatten().enumerate() {
            self.bare(item, &format!("{path}[{index}]"));
        }
    }

    /// A key as it may be shown: a value may stand in its place.
    fn key(&self, key: &str, entry: &Entry<Span>) -> String {
        match self.sources.shown(entry.key_from) {
            (text, true) => text.trim_start_matches(['"', '\'']).to_owned(),
            _ => key.to_owned(),
        }
    }

    fn scalar(&mut self, tree: &Tree<Span>, ty: &Type, whole: &Type, path: &str) {
        if tree.as_str().is_some_and(has_reference) {
            return;
        }
        if let (Type::String(..), Kind::Number(_) | Kind::Bool(_)) = (ty, &tree.kind) {
            let number = matches!(tree.kind, Kind::Number(_));
            let hint = number.then(|| format!("quote it: \"{}\"", self.sources.text(tree.from)));
            let d = wrong_type(path, &format!("expected {}, found {}", whole.noun(), tree.noun()));
            self.report.push(d.at(tree.from).maybe_hint(hint.or_else(|| habit::form(tree, path))));
            return;
        }
        let Err(reason) = check_scalar(tree, ty) else { return };
        if let (text, true) = self.sources.shown(tree.from) {
            let found = if text == "***" { tree.noun().to_owned() } else { format!("`{text}`") };
            let d = wrong_type(path, &format!("expected {}, found {found}", whole.noun()));
            return self.report.push(d.at(tree.from));
        }
        let reason = if std::ptr::eq(ty, whole) || reason_is_rule(ty) {
            reason
        } else {
            format!("expected {}, found {}", whole.noun(), found(tree, ty))
        };
        let d = if has_form(tree, ty) { bad_value(path, &reason) } else { wrong_type(path, &reason) };
        self.report.push(d.at(tree.from).maybe_hint(way_out(tree, ty, whole, path)));
    }

    fn wrong(&mut self, tree: &Tree<Span>, ty: &Type, path: &str) {
        let d = wrong_type(path, &format!("expected {}, found {}", ty.noun(), tree.noun()));
        self.report.push(d.at(tree.from).maybe_hint(habit::form(tree, path)));
    }
}

fn way_out(tree: &Tree<Span>, ty: &Type, whole: &Type, path: &str) -> Option<String> {
    let Some(text) = tree.as_str() else { return habit::form(tree, path) };
    match (ty, text) {
        (Type::Bool | Type::Integer(..), text) if looks_unquotable(text, ty) => Some("write it without quotes".into()),
        (Type::Bool, "yes" | "on") => Some("did you mean `true`?".into()),
        (Type::Bool, "no" | "off") => Some("did you mean `false`?".into()),
        (Type::String(rule), text) => habit::name(text, rule).or_else(|| habit::text(text, path)),
        (_, text) => suggest::did_you_mean(text, whole.words()).or_else(|| habit::form(tree, path)),
    }
}

fn reason_is_rule(ty: &Type) -> bool {
    matches!(ty, Type::String(..) | Type::Word(..))
}

fn looks_unquotable(text: &str, ty: &Type) -> bool {
    match ty {
        Type::Bool => text == "true" || text == "false",
        _ => text.parse::<i64>().is_ok(),
    }
}

fn wrong_type(path: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(WRONG_TYPE, format!("{}: {reason}", subject(path)))
}

/// A value of the right type that breaks a rule of its kind: a name, a port, a quantity.
pub fn bad_value(path: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(BAD_VALUE, format!("{}: {reason}", subject(path)))
}

fn subject(path: &str) -> String {
    if path.is_empty() { "the project file".into() } else { format!("`{path}`") }
}

fn within(path: &str) -> String {
    if path.is_empty() { " at the top level".into() } else { format!(" in `{path}`") }
}

/// `apps` + `api`, with a key that holds a dot in quotes.
pub fn join(path: &str, key: &str) -> String {
    let quoted = (key.contains(['.', '"']) || key.is_empty()).then(|| format!("{key:?}"));
    let key = quoted.as_deref().unwrap_or(key);
    if path.is_empty() { key.to_owned() } else { [path, ".", key].concat() }
}

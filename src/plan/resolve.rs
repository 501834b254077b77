//! Puts references into one component's settings, all but those that may hold secrets, and into the top level's.
//!
//! Owns: the walk along the language's types, and the second type check: `port: ${redis.cache.port}` is a port only
//! when it is resolved.
//! Does not own: what a reference gives (`output.rs`); values that may be secret stay as written until `env.rs` or
//! `file.rs` decides where they go.

use super::node::Node;
use super::output::Resolver;
use crate::diag::Report;
use crate::project::language;
use crate::project::schema::{self, Type, join};
use crate::settings::Settings;
use crate::tree::{Kind, Map, Tree};

/// Keys of the top level that hold strings of their own, rather than components.
const TOP: [&str; 6] = ["labels", "annotations", "secretProvider", "manifests", "patches", "delivery"];

/// Puts references into the top level's own strings, so that `prefix: ${project}/${profile}` and a raw object's
/// `${namespace}` are no letters.
pub fn top(mut settings: Settings, report: &mut Report) -> Settings {
    let resolver = Resolver::new(&settings);
    let mut resolved = Vec::new();
    for field in TOP.iter().filter_map(|key| language::SETTINGS.field(key)) {
        let entry = settings.root.as_map().and_then(|map| map.entry(field.key));
        if let Some(entry) = entry.filter(|entry| !entry.value.is_null()) {
            let value = component(&resolver, &field.ty, &entry.value, field.key, report);
            resolved.push((field.key, entry.key_from.clone(), value));
        }
    }
    if let Some(map) = settings.root.as_map_mut() {
        for (key, from, value) in resolved {
            map.insert_from(key, from, value);
        }
    }
    settings
}

pub fn component(resolver: &Resolver, ty: &Type, node: &Node, path: &str, report: &mut Report) -> Node {
    Walk { resolver, report }.value(ty, node, path)
}

struct Walk<'w, 's> {
    resolver: &'w Resolver<'s>,
    report: &'w mut Report,
}

impl Walk<'_, '_> {
    fn value(&mut self, ty: &Type, node: &Node, path: &str) -> Node {
        let kind = match (ty.choose(node), &node.kind) {
            (Type::Object(object), Kind::Map(map)) => {
                let other = Type::Kubernetes("value");
                self.map(map, path, |key| object.field(key).map_or(&other, |field| &field.ty))
            }
            (Type::Map(map_type), Kind::Map(map)) => self.map(map, path, |_| &map_type.value),
            (_, Kind::Map(map)) => self.map(map, path, |_| &Type::Kubernetes("value")),
            (Type::List(item), Kind::List(list)) => self.list(item, list, path),
            (_, Kind::List(list)) => self.list(&Type::Kubernetes("value"), list, path),
            (scalar, _) => return self.scalar(scalar, ty, node, path),
        };
        Tree::new(kind, node.from.clone())
    }

    fn map<'t>(
        &mut self,
        map: &Map<crate::settings::From>,
        path: &str,
        ty: impl Fn(&str) -> &'t Type,
    ) -> Kind<crate::settings::From> {
        let mut out = Map::new();
        for (key, entry) in map.entries() {
            let value = self.value(ty(key), &entry.value, &join(path, key));
            out.insert_from(key.clone(), entry.key_from.clone(), value);
        }
        Kind::Map(out)
    }

    fn list(&mut self, item: &Type, list: &[Node], path: &str) -> Kind<crate::settings::From> {
        let values = list.iter().enumerate().map(|(index, node)| self.value(item, node, &format!("{path}[{index}]")));
        Kind::List(values.collect())
    }

    fn scalar(&mut self, scalar: &Type, whole: &Type, node: &Node, path: &str) -> Node {
        let waits = matches!(scalar, Type::Wired | Type::Password);
        if waits || !node.as_str().is_some_and(schema::has_reference) {
            return node.clone();
        }
        match self.resolver.plain(node) {
            Ok(value) => {
                let value = if scalar.is_lexeme() {
                    Tree::new(Kind::String(value.to_string().into()), value.from)
                } else {
                    value
                };
                if let Err(reason) = check_any(whole, &value) {
                    let d = schema::bad_value(path, &reason).at(self.resolver.settings.span(&node.from));
                    self.report.push(d);
                }
                value
            }
            Err(diagnostic) => {
                self.report.push(*diagnostic);
                Node::null()
            }
        }
    }
}

/// A resolved value fits if it fits one of the alternatives.
fn check_any(ty: &Type, value: &Node) -> Result<(), String> {
    match ty {
        Type::OneOf(_) => check_any(ty.choose(value), value),
        Type::Object(object) => match object.shorthand.and_then(|key| object.field(key)) {
            Some(field) => check_any(&field.ty, value),
            None => Err(format!("expected {}", ty.noun())),
        },
        scalar => schema::check_scalar(value, scalar),
    }
}

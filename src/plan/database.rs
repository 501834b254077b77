//! What a PostgreSQL has in every mode: names, what the app's may not be, SQL of the first start.

use super::label::Owner;
use super::node::{Node, get, str_of, take, text};
use super::piece::Home;
use super::{Planner, env};
use crate::diag::Diagnostic;
use crate::project::MISSING_KEY;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a name that is PostgreSQL's own
    ///
    /// The name is PostgreSQL's own, so that the init script would fail on a half-made data directory.
    /// Fix: another name, or none for `app`.
    POSTGRES_RESERVED = "postgres-reserved", Error;
}

/// A name, of which nothing is Kubernetes': the URL has it as it stands in the project file.
pub fn as_written(postgres: &Node, key: &str) -> Node {
    let said = take(postgres, key);
    match said.as_str() {
        Some(name) if name.contains('$') => text(env::escaped(name), &said.from),
        _ => said,
    }
}

pub fn superuser(owner: &Owner) -> Home {
    Home::new(owner.name.as_str(), "superuser-password")
}

/// What `initSql` says, or the file that it names.
pub fn init_sql(cx: &Planner, postgres: &Node) -> Option<Node> {
    let init = get(postgres, "initSql")?;
    match get(init, "file") {
        Some(file) => cx.file(file).map(|sql| Tree::new(Kind::String(sql), file.from.clone())),
        None => get(init, "value").cloned(),
    }
}

/// The init script makes the role and the database: with names that are there already it fails, and the next start comes
/// up on a half-made data directory.
pub fn reserved(cx: &mut Planner, owner: &Owner, postgres: &Node) {
    let is_cnpg = str_of(postgres, "mode") == Some("cnpg");
    let is_taken = |key: &str, name: &str| match key {
        "user" if is_cnpg && name == "streaming_replica" => true,
        "user" => ["postgres", "public", "none"].contains(&name) || name.starts_with("pg_"),
        _ => ["postgres", "template0", "template1"].contains(&name),
    };
    for (key, what) in [("user", "role"), ("database", "database")] {
        if let Some(said) = get(postgres, key).filter(|said| said.as_str().is_some_and(|name| is_taken(key, name))) {
            let whose = if said.as_str() == Some("streaming_replica") { "CloudNativePG" } else { "PostgreSQL" };
            let message = format!("`{}` cannot have the {what} `{said}`, which is {whose}'s own", owner.id);
            let d = Diagnostic::new(POSTGRES_RESERVED, message).at(cx.span_in(said));
            cx.report.push(d.hint("the app gets a role and a database of its own; leave it out for `app`"));
        }
    }
}

/// A claim needs a size.
pub fn sized(cx: &mut Planner, owner: &Owner, postgres: &Node) {
    if get(&take(postgres, "storage"), "size").is_none() {
        let d = Diagnostic::new(MISSING_KEY, format!("`{}.storage` has no `size`", owner.id))
            .at(cx.span_in_from(&owner.from));
        cx.report.push(d.hint("add `storage: 10Gi`"));
    }
}

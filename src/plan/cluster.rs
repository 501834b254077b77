//! What CloudNativePG calls what it makes, and which images it runs.

use super::node::{Node, get, take, text};
use super::output::Resolver;
use crate::tree::Tree;

/// With `system`: what extensions and locales most applications expect.
const IMAGE: &str = "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie";

/// The operator's images only: their user is 26, and the instance manager finds its tools in them.
pub fn image(store: &Node) -> Node {
    match get(store, "image") {
        Some(image) if image.as_str().is_some_and(is_official) => text(IMAGE, &take(store, "mode").from),
        Some(image) => image.clone(),
        None => text(IMAGE, &take(store, "mode").from),
    }
}

/// Docker's official image, or a copy of it.
pub fn is_official(image: &str) -> bool {
    crate::format::image(image).is_ok_and(|image| image.name.rsplit('/').next() == Some("postgres"))
}

/// The Secret that the operator makes for the app.
pub fn secret(name: &str) -> String {
    format!("{name}-app")
}

/// `rw` is the primary, `ro` the replicas.
pub fn service(name: &str, which: &str, resolver: &Resolver) -> Node {
    text(format!("{name}-{which}"), &resolver.key_from("postgres", name))
}

pub fn instances(store: &Node) -> i64 {
    get(store, "instances").and_then(Tree::as_i64).unwrap_or(1)
}

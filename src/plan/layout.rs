//! The images of PostgreSQL: as whom each runs, and where it has its data.
//!
//! Owns: mount and PGDATA by major version, the numeric user of each family; as measured (`docs/measured.md`).

use super::label::Owner;
use super::node::{Node, str_of, take};
use super::{Planner, cluster};
use crate::diag::Diagnostic;
use crate::format::server::{self, Server};
use crate::settings::From;

crate::declare! {
    /// an image that starts no server
    ///
    /// The image is CloudNativePG's, which starts no server by itself.
    /// Fix: `image: postgres:18-trixie`, or `mode: cnpg`.
    POSTGRES_IMAGE = "postgres-image", Error;

    /// an image without its major version
    ///
    /// Where PostgreSQL keeps its data depends on the major version, which the image's tag does not say; or `major`
    ///   says another than the tag.
    /// Fix: a tag such as `18-trixie` or `0.8.0-pg17`, or `major: 17` where no tag can say it.
    POSTGRES_VERSION = "postgres-version", Error;
}

/// Where the data lies, which differs by major version: from 18 on the image's volume moved up.
pub struct Layout {
    pub mount: &'static str,
    pub pgdata: String,
    pub server: Server,
    /// What says the major version.
    pub from: From,
}

/// Of a store, whose image's tag must say its major version, or `major`.
pub fn of(cx: &mut Planner, owner: &Owner, postgres: &Node, image: &Node) -> Layout {
    of_operator(cx, owner, image);
    let said = take(postgres, "major");
    let from = if said.is_null() { image.from.clone() } else { said.from.clone() };
    let major = major(cx, owner, &said, image);
    let (mount, pgdata) = places(major);
    let server = Server { major: Some(major), ..server::postgres(image.as_str().unwrap_or_default()) };
    Layout { mount, pgdata, server, from }
}

fn major(cx: &mut Planner, owner: &Owner, said: &Node, image: &Node) -> u32 {
    let text = image.as_str().unwrap_or_default();
    let number = said.as_i64().and_then(|number| u32::try_from(number).ok());
    let (message, node, hint) = match (number, server::postgres(text).major) {
        (Some(number), Some(tag)) if number != tag => {
            let message = format!("`{}`: `major` is {number}, and the tag of `{text}` says {tag}", owner.id);
            (message, said, "remove `major`: it is for tags that do not say it")
        }
        (Some(major), _) | (None, Some(major)) => return major,
        (None, None) => {
            let message = format!("`{}`: image `{text}` does not say its major version", owner.id);
            (
                message,
                image,
                "where the data lies depends on it; use a tag such as `18-trixie` or `17`, or say it: `major: 17`",
            )
        }
    };
    let d = Diagnostic::new(POSTGRES_VERSION, message).at(cx.span_in(node));
    cx.report.push(d.hint(hint));
    18
}

fn places(major: u32) -> (&'static str, String) {
    match major {
        18.. => ("/var/lib/postgresql", format!("/var/lib/postgresql/{major}/docker")),
        _ => ("/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata".into()),
    }
}

/// The operator's images have no entrypoint of their own.
fn of_operator(cx: &mut Planner, owner: &Owner, image: &Node) {
    let said = image.as_str().unwrap_or_default();
    if crate::format::image(said).is_ok_and(|image| image.name.starts_with("cloudnative-pg/")) {
        let message = format!("`{}` is standalone, and the image `{said}` starts no server by itself", owner.id);
        let d = Diagnostic::new(POSTGRES_IMAGE, message).in_profile(&cx.settings.profile).at(cx.span_in(image));
        cx.report.push(d.hint("it is CloudNativePG's: write `image: postgres:18-trixie` here, or `mode: cnpg`"));
    }
}

/// The image that its pods run, and whose client others use.
pub fn image(store: &Node) -> Node {
    if str_of(store, "mode") == Some("cnpg") { cluster::image(store) } else { take(store, "image") }
}

/// The image's own numeric user: 26 in the operator's, 70 on alpine, 999 on Debian.
pub fn user(store: &Node) -> i64 {
    let image = image(store);
    match server::postgres(image.as_str().unwrap_or_default()).base {
        _ if str_of(store, "mode") == Some("cnpg") => 26,
        Some(server::Base::Alpine) => 70,
        _ => 999,
    }
}

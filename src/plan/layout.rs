//! The images of PostgreSQL: as whom each runs, and where it has its data.
//!
//! Owns: mount and PGDATA by major version, the numeric user of each family; as measured (`research/data.md` 5).

use super::label::Owner;
use super::node::{Node, str_of, take};
use super::{Planner, cnpg};
use crate::diag::Diagnostic;

/// Where the data lies, which differs by major version: from 18 on the image's volume moved up.
pub struct Layout {
    pub mount: &'static str,
    pub pgdata: String,
}

/// Of an image, whose tag must say its major version.
pub fn of(cx: &mut Planner, owner: &Owner, image: &Node) -> Layout {
    let said = image.as_str().unwrap_or_default();
    of_operator(cx, owner, image);
    let major = major(said).unwrap_or_else(|| {
        let message = format!("`{}`: image `{said}` does not say its major version", owner.id);
        let d = Diagnostic::error("postgres-version", message).at(cx.span_in(image));
        cx.report.push(d.hint("where the data lies depends on it; use a tag such as `18-trixie` or `17`"));
        18
    });
    layout(major)
}

fn layout(major: u32) -> Layout {
    if major >= 18 {
        Layout { mount: "/var/lib/postgresql", pgdata: format!("/var/lib/postgresql/{major}/docker") }
    } else {
        Layout { mount: "/var/lib/postgresql/data", pgdata: "/var/lib/postgresql/data/pgdata".into() }
    }
}

/// The major version in an image's tag: `postgres:17.2-alpine` is 17.
fn major(image: &str) -> Option<u32> {
    let tag = crate::format::image(image).ok()?.tag?;
    tag.split(|c: char| !c.is_ascii_digit())
        .find(|word| !word.is_empty())?
        .parse()
        .ok()
        .filter(|n| (9..100).contains(n))
}

/// The operator's images have no entrypoint of their own.
fn of_operator(cx: &mut Planner, owner: &Owner, image: &Node) {
    let said = image.as_str().unwrap_or_default();
    if crate::format::image(said).is_ok_and(|image| image.name.starts_with("cloudnative-pg/")) {
        let message = format!("`{}` is standalone, and the image `{said}` starts no server by itself", owner.id);
        let d = Diagnostic::error("postgres-image", message).in_profile(&cx.settings.profile).at(cx.span_in(image));
        cx.report.push(d.hint("it is CloudNativePG's: write `image: postgres:18-trixie` here, or `mode: cnpg`"));
    }
}

/// The image that its pods run, and whose client others use.
pub fn image(store: &Node) -> Node {
    if str_of(store, "mode") == Some("cnpg") { cnpg::image(store) } else { take(store, "image") }
}

/// The image's own numeric user: 26 in the operator's, 70 on alpine, 999 on Debian.
pub fn user(store: &Node) -> i64 {
    let image = image(store);
    let tag = image.as_str().and_then(|image| crate::format::image(image).ok()?.tag);
    match tag {
        _ if str_of(store, "mode") == Some("cnpg") => 26,
        Some(tag) if tag.contains("alpine") => 70,
        _ => 999,
    }
}

//! The image of an app, and what stands for one that is not known.

use super::super::context::Context;
use super::super::interpolate::OPEN;
use super::super::probe;
use super::super::text::Item;
use super::App;
use crate::compose::COMPOSE_TYPE;
use crate::diag::Diagnostic;
use crate::format;
use crate::tree::Tree;

/// What stands for a version that nobody has chosen yet.
const UNKNOWN: &str = "CHANGE-ME";

pub fn image(cx: &mut Context, app: &mut App, project: &str) {
    let Some(said) = app.service.text("image") else { return built(cx, app, project) };
    if said.contains(OPEN) {
        app.head.push(Item::text("image", format!("{project}-{}:{UNKNOWN}", app.name)));
        return;
    }
    let text = said.trim_end_matches(':').to_owned();
    let read = match format::image(&text) {
        Ok(read) => read,
        Err(reason) => {
            probe::bad(cx, &app.subject("image"), app.service.map.get("image"), &reason);
            return;
        }
    };
    let at = app.service.value_at("image");
    match (read.tag, read.digest) {
        _ if said.ends_with(':') => {
            cx.notes.decide(at, app.subject("image"), "its tag has no value here: write one");
            app.head.push(Item::text("image", format!("{text}:{UNKNOWN}")).beside("its tag had no value"));
        }
        (None | Some("latest"), None) => {
            let shown = if read.tag.is_none() { format!("{text}:latest") } else { text.clone() };
            let why = "what `latest` is changes by itself: write the version, and remove the `allow`";
            cx.notes.decide(at, app.subject("image"), why);
            app.head.push(Item::text("image", shown));
            app.allow.push(Item::text("image-latest", "from the Compose file; a version is to be chosen"));
        }
        _ => app.head.push(Item::text("image", &text)),
    }
    if read.name.starts_with("bitnami/") {
        let why = "Bitnami's tags are going away: take the official image, whose variables and paths are others";
        cx.notes.decide(at, app.subject("image"), why);
        app.allow.push(Item::text("image-bitnami", "from the Compose file; another image is to be chosen"));
    }
}

/// Of a service that has no image.
fn built(cx: &mut Context, app: &mut App, project: &str) {
    let service = &app.service;
    if service.map.get("build").is_none_or(Tree::is_null) {
        let d = Diagnostic::new(COMPOSE_TYPE, format!("`{}` has neither `image` nor `build`", service.name));
        cx.report.push(d.at(service.at).hint("write `image: registry/name:tag`"));
    }
    let name = format!("{project}-{}:{UNKNOWN}", app.name);
    app.head.push(Item::text("image", name).beside("built by Compose: write where it is pushed to"));
}

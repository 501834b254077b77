//! One image in two versions.

use std::collections::BTreeMap;

use super::set::{Findings, Set};
use crate::format::{image, server};

crate::declare! {
    /// one image in two versions
    ///
    /// Apps or jobs of a profile run one image in two versions: the one that was forgotten at the last release. Stores may have
    ///   versions of their own.
    /// Fix: say the image once, `images: {shop: ghcr.io/acme/shop:1.4.2}`, and write `image: ${images.shop}`; or allow it.
    IMAGE_TWO_VERSIONS = "image-two-versions", Warning, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    let mut first: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for workload in &set.workloads {
        let component = &*workload.resource.component;
        if !["apps.", "jobs."].iter().any(|section| component.starts_with(section)) {
            continue;
        }
        for (_, container) in workload.pod.containers() {
            let Some(at) = container.get("image") else { continue };
            let Some((text, said)) = at.text().and_then(|text| Some((text, image(text).ok()?))) else { continue };
            if server::of(text).is_some() {
                continue;
            }
            let repository = format!("{}/{}", said.host(), said.name);
            let version = said.digest.or(said.tag).unwrap_or("latest").to_owned();
            let (known, other) = first.entry(repository).or_insert_with(|| (version.clone(), component));
            if *known != version && *other != component {
                let message = format!("`{}` is `{version}` here and `{known}` in `{other}`", said.name);
                let hint = "say it once: `images: {NAME: ...}`, and `image: ${images.NAME}` in each";
                out.push(workload.index, at.found(IMAGE_TWO_VERSIONS, message).hint(hint));
            }
        }
    }
}

//! Which servers a project is for.

use crate::settings::Settings;
use crate::tree::Tree;

/// The minor version of the oldest server, which `kubernetes` says; what kgen needs anyway, where it does not.
pub fn oldest(settings: &Settings) -> u32 {
    said(settings).unwrap_or(crate::plan::OLDEST)
}

fn said(settings: &Settings) -> Option<u32> {
    settings.root.get("kubernetes").and_then(Tree::as_str)?.split_once('.')?.1.parse().ok()
}

//! The texts beside the project file: what in them may not be shown, and encrypted ones as trees.

use std::collections::BTreeMap;

use super::{Input, Loaded};
use crate::diag::Report;
use crate::files::{self, Files};
use crate::plan;
use crate::project::mask;
use crate::project::node::{self, Dialect};
use crate::project::scan::{self, Leak};
use crate::source::{Sources, Span};

/// Secrets in the files that configs and containers take; only a file that has some becomes known to messages.
pub fn leaks(sources: &mut Sources, loaded: &Loaded, files: &Files) -> Vec<Leak> {
    let mut named: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for layer in std::iter::once(&loaded.project.root).chain(&loaded.set) {
        for (name, place) in files::texts(layer) {
            named.entry(name).or_default().push(place);
        }
    }
    let mut out = Vec::new();
    for (name, places) in named {
        let Some(text) = files.plain(&name).filter(|text| !scan::is_clean(text)) else { continue };
        let file = sources.name(&name, &text);
        let leaks = scan::file(sources, file, &places);
        leaks.iter().for_each(|leak| sources.mask(leak.hidden));
        out.extend(leaks);
    }
    out
}

/// The encrypted files, read. Nothing of them is shown: someone may have forgotten to encrypt a value.
pub fn ciphers(sources: &mut Sources, input: &Input, report: &mut Report) -> plan::Ciphers {
    let mut out = plan::Ciphers::new();
    for (path, text) in &input.ciphers {
        let file = sources.add(path.as_str(), text.as_str());
        mask::all(sources, file);
        let tree = node::parse(sources, file, Dialect::Manifest);
        out.extend(report.take(tree).map(|tree| (path.clone(), tree)));
    }
    out
}

//! Colours, light and dark: one hue for each kind of node, with the edges that lead to it.
//!
//! Texts have a contrast of 4.5 or more against what is behind them, in both.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::graph::Kind;
use crate::graph::dot::COLOURS;

/// Fill and line on a dark page.
const DARK: [(Kind, &str, &str); 12] = [
    (Kind::Route, "#222a35", "#8fa3bf"),
    (Kind::App, "#16283f", "#6ea8ec"),
    (Kind::Job, "#26223f", "#a99cf0"),
    (Kind::Proxy, "#1d2b30", "#86b5c1"),
    (Kind::Redis, "#3a1f1d", "#ef8a7e"),
    (Kind::Postgres, "#15302a", "#66c2ab"),
    (Kind::Exporter, "#33213a", "#d69ad0"),
    (Kind::Backup, "#352818", "#e0ac5a"),
    (Kind::Config, "#262d15", "#b5cb62"),
    (Kind::Secret, "#332c10", "#e3c84a"),
    (Kind::Volume, "#2c2722", "#c3ae93"),
    (Kind::Other, "#26282c", "#a9adb5"),
];

pub fn css() -> String {
    let mut out = String::from(
        "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1b1f24}
.page{fill:#ffffff}
.head{font-size:16px;font-weight:600}
.node rect{stroke-width:1.2}
.outside rect{stroke-dasharray:4 3}
.kind{font-size:8.5px;letter-spacing:.06em}
.name{font-size:13px;font-weight:600}
.line{font-size:10.5px;fill:#4a525e}
.group rect{fill:none;stroke:#8b94a3;stroke-dasharray:2 3}
.group text{font-size:9.5px;fill:#4a525e}
.edge{fill:none;stroke:#6b7280;stroke-width:1.3;stroke-opacity:.75}
.dashed{stroke-dasharray:5 4}
.label rect{fill:#ffffff;fill-opacity:.94}
.label text{font-size:9.5px;text-anchor:middle;fill:#3d4550}
.edge:hover{stroke-width:2.6;stroke-opacity:1}
",
    );
    colours(&mut out, &COLOURS);
    out.push_str(
        "@media (prefers-color-scheme:dark){
text{fill:#e6e9ee}
.page{fill:#0f1319}
.line,.group text{fill:#aab3c0}
.edge{stroke:#8b94a3}
.label rect{fill:#0f1319}
.label text{fill:#c3cad5}
",
    );
    colours(&mut out, &DARK);
    out.push_str("}\n");
    out
}

fn colours(out: &mut String, all: &[(Kind, &str, &str)]) {
    for (kind, fill, line) in all {
        let noun = kind.noun();
        let _ = writeln!(
            out,
            ".node.{noun} rect{{fill:{fill};stroke:{line}}}.{noun} .kind,.{noun} .tip{{fill:{line}}}.edge.{noun}{{stroke:{line}}}"
        );
    }
}

/// The kinds that are there, in their order.
pub fn kinds(all: impl Iterator<Item = Kind>) -> Vec<Kind> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

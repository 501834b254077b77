//! All profiles side by side: a row for each setting, a column for each profile.
//!
//! Owns: the order of rows (that of the first profile that has one, beside its siblings), what differs, the widths.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::leaf::{Leaf, Step, leaves};
use super::screen::{Screen, cut, cut_middle, len, pad};
use crate::escape::spelled;
use crate::settings::Settings;
use crate::source::Sources;

pub struct Row {
    path: String,
    /// By profile; `None` where it has no such setting.
    cells: Vec<Option<Leaf>>,
    pub differs: bool,
}

/// The leaves of all profiles as one tree.
#[derive(Default)]
struct Node {
    cells: Vec<Option<Leaf>>,
    children: IndexMap<Step, Node>,
}

pub fn rows(profiles: &[Settings], sources: &Sources) -> Vec<Row> {
    let mut root = Node::default();
    for (at, settings) in profiles.iter().enumerate() {
        for leaf in leaves(settings, sources) {
            let mut node = &mut root;
            for step in &leaf.steps {
                node = node.children.entry(step.clone()).or_default();
            }
            node.cells.resize_with(profiles.len(), || None);
            node.cells[at] = Some(leaf);
        }
    }
    let mut out = Vec::new();
    flatten(root, &mut out);
    out
}

fn flatten(node: Node, out: &mut Vec<Row>) {
    if let Some(path) = node.cells.iter().flatten().next().map(|leaf| leaf.path.clone()) {
        let first = node.cells.first().and_then(Option::as_ref).map(|leaf| &leaf.value);
        let differs = node.cells.iter().any(|cell| cell.as_ref().map(|leaf| &leaf.value) != first);
        out.push(Row { path, cells: node.cells, differs });
    }
    node.children.into_values().for_each(|child| flatten(child, out));
}

/// What a cell without a setting shows.
const NOTHING: &str = "-";
/// Of a path on a terminal, when the values need room too.
const PATH: usize = 34;
/// Wider columns are not aligned.
const ALIGNED: usize = 60;
/// Columns narrower than this say nothing.
const NARROW: usize = 8;

pub fn human(names: &[&str], rows: &[Row], screen: Screen) -> String {
    if rows.is_empty() {
        return "no setting differs\n".into();
    }
    let text = |cell: &Option<Leaf>| cell.as_ref().map_or(NOTHING.to_owned(), |leaf| leaf.text.clone());
    let mut lines = vec![(false, "SETTING".to_owned(), names.iter().map(|name| spelled(name)).collect::<Vec<_>>())];
    lines.extend(rows.iter().map(|row| (row.differs, spelled(&row.path), row.cells.iter().map(text).collect())));
    let path = lines.iter().map(|(_, path, _)| len(path)).max().unwrap_or_default();
    let of = |at: usize| lines.iter().map(|(.., cells)| len(&cells[at])).max().unwrap_or_default();
    let values: Vec<usize> = (0..names.len()).map(of).collect();
    let Some((path, values)) = widths(path, values, screen.width) else { return long(names, rows, screen) };
    let some_are_equal = rows.iter().any(|row| !row.differs);
    let mut out = String::new();
    for (index, (differs, name, cells)) in lines.iter().enumerate() {
        let fitted = |cell: &String, width| if screen.width.is_some() { cut(cell, width) } else { cell.clone() };
        let cells = cells.iter().zip(&values).map(|(cell, width)| format!("  {}", pad(&fitted(cell, *width), *width)));
        let mark = if *differs { '*' } else { ' ' };
        let line = format!("{mark} {}{}", pad(&cut_middle(name, path), path), cells.collect::<String>());
        let is_bold = index == 0 || (*differs && some_are_equal);
        out.push_str(&if is_bold { screen.paint("1", line.trim_end()) } else { line.trim_end().to_owned() });
        out.push('\n');
    }
    out
}

/// The widths that fit: the path gives way first, then the widest values. `None` where columns would be too narrow.
fn widths(path: usize, values: Vec<usize>, screen: Option<usize>) -> Option<(usize, Vec<usize>)> {
    // Nothing is cut where no terminal reads: what is longer moves its own line only.
    let Some(width) = screen else { return Some((path, values.into_iter().map(|width| width.min(ALIGNED)).collect())) };
    let room = width.saturating_sub(2 + 2 * values.len());
    let wanted: usize = values.iter().sum();
    if path + wanted <= room {
        return Some((path, values));
    }
    let path = path.min(PATH.max(room.saturating_sub(wanted)));
    let room = room.checked_sub(path)?;
    let capped = |cap: usize| values.iter().map(|width| *width.min(&cap)).collect::<Vec<_>>();
    let cap = (NARROW..=width).rev().find(|cap| capped(*cap).iter().sum::<usize>() <= room)?;
    Some((path, capped(cap)))
}

/// A line for each profile below its setting, where columns have no room.
fn long(names: &[&str], rows: &[Row], screen: Screen) -> String {
    let widest = names.iter().map(|name| len(name)).max().unwrap_or_default();
    let width = screen.width.unwrap_or(usize::MAX);
    let mut out = String::new();
    for row in rows {
        let mark = if row.differs { '*' } else { ' ' };
        let head = format!("{mark} {}", cut_middle(&spelled(&row.path), width.saturating_sub(2)));
        out.push_str(&if row.differs { screen.paint("1", &head) } else { head });
        out.push('\n');
        for (name, cell) in names.iter().zip(&row.cells) {
            let text = cell.as_ref().map_or(NOTHING, |leaf| leaf.text.as_str());
            out.push_str(&cut(&format!("    {}  {text}", pad(name, widest)), width));
            out.push('\n');
        }
    }
    out
}

pub fn json(names: &[&str], rows: &[Row]) -> Value {
    let row = |row: &Row| {
        let cells = names.iter().zip(&row.cells);
        let values: Map<String, Value> =
            cells.filter_map(|(name, cell)| Some(((*name).to_owned(), cell.as_ref()?.json.clone()))).collect();
        json!({"path": row.path, "differs": row.differs, "values": values})
    };
    json!({"profiles": names, "settings": rows.iter().map(row).collect::<Vec<_>>()})
}

//! What stands side by side: a row for each object and field, a cell for each diff.

use crate::diff::{Change, Diff, Impact, Object};
use crate::resource::Id;

/// One object, as it differs in each diff.
pub struct Row<'d> {
    pub id: &'d Id,
    /// What tells it from another of its name.
    pub apart: Option<&'d str>,
    pub component: &'d str,
    pub impact: Impact,
    /// By diff; `None` where it does not differ.
    pub cells: Vec<Option<&'d Object>>,
    pub fields: Vec<Field<'d>>,
}

impl<'d> Row<'d> {
    fn add(&mut self, at: usize, object: &'d Object) {
        self.impact = self.impact.max(object.impact);
        self.cells[at] = Some(object);
        for change in &object.changes {
            let free = |field: &&mut Field| field.place == change.place && field.cells[at].is_none();
            match self.fields.iter_mut().find(free) {
                Some(field) => field.cells[at] = Some(change),
                None => {
                    let mut cells = vec![None; self.cells.len()];
                    cells[at] = Some(change);
                    self.fields.push(Field { place: &change.place, cells });
                }
            }
        }
    }
}

/// One field, as it differs in each diff.
pub struct Field<'d> {
    pub place: &'d str,
    pub cells: Vec<Option<&'d Change>>,
}

/// All objects, worst first; what an object is called decides which cells stand side by side: profiles may have
/// namespaces and API versions of their own. Two of one name in one diff are told apart by their order.
pub fn objects(diffs: &[Diff]) -> Vec<Row<'_>> {
    let mut rows: indexmap::IndexMap<(&str, &str, &str, usize), Row> = indexmap::IndexMap::new();
    for (at, diff) in diffs.iter().enumerate() {
        for object in &diff.objects {
            let key = (object.id.group(), object.id.kind.as_str(), object.id.name.as_str());
            let taken =
                |index: &usize| rows.get(&(key.0, key.1, key.2, *index)).is_some_and(|row| row.cells[at].is_some());
            let index = (0..).find(|index| !taken(index)).unwrap_or_default();
            let row = rows.entry((key.0, key.1, key.2, index)).or_insert_with(|| Row {
                id: &object.id,
                apart: object.apart.as_deref(),
                component: &object.component,
                impact: object.impact,
                cells: vec![None; diffs.len()],
                fields: Vec::new(),
            });
            row.add(at, object);
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.impact));
    rows
}

impl Field<'_> {
    pub fn impacts(&self) -> Vec<Impact> {
        let mut all: Vec<Impact> = self.cells.iter().flatten().map(|change| change.impact).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

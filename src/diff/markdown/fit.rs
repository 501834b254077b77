//! How a comment is kept within its length: what is least dangerous is shortened first, an object at a time.
//!
//! Owns: the sizes an object has, their order, what is said about the rest.
//! Does not own: how an object of one size is written (`markdown.rs`).

use super::{groups, head, of_size, words};
use crate::diff::many::Folded;
use crate::diff::plain::{self, counts, plural};
use crate::diff::{Diff, Impact, Object};

/// How much of an object is shown, from all to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Full,
    /// The worst fields, without texts.
    Short,
    Line,
    Gone,
}

const SIZES: [Size; 4] = [Size::Full, Size::Short, Size::Line, Size::Gone];

/// One object in every size, and the one it has.
struct Item<'d> {
    object: &'d Object,
    texts: [String; 4],
    size: Size,
}

impl Item<'_> {
    fn text(&self) -> &str {
        &self.texts[self.size as usize]
    }
}

/// One diff with its objects, worst first.
pub struct Part<'d> {
    diff: &'d Diff,
    /// What many objects have, in every size.
    groups: String,
    items: Vec<Item<'d>>,
}

impl<'d> Part<'d> {
    pub fn new(diff: &'d Diff, folded: &'d Folded) -> Self {
        let item = |object| Item { object, texts: SIZES.map(|size| of_size(object, size)), size: Size::Full };
        let items = plain::worst_first(&folded.objects).into_iter().map(item).collect();
        Part { diff, groups: groups(&folded.groups), items }
    }

    pub fn text(&self) -> String {
        let head = head(self.diff);
        if self.diff.is_empty() {
            return head;
        }
        let open = if self.diff.impact() >= Impact::Recreate { " open" } else { "" };
        let differ = plural(self.diff.objects.len(), "object differs", "objects differ");
        let equal = match self.diff.equal {
            0 => String::new(),
            1 => ", 1 is the same".into(),
            count => format!(", {count} are the same"),
        };
        let objects: String = self.items.iter().map(Item::text).collect();
        let (groups, left_out) = (&self.groups, self.left_out());
        format!("{head}\n<details{open}><summary>{differ}{equal}</summary>\n\n{groups}{objects}{left_out}</details>\n")
    }

    fn left_out(&self) -> String {
        let of = |wanted: fn(Size) -> bool| self.items.iter().filter(move |item| wanted(item.size)).map(|i| i.object);
        let shorter = of(|size| matches!(size, Size::Short | Size::Line)).count();
        let gone = of(|size| size == Size::Gone);
        let mut said = Vec::new();
        if shorter > 0 {
            said.push(plural(shorter, "object is shortened", "objects are shortened"));
        }
        if gone.clone().next().is_some() {
            said.push(format!("{} left out ({})", gone.clone().count(), words(&counts(gone))));
        }
        if said.is_empty() { String::new() } else { format!("_Too long for a comment: {}._\n\n", said.join(", ")) }
    }
}

/// Takes from what is least dangerous, one object after the other, until all fits.
pub fn shorten(parts: &mut [Part], limit: usize) {
    let mut total = parts.iter().map(|part| part.text().len() + 1).sum::<usize>() - 1;
    let mut steps = Vec::new();
    for (part, items) in parts.iter().enumerate() {
        for (item, Item { object, .. }) in items.items.iter().enumerate().rev() {
            let rank = |size| 2 * object.impact as usize + cost(size);
            steps.extend(SIZES[1..].iter().map(|size| (rank(*size), object.impact, part, item, *size)));
        }
    }
    steps.sort_by_key(|(rank, impact, ..)| (*rank, *impact));
    // What is said about the rest.
    const NOTE: usize = 300;
    let room = limit.saturating_sub(if total > limit { NOTE * parts.len() } else { 0 });
    for (_, _, part, item, size) in steps {
        if total <= room {
            return;
        }
        let item = &mut parts[part].items[item];
        let before = item.text().len();
        if item.texts[size as usize].len() <= before {
            item.size = size;
            total -= before - item.text().len();
        }
    }
}

/// What a size takes away, in half impacts: a line is little, and says what there is.
fn cost(size: Size) -> usize {
    match size {
        Size::Full => 0,
        Size::Short => 1,
        Size::Line => 2,
        Size::Gone => 6,
    }
}

/// The heads alone, and how many of them there is no room for.
pub fn heads(diffs: &[Diff], limit: usize) -> String {
    const REST: usize = 120;
    let mut by_impact: Vec<&Diff> = diffs.iter().collect();
    by_impact.sort_by_key(|diff| std::cmp::Reverse(diff.impact()));
    let mut out = String::new();
    let mut left = 0;
    for diff in by_impact {
        let head = head(diff);
        if left == 0 && out.len() + head.len() + REST <= limit {
            out.push_str(&head);
            out.push('\n');
        } else {
            left += 1;
        }
    }
    out.push_str("Too long for a comment: no object is shown");
    if left > 0 {
        out.push_str(&format!(", and {} {} left out", plural(left, "profile", "profiles"), is(left)));
    }
    out + ".\n"
}

fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

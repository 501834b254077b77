//! What a person is told about a conversion: what to decide, and what was left out.

use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Without it the app would not run as it did.
    Decide,
    /// Not carried over, with the reason and what to do where it is missed.
    Left,
}

/// No text of a note holds a value of the compose file but names, paths, ports and images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub weight: Weight,
    pub at: Span,
    /// `web.ports`.
    pub subject: String,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct Notes(Vec<Note>);

impl Notes {
    pub fn decide(&mut self, at: Span, subject: impl Into<String>, text: impl Into<String>) {
        self.push(Note { weight: Weight::Decide, at, subject: subject.into(), text: text.into() });
    }

    pub fn left(&mut self, at: Span, subject: impl Into<String>, text: impl Into<String>) {
        self.push(Note { weight: Weight::Left, at, subject: subject.into(), text: text.into() });
    }

    /// What was said of a subject before more was known.
    pub fn withdraw(&mut self, subject: &str) {
        self.0.retain(|note| note.subject != subject);
    }

    fn push(&mut self, note: Note) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// What to decide first, each in the order of the file; what is said of one place is said once.
    pub fn sorted(self) -> Vec<Note> {
        let mut all = self.0;
        all.sort_by(|a, b| (a.weight, a.at, &a.text, &a.subject).cmp(&(b.weight, b.at, &b.text, &b.subject)));
        let mut out: Vec<Note> = Vec::new();
        for note in all {
            match out
                .last_mut()
                .filter(|last| last.weight == note.weight && last.at == note.at && last.text == note.text)
            {
                Some(last) => last.subject = joined(&last.subject, &note.subject),
                None => out.push(note),
            }
        }
        out
    }
}

/// `web.build` and `worker.build` are `{web, worker}.build`: an anchor is written once.
fn joined(known: &str, other: &str) -> String {
    let split = |text: &str| {
        let at = if text.starts_with('{') { text.find("}.").map(|at| at + 1) } else { text.find('.') };
        at.map(|at| (text[..at].trim_matches(['{', '}']).to_owned(), text[at..].to_owned()))
    };
    match (split(known), split(other)) {
        (Some((names, key)), Some((name, other))) if key == other => format!("{{{names}, {name}}}{key}"),
        _ => format!("{known}, {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_said_once() {
        let mut notes = Notes::default();
        for name in ["a", "b", "c"] {
            notes.left(Span::default(), format!("{name}.build"), "x");
        }
        notes.decide(Span::default(), "d", "y");
        let said: Vec<_> = notes.sorted().into_iter().map(|note| note.subject).collect();
        assert_eq!(said, ["d", "{a, b, c}.build"]);
    }
}

//! A finding as machines read it: no colour, no excerpt, a place in a file that is there.

use std::path::Path;

use serde::Serialize;

use crate::diag::print;
use crate::diag::{Diagnostic, Severity};
use crate::source::{Sources, Span};

#[derive(Debug, Serialize)]
pub struct Finding {
    /// The check: `kgen explain ID`.
    pub id: &'static str,
    pub severity: &'static str,
    pub message: String,
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Those that show it; none where it is said of the file.
    pub profiles: Vec<String>,
    /// Further objects than the one of the message.
    pub objects: Vec<String>,
    pub hints: Vec<String>,
    pub notes: Vec<Note>,
}

/// From 1, the column in characters; the end is the first character behind.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// Another place that takes part.
#[derive(Debug, Serialize)]
pub struct Note {
    #[serde(flatten)]
    pub place: Place,
    pub message: String,
}

impl Finding {
    /// `root`: where the paths of the project begin.
    pub fn new(diagnostic: &Diagnostic, sources: &Sources, root: Option<&Path>) -> Self {
        let mut message = print::plain(&diagnostic.message);
        let place = diagnostic.span.and_then(|span| place(sources, span, root));
        // A template or preset of kgen's own is no file of the user's.
        if let (Some(span), None) = (diagnostic.span, &place) {
            message = format!("{message} (at {})", sources.describe(span));
        }
        let notes = diagnostic.notes.iter().filter_map(|(span, text)| {
            Some(Note { place: self::place(sources, *span, root)?, message: print::plain(text) })
        });
        Self {
            id: diagnostic.rule.id,
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message,
            place: place.or_else(|| project(sources)),
            profiles: diagnostic.shown.profiles.iter().map(ToString::to_string).collect(),
            objects: diagnostic.shown.also.iter().map(|object| print::plain(object)).collect(),
            hints: diagnostic.hints.iter().map(|hint| print::plain(hint)).collect(),
            notes: notes.collect(),
        }
    }

    /// The message with all that stands around it.
    pub fn text(&self) -> String {
        let mut out = self.message.clone();
        if !self.profiles.is_empty() {
            out.push_str(&format!(" ({})", print::profiles(self.profiles.iter().map(String::as_str))));
        }
        if !self.objects.is_empty() {
            out.push_str(&format!("\nalso in: {}", self.objects.join(", ")));
        }
        self.hints.iter().for_each(|hint| out.push_str(&format!("\nhint: {hint}")));
        out
    }
}

fn place(sources: &Sources, span: Span, root: Option<&Path>) -> Option<Place> {
    let file = on_disk(sources, span, root)?;
    let start = sources.place(span);
    let end = sources.place(Span { start: span.end.max(span.start), ..span });
    Some(Place { file, line: start.line, column: start.column, end_line: end.line, end_column: end.column })
}

/// What has no place of its own is said of the project file: annotations need a line.
fn project(sources: &Sources) -> Option<Place> {
    let file = sources.files().find(|source| !source.embedded)?.path.clone();
    Some(Place { file, line: 1, column: 1, end_line: 1, end_column: 1 })
}

/// The file as seen from the current folder. Files that the project names are shown as it names them.
fn on_disk(sources: &Sources, span: Span, root: Option<&Path>) -> Option<String> {
    let source = sources.get(span.file);
    let below = root.map(|root| root.join(&source.path)).filter(|path| path.is_file());
    (!source.embedded).then(|| below.map_or(source.path.clone(), |path| path.display().to_string()))
}

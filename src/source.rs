//! The texts kgen was given, and places in them.
//!
//! Owns: paths and texts of the project file, the presets and the files they name; the arithmetic from a byte
//! offset to line and column; what of a text is shown, and what never is.
//! Does not own: reading from disk (`commands`), nor what a text means (`project`).

use std::collections::{BTreeMap, BTreeSet};

use crate::{escape, leak};

/// Index of a text in [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range in one text. An empty range is a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

/// Line and column as a person counts them: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Debug)]
pub struct Source {
    /// As it is shown: relative to where kgen was started, or the name of an embedded file.
    pub path: String,
    /// Part of kgen, or of the command line: no file of the user's.
    pub embedded: bool,
    /// A file that the project names, below its folder.
    named: bool,
    /// As it is on the disk.
    name: String,
    pub text: String,
    line_starts: Vec<u32>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(i, _)| i as u32 + 1)).collect();
        Self { path: escape::line(&name), name, text, embedded: false, named: false, line_starts }
    }

    /// The line (from 1) that holds the byte `offset`.
    fn line_of(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// Byte range of line `line` (from 1), without its line break.
    fn line_range(&self, line: usize) -> (usize, usize) {
        let start = self.line_starts[line - 1] as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        (start, start + self.text[start..end].trim_end_matches(['\n', '\r']).len())
    }

    /// The largest character boundary at or below `offset`.
    fn floor(&self, offset: u32) -> usize {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    masked: BTreeSet<Span>,
    /// Of those that are masked, in bytes: none that begins further up reaches a place.
    longest: u32,
    /// Of texts that may hold a secret anywhere: the parts that hold none, in order. All of any other text is shown.
    shown: BTreeMap<FileId, Vec<Span>>,
}

impl Sources {
    /// Adds a text. Texts of 4 GiB and more cannot be addressed; the readers refuse them long before. The path is to be
    /// shown, in messages and in the first lines of files: what no line can hold becomes U+FFFD.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(Source::new(path.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// As [`Sources::add`], of a text that is no file of the user's.
    pub fn embed(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let file = self.add(path, text);
        self.files[file.0 as usize].embedded = true;
        file
    }

    /// As [`Sources::add`], of a file that the project names by this path; the same file each time. Another text may be
    /// shown by the same path: a preset, or the project file of a folder where kgen was not started.
    pub fn name(&mut self, path: &str, text: &str) -> FileId {
        self.named(path).unwrap_or_else(|| {
            let file = self.add(path, text);
            self.files[file.0 as usize].named = true;
            file
        })
    }

    pub fn named(&self, path: &str) -> Option<FileId> {
        self.position(|source| source.named && source.name == path)
    }

    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    /// All texts, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The text of this path, if it is known: as it is on the disk, or as it is shown.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.position(|source| source.name == path).or_else(|| self.position(|source| source.path == path))
    }

    fn position(&self, is: impl Fn(&Source) -> bool) -> Option<FileId> {
        self.files.iter().position(is).map(|at| FileId(at as u32))
    }

    /// The characters of one line (from 1), without its indentation.
    pub fn line(&self, file: FileId, line: usize) -> Span {
        let source = self.get(file);
        let (start, end) = source.line_range(line.clamp(1, source.line_starts.len()));
        let content = &source.text[start..end];
        let indent = content.len() - content.trim_start().len();
        Span {
            file,
            start: (start + indent) as u32,
            end: (start + content.trim_end().len()).max(start + indent) as u32,
        }
    }

    /// The characters a span covers, as written.
    pub fn text(&self, span: Span) -> &str {
        let source = self.get(span.file);
        &source.text[source.floor(span.start)..source.floor(span.end.max(span.start))]
    }

    pub fn place(&self, span: Span) -> Place {
        let source = self.get(span.file);
        let at = source.floor(span.start);
        let line = source.line_of(at as u32);
        let (start, _) = source.line_range(line);
        Place { line, column: source.text[start.min(at)..at].chars().count() + 1 }
    }

    /// `path:line:column`.
    pub fn describe(&self, span: Span) -> String {
        let place = self.place(span);
        format!("{}:{}:{}", self.get(span.file).path, place.line, place.column)
    }

    /// From now on the characters of `span` are shown as `***`.
    pub fn mask(&mut self, span: Span) {
        self.longest = self.longest.max(span.end.saturating_sub(span.start));
        self.masked.insert(span);
    }

    /// From now on only these parts of a text are shown, and the marks between them.
    pub fn show_only(&mut self, file: FileId, mut parts: Vec<Span>) {
        parts.sort_unstable();
        self.shown.insert(file, parts);
    }

    /// The line a span begins in, ready to show: secret values masked, and the column (in characters, from 0) and
    /// width of the part that the span covers in the shown text.
    pub fn excerpt(&self, span: Span) -> Excerpt {
        let source = self.get(span.file);
        let at = source.floor(span.start);
        let number = source.line_of(at as u32);
        let (start, end) = source.line_range(number);
        let hidden = self.hidden_in(span.file, start, end);
        let whole = |at: usize| hidden.iter().find(|(from, to)| (*from..*to).contains(&at)).copied();
        // A caret points to all of what is hidden.
        let at = whole(at).map_or(at.min(end), |(from, _)| from);
        let stop = source.floor(span.end).clamp(at, end);
        let stop = stop.checked_sub(1).and_then(whole).map_or(stop, |(_, to)| to.max(stop));
        let shown = |from: usize, to: usize| show(&source.text, from, to, &hidden);
        Excerpt {
            number,
            column: shown(start, at).chars().count(),
            width: shown(at, stop).chars().count().max(1),
            text: shown(start, end),
        }
    }

    /// What a span covers, ready to show: its first line, secret values masked.
    pub fn first_line(&self, span: Span) -> String {
        let source = self.get(span.file);
        let at = source.floor(span.start);
        let (start, end) = source.line_range(source.line_of(at as u32));
        let stop = source.floor(span.end).clamp(at.min(end), end);
        let text = show(&source.text, at.min(end), stop, &self.hidden_in(span.file, start, end));
        if source.floor(span.end) > end { format!("{} ...", text.trim_end()) } else { text }
    }

    /// Whether any of a span must not be shown.
    pub fn is_masked(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end.max(span.start + 1) as usize);
        !self.masked_in(span.file, start, end).is_empty()
    }

    /// The characters of a span on one line, as they may be shown; whether some are hidden.
    pub fn shown(&self, span: Span) -> (String, bool) {
        let source = self.get(span.file);
        let (start, end) = (source.floor(span.start), source.floor(span.end.max(span.start)));
        let hidden = self.hidden_in(span.file, start, end);
        (show(&source.text, start, end, &hidden), !hidden.is_empty())
    }

    /// Byte ranges that touch `start..end` of a file and are not shown; sorted and apart.
    fn hidden_in(&self, file: FileId, start: usize, end: usize) -> Vec<(usize, usize)> {
        let masked = self.masked_in(file, start, end);
        let text = &self.get(file).text[start..end];
        // What a line says by name is known of a text of which not all is shown.
        let named = if self.shown.contains_key(&file) { Vec::new() } else { leak::line::find(text) };
        let looks =
            leak::find(text).into_iter().map(|(_, range)| range).chain(named.into_iter().map(|(_, range)| range));
        let looks = looks.map(|range| (start + range.start, start + range.end));
        let unknown = self.unknown_in(file, start, end, &masked);
        let line = &self.get(file).text[start..end];
        let start = start + line.len() - line.trim_start().len();
        let all = union(masked.iter().copied().chain(looks).chain(unknown).collect());
        all.into_iter().map(|(from, to)| (from.max(start), to.min(end))).filter(|(from, to)| from < to).collect()
    }

    fn masked_in(&self, file: FileId, start: usize, end: usize) -> Vec<(usize, usize)> {
        let from = (start as u32).saturating_sub(self.longest);
        let near = Span { file, start: from, end: 0 }..Span { file, start: end as u32, end: 0 };
        touching(self.masked.range(near), start, end).collect()
    }

    /// What stands between the parts that are known, but for marks: a comment, or whatever a text that cannot be read has
    /// there.
    fn unknown_in(&self, file: FileId, start: usize, end: usize, masked: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let Some(shown) = self.shown.get(&file) else { return Vec::new() };
        let from = shown.partition_point(|part| (part.end as usize) <= start);
        let to = shown.partition_point(|part| (part.start as usize) < end);
        let known = touching(shown.get(from..to).into_iter().flatten(), start, end).chain(masked.iter().copied());
        let mut out = Vec::new();
        let mut at = start;
        for (from, to) in union(known.chain([(end, end)]).collect()) {
            let gap = &self.get(file).text[at..from.max(at)];
            let marks = marks(gap);
            if marks < gap.len() {
                out.push((at + marks, from - (gap.len() - gap.trim_end().len())));
            }
            at = to.max(at);
        }
        out
    }
}

fn touching<'s>(
    spans: impl Iterator<Item = &'s Span>,
    start: usize,
    end: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let ranges = spans.map(|span| (span.start as usize, span.end as usize));
    ranges.filter(move |(from, to)| *from < end && *to > start)
}

/// Ranges that overlap become one.
fn union(mut all: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    all.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (start, end) in all {
        match out.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => out.push((start, end)),
        }
    }
    out
}

/// How much of what stands between two known parts is YAML's own: all of it where nothing else stands there; else a few
/// marks, as what follows may begin with such characters too.
fn marks(gap: &str) -> usize {
    const MOST: usize = 3;
    const MARKS: &str = ":,-?#[]{}|>&*=.";
    if gap.chars().all(|c| c.is_whitespace() || MARKS.contains(c)) {
        return gap.len();
    }
    let mut left = MOST + 1;
    let is_mark = |c: char| {
        left -= usize::from(MARKS.contains(c));
        left > 0 && (c.is_whitespace() || MARKS.contains(c))
    };
    gap.len() - gap.trim_start_matches(is_mark).len()
}

/// One line of a source, as it may be shown.
pub struct Excerpt {
    pub number: usize,
    pub text: String,
    pub column: usize,
    pub width: usize,
}

/// `text[from..to]` with every hidden range replaced by `***`, a tab by a blank, and what would move the caret by U+FFFD.
fn show(text: &str, from: usize, to: usize, hidden: &[(usize, usize)]) -> String {
    let mut out = String::new();
    let mut at = from;
    for (start, end) in hidden.iter().filter(|(start, end)| *start < to && *end > from) {
        out.push_str(&text[at..(*start).clamp(at, to)]);
        if *start >= from {
            out.push_str("***");
        }
        at = (*end).clamp(at, to);
    }
    out.push_str(&text[at..to]);
    escape::line(&out.replace('\t', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> (Sources, FileId) {
        let mut sources = Sources::default();
        let file = sources.add("kgen.yaml", text);
        (sources, file)
    }

    #[test]
    fn a_path_is_shown_on_one_line() {
        let mut sources = Sources::default();
        let file = sources.add("a\n\t\u{2028}b.yaml", "x");
        assert_eq!(sources.describe(Span { file, start: 0, end: 1 }), "a\u{fffd}\u{fffd}\u{fffd}b.yaml:1:1");
    }

    #[test]
    fn a_text_is_found_by_its_name_on_the_disk() {
        let mut sources = Sources::default();
        let (a, b) = (sources.add("a\nb", "x"), sources.add("a\u{200b}b", "y"));
        assert_eq!([sources.find("a\nb"), sources.find("a\u{200b}b"), sources.find("a b")], [Some(a), Some(b), None]);
        assert_eq!(sources.find("a\u{fffd}b"), Some(a), "as it is shown");
    }

    #[test]
    fn columns_count_characters() {
        let (sources, file) = sources("a: é\nü: x\r\n");
        let place = sources.place(Span { file, start: 10, end: 11 });
        assert_eq!(place, Place { line: 2, column: 4 });
    }

    #[test]
    fn a_masked_value_is_not_shown() {
        let (mut sources, file) = sources("a:\n  pw: hunter2 # x\n");
        let value = Span { file, start: 9, end: 16 };
        sources.mask(value);
        let excerpt = sources.excerpt(value);
        assert_eq!(excerpt.text, "  pw: *** # x");
        assert_eq!((excerpt.column, excerpt.width), (6, 3));
    }

    #[test]
    fn a_span_at_the_end_of_the_text_is_shown() {
        let (sources, file) = sources("a: 1");
        assert_eq!(sources.excerpt(Span { file, start: 4, end: 4 }).text, "a: 1");
        assert_eq!(sources.place(Span { file, start: 99, end: 99 }), Place { line: 1, column: 5 });
    }
}

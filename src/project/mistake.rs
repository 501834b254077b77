//! What a text that is no YAML is told: the parser's words turned into the user's, at the place of the mistake rather
//! than where the parser gave up.
//!
//! Owns: the slips that people make in YAML. No message quotes a value: it may be a secret.
//! Does not own: the parser (`node.rs`).

use super::language;

/// A mistake and the bytes that it covers.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub message: String,
    pub hint: Option<String>,
    pub start: usize,
    pub end: usize,
}

/// `said` is the parser's message, `at` the byte where it stopped, `width` what it points at.
pub fn explain(said: &str, text: &str, at: usize, width: usize) -> Mistake {
    let place = Place::new(text, at, width);
    let rules = [
        blank,
        no_colon,
        template,
        curly_quote,
        second_colon,
        flow_reference,
        flow,
        bracket,
        quote,
        documents,
        alias,
        budget,
        words,
    ];
    // What it quotes may be a value, but for marks.
    let quotes = |said: &str| said.split(['"', '\'', '`', '[']).skip(1).step_by(2).any(|part| part.len() > 3);
    let other = || place.mistake(if quotes(said) { "this is no YAML" } else { said }, None);
    rules.iter().find_map(|rule| rule(said, &place)).unwrap_or_else(other)
}

/// Where the parser stopped, with the lines around it.
struct Place<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    line: Line<'t>,
    /// The nearest line above that holds something.
    above: Option<Line<'t>>,
}

#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn at(text: &'t str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        Self { start, text: text[start..].lines().next().unwrap_or_default() }
    }

    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// Bytes of what stands on the line.
    fn content(&self) -> (usize, usize) {
        (self.start + self.indent(), self.start + self.text.trim_end().len())
    }

    /// The key of a line such as `image:acme/api`, where a space is missing.
    fn glued_key(&self) -> Option<&'t str> {
        let content = self.text.trim().trim_start_matches("- ");
        let (key, rest) = content.split_once(':')?;
        (!content.contains(": ") && !key.is_empty() && !rest.is_empty()).then_some(key)
    }
}

impl<'t> Place<'t> {
    fn new(text: &'t str, at: usize, width: usize) -> Self {
        let line = Line::at(text, at);
        let mut above = None;
        let mut end = line.start;
        while end > 0 && above.is_none() {
            let line = Line::at(text, end - 1);
            end = line.start;
            above = (!line.text.trim().is_empty()).then_some(line);
        }
        Self { text, at, end: at + width, line, above }
    }

    fn mistake(&self, message: impl Into<String>, hint: Option<&str>) -> Mistake {
        Mistake { message: message.into(), hint: hint.map(str::to_owned), start: self.at, end: self.end }
    }

    fn over(&self, (start, end): (usize, usize), message: impl Into<String>, hint: &str) -> Mistake {
        Mistake { start, end, ..self.mistake(message, Some(hint)) }
    }
}

const SAME_COLUMN: &str = "keys of one map begin in the same column";

/// What indents a line but is no space. A tab behind a value without quotes is found where that value began.
fn blank(said: &str, place: &Place) -> Option<Mistake> {
    let below = place.text[place.line.start..].lines().take(if said.contains("found a tab") { usize::MAX } else { 1 });
    let starts = below.scan(place.line.start, |start, _| {
        let line = Line::at(place.text, *start);
        *start += place.text[*start..].find('\n').map_or(place.text.len() - *start, |n| n + 1);
        Some(line)
    });
    place.above.into_iter().chain(starts).find_map(|line| {
        let indent = &line.text[..line.indent()];
        let (at, found) = indent.char_indices().find(|(_, c)| *c != ' ')?;
        let (message, over) = match found {
            '\t' => ("a tab is used for indentation", (line.start + at, line.start + indent.len())),
            _ => ("a no-break space is used for indentation", (line.start + at, line.start + indent.len())),
        };
        Some(place.over(over, message, "YAML indents with spaces only"))
    })
}

/// `{{ .Values.url }}`, which opens two maps.
fn template(_: &str, place: &Place) -> Option<Mistake> {
    let line = place.line;
    let start = line.text.find("{{")?;
    let end = line.text.rfind("}}").map_or(line.text.len(), |end| end + 2).max(start);
    let quoted = ['"', '\''].iter().any(|quote| line.text[..start].matches(*quote).count() % 2 == 1);
    let hint = "refer to a component, as `${postgres.db.url}`, or let profiles differ; put a text with `{{` in quotes";
    let over = (line.start + start, line.start + end);
    (!quoted).then(|| place.over(over, "`{{` begins a template of Helm or Jinja, and this is none", hint))
}

/// Quotes that an editor for prose has set.
fn curly_quote(_: &str, place: &Place) -> Option<Mistake> {
    let curly = |c: char| matches!(c, '“' | '”' | '„' | '‘' | '’');
    let begins = |at: usize| place.line.text[..at].trim_end().ends_with([':', '-', '[', '{', ',']);
    let (at, found) = place.line.text.char_indices().find(|(at, c)| curly(*c) && begins(*at))?;
    let start = place.line.start + at;
    let message = format!("`{found}` is no quote of YAML");
    Some(place.over((start, start + found.len_utf8()), message, "write `\"` or `'`"))
}

fn glued(place: &Place, line: Line, key: &str) -> Mistake {
    // Any other may be a part of a value.
    let key = if language::has(key) { key } else { "KEY" };
    let hint = format!("write `{key}: ...`");
    place.over(line.content(), "a space is missing behind the `:`", &hint)
}

fn no_colon(said: &str, place: &Place) -> Option<Mistake> {
    if !said.contains("simple key expected") {
        return None;
    }
    Some(match place.line.glued_key() {
        Some(key) => glued(place, place.line, key),
        None => place.over(
            place.line.content(),
            "expected `key: value`, found a text without `:`",
            "write `key: value`, or indent the line if it belongs to the one above",
        ),
    })
}

fn second_colon(said: &str, place: &Place) -> Option<Mistake> {
    if !said.contains("mapping values are not allowed") {
        return None;
    }
    if let Some((above, key)) = place.above.and_then(|above| Some((above, above.glued_key()?))) {
        return Some(glued(place, above, key));
    }
    let deeper = place.above.is_some_and(|above| above.indent() < place.line.indent() && above.text.contains(": "));
    let first = place.text[place.line.start..place.at].find(": ").is_none();
    Some(match deeper && first {
        true => place.over(
            (place.line.content().0, place.at),
            "this line is indented below a key that has a value already",
            SAME_COLUMN,
        ),
        false => place.mistake("a second `: ` on one line", Some("quote the value, if the `: ` belongs to it")),
    })
}

fn flow_reference(said: &str, place: &Place) -> Option<Mistake> {
    let line = place.line.text;
    let bare = |at: &usize| ['"', '\''].iter().all(|quote| line[..*at].matches(*quote).count() % 2 == 0);
    let start = line.match_indices("${").map(|(at, _)| at).find(bare).filter(|_| said.contains("flow"))?;
    let end = line[start..].find('}').map_or(line.len(), |end| start + end + 1);
    let over = (place.line.start + start, place.line.start + end);
    Some(place.over(over, "a reference without quotes inside `{...}` or `[...]`", "write it in quotes: \"${...}\""))
}

/// A bracket that is not closed, or two elements without a comma.
fn flow(said: &str, place: &Place) -> Option<Mistake> {
    let behind_quote = place.text[..place.at].trim_end_matches(' ').ends_with(['"', '\'']);
    let trailing =
        said.contains("trailing content after") || (behind_quote && said.contains("did not find expected key"));
    if !trailing && !said.contains("did not find expected ','") && !said.contains("illegal placement of ':'") {
        return None;
    }
    let Some(start) = open_bracket(&place.text[..place.at]) else {
        let hint = "put the whole value in quotes; a quote inside is written twice, or `\\\"`";
        return trailing.then(|| place.mistake("text behind the quote that closes the value", Some(hint)));
    };
    let (open, close) = if place.text[start..].starts_with('{') { ('{', '}') } else { ('[', ']') };
    if Line::at(place.text, start).start == place.line.start {
        return Some(place.mistake(format!("a `,` or `{close}` is missing before this"), None));
    }
    let hint = format!("close it with `{close}`");
    Some(place.over((start, start + 1), format!("`{open}` is not closed"), &hint))
}

/// The innermost bracket that is open at the end of a text; those in quotes and comments do not count.
fn open_bracket(text: &str) -> Option<usize> {
    let (mut open, mut quote, mut before) = (Vec::new(), None, '\n');
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\\', Some('"')) => drop(chars.next()),
            (_, Some(quoted)) if c == quoted => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) if !before.is_alphanumeric() => quote = Some(c),
            ('#', None) if before.is_whitespace() => drop(chars.by_ref().find(|(_, c)| *c == '\n')),
            ('{' | '[', None) if before != '$' => open.push(at),
            ('}' | ']', None) => drop(open.pop()),
            _ => {}
        }
        before = c;
    }
    open.pop()
}

fn bracket(said: &str, place: &Place) -> Option<Mistake> {
    if said.contains("misplaced bracket") {
        return Some(place.mistake("this bracket closes nothing", Some("remove it, or open it before")));
    }
    let open = said.strip_prefix("unclosed bracket ")?.trim_matches('\'');
    Some(place.mistake(format!("`{open}` is not closed"), None))
}

fn quote(said: &str, place: &Place) -> Option<Mistake> {
    if said.contains("unknown escape") {
        let hint = "write `\\\\` for a backslash, or use single quotes";
        return Some(place.mistake("an unknown escape in double quotes", Some(hint)));
    }
    if !said.contains("quoted scalar") && !said.contains("unexpected end of stream") {
        return None;
    }
    let over = open_quote(place).unwrap_or((place.at, place.end));
    Some(place.over(over, "a quote is not closed", "close it on the line where it is opened"))
}

/// The nearest line upwards whose value begins with a quote that the line does not close.
fn open_quote(place: &Place) -> Option<(usize, usize)> {
    let mut end = place.at;
    loop {
        let line = Line::at(place.text, end);
        let found = ["\"", "'"].iter().find_map(|quote| {
            let at = line.text.find(quote)?;
            let begins = line.text[..at].trim_end().ends_with([':', '-', '[', '{', ',']);
            (begins && line.text.matches(quote).count() % 2 == 1).then_some(at)
        });
        match found {
            Some(at) => return Some((line.start + at, line.content().1)),
            None if line.start == 0 => return None,
            None => end = line.start - 1,
        }
    }
}

fn documents(said: &str, place: &Place) -> Option<Mistake> {
    if !said.contains("multiple YAML documents") {
        return None;
    }
    let dashes = place.text[..place.at].rfind("\n---").map(|at| (at + 1, at + 4));
    let over = dashes.unwrap_or((place.at, place.end));
    Some(place.over(over, "a second document begins here", "a project file is one document; remove the `---`"))
}

fn alias(said: &str, place: &Place) -> Option<Mistake> {
    let rest = &place.text[place.at..];
    let width = rest.find([' ', ',', ']', '}', '\n', '\r']).unwrap_or(rest.len());
    let over = (place.at, place.at + width);
    if said.contains("unknown anchor") {
        let message = "`*` makes this an alias, and there is no such anchor";
        return Some(place.over(over, message, "quote the value, if the `*` belongs to it"));
    }
    let hint = "an alias may not stand inside the value that its anchor names";
    said.contains("recursive references").then(|| place.over(over, "this alias names what it stands in", hint))
}

fn budget(said: &str, place: &Place) -> Option<Mistake> {
    if said.contains("recursion limit") || said.contains("Depth") {
        return Some(place.mistake("lists and maps are nested too deep", None));
    }
    let message = "aliases unfold to more than any project file needs";
    let bounds = ["budget breached", "alias replay limit", "anchor events"];
    bounds.iter().any(|bound| said.contains(bound)).then(|| place.mistake(message, Some("write out what is needed")))
}

fn words(said: &str, place: &Place) -> Option<Mistake> {
    if said.contains("did not find expected key") {
        return Some(place.mistake("this line does not line up with the lines above", Some(SAME_COLUMN)));
    }
    if said.contains("unexpected character") {
        let found = place.text[place.at..].chars().next().unwrap_or_default();
        return Some(match found.is_control() {
            true => place.mistake("a control character", Some("remove it")),
            false => place.mistake(format!("a value may not begin with `{found}`"), Some("quote it")),
        });
    }
    if said.contains("expected string scalar") || said.contains("null into string") {
        return Some(place.mistake("expected a key, which is a text", None));
    }
    said.contains("YAML merge value").then(|| place.mistake("`<<` takes a map or a list of maps", None))
}

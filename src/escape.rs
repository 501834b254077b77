//! Texts of a stranger, in what people and the runners of CI read.
//!
//! Owns: which characters are hidden, how each output shows them, and that no line is a command to the runner that logs it.
//! Does not own: the signs of HTML (`markup`) and of other languages, what is secret (`leak`). Rendered YAML never comes
//! here: it says exactly what the project says.

/// What cannot be seen, moves what stands around it, or turns its direction: control characters, line breaks that are none
/// to an editor, Unicode's default-ignorable and format characters, and what is no character. With them a text can look
/// like another one (https://trojansource.codes).
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A name or a value inside a line. One character stays one, so that carets and columns stay where they are.
pub fn line(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// As [`line`], of a text whose line breaks and tabs are its own.
pub fn lines(text: &str) -> String {
    let stays = |c: char| matches!(c, '\n' | '\t');
    text.chars().map(|c| if is_hidden(c) && !stays(c) { '\u{fffd}' } else { c }).collect()
}

/// As [`line`], with every hidden character spelled out: where two texts are compared, U+FFFD would hide what differs.
pub fn spelled(text: &str) -> String {
    spelled_but(text, |_| false)
}

/// As [`spelled`], of a text whose line breaks and tabs are its own.
pub fn spelled_lines(text: &str) -> String {
    spelled_but(text, |c| matches!(c, '\n' | '\t'))
}

fn spelled_but(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if stays(c) || !is_hidden(c) => out.push(c),
            c => out.extend(c.escape_default()),
        }
    }
    out
}

/// A whole output for people. Line breaks, tabs and, where colours are wanted, their sequences are kgen's own by now:
/// values went through [`line`] or [`spelled`]. What is hidden all the same, and every command to a runner, is disarmed.
pub fn page(text: &str, color: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - after_blanks(line).len();
        let (blanks, rest) = line.split_at(start);
        out.push_str(blanks);
        // `::error::text` is a command of GitHub's runner at the beginning of a line, blanks aside.
        out.push_str(if rest.starts_with("::") { "\\" } else { "" });
        out.push_str(rest);
    }
    let own = |at: usize, c: char| matches!(c, '\n' | '\t') || (color && paint(&out[at..]).is_some());
    let shown: String =
        out.char_indices().map(|(at, c)| if is_hidden(c) && !own(at, c) { '\u{fffd}' } else { c }).collect();
    unmarked(&shown, "\\#")
}

/// JSON with every hidden character as its escape sequence: a reader gets the value that it is.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c != '\n' && is_hidden(c) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    unmarked(&out, "\\u0023")
}

/// `##[command]`, `##vso[...]` and `##teamcity[...]` are commands of runners wherever they stand. `second`: what the second
/// sign becomes.
pub fn unmarked(text: &str, second: &str) -> String {
    let is_mark = |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, after) = (&rest[..=at], &rest[at + 2..]);
        out.push_str(before);
        match is_mark(after) {
            true => {
                out.push_str(second);
                rest = after;
            }
            false => rest = &rest[at + 1..],
        }
    }
    out + rest
}

/// Behind blanks and colours.
fn after_blanks(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(behind) = paint(rest) {
        rest = behind.trim_start();
    }
    rest
}

/// What stands behind a sequence that sets a colour.
fn paint(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\x1b[")?;
    rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_stays_one() {
        assert_eq!(line("a\u{1b}\n\t\u{85}\u{202e}\u{e0041}é"), "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}é");
    }

    #[test]
    fn what_is_hidden_is_spelled_out() {
        assert_eq!(spelled("a\u{202e}b\u{0}\n\t\u{200b}é"), "a\\u{202e}b\\u{0}\\n\\t\\u{200b}é");
        assert_eq!(spelled_lines("a\n\tb\r\n"), "a\n\tb\\r\n");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(
            page("::a::b\n  ::c\u{a0}\n\u{a0}::d\nx ::e\n", false),
            "\\::a::b\n  \\::c\u{a0}\n\u{a0}\\::d\nx ::e\n"
        );
        assert_eq!(page("\x1b[1m ::a\x1b[0m\n", true), "\x1b[1m \\::a\x1b[0m\n");
        assert_eq!(page("a ##[group]b ##vso[x] ###[y] # ## [z]", false), "a #\\#[group]b #\\#vso[x] ##\\#[y] # ## [z]");
    }

    #[test]
    fn colours_stay_where_they_are_wanted() {
        assert_eq!(page("\x1b[1;31ma\x1b[0m\x1b[2J", true), "\x1b[1;31ma\x1b[0m\u{fffd}[2J");
        assert_eq!(page("\x1b[1ma\tb\r\n", false), "\u{fffd}[1ma\tb\u{fffd}\n");
    }

    #[test]
    fn json_says_what_it_is() {
        let text = "a\u{202e}\u{e0041}\u{7f}##[b]é";
        let json = json(&serde_json::to_string(text).unwrap());
        assert_eq!(json, "\"a\\u202e\\udb40\\udc41\\u007f#\\u0023[b]é\"");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}

//! The notes as text for a terminal, or as Markdown. Commands are never wrapped: what is copied must run.

use unicode_width::UnicodeWidthStr;

use super::{Notes, Part, Section};
use crate::escape;

/// How the text is shown.
#[derive(Clone, Copy)]
pub struct Style {
    pub width: usize,
    pub color: bool,
}

pub fn text(notes: &Notes, style: Style) -> String {
    let bold = |text: &str| if style.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = format!("{}\n", bold(&notes.title));
    for section in &notes.sections {
        out.push_str(&format!("\n{}\n", bold(&section.title)));
        parts(section, style, &mut out);
    }
    out
}

fn parts(section: &Section, style: Style, out: &mut String) {
    for (index, part) in section.parts.iter().enumerate() {
        match part {
            Part::Say(text) => {
                if index > 0 {
                    out.push('\n');
                }
                wrapped(text, style.width.saturating_sub(2))
                    .iter()
                    .for_each(|line| out.push_str(&format!("  {line}\n")));
            }
            Part::Run(commands) => {
                let lines = commands.iter().flat_map(|command| command.lines());
                lines.for_each(|line| out.push_str(&format!("    {line}\n")));
            }
        }
    }
}

/// Words in lines; a word that is longer than a line has one of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if UnicodeWidthStr::width(line.as_str()) + 1 + UnicodeWidthStr::width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub fn markdown(notes: &Notes) -> String {
    let mut out = format!("# {}\n", notes.title);
    for section in &notes.sections {
        out.push_str(&format!("\n## {}\n", section.title));
        for part in &section.parts {
            match part {
                Part::Say(text) => out.push_str(&format!("\n{text}\n")),
                Part::Run(commands) => out.push_str(&format!("\n```sh\n{}\n```\n", commands.join("\n"))),
            }
        }
    }
    out
}

/// A word as sh takes it: as it stands where that is safe, else in quotes. It stays on one line.
pub fn quoted(word: &str) -> String {
    let word = escape::line(word);
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_safe) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_and_commands_are_not() {
        let parts = vec![Part::Say("one two three".into()), Part::Run(vec!["a very long command |\n  b".into()])];
        let notes = Notes { title: "t".into(), sections: vec![Section { title: "S".into(), parts }] };
        let style = Style { width: 10, color: false };
        assert_eq!(text(&notes, style), "t\n\nS\n  one two\n  three\n    a very long command |\n      b\n");
        assert_eq!(markdown(&notes), "# t\n\n## S\n\none two three\n\n```sh\na very long command |\n  b\n```\n");
    }

    #[test]
    fn a_word_is_one_word_of_sh() {
        assert_eq!(quoted("a/b.yaml"), "a/b.yaml");
        assert_eq!(quoted("a b's"), "'a b'\\''s'");
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted(""), "''");
    }
}

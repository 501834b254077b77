//! `.env` files: names and values.
//!
//! `docker compose` and `kubectl create secret --from-env-file` read them differently: the one takes quotes away and
//! puts variables in, the other takes every character. Read here as compose does, but for variables, which are refused:
//! nothing here knows the environment that compose would ask. [`Reading::Raw`] is kubectl's way.
//!
//! Sources: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax,
//! `addFromEnvFile` and `processEnvFileLine` of kubectl.

use std::iter::Peekable;
use std::str::Chars;

use crate::format;
use crate::secret::Secret;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Compose,
    Raw,
    /// As compose does, with variables left in as `${NAME}` and every other `$` as `$$`, for who knows their values.
    Template,
}

/// One entry, and the line it begins in.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub line: usize,
    pub name: String,
    pub value: Secret<String>,
}

/// Or the line, and what is wrong with it. Never its text, nor what stands for a name: it may be the rest of a value.
pub type Parsed<T> = Result<T, (usize, String)>;

pub fn parse(text: &str, reading: Reading) -> Parsed<Vec<Entry>> {
    let mut reader =
        Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable(), line: 1, pending: None };
    let mut out: Vec<Entry> = Vec::new();
    while reader.skip_blank() {
        let line = reader.line;
        let name = reader.name(reading).map_err(|reason| (line, reason))?;
        let value = match reading {
            Reading::Raw => Ok(reader.until_end()),
            Reading::Compose | Reading::Template => reader.value(reading),
        };
        let value = Secret::new(value.map_err(|reason| (line, reason))?);
        if let Some(first) = out.iter().find(|entry| entry.name == name).filter(|_| reading != Reading::Template) {
            return Err((line, format!("has the name of line {} again", first.line)));
        }
        out.push(Entry { line, name, value });
    }
    Ok(out)
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    line: usize,
    /// The value of a name without one.
    pending: Option<String>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    /// Up to the next entry; `false` at the end.
    fn skip_blank(&mut self) -> bool {
        while let Some(next) = self.rest.peek() {
            match next {
                '#' => drop(self.until_end()),
                next if next.is_whitespace() => drop(self.next()),
                _ => return true,
            }
        }
        false
    }

    /// The rest of the line.
    fn until_end(&mut self) -> String {
        let mut out = String::new();
        while let Some(next) = self.next().filter(|next| *next != '\n') {
            out.push(next);
        }
        if out.ends_with('\r') {
            out.pop();
        }
        out
    }

    fn name(&mut self, reading: Reading) -> Result<String, String> {
        let mut name = String::new();
        loop {
            match self.next() {
                Some('=') => break,
                Some(next) if next != '\n' => name.push(next),
                // Compose's own way to say that the environment has it.
                _ if reading == Reading::Template => {
                    let name = name.trim().to_owned();
                    self.pending = Some(format!("${{{name}}}"));
                    format::env_name(&name).map_err(|_| NO_VALUE)?;
                    return Ok(name);
                }
                // Both would ask the environment.
                _ => return Err(NO_VALUE.into()),
            }
        }
        let name = match reading {
            Reading::Compose | Reading::Template => name.strip_prefix("export ").unwrap_or(&name).trim(),
            Reading::Raw => &name,
        };
        format::data_key(name).map_err(|reason| format!("has a name that is no key of a Secret: it {reason}"))?;
        Ok(name.to_owned())
    }

    fn value(&mut self, reading: Reading) -> Result<String, String> {
        if let Some(value) = self.pending.take() {
            return Ok(value);
        }
        let keeps = reading == Reading::Template;
        while self.rest.peek().is_some_and(|next| matches!(next, ' ' | '\t')) {
            self.next();
        }
        let value = match self.rest.peek() {
            Some('\'') if keeps => self.single()?.replace('$', "$$"),
            Some('\'') => self.single()?,
            Some('"') => self.double(keeps)?,
            _ => return self.plain(keeps),
        };
        let rest = self.until_end();
        match rest.trim_start() {
            "" => Ok(value),
            rest if rest.starts_with('#') => Ok(value),
            _ => Err("has something behind its closing quote".into()),
        }
    }

    fn plain(&mut self, keeps: bool) -> Result<String, String> {
        let line = self.until_end();
        let end =
            line.char_indices().zip(line.chars().skip(1)).find(|((_, c), next)| c.is_whitespace() && *next == '#');
        let value = match line.starts_with('#') {
            true => "",
            false => line[..end.map_or(line.len(), |((at, _), _)| at)].trim_end(),
        };
        if value.contains('$') && !keeps {
            return Err(VARIABLE.into());
        }
        Ok(value.to_owned())
    }

    /// Everything up to the next quote, line breaks too; `\'` is a quote.
    fn single(&mut self) -> Result<String, String> {
        self.next();
        let mut out = String::new();
        loop {
            match self.next().ok_or(OPEN)? {
                '\'' => return Ok(out),
                '\\' if self.rest.peek() == Some(&'\'') => out.extend(self.next()),
                next => out.push(next),
            }
        }
    }

    fn double(&mut self, keeps: bool) -> Result<String, String> {
        self.next();
        let mut out = String::new();
        loop {
            match self.next().ok_or(OPEN)? {
                '"' => return Ok(out),
                '$' if !keeps => return Err(VARIABLE.into()),
                '\\' => match self.next().ok_or(OPEN)? {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    '$' if keeps => out.push_str("$$"),
                    next @ ('"' | '\\' | '$') => out.push(next),
                    next => out.extend(['\\', next]),
                },
                next => out.push(next),
            }
        }
    }
}

const NO_VALUE: &str = "has no `=`; a value is not taken from the environment";
const OPEN: &str = "has a quote that is never closed";
const VARIABLE: &str =
    "has a `$`, where compose would put a variable in; write the value in single quotes, or read the file with `--raw`";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, reading: Reading) -> Vec<(String, String)> {
        let entries = parse(text, reading).unwrap();
        entries.into_iter().map(|entry| (entry.name, entry.value.open().clone())).collect()
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn values_are_read_as_compose_reads_them() {
        let text = "\u{feff}# comment\n\nA=plain # said\r\n  export B = b#c \nC='single $x \\' \"'\nD=\"a\\n\\\"\\\\ \\$x\" # d\nE=\nF=# empty\nG='two\nlines'\nH==\n";
        let expected = pairs(&[
            ("A", "plain"),
            ("B", "b#c"),
            ("C", "single $x ' \""),
            ("D", "a\n\"\\ $x"),
            ("E", ""),
            ("F", ""),
            ("G", "two\nlines"),
            ("H", "="),
        ]);
        assert_eq!(read(text, Reading::Compose), expected);
    }

    #[test]
    fn values_are_read_as_kubectl_reads_them() {
        let text = "# comment\n  A=\"quoted\" # x \nB='$x'\r\n";
        assert_eq!(read(text, Reading::Raw), pairs(&[("A", "\"quoted\" # x "), ("B", "'$x'")]));
    }

    #[test]
    fn variables_can_be_left_in() {
        let text = "A=${x}/$y # said\nB='$x'\nC=\"\\$x ${y:-z}\"\nD\nA=2\n";
        let expected = pairs(&[("A", "${x}/$y"), ("B", "$$x"), ("C", "$$x ${y:-z}"), ("D", "${D}"), ("A", "2")]);
        assert_eq!(read(text, Reading::Template), expected);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let reason = |text: &str| parse(text, Reading::Compose).unwrap_err();
        assert_eq!(reason("A=1\nB=$x\n"), (2, VARIABLE.to_owned()));
        assert_eq!(reason("A=\"${x}\"\n"), (1, VARIABLE.to_owned()));
        assert_eq!(reason("\nA\n"), (2, "has no `=`; a value is not taken from the environment".to_owned()));
        assert_eq!(reason("A='x\n\n"), (1, OPEN.to_owned()));
        assert_eq!(reason("A='x'y\n"), (1, "has something behind its closing quote".to_owned()));
        assert_eq!(reason("A=1\nA=2\n"), (2, "has the name of line 1 again".to_owned()));
        assert!(reason("A B=1\n").1.starts_with("has a name that is no key of a Secret: it "));
    }
}

//! Lines of a configuration file that spell out a secret: `password = "x"`, `api_key: x`, `"token": "x"`, `requirepass x`,
//! `--password=x`, `PASSWORD 'x'` of SQL.
//!
//! Owns: finding name and value in a line whose language is not known. What looks like a program is let pass.

use std::ops::Range;

use super::name::{is_secret_value, says_secret};

/// Where the values are, each with its name, in order and apart.
pub fn find(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !is_comment(line) {
            let found = one(line).into_iter().chain(json(line)).chain(sql(line));
            out.extend(found.map(|(name, range)| (name, at + range.start..at + range.end)));
        }
        at += line.len();
    }
    out.sort_by_key(|(_, range)| range.start);
    out.dedup_by(|(_, next), (_, last)| next.start < last.end);
    out
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", ";", "//", "-- ", "--\t", "*", "<!--"].iter().any(|mark| line.starts_with(mark))
}

/// The first name of a line and its value.
fn one(line: &str) -> Option<(&str, Range<usize>)> {
    let content = line.trim_start();
    let content = ["export ", "- ", "set ", "--"]
        .iter()
        .find_map(|word| content.strip_prefix(word))
        .unwrap_or(content)
        .trim_start();
    let directive = ["requirepass ", "masterauth "].iter().any(|word| content.starts_with(word));
    let end = content.find(|c: char| c == '=' || c == ':' || (directive && c == ' '))?;
    let (name, rest) = content.split_at(end);
    let name = name.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || name.len() > 80 || !name.chars().all(plain) || !says_secret(name) {
        return None;
    }
    let value = rest[1..].trim_start();
    let (value, quoted) = value_of(value);
    let start = value.as_ptr() as usize - line.as_ptr() as usize;
    let is_secret =
        is_secret_value(value) && (quoted || (is_word(value, rest.starts_with('=')) && !is_name(name, value)));
    is_secret.then_some((name, start..start + value.len()))
}

/// The value without its quotes, or up to a blank or a comma.
fn value_of(text: &str) -> (&str, bool) {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return (&rest[..rest.find(quote).unwrap_or(rest.trim_end().len())], true);
        }
    }
    let text = text.trim_end();
    let text = text.find(" #").map_or(text, |at| text[..at].trim_end());
    (text.trim_end_matches([',', ';']), false)
}

/// A bare value of a settings file, not an expression: no blanks, calls, indexes; no variable of the same kind of name.
fn is_word(value: &str, assigned: bool) -> bool {
    let code = value.contains([' ', '(', '[', '{', '<', '|', '&', '`']) || value.starts_with(['*', '!', '>', '=']);
    let variable = assigned && says_secret(value);
    !code && !variable
}

/// `secret: tls_sds`: the name of one, which no password has as its value.
fn is_name(name: &str, value: &str) -> bool {
    let named =
        ["secret", "token", "credential", "credentials"].iter().any(|word| name.to_ascii_lowercase().ends_with(word));
    named && value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}

/// Every `"name": "value"` of a line.
fn json(line: &str) -> Vec<(&str, Range<usize>)> {
    let pair = |(at, _): (usize, &str)| {
        let start = line[..at].rfind('"')? + 1;
        let rest = &line[at + 2..];
        let value = rest.trim_start().strip_prefix('"')?;
        let value = &value[..value.find('"')?];
        let from = value.as_ptr() as usize - line.as_ptr() as usize;
        let name = &line[start..at];
        (says_secret(name) && is_secret_value(value)).then_some((name, from..from + value.len()))
    };
    line.match_indices("\":").filter_map(pair).collect()
}

/// `PASSWORD 'value'`, as roles of PostgreSQL have it.
fn sql(line: &str) -> Option<(&str, Range<usize>)> {
    const WORD: &str = "PASSWORD";
    let bytes = line.as_bytes();
    let is_word =
        |at: &usize| bytes[*at..].get(..WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD.as_bytes()));
    let at = (0..bytes.len()).find(is_word)?;
    let rest = line.get(at + WORD.len()..)?;
    let value = rest.trim_start().strip_prefix('\'')?;
    let value = &value[..value.find('\'')?];
    let start = value.as_ptr() as usize - line.as_ptr() as usize;
    is_secret_value(value).then_some((&line[at..at + WORD.len()], start..start + value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &str)> {
        find(text).into_iter().map(|(name, range)| (name, &text[range])).collect()
    }

    #[test]
    fn settings_of_many_languages() {
        for (text, name) in [
            ("a = 1\npassword = \"hunter2\"\n", "password"),
            ("spring.datasource.password=hunter2\n", "spring.datasource.password"),
            ("  api_key: hunter2   # mine\n", "api_key"),
            ("  \"token\": \"hunter2\",\n", "token"),
            ("{\"a\": {\"clientSecret\": \"hunter2\"}}", "clientSecret"),
            ("export DB_PASSWORD='hunter2'\n", "DB_PASSWORD"),
            ("maxmemory 1gb\nrequirepass hunter2\n", "requirepass"),
            ("password: hunter2\r\n", "password"),
            ("ALTER ROLE app WITH LOGIN PASSWORD 'hunter2';\n", "PASSWORD"),
        ] {
            assert_eq!(found(text), [(name, "hunter2")], "{text}");
        }
    }

    #[test]
    fn what_is_no_setting() {
        for text in [
            "# password = hunter2\n",
            ";admin_password = admin\n",
            "password = os.environ[\"X\"]\n",
            "password=$DB_PASSWORD\npassword = get_password()\n",
            "password = settings.PASSWORD\n",
            "bearer_token_file: /var/run/token\n",
            "password_encryption = scram-sha-256\n",
            "secret: {name: app}\nsecret: tls_sds\nsecretName: app\ntoken:\n  a: b\n",
            "the password: it is not here\n",
            "if token == expected:\n",
            "password: ${DB_PASSWORD}\npassword: ''\n",
            "ALTER ROLE app PASSWORD NULL; ALTER ROLE app PASSWORD '${DB_PASSWORD}';\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}

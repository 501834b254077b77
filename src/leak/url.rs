//! Passwords that are written into URLs and connection strings.
//!
//! Owns: the userinfo of a URL, `password=` in its query, in a list of `key=value;` and in libpq's `host=... password=...`.
//! Source: RFC 3986, 3.2.1; https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING

use std::ops::Range;

use super::is_literal;

/// How many characters before a parameter say what it belongs to, and how many it may have.
const CONTEXT: usize = 1000;

/// Where the passwords are, as far as they are spelled out.
pub fn passwords(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    if text.contains("://") {
        out.extend(text.match_indices("://").filter_map(|(at, _)| userinfo(text, at)));
    }
    if text.contains('=') {
        out.extend(text.match_indices('=').filter_map(|(at, _)| parameter(text, at)));
    }
    out
}

/// The password before the `@` of the URL whose `://` is at `at`.
fn userinfo(text: &str, at: usize) -> Option<Range<usize>> {
    let scheme = text[..at].bytes().next_back().is_some_and(|b| b.is_ascii_alphanumeric());
    let start = at + 3;
    let rest = &text[start..];
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\"'`<>\\".contains(c);
    let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let (userinfo, host) = authority.rsplit_once('@').filter(|_| scheme)?;
    let (user, password) = userinfo.split_once(':')?;
    // `docker://alpine:3@sha256:...` has no password.
    let is_password = !host.is_empty() && !host.starts_with("sha256:") && is_literal(password);
    let start = start + user.len() + 1;
    is_password.then_some(start..start + password.len())
}

/// The value behind the `=` at `at`, where that is a password in a URL's query or in a connection string.
fn parameter(text: &str, at: usize) -> Option<Range<usize>> {
    let before = &text[..at];
    let word = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
    let (before, key) = before.split_at(at - word);
    if !["password", "passwd", "pwd"].iter().any(|known| key.eq_ignore_ascii_case(known)) {
        return None;
    }
    let near = before.char_indices().rev().take(CONTEXT).last().map_or(before.len(), |(at, _)| at);
    let line = &before[before[near..].rfind('\n').map_or(near, |end| near + end + 1)..];
    let known = match line.trim_end().chars().next_back() {
        Some('?' | '&') => line.contains("://") || line.contains("jdbc:"),
        Some(';') => line.contains('='),
        _ => line.ends_with(' ') && is_libpq(line),
    };
    if !known {
        return None;
    }
    let rest = &text[at + 1..];
    let quoted = rest.starts_with(['\'', '"']);
    let start = usize::from(quoted);
    let ends = |c: char| if quoted { rest.starts_with(c) } else { c.is_whitespace() || "&;,\"'`)".contains(c) };
    let length: usize = rest[start..].chars().take(CONTEXT).take_while(|c| !ends(*c)).map(char::len_utf8).sum();
    let value = at + 1 + start..at + 1 + start + length;
    is_literal(&text[value.clone()]).then_some(value)
}

fn is_libpq(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['"', '\'']);
    ["host=", "hostaddr=", "dbname=", "user=", "port="].iter().any(|key| line.starts_with(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        passwords(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn passwords_of_urls() {
        for text in [
            "postgresql://app:hunter2@db:5432/app",
            "rediss://:hunter2@cache",
            "see mongodb+srv://u:hunter2@a,b/x and more",
            "jdbc:postgresql://db/app?user=app&password=hunter2&ssl=true",
            "Server=db;User Id=sa;Password=hunter2;",
            "host=db user=app password=hunter2 sslmode=require",
            "host=db password='hunter2'",
            "{\"url\": \"amqp://guest:hunter2@mq\"}",
        ] {
            assert_eq!(found(text), ["hunter2"], "{text}");
        }
    }

    #[test]
    fn urls_without_a_password() {
        for text in [
            "https://example.org:8080/a@b:c",
            "ssh://git@example.org:22/x",
            "git@example.org:acme/x.git",
            "redis://:@cache",
            "redis://default:${secrets.a.b}@cache",
            "redis://default:$(REDIS_PASSWORD)@cache",
            "postgres://u:{{ .password }}@db",
            "postgres://u:<password>@db",
            "postgres://u:***@db",
            "postgres://u:$PGPASSWORD@db",
            "docker://alpine:3@sha256:e3b0c44298fc1c149afbf4c8996fb924",
            "https://unpkg.com/pkg@1.2.3/x:y",
            "https://login.example.org/?reset_password=true",
            "connect(host=HOST, password=PASSWORD)",
            "password=hunter2",
            "://a:b@c",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

//! The parts of a URL in a text.

pub struct Url<'t> {
    pub start: usize,
    pub end: usize,
    pub scheme: &'t str,
    pub userinfo: Option<&'t str>,
    pub host: &'t str,
    pub port: Option<u16>,
    pub path: &'t str,
    pub query: &'t str,
}

impl<'t> Url<'t> {
    /// Of the `://` at `at`.
    pub fn at(text: &'t str, at: usize) -> Option<Self> {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.:".contains(c);
        let start = text[..at].char_indices().rev().take_while(|(_, c)| is_scheme(*c)).last().map(|(at, _)| at)?;
        let scheme = &text[start..at];
        // `x:http` is none; `jdbc:postgresql` is one.
        let own = scheme.rfind(':').filter(|_| !scheme.starts_with("jdbc:")).map_or(0, |colon| colon + 1);
        let (start, scheme) = (start + own, &scheme[own..]);
        let rest = &text[at + 3..];
        let stops = |c: char| c.is_whitespace() || "\"'`<>,;|)]}".contains(c);
        let whole = rest.find(stops).unwrap_or(rest.len());
        let rest = &rest[..whole];
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        let (userinfo, address) = match authority.rsplit_once('@') {
            Some((info, address)) => (Some(info), address),
            None => (None, authority),
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (address, None),
        };
        let query_at = tail.find(['?', '#']).unwrap_or(tail.len());
        let (path, query) = tail.split_at(query_at);
        Some(Self { start, end: at + 3 + whole, scheme, userinfo, host, port, path, query })
    }
}

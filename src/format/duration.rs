//! Durations as Go writes them: `90s`, `1h30m`, `1.5h`.
//!
//! Source: Go's `time.ParseDuration`. A negative one, which no field that kgen writes can mean, is refused.

use std::time::Duration;

const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

pub fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() || rest.starts_with('-') {
        return Err("must be a length of time, as in `90s` or `1h30m`".into());
    }
    let mut total = 0u128;
    while !rest.is_empty() {
        let (nanos, behind) = term(rest)?;
        total += nanos;
        rest = behind;
        if total > i64::MAX as u128 {
            return Err("is longer than 292 years".into());
        }
    }
    Ok(Duration::from_nanos(total as u64))
}

/// One number with its unit, and what follows.
fn term(text: &str) -> Result<(u128, &str), String> {
    let length = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(length);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && part.is_empty()) || part.contains('.') {
        return Err(format!("has `{text}` where a number with a unit should stand, as in `90s`"));
    }
    let length = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(length);
    let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(if unit.is_empty() {
            format!("has no unit behind `{number}`; write `{number}s` or `{number}m`")
        } else {
            format!("has the unknown unit `{unit}`; the units are h, m, s, ms, us and ns")
        });
    };
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u128::MAX >> 64) };
    let part: String = part.chars().take(15).collect();
    let fraction = part.parse::<u128>().unwrap_or_default() * size / 10u128.pow(part.len() as u32);
    Ok((whole.min(u128::MAX >> 64) * size + fraction, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        #[rustfmt::skip]
        let table = [
            ("0", 0), ("90s", 90_000), ("1h30m", 5_400_000), ("1.5h", 5_400_000), (".5s", 500), ("1.s", 1_000),
            ("300ms", 300), ("+5m", 300_000), ("2000us", 2), ("2000µs", 2),
        ];
        for (text, millis) in table {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        let long = "9".repeat(100_000) + "h";
        for text in ["", "5", "-5s", "s", "5 m", "1d", "1h30", "1..5s", ".s", "1h-5m", "300000000h", &long] {
            assert!(duration(text).is_err(), "{text:.20}");
        }
    }

    #[test]
    fn a_missing_unit_is_named() {
        assert_eq!(duration("30").unwrap_err(), "has no unit behind `30`; write `30s` or `30m`");
    }
}

//! Kubernetes quantities: `500m`, `1Gi`, `1e3`.
//!
//! Owns: reading, comparing and writing a quantity as apimachinery's `resource.Quantity` does, so that what kgen
//! writes is what the server answers with and a second `kubectl apply` says `unchanged`.
//! Does not own: where quantities stand in an object (`resource/normal.rs`).
//!
//! Source: `k8s.io/apimachinery/pkg/api/resource/quantity.go` (`ParseQuantity`, `CanonicalizeBytes`). Three texts are
//! refused here that the Go code lets pass: one without any digit, one above 2^63-1 (its documentation's bound; Go
//! caps binary ones silently), and a binary one with more than nine decimal places.

use std::cmp::Ordering;
use std::fmt;

const NANO: i128 = 1_000_000_000;
const MAX: i128 = i64::MAX as i128 * NANO;
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// How a quantity was written. It is written again in the same family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Decimal,
    Exponent,
    Binary,
}

/// Equality and order are those of the value: `1000m` equals `1`.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nanos: i128,
    form: Form,
}

impl Quantity {
    /// The error says what is wrong with the text, without repeating it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, rest) = digits(rest);
        let (part, suffix) = rest.strip_prefix('.').map_or(("", rest), digits);
        if whole.is_empty() && part.is_empty() {
            return Err("must begin with a number, as in `500m` or `1.5Gi`".into());
        }
        let (form, exponent) = interpret(suffix)?;
        let nanos = match form {
            Form::Binary => binary(whole, part, exponent)?,
            _ => decimal(whole, part, exponent)?,
        };
        Ok(Self { nanos: if negative { -nanos } else { nanos }, form })
    }

    pub fn is_negative(&self) -> bool {
        self.nanos < 0
    }

    pub fn is_zero(&self) -> bool {
        self.nanos == 0
    }

    /// Whole bytes, a fraction rounded up as `Quantity.Value` does; `None` below zero.
    pub fn bytes(&self) -> Option<u128> {
        u128::try_from(self.nanos).ok().map(|nanos| nanos.div_ceil(NANO as u128))
    }

    /// Whether the value is a whole number: an extended resource or a number of pods has to be one.
    pub fn is_whole(&self) -> bool {
        self.nanos % NANO == 0
    }

    /// `CanonicalizeBytes`: a binary quantity below 1024, or with a fraction, is shown as a decimal one.
    fn shown(&self) -> Form {
        let small = self.nanos.abs() < 1024 * NANO;
        if self.form == Form::Binary && (small || !self.is_whole()) { Form::Decimal } else { self.form }
    }
}

/// The canonical text: no fraction, and the largest suffix that keeps every digit.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        if self.shown() == Form::Binary {
            let (number, power) = strip(self.nanos / NANO, 1024);
            return write!(f, "{number}{}", BINARY.get(power as usize).copied().unwrap_or_default());
        }
        let (mut number, zeros) = strip(self.nanos, 10);
        let mut exponent = zeros - 9;
        while exponent.rem_euclid(3) != 0 {
            number *= 10;
            exponent -= 1;
        }
        match DECIMAL.iter().find(|(_, e)| *e == exponent) {
            Some((suffix, _)) if self.form != Form::Exponent || exponent == 0 => write!(f, "{number}{suffix}"),
            _ => write!(f, "{number}e{exponent}"),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `suffixHandler.interpret`: the family of a suffix and its power (of ten, or of 1024).
fn interpret(suffix: &str) -> Result<(Form, i32), String> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Ok((Form::Decimal, *exponent));
    }
    if let Some(power) = BINARY.iter().position(|known| *known == suffix) {
        return Ok((Form::Binary, power as i32));
    }
    if suffix.starts_with(' ') {
        return Err("has a space in it; write number and suffix together, as `500m`".into());
    }
    let unknown = || {
        let nearest = match suffix.to_ascii_lowercase().as_str() {
            "k" | "kb" => "; write `k` or `Ki`",
            "mb" | "mi" | "mib" | "meg" => "; write `M` or `Mi`",
            "g" | "gb" | "gi" | "gib" => "; write `G` or `Gi`",
            "t" | "tb" | "ti" | "tib" => "; write `T` or `Ti`",
            "ki" | "kib" => "; write `Ki`",
            "b" => "; bytes have no suffix",
            _ => "",
        };
        format!("has the unknown suffix `{suffix}`{nearest}")
    };
    let exponent = suffix.strip_prefix(['e', 'E']).ok_or_else(unknown)?;
    exponent.parse().map(|exponent| (Form::Exponent, exponent)).map_err(|_| unknown())
}

fn too_large() -> String {
    "is above the largest quantity, 2^63-1".into()
}

/// Nanos of `whole.part` times a power of ten. What is below a nano is rounded up: who asks for little gets some.
fn decimal(whole: &str, part: &str, exponent: i32) -> Result<i128, String> {
    let all = format!("{whole}{part}");
    let all = all.trim_start_matches('0');
    if all.is_empty() {
        return Ok(0);
    }
    let shift = i64::from(exponent) + 9 - part.len() as i64;
    let length = all.len() as i64 + shift;
    if length > 28 {
        return Err(too_large());
    }
    if length <= 0 {
        return Ok(1);
    }
    let kept = &all[..all.len().min(length as usize)];
    let lost = all[kept.len()..].bytes().any(|digit| digit != b'0');
    let zeros = u32::try_from(length).unwrap_or_default() - kept.len() as u32;
    let number: i128 = kept.parse().map_err(|_| too_large())?;
    bounded(number * 10i128.pow(zeros) + i128::from(lost))
}

/// Nanos of `whole.part` times a power of 1024.
fn binary(whole: &str, part: &str, power: i32) -> Result<i128, String> {
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    if part.len() > 9 {
        return Err("has more than nine decimal places".into());
    }
    if whole.len() > 19 {
        return Err(too_large());
    }
    let unit = 1i128 << (10 * power);
    let number = |text: &str| if text.is_empty() { 0 } else { text.parse::<i128>().unwrap_or_default() };
    let scale = 10i128.pow(part.len() as u32);
    let fraction = (number(part) * unit * NANO + scale - 1) / scale;
    // Below 2^63 before the multiplication, so that it cannot overflow.
    let units = number(whole).checked_mul(unit).filter(|units| *units <= i64::MAX as i128).ok_or_else(too_large)?;
    bounded(units * NANO + fraction)
}

fn bounded(nanos: i128) -> Result<i128, String> {
    if nanos > MAX { Err(too_large()) } else { Ok(nanos) }
}

/// Divides by `factor` as often as that is exact.
fn strip(mut number: i128, factor: i128) -> (i128, i32) {
    let mut times = 0;
    while number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canon(text: &str) -> String {
        Quantity::parse(text).unwrap().to_string()
    }

    #[test]
    fn a_quantity_is_written_as_the_server_writes_it() {
        #[rustfmt::skip]
        let table = [
            ("0", "0"), ("0m", "0"), ("-0", "0"), ("0Gi", "0"), ("0.5", "500m"), (".5", "500m"), ("5.", "5"),
            ("1", "1"), ("007", "7"), ("+5", "5"), ("-5", "-5"), ("1.5", "1500m"), ("1.500", "1500m"),
            ("1000m", "1"), ("1500m", "1500m"), ("2500m", "2500m"), ("100m", "100m"), ("250m", "250m"),
            ("2000", "2k"), ("2500", "2500"), ("1000", "1k"), ("1024", "1024"), ("1000000", "1M"),
            ("1500k", "1500k"), ("1000k", "1M"), ("0.1", "100m"), ("0.01", "10m"), ("0.001", "1m"),
            ("0.0001", "100u"), ("0.1m", "100u"), ("0.1n", "1n"), ("1.0000000001", "1000000001n"),
            ("1024Ki", "1Mi"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("0.5Gi", "512Mi"), ("512Mi", "512Mi"),
            ("1000Mi", "1000Mi"), ("2048Gi", "2Ti"), ("1Ki", "1Ki"), ("0.5Ki", "512"), ("0.1Ki", "102400m"),
            ("1.1Gi", "1181116006400m"), ("1.25Mi", "1280Ki"), ("7Ei", "7Ei"), ("-1024Mi", "-1Gi"),
            ("1e3", "1e3"), ("1E3", "1e3"), ("1.5e3", "1500"), ("10e3", "10e3"), ("1e0", "1"), ("1e-3", "1e-3"),
            ("100e1", "1e3"), ("0.1e3", "100"), ("1E", "1E"), ("5G", "5G"), ("1e18", "1e18"), ("128974848", "128974848"),
            ("9223372036854775807", "9223372036854775807"), ("1e-12", "1e-9"),
        ];
        for (text, expected) in table {
            assert_eq!(canon(text), expected, "{text}");
            assert_eq!(canon(expected), expected, "{expected} is stable");
        }
    }

    #[test]
    fn text_that_is_no_quantity_is_refused() {
        #[rustfmt::skip]
        let bad = [
            "", "-", "+", ".", "Gi", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", "-3.01e-",
            "1GB", "512mb", "1 Gi", "1Gi ", "1e", "1e1.5", "١", "9223372036854775808", "8Ei", "1000E", "1e400",
            "1e99999999999", "1.0000000001Gi",
        ];
        for text in bad {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_suffix_names_the_one_that_was_meant() {
        assert_eq!(Quantity::parse("512MB").unwrap_err(), "has the unknown suffix `MB`; write `M` or `Mi`");
    }

    #[test]
    fn order_is_that_of_the_value() {
        let parse = |text| Quantity::parse(text).unwrap();
        assert!(parse("1Gi") > parse("1G") && parse("999m") < parse("1") && parse("-1") < parse("0"));
        assert_eq!(parse("1000m"), parse("1"));
    }

    #[test]
    fn bytes_are_rounded_up() {
        let bytes = |text| Quantity::parse(text).unwrap().bytes();
        assert_eq!((bytes("1Ki"), bytes("1500m"), bytes("-1")), (Some(1024), Some(2), None));
    }

    #[test]
    fn a_million_digits_are_answered_at_once() {
        let long = "9".repeat(1_000_000);
        assert!(Quantity::parse(&long).is_err());
        assert!(Quantity::parse(&format!("0.{long}")).is_ok());
        assert!(Quantity::parse(&format!("{long}e-2000000")).is_ok());
    }
}

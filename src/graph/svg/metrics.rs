//! How wide a text is, without a font: the widths of Helvetica, which Arial and Liberation Sans share.
//!
//! Source: Adobe's font metrics for Helvetica (`Helvetica.afm`), thousandths of the size.

/// From the space to the tilde.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of a text of this size, with a little room for a font that is wider.
pub fn width(text: &str, size: f64) -> f64 {
    let sum: f64 = text.chars().map(|c| f64::from(of(c))).sum();
    sum * size / 1000.0 * 1.04
}

/// As [`width`], of bold text.
pub fn bold(text: &str, size: f64) -> f64 {
    width(text, size) * 1.07
}

fn of(c: char) -> u16 {
    let at = u32::from(c).wrapping_sub(32) as usize;
    match c {
        _ if at < WIDTHS.len() => WIDTHS[at],
        // Chinese, Japanese, Korean, and signs that are pictures, fill a square.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' => 1000,
        '\u{1f000}'.. => 1300,
        '→' | '…' => 1000,
        _ => 600,
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn a_text_is_as_wide_as_its_letters() {
        assert!((width("web", 10.0) - (722.0 + 556.0 + 556.0) / 100.0 * 1.04).abs() < 0.001);
        assert!(width("WWW", 10.0) > 3.0 * width("i", 10.0));
        assert!(width("数据", 10.0) >= 20.0);
    }
}

//! Amounts as Compose writes them, and as Kubernetes does.
//!
//! Source: https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values, `deploy.md` there for cpus.

/// `512M` is `512Mi`: Compose counts in powers of 1024. `None` where it is no size.
pub fn memory(text: &str) -> Option<(u64, String)> {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let number: f64 = number.parse().ok()?;
    let power = match unit.trim() {
        "" | "b" => 0,
        "k" | "kb" | "kib" | "ki" => 1,
        "m" | "mb" | "mib" | "mi" => 2,
        "g" | "gb" | "gib" | "gi" => 3,
        "t" | "tb" | "tib" | "ti" => 4,
        _ => return None,
    };
    let bytes = number * 1024_f64.powi(power);
    let bytes = (bytes.is_finite() && (1.0..9e18).contains(&bytes)).then_some(bytes as u64)?;
    Some((bytes, binary(bytes)))
}

/// With the largest unit that it is a whole number of.
fn binary(bytes: u64) -> String {
    let units = [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
    match units.into_iter().find(|(_, shift)| bytes.is_multiple_of(1 << shift)) {
        Some((unit, shift)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}

/// `0.5` is `500m`. `None` where it is no number of cpus.
pub fn cpu(text: &str) -> Option<(u64, String)> {
    let cpus: f64 = text.trim().parse().ok()?;
    let milli = (cpus.is_finite() && (0.001..1e6).contains(&cpus)).then(|| (cpus * 1000.0).round() as u64)?;
    Some((milli, if milli.is_multiple_of(1000) { (milli / 1000).to_string() } else { format!("{milli}m") }))
}

/// Whole seconds, at least one of what is more than none.
pub fn seconds(text: &str) -> Result<u64, String> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(number);
    }
    let duration = crate::format::duration(text)?;
    Ok(duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_binary() {
        for (text, size) in [
            ("512M", "512Mi"),
            ("512mb", "512Mi"),
            ("1g", "1Gi"),
            ("1.5G", "1536Mi"),
            ("64k", "64Ki"),
            ("1073741824", "1Gi"),
            ("1000b", "1000"),
            ("2GiB", "2Gi"),
        ] {
            assert_eq!(memory(text).unwrap().1, size, "{text}");
        }
        for text in ["", "many", "-1", "5 apples", "0"] {
            assert_eq!(memory(text), None, "{text}");
        }
    }

    #[test]
    fn cpus_are_thousandths() {
        for (text, cpus) in [("0.5", "500m"), ("2", "2"), ("0.25", "250m"), ("1.0", "1")] {
            assert_eq!(cpu(text).unwrap().1, cpus, "{text}");
        }
        assert_eq!(cpu("half"), None);
    }

    #[test]
    fn part_of_a_second_is_one() {
        assert_eq!((seconds("500ms"), seconds("1m30s"), seconds("10")), (Ok(1), Ok(90), Ok(10)));
        assert!(seconds("soon").is_err());
    }
}

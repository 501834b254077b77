//! Schedules of a CronJob.
//!
//! Source: `validateScheduleFormat` (kubernetes `pkg/apis/batch/validation`), which hands the text to
//! `cron.ParseStandard` of robfig/cron v3. Sunday is 0 there, not 7. A list with an empty item (`1,,2`), which that
//! parser skips without a word, is refused here.

use super::{Checked, duration};

struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    /// The first stands for `min`.
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: [Field; 5] = [
    Field { name: "minute", min: 0, max: 59, names: &[] },
    Field { name: "hour", min: 0, max: 23, names: &[] },
    Field { name: "day of the month", min: 1, max: 31, names: &[] },
    Field { name: "month", min: 1, max: 12, names: MONTHS },
    Field { name: "day of the week", min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

pub fn cron(text: &str) -> Checked {
    if text.contains("TZ=") {
        return Err("must not name a time zone; use `timeZone`".into());
    }
    if let Some(interval) = text.strip_prefix("@every ") {
        return duration(interval).map(drop);
    }
    if text.starts_with('@') {
        let known = DESCRIPTORS.contains(&text);
        return if known { Ok(()) } else { Err(format!("is none of {}", DESCRIPTORS.join(", "))) };
    }
    let parts: Vec<_> = text.split_whitespace().collect();
    if parts.len() != 5 {
        return Err(format!(
            "must have five fields (minute, hour, day of the month, month, day of the week), but has {}",
            parts.len()
        ));
    }
    FIELDS.iter().zip(parts).try_for_each(|(field, part)| part.split(',').try_for_each(|item| field.item(item)))
}

/// As [`cron`], or with a field for seconds in front, as the operator of PostgreSQL wants it.
pub fn cron_or_seconds(text: &str) -> Checked {
    let parts: Vec<_> = text.split_whitespace().collect();
    match parts.split_first() {
        Some((seconds, rest)) if rest.len() == 5 => {
            seconds.split(',').try_for_each(|item| SECONDS.item(item))?;
            cron(&rest.join(" "))
        }
        _ => cron(text),
    }
}

const SECONDS: Field = Field { name: "second", min: 0, max: 59, names: &[] };

impl Field {
    /// `n`, `n-m`, `*` or `?`, each with or without `/step`.
    fn item(&self, item: &str) -> Checked {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        if let Some(step) = step {
            let good = number(step).is_some_and(|step| step > 0);
            good.then_some(()).ok_or_else(|| format!("has the bad step `/{step}` in its {}", self.name))?;
        }
        if range == "*" || range == "?" {
            return Ok(());
        }
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        let (low, high) = (self.value(low)?, self.value(high)?);
        if low > high {
            return Err(format!("has the {} range `{range}`, which ends before it begins", self.name));
        }
        Ok(())
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let lower = text.to_lowercase();
        let named = self.names.iter().position(|name| *name == lower).map(|at| self.min + at as u32);
        let value = named.or_else(|| number(text)).filter(|value| (self.min..=self.max).contains(value));
        value.ok_or_else(|| {
            let or = self.names.first().zip(self.names.last()).map(|(a, z)| format!(" or {a} to {z}"));
            let sunday = if self.names == DAYS && text == "7" { "; Sunday is 0" } else { "" };
            let (name, min, max) = (self.name, self.min, self.max);
            format!("has the {name} `{text}`, which is not from {min} to {max}{}{sunday}", or.unwrap_or_default())
        })
    }
}

fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_schedules_is_accepted() {
        #[rustfmt::skip]
        let good = [
            "* * * * *", "0 3 * * *", "*/5 * * * *", "0-30/10 1,2,3 1-15 jan-MAR mon-fri", "5/15 ? * ? ?", "0 0 1 12 6",
            "@hourly", "@every 1h30m", " 0  3 * * * ",
        ];
        for text in good {
            assert_eq!(cron(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_kubernetes_refuses_is_refused() {
        #[rustfmt::skip]
        let bad = [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
            "30-10 * * * *", "*/0 * * * *", "*/x * * * *", "1,,2 * * * *", "1-2-3 * * * *", "*/2/3 * * * *", "-1 * * * *",
            "* * * foo *", "mon * * * *", "@reboot", "@every x", "TZ=UTC 0 3 * * *", "CRON_TZ=UTC 0 3 * * *", "a b",
        ];
        for text in bad {
            assert!(cron(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_may_stand_in_front() {
        for text in ["0 0 2 * * *", "*/10 0 2 * * mon", "0 2 * * *", "@daily"] {
            assert_eq!(cron_or_seconds(text), Ok(()), "{text}");
        }
        assert_eq!(cron_or_seconds("60 0 2 * * *").unwrap_err(), "has the second `60`, which is not from 0 to 59");
        assert_eq!(cron_or_seconds("0 0 24 * * *").unwrap_err(), "has the hour `24`, which is not from 0 to 23");
        assert!(cron_or_seconds("0 0 0 2 * * *").is_err());
    }

    #[test]
    fn the_reason_names_the_field() {
        assert_eq!(cron("61 * * * *").unwrap_err(), "has the minute `61`, which is not from 0 to 59");
        let sunday = "has the day of the week `7`, which is not from 0 to 6 or sun to sat; Sunday is 0";
        assert_eq!(cron("0 0 * * 7").unwrap_err(), sunday);
    }
}

//! Every rule of kgen: those of the checks, of the whole project, and of Compose files.

use crate::diag::{Level, Rule};
use crate::{checks, compose, pipeline};

pub fn all() -> impl Iterator<Item = &'static Rule> + Clone {
    let more = [pipeline::RULES, pipeline::inputs::RULES, compose::RULES];
    checks::rules::all().chain(more.into_iter().flatten().copied())
}

/// The rule of an id; `None` where there is none.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Those that may be no more than a warning.
pub fn mild() -> impl Iterator<Item = &'static str> {
    all().filter(|rule| rule.level != Level::Error).map(|rule| rule.id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own_and_a_page() {
        let ids: BTreeSet<&str> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), all().count(), "an id stands twice");
        all().for_each(|rule| assert!(rule.text().len() > 20, "`{}` has no text", rule.id));
    }

    /// The rooms are gathered by hand: a rule that is not here cannot be explained, allowed or completed.
    #[test]
    fn every_rule_of_the_sources_is_here() {
        let here: BTreeSet<String> = all().map(|rule| rule.id.to_owned()).collect();
        let mut there = BTreeSet::new();
        declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut there);
        assert_eq!(there, here);
    }

    /// What stands behind ` = "` in each `declare!`.
    fn declared(folder: &Path, out: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                declared(&path, out);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let block = text.split("crate::declare! {\n").nth(1).and_then(|rest| rest.split("\n}\n").next());
                let lines = block.into_iter().flat_map(str::lines).filter(|line| !line.trim().starts_with("///"));
                out.extend(lines.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())));
            }
        }
    }

    #[test]
    fn a_page_reads_as_a_page() {
        let page = find("hpa-min-max").map(ToString::to_string);
        let expected = "hpa-min-max: `minReplicas` above `maxReplicas`\nerror\n\n`minReplicas` is above `maxReplicas`, which the API refuses.\n";
        assert_eq!(page.as_deref(), Some(expected));
        assert!(find("hpa").is_none());
    }

    #[test]
    fn a_line_that_is_set_in_goes_on() {
        let rule = Rule { id: "x", level: Level::Error, allow: false, page: &[" s", "", " one", "   two", " three"] };
        assert_eq!(rule.text(), "one two\nthree");
    }
}

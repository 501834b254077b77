//! The nearest known name, for "did you mean".

/// A hint that names the nearest of `known`, when one is near enough.
pub fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(name, known).map(|found| format!("did you mean `{found}`?"))
}

/// The known name with the fewest edits (insert, remove, replace, or swap two neighbours), if it takes no more than a third
/// of its length (at least one).
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // No key is longer, and a text may be.
    let lower = Some(name).filter(|name| name.len() < 256)?.to_lowercase();
    let edits = |known: &str| strsim::osa_distance(&lower, &known.to_lowercase());
    let best = known.into_iter().map(|known| (edits(known), known)).min_by_key(|(edits, _)| *edits)?;
    let allowed = (best.1.chars().count().max(3) / 3).max(1);
    (best.0 <= allowed).then_some(best.1)
}

/// "a -> b -> a": a path that ends where it began, told from its smallest word on, wherever it was entered.
pub fn circle<T: Ord + std::fmt::Display>(path: &[T]) -> String {
    let round = &path[..path.len().saturating_sub(1)];
    let least = round.iter().enumerate().min_by_key(|(_, word)| *word).map_or(0, |(at, _)| at);
    let words = (0..path.len()).filter_map(|step| round.get((least + step) % round.len().max(1)));
    words.map(T::to_string).collect::<Vec<_>>().join(" -> ")
}

/// "`a`, `b` or `c`".
pub fn one_of<'k>(known: impl IntoIterator<Item = &'k str>) -> String {
    or(known.into_iter().map(quoted))
}

/// "`a`, `b` and `c`".
pub fn all_of<'k>(known: impl IntoIterator<Item = &'k str>) -> String {
    joined(known.into_iter().map(quoted), "and")
}

/// "a, b or c".
pub fn or(parts: impl IntoIterator<Item = String>) -> String {
    joined(parts, "or")
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn joined(parts: impl IntoIterator<Item = String>, word: &str) -> String {
    let parts: Vec<_> = parts.into_iter().collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} {word} {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_one_edit() {
        assert_eq!(nearest("replicsa", ["image", "replicas", "resources"]), Some("replicas"));
    }

    #[test]
    fn case_does_not_count() {
        assert_eq!(nearest("Replicas", ["replicas"]), Some("replicas"));
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("foo", ["replicas", "env"]), None);
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(all_of(["a", "b"]), "`a` and `b`");
    }
}

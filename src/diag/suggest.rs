//! The nearest known name, for "did you mean".

/// A hint that names the nearest of `known`, when one is near enough.
pub fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(name, known).map(|found| format!("did you mean `{found}`?"))
}

/// The known name with the fewest edits, if it takes no more than a third of its length (at least one).
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    let best = known.into_iter().map(|k| (distance(&lower, &k.to_lowercase()), k)).min_by_key(|(d, _)| *d)?;
    let allowed = (best.1.chars().count().max(3) / 3).max(1);
    (best.0 <= allowed && name.len() < 256).then_some(best.1)
}

/// Edits between two words: insert, remove, replace, or swap two neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = vec![];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
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

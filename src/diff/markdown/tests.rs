use std::borrow::Cow;

use super::*;
use crate::escape::spelled;
use crate::resource::Id;

fn object_id(kind: &str, name: &str) -> Id {
    Id { api_version: "v1".into(), kind: kind.into(), namespace: Some("shop".into()), name: name.into() }
}

fn scalar(text: &str) -> Option<Shown> {
    Some(Shown::Scalar(text.into()))
}

fn change(place: &str, old: Option<Shown>, new: Option<Shown>, impact: Impact) -> Change {
    Change { path: Vec::new(), place: place.into(), old, new, impact, reason: None, cause: None }
}

fn object(id: Id, what: What, impact: Impact, changes: Vec<Change>) -> Object {
    Object { id, component: "apps.api".into(), apart: None, what, impact, reason: None, changes, effects: Vec::new() }
}

const POD: Reason =
    Reason { id: "pod-template", text: Cow::Borrowed("the pod template changes, and `Deployment` replaces its pods") };
const CLAIM: Reason = Reason { id: "claim-removed", text: Cow::Borrowed("the claim goes away with its data") };
const READS: Reason = Reason { id: "config-read", text: Cow::Borrowed("its pods read it at their start") };

fn sample() -> Diff {
    let cause = |setting: &str, layer: &str, line| {
        Some(Cause { setting: setting.into(), layer: layer.into(), file: "kgen.yaml".into(), line })
    };
    let text = |text: &str| Some(Shown::Text(text.into()));
    let replicas = Change {
        cause: cause("apps.api.replicas", "profiles.prod", 24),
        ..change("spec.replicas", scalar("1"), scalar("3"), Impact::Live)
    };
    let image = Change {
        reason: Some(POD),
        cause: cause("", "", 7),
        ..change("spec.template.spec.containers[api].image", None, scalar("a|b:1"), Impact::Restart)
    };
    let config = change("data[\"app.toml\"]", text("a = 1\nb = 2\n"), text("a = 1\nb = 3\n"), Impact::Live);
    let password =
        change("data.password", Some(Shown::Masked("***")), Some(Shown::Masked("*** (changed)")), Impact::None);
    Diff {
        old: "dev".into(),
        new: "the cluster".into(),
        equal: 31,
        objects: vec![
            object(object_id("Secret", "app"), What::Changed, Impact::None, vec![password]),
            Object {
                effects: vec![Effect { id: object_id("Deployment", "api"), impact: Impact::Restart, reason: READS }],
                ..object(object_id("ConfigMap", "app"), What::Changed, Impact::Restart, vec![config])
            },
            object(object_id("Deployment", "api"), What::Changed, Impact::Restart, vec![replicas, image]),
            Object {
                reason: Some(CLAIM),
                ..object(object_id("PersistentVolumeClaim", "cache"), What::Removed, Impact::DataLoss, vec![])
            },
            object(
                object_id("Service", "web"),
                What::Renamed { from: object_id("Service", "www") },
                Impact::Recreate,
                vec![],
            ),
        ],
    }
}

#[test]
fn a_diff_reads_from_worst_to_least() {
    let expected = r#"### `dev` → the cluster: 🔴 1 data-loss, 🟠 1 recreate, 🟡 2 restart, ⚪ 1 none

<details open><summary>5 objects differ, 31 are the same</summary>

#### 🔴 data-loss · `PersistentVolumeClaim/cache` removed (`apps.api`)

- 🔴 data-loss: the claim goes away with its data

#### 🟠 recreate · `Service/web` renamed, it was `Service/www` (`apps.api`)

#### 🟡 restart · `ConfigMap/app` changed (`apps.api`)

| impact | field | old | new | from |
| --- | --- | --- | --- | --- |
| 🔵 live | `data["app.toml"]` | _2 lines_ | _2 lines_ |  |

Which means:

- 🟡 restart of `Deployment/api`: its pods read it at their start

`data["app.toml"]`:

```diff
 a = 1
-b = 2
+b = 3
```

#### 🟡 restart · `Deployment/api` changed (`apps.api`)

| impact | field | old | new | from |
| --- | --- | --- | --- | --- |
| 🔵 live | `spec.replicas` | `1` | `3` | `apps.api.replicas`<br>`profiles.prod`<br>`kgen.yaml:24` |
| 🟡 restart | `spec.template.spec.containers[api].image` | — | `a\|b:1` | `kgen.yaml:7` |

- 🟡 restart: the pod template changes, and `Deployment` replaces its pods

#### ⚪ none · `Secret/app` changed (`apps.api`)

| impact | field | old | new | from |
| --- | --- | --- | --- | --- |
| ⚪ none | `data.password` | `***` | `*** (changed)` |  |

</details>
"#;
    assert_eq!(write(&[sample()], LIMIT), expected);
}

#[test]
fn no_difference_is_one_line() {
    let equal = |old: &str, new: &str| Diff { old: old.into(), new: new.into(), equal: 3, ..Diff::default() };
    assert_eq!(write(&[], LIMIT), "No difference.\n");
    assert_eq!(
        write(&[equal("dev", "prod"), equal("a", "the cluster")], LIMIT),
        "No difference: `dev` → `prod`, `a` → the cluster\n"
    );
    let found = write(&[equal("dev", "prod"), sample()], LIMIT);
    assert!(found.starts_with("### `dev` → `prod`: no difference\n\n### `dev` → the cluster: 🔴"), "{found}");
}

/// A diff of `count` objects of each impact, each with fields and a text.
fn large(count: usize) -> Diff {
    let mut objects = Vec::new();
    for impact in Impact::ALL {
        for index in 0..count {
            let mut changes: Vec<_> = (0..20)
                .map(|at| {
                    change(&format!("spec.field{at}"), scalar(&format!("old {index}")), scalar("new value"), impact)
                })
                .collect();
            let lines = |word: &str| Some(Shown::Text(format!("{word} {index} ``` `\n").repeat(20)));
            changes.push(change("data.text", lines("old"), lines("new"), impact));
            objects.push(object(
                object_id("ConfigMap", &format!("{}-{index}", impact.word())),
                What::Changed,
                impact,
                changes,
            ));
        }
    }
    Diff { old: "dev".into(), new: "prod".into(), equal: 0, objects }
}

#[test]
fn every_limit_is_kept_and_nothing_is_cut() {
    let diffs = [large(3), sample(), large(1)];
    let whole = write(&diffs, usize::MAX);
    for limit in (0..whole.len() + 2).step_by(389) {
        let found = write(&diffs, limit);
        assert!(found.len() <= limit.max(120), "{limit}: {}", found.len());
        assert_eq!(found.matches("<details").count(), found.matches("</details>").count(), "{limit}");
        assert_eq!(found.matches("````diff").count() * 2, found.matches("````").count(), "{limit}");
        let rows = found.lines().filter(|line| line.starts_with('|'));
        assert!(rows.clone().all(|row| row.replace("\\|", "").matches('|').count() == 6), "{limit}");
        assert!(found == whole || found.contains("oo long for a comment"), "{limit}");
    }
    assert!(write(&diffs, whole.len()) == whole);
}

#[test]
fn what_is_least_dangerous_is_shortened_first() {
    let diffs = [large(4)];
    let whole = write(&diffs, usize::MAX).len();
    let found = write(&diffs, whole - 2_000);
    let section = |name: &str| found.split("#### ").find(|part| part.contains(name)).unwrap().contains("```diff");
    assert!(!section("`ConfigMap/none-3`"), "the last of those without an impact is the first to go");
    assert!(section("`ConfigMap/live-3`") && section("`ConfigMap/data-loss-3`"));
    let found = write(&diffs, whole / 3);
    assert!(found.contains("`ConfigMap/data-loss-3`") && !found.contains("`ConfigMap/none-3`"));
    let said = found.lines().find(|line| line.starts_with("_Too long")).unwrap();
    assert_eq!(said, "_Too long for a comment: 12 objects are shortened, 4 left out (⚪ 4 none)._");
}

#[test]
fn a_code_span_holds_exactly_its_text() {
    let cases = [
        ("a", "`a`"),
        ("", "`\"\"`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        (" a ", "`  a  `"),
        (" ", "` `"),
        ("``", "``` `` ```"),
    ];
    for (text, expected) in cases {
        assert_eq!(code(text), expected, "{text:?}");
    }
}

#[test]
fn a_sentence_of_kgens_own_keeps_its_code_and_nothing_else() {
    assert_eq!(prose("a `b*c` *d* <e> [f](g)"), "a `b*c` \\*d\\* \\<e\\> \\[f\\](g)");
}

/// What CommonMark reads in a text that is one code span.
fn read(span: &str) -> String {
    let marks = span.len() - span.trim_start_matches('`').len();
    let fence = "`".repeat(marks);
    let content = &span[marks..];
    let mut runs = content.match_indices(&fence).map(|(at, _)| at);
    let is_run = |at: &usize| !content[..*at].ends_with('`') && !content[at + marks..].starts_with('`');
    let end = runs.find(is_run).unwrap();
    assert_eq!(end + marks, content.len(), "{span:?} ends early");
    let content = &content[..end];
    let stripped = content.strip_prefix(' ').and_then(|rest| rest.strip_suffix(' '));
    stripped.filter(|_| !content.trim_matches(' ').is_empty()).unwrap_or(content).to_owned()
}

#[test]
fn any_text_comes_back_from_its_code_span() {
    let pieces = ["`", "``", "```", " ", "  ", "|", "\\", "<", "a", "*", "@", "\n", "\u{202e}"];
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..6 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
        }
        let shown = spelled(&text);
        assert_eq!(read(&code(&shown)), shown);
    }
}

#[test]
fn one_change_on_many_objects_is_one_row() {
    let label = |name: &str| {
        let changes = vec![change("metadata.labels.team", None, scalar("a|b"), Impact::None)];
        object(object_id("ConfigMap", name), What::Changed, Impact::None, changes)
    };
    let mut objects: Vec<_> = ["a", "b", "c"].map(label).to_vec();
    objects[2].changes.push(change("data.k", scalar("1"), scalar("2"), Impact::Live));
    let diff = Diff { old: "dev".into(), new: "prod".into(), equal: 0, objects };
    let found = write(std::slice::from_ref(&diff), LIMIT);
    assert!(
        found.contains(
            "| ⚪ none | `metadata.labels.team` | — | `a\\|b` |  | `ConfigMap/a, ConfigMap/b, ConfigMap/c` |"
        ),
        "{found}"
    );
    assert!(!found.contains("`ConfigMap/a` changed") && found.contains("3 objects differ"), "{found}");
    assert!(found.contains("| 🔵 live | `data.k` | `1` | `2` |  |"), "{found}");
    let two = Diff { objects: diff.objects[..2].to_vec(), ..diff };
    assert_eq!(write(&[two], LIMIT).matches("metadata.labels.team").count(), 2, "two are shown each");
}

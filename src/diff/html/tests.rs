use super::*;
use crate::diff::{Cause, Change, Shown};
use crate::resource::Id;

fn object(name: &str, impact: Impact, changes: Vec<Change>) -> Object {
    let id = Id { api_version: "v1".into(), kind: "ConfigMap".into(), namespace: None, name: name.into() };
    let component = "configs.app".into();
    Object { id, component, apart: None, what: What::Changed, impact, reason: None, changes, effects: Vec::new() }
}

fn field(place: &str, old: &str, new: &str, impact: Impact) -> Change {
    let shown = |text: &str| Some(Shown::Scalar(text.into()));
    Change {
        path: Vec::new(),
        place: place.into(),
        old: shown(old),
        new: shown(new),
        impact,
        reason: None,
        cause: None,
    }
}

fn diff(old: &str, new: &str, objects: Vec<Object>) -> Diff {
    Diff { old: old.into(), new: new.into(), objects, equal: 2 }
}

#[test]
fn a_field_of_two_diffs_is_one_row() {
    let one = diff("dev", "staging", vec![object("app", Impact::Live, vec![field("data.A", "1", "2", Impact::Live)])]);
    let two = diff(
        "staging",
        "prod",
        vec![object(
            "app",
            Impact::Restart,
            vec![field("data.A", "2", "3", Impact::Restart), field("data.B", "x", "y", Impact::None)],
        )],
    );
    let page = write(&[one, two]);
    assert_eq!(page.matches("<section ").count(), 1);
    assert!(page.contains("<section class=\"restart\">\n<h2><span class=\"badge restart\">restart</span>"), "{page}");
    assert!(page.contains("data-impact=\"live restart\"><th class=\"name\" role=\"rowheader\" scope=\"row\"><code>data.<wbr><strong>A</strong>"));
    assert_eq!(page.matches("no difference</p>").count(), 1, "`data.B` of the first");
    assert!(page.contains("1 object, 2 fields</output>"));
}

#[test]
fn the_worst_stands_first_and_nothing_is_lost() {
    let objects = Impact::ALL.map(|impact| object(impact.word(), impact, vec![field("data.A", "1", "2", impact)]));
    let page = write(&[diff("dev", "prod", objects.to_vec())]);
    let names: Vec<&str> = page.split("/<wbr><strong>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(names, ["data-loss", "recreate", "restart", "live", "none"]);
}

#[test]
fn two_objects_of_one_name_in_one_diff_are_two() {
    let of = |namespace: &str| {
        let mut object = object("app", Impact::Live, vec![field("data.A", "1", namespace, Impact::Live)]);
        object.apart = Some(namespace.into());
        object
    };
    let page = write(&[diff("dev", "prod", vec![of("one"), of("two")]), diff("dev", "eu", vec![of("one")])]);
    assert_eq!(page.matches("<section ").count(), 2);
    assert!(page.contains("(one)") && page.contains("(two)"), "{page}");
}

#[test]
fn every_impact_that_stands_somewhere_can_be_filtered() {
    let page = write(&[
        diff("dev", "prod", vec![object("app", Impact::Live, vec![])]),
        diff("dev", "eu", vec![object("app", Impact::Restart, vec![])]),
    ]);
    assert!(page.contains("data-impact=\"live restart\""));
    assert!(page.contains("value=\"live\"") && page.contains("value=\"restart\""));
    assert!(!page.contains("value=\"none\""));
}

#[test]
fn no_difference_is_said() {
    let page = write(&[diff("dev", "prod", vec![])]);
    assert!(
        page.contains("<title>dev to prod: no difference</title>")
            && page.contains("<p class=\"empty\">No difference.</p>")
    );
    assert!(!page.contains("<form"));
}

#[test]
fn a_value_is_text_wherever_it_stands() {
    let bad = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;<!--";
    let text = |text: &str| Some(Shown::Text(format!("{text}\n{bad}\n")));
    let change = Change {
        old: text("a"),
        new: text("b"),
        cause: Some(Cause { setting: bad.into(), layer: bad.into(), file: bad.into(), line: 1 }),
        ..field(bad, bad, bad, Impact::Live)
    };
    let id = Id { api_version: "v1".into(), kind: bad.into(), namespace: None, name: bad.into() };
    let mut hostile = object("x", Impact::Live, vec![field(bad, bad, bad, Impact::Live), change]);
    (hostile.id, hostile.component) = (id.clone(), bad.into());
    hostile.what = What::Renamed { from: id };
    let page = write(&[diff(bad, bad, vec![hostile])]);
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert!(!page.contains("<img") && !page.contains("<!--"));
}

#[test]
fn the_page_loads_and_runs_nothing_but_itself() {
    let page = write(&[diff("dev", "prod", vec![object("a", Impact::Live, vec![])])]);
    let between = |start: &str, end: &str| page.split_once(start).unwrap().1.split_once(end).unwrap().0.to_owned();
    for (tag, text) in [("style", between("<style>", "</style>")), ("script", between("<script>", "</script>"))] {
        let hash = STANDARD.encode(Sha256::digest(text));
        assert!(page.contains(&format!("{tag}-src 'sha256-{hash}'")), "{tag}");
    }
    for word in ["http:", "https:", "url(", "@import", " src=", " style=", "unsafe-", "//"] {
        let page = page.replace("// Hides", "");
        assert!(!page.contains(word), "{word}");
    }
}

/// WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for what shows the focus.
#[test]
fn every_colour_can_be_read_on_its_ground() {
    let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
    for (scheme, text) in [("light", light), ("dark", dark.split_once("\n}\n").unwrap().0)] {
        let color = |name: &str| {
            let value = text.split_once(&format!("--{name}: #")).unwrap().1.split(';').next().unwrap();
            let long = if value.len() == 3 { value.chars().flat_map(|c| [c, c]).collect() } else { value.to_owned() };
            let part = |at: usize| f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0;
            let linear = |c: f64| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
            0.2126 * linear(part(0)) + 0.7152 * linear(part(2)) + 0.0722 * linear(part(4))
        };
        let enough = |front: &str, back: &str, least: f64| {
            let (a, b) = (color(front), color(back));
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= least, "{scheme}: {front} on {back}: {ratio:.2}");
        };
        for front in ["text", "quiet"] {
            ["page", "card", "soft"].iter().for_each(|back| enough(front, back, 4.5));
        }
        for front in ["old", "new", "data-loss", "recreate", "restart", "live", "none"] {
            enough(front, &format!("{front}-back"), 4.5);
        }
        ["page", "card", "none-back", "live-back"].iter().for_each(|back| enough("focus", back, 3.0));
    }
}

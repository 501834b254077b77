//! What is written for people to look at, in what they look at it with: the page in Chromium, the comment in two
//! readers of GitHub's Markdown. Fails without Chromium.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kgen::diff::{Diff, html, markdown};
use kgen::escape;
use serde::Deserialize;

use crate::kubectl::folder;
use crate::random::Random;
use crate::sample::{hostile, planted, shop};

/// What Chromium made of a page.
struct Seen {
    dom: String,
    console: Vec<String>,
    requested: Vec<String>,
}

impl Seen {
    fn tags(&self) -> Vec<&str> {
        self.dom.split('<').skip(1).map(|tag| tag.split([' ', '>', '\n']).next().unwrap()).collect()
    }

    fn count(&self, text: &str) -> usize {
        self.dom.matches(text).count()
    }
}

/// The elements of this name that are not hidden, from their attributes to the next one.
fn shown<'s>(seen: &'s Seen, name: &str) -> Vec<&'s str> {
    let all = seen.dom.split(&format!("<{name} ")).skip(1).collect::<Vec<_>>();
    all.into_iter().filter(|text| !text.split('>').next().unwrap().contains("hidden")).collect()
}

fn look(folder: &Path, page: &str, fragment: &str, more: &[&str]) -> Seen {
    let file = folder.join("page.html");
    fs::write(&file, page).unwrap();
    let (dom, said, log) = (folder.join("dom"), folder.join("said"), folder.join("log.json"));
    let to = |path: &PathBuf| Stdio::from(fs::File::create(path).unwrap());
    let mut child = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args([
            "--disable-breakpad",
            "--no-first-run",
            "--enable-logging=stderr",
            "--virtual-time-budget=2000",
            "--host-resolver-rules=MAP * ~NOTFOUND",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .args(more)
        .args(["--dump-dom", &format!("file://{}{fragment}", file.display())])
        .stdin(Stdio::null())
        .stdout(to(&dom))
        .stderr(to(&said))
        .spawn()
        .expect("these tests need Debian's package `chromium`");
    let end = Instant::now() + Duration::from_secs(120);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("chromium does not end: {}", fs::read_to_string(&said).unwrap());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let dom = read(&dom);
    assert!(dom.contains("</html>"), "chromium shows no page: {}", read(&said));
    let console = read(&said).lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    // What the browser itself would like to know has no origin.
    let events = read(&log);
    let asked = |event: &&str| event.contains("\"initiator\":") && !event.contains("\"initiator\":\"not an origin\"");
    Seen { dom, console, requested: events.lines().filter(asked).map(str::to_owned).collect() }
}

fn two() -> Vec<Diff> {
    vec![shop("dev", "staging"), shop("staging", "prod")]
}

#[test]
fn the_page_asks_for_nothing_and_its_filter_hides_rows() {
    let folder = folder("pages");
    let page = html::write(&two());
    let seen = look(&folder, &page, "", &[]);
    assert_eq!((&seen.console, &seen.requested), (&vec![], &vec![]));
    // The script ran: the filter is there, and nothing is hidden.
    assert!(seen.dom.contains("<form id=\"filter\" role=\"search\">"), "{}", seen.dom);
    assert!(seen.count("<section ") > 20 && shown(&seen, "section").len() == seen.count("<section "));

    let seen = look(&folder, &page, "#text=storage&impact=recreate", &[]);
    let sections = shown(&seen, "section");
    assert_eq!(sections.len(), 2, "the two StatefulSets");
    let rows = shown(&seen, "tr").into_iter().map(|row| row.split("</tr>").next().unwrap());
    let rows = rows.filter(|row| row.contains("data-impact"));
    let rows: Vec<&str> = rows.filter(|row| sections.iter().any(|section| section.contains(row))).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.contains("<strong>storage</strong>")));
    assert!(seen.dom.contains(">2 objects, 2 fields</output>"));

    let seen = look(&folder, &page, "#text=nothing-has-this", &[]);
    assert!(seen.dom.contains("<p class=\"empty\" id=\"nothing\">Nothing matches"));
}

/// The test above notices what it is there to notice.
#[test]
fn a_page_that_asks_or_complains_is_noticed() {
    let folder = folder("pages-noticed");
    let page = "<!doctype html><img src=https://pictures.example/a.png><script>nothing.at.all</script></html>";
    let seen = look(&folder, page, "", &[]);
    assert!(seen.requested.iter().any(|event| event.contains("pictures.example")), "{:?}", seen.requested);
    assert!(seen.console.iter().any(|line| line.contains("ReferenceError")), "{:?}", seen.console);
}

#[test]
fn the_page_is_as_wide_as_the_window() {
    let folder = folder("pages-width");
    // The page's own policy would not let a test's script run. A frame can be narrower than Chromium's window.
    let tell = "<script>const e = document.documentElement; parent.postMessage(e.scrollWidth + ' of ' + e.clientWidth, '*')</script></body>";
    let measure = |diffs: &[Diff], width: u32| {
        let page = html::write(diffs).replacen("http-equiv", "data-was", 1).replace("</body>", tell);
        fs::write(folder.join("frame.html"), page).unwrap();
        let outer = format!(
            "<!doctype html><iframe src=frame.html width={width} height=800 frameborder=0></iframe><script>onmessage = (event) => document.body.dataset.width = event.data</script></html>"
        );
        let seen = look(&folder, &outer, "", &[]);
        let said = seen.dom.split_once("data-width=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let (found, window) = said.split_once(" of ").unwrap();
        assert_eq!(found, window, "at {width}");
        assert!(window.parse::<u32>().unwrap() > width - 20);
    };
    let mut random = Random::new(7);
    let long = planted(&mut || format!("{}{}", "a-very-long-word".repeat(random.below(20)), "1"));
    for width in [360, 800, 1280] {
        measure(&two(), width);
        measure(&long, width);
    }
}

#[test]
fn no_value_makes_an_element_of_the_page() {
    let folder = folder("pages-hostile");
    // What has one name would be one row.
    let numbered = |text: &mut dyn FnMut() -> String| {
        let mut at = 0;
        html::write(&planted(&mut || {
            at += 1;
            format!("{}x{at}", text())
        }))
    };
    let plain = look(&folder, &numbered(&mut String::new), "", &[]);
    let mut random = Random::new(1);
    for _ in 0..3 {
        let page = numbered(&mut || hostile(&mut random));
        let seen = look(&folder, &page, "", &[]);
        assert_eq!((&seen.console, &seen.requested), (&vec![], &vec![]));
        let kinds = |seen: &Seen| {
            // A path may break in many places.
            let tags = seen.tags().into_iter().filter(|tag| *tag != "wbr").map(str::to_owned);
            tags.collect::<Vec<_>>()
        };
        assert_eq!(kinds(&seen), kinds(&plain));
    }
}

/// What a reader of Markdown made of a comment.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Read {
    tags: Vec<String>,
    codes: Vec<String>,
    rest: String,
}

/// Both readers' answers for each text.
fn read(folder: &Path, texts: &[String]) -> Vec<BTreeMap<String, Read>> {
    let names: Vec<PathBuf> = (0..texts.len()).map(|at| folder.join(format!("{at}.md"))).collect();
    names.iter().zip(texts).for_each(|(name, text)| fs::write(name, text).unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/markdown/run.sh");
    let output = Command::new(script).args(&names).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn no_value_breaks_a_comment() {
    let folder = folder("markdown");
    let numbered = || {
        let mut at = 0;
        planted(&mut || {
            at += 1;
            format!("x{at}x")
        })
    };
    let mut random = Random::new(2);
    let mut planted_texts: Vec<Vec<String>> = Vec::new();
    let mut comments = vec![markdown::write(&numbered(), usize::MAX)];
    for _ in 0..60 {
        let mut texts = Vec::new();
        let diffs = planted(&mut || {
            texts.push(hostile(&mut random));
            texts.last().unwrap().clone()
        });
        comments.push(markdown::write(&diffs, usize::MAX));
        planted_texts.push(texts);
    }
    let answers = read(&folder, &comments);
    for (answer, texts) in answers[1..].iter().zip(&planted_texts) {
        for (reader, found) in answer {
            let expected = &answers[0][reader];
            assert_eq!(found.tags, expected.tags, "{reader}: {texts:?}");
            assert_eq!(found.rest, expected.rest, "{reader}: {texts:?}");
            for (code, expected) in found.codes.iter().zip(&expected.codes) {
                assert_eq!(*code, filled(expected, texts), "{reader}: {texts:?}");
            }
        }
    }
}

/// The code of the numbered comment, with the texts that stand there in the other.
fn filled(code: &str, texts: &[String]) -> String {
    let is_block = code.contains('\n');
    let mut out = code.to_owned();
    for (at, text) in texts.iter().enumerate().rev() {
        let shown = if is_block { text.replace(['\n', '\r'], " ") } else { text.clone() };
        let mut shown = escape::spelled(&shown);
        if is_block {
            shown = shown.replace("\\t", "\t");
        }
        out = out.replace(&format!("x{}x", at + 1), &shown);
    }
    out
}

#[test]
fn a_shortened_comment_is_whole() {
    let folder = folder("markdown-short");
    let diffs = [shop("dev", "staging"), shop("dev", "prod")];
    let whole = markdown::write(&diffs, usize::MAX).len();
    let comments: Vec<String> = (1..40).map(|part| markdown::write(&diffs, whole * part / 40)).collect();
    for (at, answer) in read(&folder, &comments).iter().enumerate() {
        for (reader, found) in answer {
            let count = |tag: &str| found.tags.iter().filter(|found| *found == tag).count();
            assert_eq!(count("details"), count("/details"), "{reader}, {at}");
            assert_eq!(count("td") % 5, 0, "{reader}, {at}");
            assert!(!found.rest.contains(['|', '`', '*']), "{reader}, {at}: {}", found.rest);
        }
    }
}

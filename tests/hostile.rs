//! Input that means harm, or was made by a program that went wrong: an answer with a way out, in bounded time and memory,
//! and no crash. The real binary, with 3 GiB of address space (an allocation above it aborts).
//!
//! Time is the processor's (a minute of it, for a debug build), as the machine may do other things too.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{KGEN, Temp};

const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\n";
const MANY: usize = 100_000;

/// Runs in a folder with this project file, after `before` was done there in a shell.
#[track_caller]
fn kgen(project: &str, before: &str, args: &str) -> (Option<i32>, String) {
    let temp = Temp::new();
    fs::write(temp.path().join("kgen.yaml"), project).unwrap();
    let script = format!("{before}\nulimit -v 3145728\nulimit -t 60\nexec '{KGEN}' {args}");
    run(temp.path(), &script)
}

fn run(folder: &Path, script: &str) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder).stdin(Stdio::null()).env_clear();
    let said = command.env("PATH", "/usr/bin:/bin").output().unwrap();
    assert!(said.stderr.len() < 200_000, "{} bytes are said", said.stderr.len());
    (said.status.code(), String::from_utf8(said.stderr).unwrap())
}

#[track_caller]
fn refuses(project: &str, words: &str) {
    let (status, said) = kgen(project, "", "render dev");
    assert!(status == Some(2) && said.contains(words), "{status:?} {said}");
}

#[test]
fn lists_and_maps_as_deep_as_a_file_is_long() {
    let deep = [
        format!("{HEAD}labels: {}", "[".repeat(MANY)),
        format!("{HEAD}labels: {}", "{a: ".repeat(MANY)),
        format!("{HEAD}labels: {}", "[{a: ".repeat(MANY)),
        format!("{HEAD}labels:\n  {}", "- ".repeat(MANY)),
        (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
    ];
    deep.iter().for_each(|text| refuses(text, "error[yaml]: lists and maps are nested too deep\n  "));
}

#[test]
fn a_manifest_as_deep_as_the_reader_allows() {
    let (open, close) = ("{a: ".repeat(110), "}".repeat(110));
    let object = format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {open}1{close}}}");
    refuses(&format!("{HEAD}manifests: [{object}]\n"), "error[");
}

#[test]
fn aliases_that_unfold_to_more_and_more() {
    let ten = |at: usize| vec![format!("*x{at}"); 10].join(",");
    let merged: String = (1..12).map(|at| format!("x{at}: &x{at} {{<<: [{}]}}\n", ten(at - 1))).collect();
    let said = "error[yaml]: aliases unfold to more than any project file needs\n  ";
    refuses(&format!("{HEAD}x0: &x0 {{a: 1}}\n{merged}"), said);
}

#[test]
fn twenty_thousand_mistakes() {
    let keys: String = (0..20_000).map(|at| format!("k{at}: v\n")).collect();
    refuses(&format!("{HEAD}{keys}"), "\nand 19800 more messages\n");
}

#[test]
fn references_through_references() {
    let all =
        |of: &dyn Fn(usize) -> String| (1..3000).map(|at| format!("    k{at}: \"{}\"\n", of(at))).collect::<String>();
    let chain = all(&|at| format!("${{configs.c.k{}}}", at - 1));
    refuses(&format!("{HEAD}configs:\n  c:\n    k0: x\n{chain}"), "error[reference-too-long]");
    for section in ["configs", "secrets"] {
        for start in ["", "xxxxxxxxxx"] {
            let tens: String = (1..12)
                .map(|at| format!("    k{at}: \"{}\"\n", format!("${{{section}.c.k{}}}", at - 1).repeat(10)))
                .collect();
            refuses(&format!("{HEAD}{section}:\n  c:\n    k0: \"{start}\"\n{tens}"), "error[reference-too-long]");
        }
    }
}

#[test]
fn texts_of_a_hundred_thousand_characters() {
    let a = "a".repeat(MANY);
    refuses(
        &format!("{HEAD}apps: {{web: {{image: a/b:1, env: {{A: '${{configs.{a}.b}}'}}}}}}\n"),
        "dangling-reference",
    );
    refuses(&format!("{HEAD}apps: {{web: {{image: '{a}/b:1'}}}}\n"), "bad-value");
    let patch = format!("{{op: add, path: '{}', value: 1}}", "/a".repeat(MANY));
    let project = format!(
        "{HEAD}apps: {{web: {{image: a/b:1}}}}\npatches: [{{target: {{kind: Deployment, name: web}}, patch: [{patch}]}}]\n"
    );
    refuses(&project, "patch-fails");
}

#[test]
fn numbers_of_a_million_digits() {
    let nines = "9".repeat(1_000_000);
    for number in [nines.clone(), "1e999999999".into(), format!("0x{nines}")] {
        refuses(&format!("{HEAD}apps: {{web: {{image: a/b:1, replicas: {number}}}}}\n"), "error[wrong-type]");
    }
    for quantity in [nines, "1e999999999".into()] {
        let limits = format!("resources: {{limits: {{memory: \"{quantity}\"}}}}");
        refuses(&format!("{HEAD}apps: {{web: {{image: a/b:1, {limits}}}}}\n"), "error[bad-value]");
    }
}

#[test]
fn files_that_never_end_or_are_none() {
    let (status, said) = kgen(HEAD, "", "render dev -f /dev/zero");
    assert_eq!((status, said.as_str()), (Some(2), "error: `/dev/zero` has more than 64 MiB, which are not read\n"));
    let (status, said) = kgen(HEAD, "", "render dev -f .");
    assert_eq!((status, said.as_str()), (Some(2), "error: `.` is a folder, and should be a file\n"));
    let (status, said) = kgen(HEAD, "", "diff dev --against - </dev/zero");
    assert_eq!((status, said.as_str()), (Some(2), "error: stdin has more than 64 MiB, which are not read\n"));
    let named = |file: &str| format!("{HEAD}configs: {{c: {{k: {{file: {file}}}}}}}\n");
    for (file, before, words) in [
        (
            "zero",
            "ln -s /dev/zero zero",
            "file-outside]: `zero` leads out of the project, by a symbolic link to `/dev/zero`",
        ),
        ("pipe", "mkfifo pipe", "file-missing]: `pipe` is a pipe or a device, and should be a file"),
        ("link", "mkfifo pipe; ln -s pipe link", "file-missing]: `link` is a pipe or a device, and should be a file"),
        ("folder", "mkdir folder", "file-missing]: `folder` is a folder, and should be a file"),
        (
            "large",
            "truncate -s 100M large",
            "too-large]: `large` has more than 1 MiB, the most that a ConfigMap or Secret can hold",
        ),
    ] {
        let (status, said) = kgen(&named(file), before, "render dev");
        let words = format!("error[{words}\n  --> kgen.yaml:4:");
        assert!(status == Some(2) && said.starts_with(&words), "{status:?} {said}");
    }
}

#[test]
fn a_project_file_of_a_hundred_megabytes() {
    let before = "head -c 100000000 /dev/zero | tr '\\0' a >>kgen.yaml";
    let (status, said) = kgen(&format!("{HEAD}labels: {{}} # "), before, "render dev");
    assert_eq!((status, said.as_str()), (Some(2), "error: `kgen.yaml` has more than 64 MiB, which are not read\n"));
}

#[test]
fn a_scalar_of_fifty_megabytes() {
    let before = "head -c 50000000 /dev/zero | tr '\\0' a >>kgen.yaml";
    let (status, said) = kgen(&format!("{HEAD}configs:\n  c:\n    k: "), before, "render dev");
    assert!(status == Some(2) && said.starts_with("error[too-large]"), "{status:?} {said}");
}

#[test]
fn an_app_with_ten_thousand_ports() {
    let ports: String = (1..=10_000).map(|port| format!("      p{port}: {port}\n")).collect();
    let (status, said) =
        kgen(&format!("{HEAD}apps:\n  web:\n    image: a/b:1\n    ports:\n{ports}"), "", "render dev > out");
    assert_eq!((status, said.as_str()), (Some(0), ""));
}

#[test]
fn a_manifest_of_ten_thousand_documents_against_another() {
    let object = |value: &str| {
        let one =
            |at| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{at}}}\ndata: {{a: {value}}}\n");
        (0..10_000).map(one).collect::<String>()
    };
    let project = format!("{HEAD}apps: {{web: {{image: a/b:1}}}}\nmanifests: [{{file: m.yaml}}]\n");
    let temp = Temp::new();
    for (name, text) in [("kgen.yaml", project), ("m.yaml", object("x")), ("other.yaml", object("y"))] {
        fs::write(temp.path().join(name), text).unwrap();
    }
    for format in ["human", "markdown", "html"] {
        let diff = format!("diff dev --against other.yaml --format {format} > out");
        let (status, said) = run(temp.path(), &format!("ulimit -v 3145728\nulimit -t 60\nexec '{KGEN}' {diff}"));
        assert_eq!((status, said.as_str()), (Some(1), ""), "{format}");
    }
}

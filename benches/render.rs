//! How long kgen takes, against `kubectl kustomize` on the tree that kgen wrote and against `cp -r` of that tree:
//! `cargo bench --bench render`.
//!
//! A harness, not a test: it prints what one machine does in one run and fails on nothing but a missing tool. Each number is
//! the least of several runs, which is what the program costs when nothing else is in the way.

mod project;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

/// For more apps `kubectl kustomize` takes the better part of an hour.
const MOST_FOR_KUSTOMIZE: usize = 1000;

fn main() {
    println!(
        "| project | stream | tree | `--check` | `diff dev prod` | kustomize | `cp -r` | kustomize / stream | tree / cp | peak of the tree |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    row("shop", include_str!("../golden/example-shop/kgen.yaml"), 20, true);
    for apps in [1, 10, 100, 1000, 5000] {
        let runs = if apps > 100 { 3 } else { 20 };
        row(&format!("{apps} apps"), &project::project(apps), runs, apps <= MOST_FOR_KUSTOMIZE);
    }
}

fn row(name: &str, project: &str, runs: usize, with_kustomize: bool) {
    let folder = project::folder(name, project);
    let deploy = folder.join("deploy");
    let overlay = deploy.join("overlays/prod");
    let stream = least(runs, || run(&folder, KGEN, &["render", "prod"]));
    let empty = |path: &Path| drop(fs::remove_dir_all(path));
    let (tree, peak) = (0..runs.min(3))
        .map(|_| {
            empty(&deploy);
            measured(&folder, KGEN, &["render"])
        })
        .min()
        .expect("a run");
    let check = least(runs, || run(&folder, KGEN, &["render", "--check"]));
    let diff = least(runs, || answer(&folder, KGEN, &["diff", "dev", "prod"], &[1]));
    let copy = folder.join("copy");
    let copied = (0..runs.min(3))
        .map(|_| {
            empty(&copy);
            measured(&folder, "cp", &["-r", "deploy", "copy"]).0
        })
        .min()
        .expect("a run");
    let kustomize = with_kustomize.then(|| {
        let runs = if stream < Duration::from_millis(100) { 10 } else { 1 };
        least(runs, || run(&folder, "kubectl", &["kustomize", overlay.to_str().expect("a path in UTF-8")]))
    });
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!(
        "| {name} | {} | {} | {} | {} | {} | {} | {} | {:.1} | {} MiB |",
        shown(stream),
        shown(tree),
        shown(check),
        shown(diff),
        kustomize.map_or("-".to_owned(), shown),
        shown(copied),
        kustomize.map_or("-".to_owned(), |time| format!("{:.0}", ratio(time, stream))),
        ratio(tree, copied),
        peak / 1024
    );
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1000.0),
        seconds => format!("{seconds:.2} s"),
    }
}

fn least(runs: usize, work: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..runs).map(time).min().unwrap_or_default()
}

fn run(folder: &Path, program: &str, args: &[&str]) {
    answer(folder, program, args, &[0]);
}

/// As [`run`], with other exit statuses that are right.
fn answer(folder: &Path, program: &str, args: &[&str], right: &[i32]) {
    let mut child = start(folder, program, args);
    let status = child.wait().expect("a status");
    let is_right = status.code().is_some_and(|code| right.contains(&code));
    assert!(is_right, "`{program} {}` failed in {}: {status}", args.join(" "), folder.display());
}

fn start(folder: &Path, program: &str, args: &[&str]) -> Child {
    let mut command = Command::new(program);
    command.current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("cannot run `{program}`: {error}"))
}

/// The time of a run, and the most memory it had, in KiB: as the kernel counts it for a process that is still there.
fn measured(folder: &Path, program: &str, args: &[&str]) -> (Duration, u64) {
    let begin = Instant::now();
    let mut child = start(folder, program, args);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0));
        if let Some(status) = child.try_wait().expect("a status") {
            assert!(status.success(), "`{program} {}` failed in {}", args.join(" "), folder.display());
            return (begin.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

//! How long kgen takes for projects of each shape, and how it grows with them: `cargo bench --bench shapes`. With the word
//! `kustomize` it builds the tree of 1 000 apps with `kubectl kustomize` too, which takes a minute and more for each shape.
//!
//! A harness, not a test: it prints what one machine does in one run. Times are of the processor, which other work on the
//! machine disturbs least; the row of Helm 4 is left out where PATH has no `helm`.

#[path = "project.rs"]
#[allow(dead_code)]
mod project;
mod shape;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

fn main() {
    let with_kustomize = std::env::args().any(|word| word == "kustomize");
    println!("| shape | 100 | 300 | 1 000 | growth | peak | kustomize | kustomize / kgen |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for name in shape::names() {
        row(name, |apps| shape::project(name, apps), [100, 300, 1000], with_kustomize);
    }
    row("profiles of 20 apps", shape::tenants, [20, 60, 200], with_kustomize);
    println!("\n| tree of 1 000 apps with a config each | time |\n| --- | --- |");
    again();
    println!("\n| five objects an app | 100 | peak | 1 000 | peak |\n| --- | --- | --- | --- | --- |");
    twins();
}

fn row(name: &str, project: impl Fn(usize) -> String, sizes: [usize; 3], with_kustomize: bool) {
    let runs = sizes.map(|apps| {
        let folder = project::folder(&format!("{name} {apps}"), &project(apps));
        (measured(&folder, KGEN, &["render", "prod"], if apps > 300 { 3 } else { 10 }), folder)
    });
    let [small, middle, (large, folder)] = &runs;
    let kustomize = with_kustomize.then(|| {
        measured(folder, KGEN, &["render"], 1);
        measured(folder, "kubectl", &["kustomize", "deploy/overlays/prod"], 1).0
    });
    println!(
        "| {name} | {} | {} | {} | {:.1} | {} MiB | {} | {} |",
        shown(small.0.0),
        shown(middle.0.0),
        shown(large.0),
        large.0 / small.0.0,
        large.1 / 1024,
        kustomize.map_or("-".into(), shown),
        kustomize.map_or("-".into(), |time| format!("{:.0}", time / large.0)),
    );
}

/// A first tree, the same one again, and one with another image in one of the apps.
fn again() {
    let project = shape::project("config", 1000);
    let folder = project::folder("again", &project);
    let render = |what: &str| println!("| {what} | {} |", shown(measured(&folder, KGEN, &["render"], 1).0));
    render("the first");
    render("the same");
    let changed = project.replace("ghcr.io/acme/app-7:1.4.2", "ghcr.io/acme/app-7:1.4.3");
    fs::write(folder.join("kgen.yaml"), changed).expect("another project");
    render("one image changed");
}

fn twins() {
    let helm = "helm";
    let has_helm =
        Command::new(helm).arg("version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    let line = |name: &str, [small, large]: [(f64, u64); 2]| {
        let [a, b] = [small.1 / 1024, large.1 / 1024];
        println!("| {name} | {} | {a} MiB | {} | {b} MiB |", shown(small.0), shown(large.0));
    };
    let folders = [100, 1000].map(|apps| {
        let folder = project::folder(&format!("twin {apps}"), &shape::project("config", apps));
        shape::chart(&folder.join("chart"), apps);
        folder
    });
    line("kgen render prod", [0, 1].map(|at| measured(&folders[at], KGEN, &["render", "prod"], 10)));
    if has_helm {
        line("helm template", [0, 1].map(|at| measured(&folders[at], helm, &["template", "bench", "chart"], 10)));
    }
}

fn shown(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// The mean seconds of the processor, the kernel's among them, and the most memory in KiB.
fn measured(folder: &Path, program: &str, args: &[&str], runs: u32) -> (f64, u64) {
    let before = spent();
    let mut peak = 0;
    for _ in 0..runs {
        let mut command = Command::new(program);
        command.current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot run `{program}`: {error}"));
        let status = format!("/proc/{}/status", child.id());
        let done = loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = peak.max(line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0));
            if let Some(done) = child.try_wait().expect("a status") {
                break done;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        };
        assert!(done.success(), "`{program} {}` failed in {}: {done}", args.join(" "), folder.display());
    }
    ((spent() - before) / f64::from(runs), peak)
}

/// What the children that have ended took of the processor: `cutime` and `cstime`, in hundredths of a second.
/// Source: proc_pid_stat(5)
fn spent() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [13, 14].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

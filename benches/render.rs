//! How long `kgen render` takes against `kubectl kustomize` on the tree that kgen wrote: `cargo bench`.
//!
//! A harness, not a test: it prints ratios of one run on one machine and fails on nothing but a missing tool. Each
//! number is the least of several runs, which is what the program costs when nothing else is in the way.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

fn main() {
    println!("| project | stream | whole tree | unchanged | `kubectl kustomize` | kustomize / stream |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let shop = include_str!("../golden/example-shop/kgen.yaml").to_owned();
    row("shop", &shop, 10);
    for apps in [1, 10, 100, 1000] {
        row(&format!("{apps} apps"), &project(apps), if apps > 100 { 1 } else { 5 });
    }
}

/// Apps with a Service and two references each, a Redis and a PostgreSQL for every ten.
fn project(apps: usize) -> String {
    let mut out = "apiVersion: kgen.dev/v1\nproject: bench\nnamespace: bench\napps:\n".to_owned();
    for app in 0..apps {
        let store = app / 10;
        out += &format!(
            "  app-{app}:\n    image: ghcr.io/acme/app-{app}:1.4.2\n    port: 8000\n    env:\n      LOG_LEVEL: info\n      \
             DATABASE_URL: ${{postgres.db-{store}.url}}\n      REDIS_URL: ${{redis.cache-{store}.url}}\n"
        );
    }
    let stores = |name: &str| -> String { (0..=(apps - 1) / 10).map(|n| format!("  {name}-{n}: {{}}\n")).collect() };
    out += &format!("redis:\n{}postgres:\n{}", stores("cache"), stores("db"));
    out + "profiles:\n  dev: {}\n  staging: {secretProvider: existing}\n  prod: {secretProvider: existing}\n"
}

fn row(name: &str, project: &str, runs: usize) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", name.replace(' ', "-")));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the benchmark");
    std::fs::write(folder.join("kgen.yaml"), project).expect("a project for the benchmark");
    let stream = least(runs, || run(&folder, KGEN, &["render", "prod"]));
    let tree = least(1, || run(&folder, KGEN, &["render"]));
    let unchanged = least(runs, || run(&folder, KGEN, &["render"]));
    let overlay = folder.join("deploy/overlays/prod");
    let kustomize = least(runs.min(3), || run(&folder, "kubectl", &["kustomize", text(&overlay)]));
    let ratio = kustomize.as_secs_f64() / stream.as_secs_f64();
    let [stream, tree, unchanged, kustomize] = [stream, tree, unchanged, kustomize].map(shown);
    println!("| {name} | {stream} | {tree} | {unchanged} | {kustomize} | {ratio:.0} |");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
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
    let status =
        Command::new(program).current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("cannot run `{program}`: {error}"));
    assert!(status.success(), "`{program} {}` failed in {}", args.join(" "), folder.display());
}

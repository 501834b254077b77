//! Projects of one shape and any size, and the Helm chart that is the twin of one of them.
//!
//! Each shape is what a real project has much of; `mix` has something of all.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What a shape says of each app, by its number, and at the top level.
struct Shape {
    name: &'static str,
    app: fn(usize) -> String,
    top: fn(usize) -> String,
}

const NONE: fn(usize) -> String = |_| String::new();

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    Shape { name: "config", app: |n| format!("    envFrom: [configs.c-{n}]\n"), top: configs },
    Shape { name: "secret", app: |n| format!("    env: {{TOKEN: \"${{secrets.s-{n}.TOKEN}}\"}}\n"), top: secrets },
    Shape { name: "hash", app: |n| format!("    envFrom: [configs.c-{n}]\n"), top: |apps| format!("rollout: hash\n{}", configs(apps)) },
    Shape { name: "files", app: |n| format!("    files: {{/etc/app/a.conf: \"number = {n}\\n\", /etc/app/b.conf: \"x\"}}\n"), top: NONE },
    Shape { name: "chain", app: |n| format!("    env: {{NEXT: \"${{apps.app-{}.url}}\"}}\n", if n == 0 { 1 } else { n - 1 }), top: NONE },
    Shape { name: "store", app: |_| "    env: {URL: \"${redis.cache.url}\"}\n".into(), top: |_| "redis: {cache: {}}\n".into() },
    Shape { name: "wiring", app: |n| format!("    networkPolicy: wiring\n    env: {{NEXT: \"${{apps.app-{}.url}}\", URL: \"${{redis.cache.url}}\"}}\n", if n == 0 { 1 } else { n - 1 }), top: |_| "redis: {cache: {}}\n".into() },
    Shape { name: "jobs", app: NONE, top: |apps| list("jobs", apps, |n| format!("  job-{n}: {{image: \"ghcr.io/acme/job:1.0\", schedule: \"0 3 * * *\"}}\n")) },
    Shape { name: "sidecars", app: |_| "    workload: StatefulSet\n    volumes: {/data: {size: 1Gi}}\n    sidecars: {log: {image: \"ghcr.io/acme/log:1.0\"}}\n".into(), top: NONE },
    Shape { name: "manifests", app: NONE, top: |apps| list("manifests", apps, |n| format!("- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: raw-{n}}}, data: {{number: \"{n}\"}}}}\n")) },
    Shape { name: "patches", app: NONE, top: |apps| list("patches", apps, |n| format!("- {{target: {{kind: Deployment, name: app-{n}}}, patch: {{metadata: {{annotations: {{example.com/owner: team}}}}}}}}\n")) },
    Shape { name: "mix", app: mix, top: |apps| [configs(apps), secrets(apps), "redis: {cache: {}}\npostgres: {db: {}}\n".into()].concat() },
];

/// The names of all shapes but `profiles`.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.name)
}

fn list(key: &str, many: usize, item: impl Fn(usize) -> String) -> String {
    format!("{key}:\n{}", (0..many).map(item).collect::<String>())
}

fn configs(apps: usize) -> String {
    list("configs", apps, |n| format!("  c-{n}: {{LEVEL: info, NUMBER: \"{n}\"}}\n"))
}

fn secrets(apps: usize) -> String {
    list("secrets", apps, |n| format!("  s-{n}: {{TOKEN: {{}}}}\n"))
}

fn mix(n: usize) -> String {
    let url = if n.is_multiple_of(2) { "redis.cache" } else { "postgres.db" };
    let mut out = format!(
        "    envFrom: [configs.c-{n}]\n    env: {{TOKEN: \"${{secrets.s-{n}.TOKEN}}\", URL: \"${{{url}.url}}\"}}\n"
    );
    out += match n % 4 {
        0 => "    files: {/etc/app/a.conf: \"x = 1\\n\"}\n",
        1 => "    networkPolicy: wiring\n",
        2 => "    sidecars: {log: {image: \"ghcr.io/acme/log:1.0\"}}\n",
        _ => "    waitFor: [postgres.db]\n",
    };
    out
}

/// A project of this many apps.
pub fn project(name: &str, apps: usize) -> String {
    let shape = SHAPES.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("no shape `{name}`"));
    let app = |n| format!("  app-{n}:\n    image: ghcr.io/acme/app-{n}:1.4.2\n    port: 8000\n{}", (shape.app)(n));
    let head = "apiVersion: kgen.dev/v1\nproject: bench\nnamespace: bench\n";
    format!("{head}{}{}{}", list("apps", apps, app), (shape.top)(apps), PROFILES)
}

const PROFILES: &str =
    "profiles:\n  dev: {}\n  staging: {secretProvider: existing}\n  prod: {secretProvider: existing}\n";

/// Many profiles of twenty apps: environments of tenants.
pub fn tenants(profiles: usize) -> String {
    let whole = project("config", 20);
    let (apps, _) = whole.split_once("profiles:").expect("a project with profiles");
    let mut out = format!("{apps}profiles:\n  prod: {{secretProvider: existing}}\n");
    for n in 1..profiles {
        let _ = writeln!(
            out,
            "  prod-{n}: {{extends: prod, namespace: tenant-{n}, apps: {{app-1: {{replicas: {}}}}}}}",
            2 + n % 3
        );
    }
    out
}

/// A chart with the five objects that `config` has for each app.
pub fn chart(folder: &Path, apps: usize) {
    fs::create_dir_all(folder.join("templates")).expect("a folder for the chart");
    let write = |path: &str, text: &str| fs::write(folder.join(path), text).expect("a file of the chart");
    write("Chart.yaml", "apiVersion: v2\nname: bench\nversion: 1.0.0\n");
    write(
        "values.yaml",
        &list("apps", apps, |n| {
            format!(
                "  app-{n}:\n    image: ghcr.io/acme/app-{n}:1.4.2\n    port: 8000\n    replicas: 3\n    config: {{LEVEL: info, NUMBER: \"{n}\"}}\n"
            )
        }),
    );
    write("templates/app.yaml", include_str!("chart.yaml"));
}

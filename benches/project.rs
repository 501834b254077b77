//! Projects of any size.

use std::fs;
use std::path::{Path, PathBuf};

/// Apps with a Service and two references each, a Redis and a PostgreSQL for every ten, in three profiles.
pub fn project(apps: usize) -> String {
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

/// A folder of its own with this project in it, and nothing else.
pub fn folder(name: &str, project: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", name.replace(' ', "-")));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the benchmark");
    fs::write(folder.join("kgen.yaml"), project).expect("a project for the benchmark");
    folder
}

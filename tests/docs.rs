//! What the README and the pages of `docs/guide` show works: their project files render, their messages are what kgen says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{KGEN, Kgen, Temp, files, put, run};

mod commands; // the commands of the pages
mod seeds; // what the pages of `docs/seeds` cite is in the golden cases

/// One text after the other: a page may speak of the project that the README begins with.
const README: &str = concat!(
    include_str!("../README.md"),
    include_str!("../docs/guide/compose.md"),
    include_str!("../docs/guide/project.md"),
    include_str!("../docs/guide/secrets.md"),
    include_str!("../docs/guide/redis.md"),
    include_str!("../docs/guide/postgresql.md"),
    include_str!("../docs/guide/checks.md"),
    include_str!("../docs/guide/diff.md"),
    include_str!("../docs/guide/explain.md"),
    include_str!("../docs/guide/graph.md"),
    include_str!("../docs/guide/operating.md"),
    include_str!("../docs/guide/shell.md"),
    include_str!("../docs/guide/delivery.md"),
    include_str!("../docs/guide/templates.md"),
);

/// The fenced blocks of one language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    README.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_project_of_the_first_minute_renders() {
    let [first, ..] = blocks("yaml")[..] else { panic!("the README has no project") };
    let temp =
        Kgen::new().file("kgen.yaml", first).args(["render"]).stderr("31 written, 0 removed, 0 unchanged\n").run();
    assert!(temp.path().join("deploy/overlays/prod/kustomization.yaml").exists());
}

/// Each begins anew: `shop` is written once.
#[test]
fn the_first_files_of_the_readme_are_written() {
    let block = blocks("sh").into_iter().find(|block| block.starts_with("kgen init")).unwrap();
    let commands: Vec<&str> = block.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands.len(), 3);
    for command in commands {
        let temp = Temp::new();
        let from: String = README.lines().filter_map(compose_variable).map(|line| format!("      {line}\n")).collect();
        let compose = format!(
            "services:\n  web:\n    image: a/b:1\n    environment:\n{from}  api: {{image: a/b:1}}\n  redis: {{image: 'redis:8.2'}}\n  db: {{image: 'postgres:17', environment: {{POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${{DB_PASSWORD}}\"}}}}\nname: shop\n"
        );
        put(&temp.path().join("compose.yaml"), compose);
        let args: Vec<String> = command.split_whitespace().skip(1).map(str::to_owned).collect();
        let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
        assert_eq!(said.status, Some(0), "{command}: {}", said.stderr);
        if command.contains("--from") {
            let project = std::fs::read_to_string(temp.path().join("shop/kgen.yaml")).unwrap();
            let rows = README.lines().filter(|line| compose_variable(line).is_some());
            let written = rows.flat_map(|row| row.split('|').nth(2).unwrap().split('`').skip(1).step_by(2));
            let mut count = 0;
            for line in written {
                assert!(project.contains(line), "{line}\n{project}");
                count += 1;
            }
            assert_eq!(count, 6);
        }
    }
}

/// The left side of the README's table of Compose, as lines of `environment`.
fn compose_variable(line: &str) -> Option<String> {
    let from = line.strip_prefix("| `")?.split(" | ").next()?;
    let is_row =
        ["CACHE_URL", "DATABASE_URL", "DB_HOST", "API:", "SECRET_KEY"].iter().any(|name| from.starts_with(name));
    is_row.then(|| from.trim_end_matches('`').replace("`, `", "\n      "))
}

#[test]
fn the_tour_of_the_language_renders() {
    let [_, tour, ..] = blocks("yaml")[..] else { panic!("the README has no tour") };
    let project = format!("apiVersion: kgen.dev/v1\nproject: shop\n{tour}");
    let temp = Kgen::new()
        .file("kgen.yaml", &project)
        .file("config/app.toml", "x = 1\n")
        .args(["render"])
        .stderr("16 written, 0 removed, 0 unchanged\n")
        .run();
    assert!(temp.path().join("deploy/base/apps-worker/statefulset.yaml").exists());
}

#[test]
fn the_postgresql_of_the_readme_renders() {
    let postgres = blocks("yaml").into_iter().find(|block| block.starts_with("postgres:")).expect("no PostgreSQL");
    let app = "apps: {api: {image: a/b:1, env: {URL: \"${postgres.db.url}\"}}}";
    let project = format!("apiVersion: kgen.dev/v1\nproject: shop\n{app}\n{postgres}");
    let kgen = Kgen::new().file("kgen.yaml", &project).file("db/init.sql", "CREATE TABLE t (n int);\n");
    let temp = kgen.args(["render"]).stderr("27 written, 0 removed, 0 unchanged\n").run();
    assert!(temp.path().join("deploy/overlays/staging/db/cronjob.yaml").exists());
    assert!(temp.path().join("deploy/overlays/prod/db/scheduledbackup.yaml").exists());
}

/// The answers follow their commands.
#[test]
fn the_explanations_of_the_readme_are_what_kgen_says() {
    let [project, ..] = blocks("yaml")[..] else { panic!("the README has no project") };
    let commands = blocks("sh").into_iter().filter(|block| block.starts_with("kgen explain "));
    let mut seen = 0;
    for command in commands {
        seen += 1;
        let answer =
            README.split(command).nth(1).unwrap().split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        let args = command.trim().split(' ').skip(1).map(|word| word.trim_matches('\''));
        Kgen::new().file("kgen.yaml", project).args(args).stdout(answer).run();
    }
    assert_eq!(seen, 2);
}

#[test]
fn what_differs_in_the_readme_is_what_kgen_says() {
    let ([project, ..], [_, shown, ..]) = (&blocks("yaml")[..], &blocks("text")[..]) else { panic!("no such block") };
    let said = Kgen::new().file("kgen.yaml", project).args(["profile", "show", "--all", "--diff"]).says();
    let mut lines = said.lines();
    for line in shown.lines() {
        assert!(lines.any(|said| said == line), "{line}\n{said}");
    }
}

#[test]
fn the_pictures_of_the_readme_are_drawn() {
    let shop = include_str!("../golden/example-shop/kgen.yaml");
    let lines = blocks("sh").into_iter().flat_map(str::lines).filter(|line| line.starts_with("kgen graph"));
    let mut count = 0;
    for line in lines {
        let command = line.split(['>', '|', '#']).next().unwrap();
        let temp = Temp::new();
        put(&temp.path().join("kgen.yaml"), shop);
        let args: Vec<String> = command.split_whitespace().skip(1).map(str::to_owned).collect();
        let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
        assert_eq!(said.status, Some(0), "{line}: {}", said.stderr);
        assert!(said.stdout.contains("cache"), "{line}: {}", said.stdout);
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn the_message_of_the_readme_is_what_kgen_says() {
    let [message, ..] = blocks("text")[..] else { panic!("the README has no message") };
    let project =
        "apiVersion: kgen.dev/v1\nproject: shop\n\napps:\n  api:\n    image: a/b:1\n    port: 80\n    replicsa: 3\n";
    Kgen::new().file("kgen.yaml", project).args(["render"]).stderr(message).status(2).run();
}

#[test]
fn the_diff_of_the_readme_is_what_kgen_says() {
    let diff = blocks("text").into_iter().find(|block| block.starts_with("dev -> prod")).unwrap();
    let project = include_str!("../golden/diff-folded/kgen.yaml");
    Kgen::new().file("kgen.yaml", project).args(["diff", "dev", "prod"]).stdout(diff).status(1).run();
}

#[test]
fn the_checks_of_the_readme() {
    let allowed = blocks("yaml").into_iter().find(|block| block.contains("allow:")).unwrap();
    let project = format!("apiVersion: kgen.dev/v1\nproject: shop\n{allowed}");
    let check = |text: &str| Kgen::new().file("kgen.yaml", text).args(["check", "prod", "--deny", "warnings"]);
    check(&project).stderr("no errors, no warnings\n").run();
    let without = project.replace("    allow: {single-replica: \"an internal page\"}\n", "");
    let said = check(&without).args(["-q"]).status(1);
    said.stderr(
        "error[single-replica]: Deployment/web `spec.replicas`: one pod serves Ingress/web: each drain of its node is an outage (profile `prod`)
  --> kgen.yaml:7:15
   |
7 |     replicas: 1
   |               ^
hint: write `replicas: 2` or more
",
    )
    .run();
}

/// The lines of the notes that the README shows, and its command that leaves the data.
#[test]
fn the_notes_of_the_readme_are_what_kgen_says() {
    let [project, ..] = blocks("yaml")[..] else { panic!("the README has no project") };
    let shown = blocks("text").into_iter().find(|block| block.starts_with("Redis cache")).unwrap();
    let said = Kgen::new().file("kgen.yaml", project).args(["notes", "prod"]).says();
    assert!(said.contains(shown), "{said}");
    let command = blocks("sh").into_iter().find(|block| block.starts_with("kubectl delete ")).unwrap();
    let labels = command.split_once("-l ").unwrap().1.trim();
    assert!(said.contains(labels), "{labels}\n{said}");
}

#[test]
fn the_delivery_of_the_readme_renders() {
    let block = blocks("yaml").into_iter().find(|block| block.starts_with("delivery:")).expect("no `delivery`");
    let app = "apps: {api: {image: a/b:1, port: 80, replicas: 2}}";
    let project = format!("apiVersion: kgen.dev/v1\nproject: shop\n{app}\n{block}");
    let temp =
        Kgen::new().file("kgen.yaml", &project).args(["render"]).stderr("17 written, 0 removed, 0 unchanged\n").run();
    assert!(temp.path().join("deploy/delivery/flux/prod/kustomization.yaml").exists());
    let set = std::fs::read_to_string(temp.path().join("deploy/delivery/argocd/applicationset.yaml")).unwrap();
    assert!(set.contains("CreateNamespace=true") && set.contains("name: prod-eu"), "{set}");
}

/// What a page installs is built from the versions that were tested.
#[test]
fn every_page_installs_with_the_lock_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [".ci", ".github", "docs", "profiles", "src", "templates"].map(|folder| root.join(folder));
    let pages =
        ["README.md", "CHANGELOG.md", "fuzz/README.md"].map(|page| fs::read_to_string(root.join(page)).unwrap());
    let texts = folders.iter().flat_map(|folder| files(folder).into_values()).chain(pages);
    let texts: Vec<String> = texts.map(|text| text.replace("\\\n", " ")).collect();
    let installs: Vec<&str> =
        texts.iter().flat_map(|text| text.lines()).filter(|line| line.contains("cargo install")).collect();
    assert!(installs.len() >= 4, "{installs:?}");
    assert!(installs.iter().all(|line| line.contains("--locked")), "{installs:?}");
}

/// Nobody but its registry knows an image's digest: a release looks it up, and no file here makes one up.
#[test]
fn the_image_is_built_from_what_a_release_may_pin() {
    let text = include_str!("../.ci/Dockerfile");
    let bases: Vec<&str> = text.lines().filter(|line| line.starts_with("FROM ") || line.starts_with("ARG ")).collect();
    assert_eq!(bases, ["ARG BASE=rust:1.90-alpine", "FROM ${BASE} AS build", "FROM scratch"]);
    let said = "docker build -f .ci/Dockerfile --build-arg BASE=rust:1.90-alpine@sha256:DIGEST -t kgen .";
    assert!(include_str!("../.github/CONTRIBUTING.md").contains(said));
}

/// The files that it names are there.
#[test]
fn the_links_of_the_readme_lead_somewhere() {
    let links = include_str!("../README.md").split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
}

/// `docs/security.md` promises nothing whose test is not there.
#[test]
fn every_promise_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let (mut place, mut found) = (None, 0);
    for word in page.split('`').skip(1).step_by(2) {
        if word.starts_with("tests/") {
            place = Some(root.join(word));
        } else if word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            let Some(place) = &place else { continue };
            // A function of a file, or a case of a folder.
            let is_there = match place.is_dir() {
                true => place.join(word).is_dir(),
                false => fs::read_to_string(place).unwrap().contains(&format!("fn {word}(")),
            };
            assert!(is_there, "the test of a promise is gone: {word} in {}", place.display());
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

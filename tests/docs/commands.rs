//! The commands of the pages, one after the other in one folder: each is taken, and none ends in an error.
//!
//! Does not own: those whose answer a page shows (`docs.rs`), nor what kubectl is asked for (`servers`).

use crate::secret::Room;
use crate::support::put;

const SHOP: &str = include_str!("../../golden/example-shop/kgen.yaml");

/// Without what is the shell's: comments, pipes, files, `source <(...)`.
fn commands(page: &str) -> Vec<Vec<String>> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines =
        blocks.flat_map(str::lines).filter_map(|line| line.split_once("kgen ")?.1.split(['#', '>', '|', ')']).next());
    lines.map(|line| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect()).collect()
}

#[track_caller]
fn all_are_taken(room: &Room, page: &str, count: usize, stdin: &str) {
    let commands = commands(page);
    assert_eq!(commands.len(), count, "{commands:?}");
    for command in commands {
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        room.done(&args, stdin);
    }
}

#[test]
fn the_values_of_the_page_of_secrets_are_sealed() {
    let room = Room::new(
        "apiVersion: kgen.dev/v1
project: shop
namespace: shop
postgres: {db: {}}
secrets: {sentry: {dsn: {}}, web: {KEY: {}}}
apps:
  web:
    image: a/b:1
    env: {URL: \"${postgres.db.url}\", DSN: \"${secrets.sentry.dsn}\", KEY: \"${secrets.web.KEY}\"}
profiles:
  prod:
    secretProvider: {sealed: {certificate: certs/prod.pem}}
",
    );
    put(&room.0.path().join(".env"), "KEY=Zq7kPw93LmXeZq7k\n");
    room.done(&["secret", "set", "prod", "db", "superuser-password", "--generate"], "");
    all_are_taken(&room, include_str!("../../docs/guide/secrets.md"), 5, "https://Zq7kPw93LmXe@sentry.example.org/1\n");
    for file in ["db", "sentry", "web"] {
        assert!(room.read(&format!("secrets/prod/{file}.sealed.yaml")).contains("encryptedData"));
    }
}

#[test]
fn the_checks_of_the_page_find_nothing_in_a_sound_project() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\napps: {web: {image: a/b:1, port: 80}}\nprofiles: {dev: {}, prod: {}}\n";
    all_are_taken(&Room::new(project), include_str!("../../docs/guide/checks.md"), 3, "");
}

#[test]
fn the_notes_of_the_page_are_written() {
    all_are_taken(&Room::new(SHOP), include_str!("../../docs/guide/operating.md"), 2, "");
}

#[test]
fn the_shell_gets_what_the_page_says() {
    all_are_taken(&Room::new(SHOP), include_str!("../../docs/guide/shell.md"), 2, "");
}

#[test]
fn a_template_is_taken_as_the_page_says() {
    let room = Room::new(&format!("templates: own\n{SHOP}"));
    all_are_taken(&room, include_str!("../../docs/guide/templates.md"), 3, "");
    assert!(room.0.path().join("own/app/deployment.yaml").exists());
}

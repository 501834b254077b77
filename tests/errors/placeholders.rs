//! Secret values that everybody knows.

use super::{project, refused, said};
use crate::support::Kgen;

const ENV: &str = "
    profiles: {prod: {}}
    secrets: {app: {token: {env: TOKEN}}}
";

fn with(value: &str) -> Kgen {
    project(ENV).args(["render", "prod"]).env("TOKEN", value)
}

/// The way out is the same for all.
fn error(reason: &str) -> String {
    format!(
        "error[secret-placeholder]: the value of `secrets.app.token` {reason}, which others guess first (profile `prod`)
  --> kgen.yaml:4:30
   |
4 | secrets: {{app: {{token: {{env: TOKEN}}}}}}
   |                              ^^^^^
hint: make one that nobody can guess: `openssl rand -hex 24`
"
    )
}

#[test]
fn a_placeholder_from_the_environment() {
    refused(with("changeme-in-production"), &error("is a placeholder"));
}

#[test]
fn the_base64_of_a_placeholder() {
    refused(with("Y2hhbmdlbWUtaW4tcHJvZHVjdGlvbg=="), &error("is the base64 of a placeholder"));
}

#[test]
fn a_placeholder_in_a_url() {
    let url = "postgresql://ragsystemuser:rag322wq@postgres:5432/ragsystemdb";
    refused(with(url), &error("holds a URL whose password is a placeholder"));
}

#[test]
fn the_name_of_its_key() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {BROKER_KEY: {env: MQ}}}
    ",
    );
    refused(
        kgen.args(["render", "prod"]).env("MQ", "broker-key"),
        "
            error[secret-placeholder]: the value of `secrets.app.BROKER_KEY` is the name of its key, which others guess first (profile `prod`)
              --> kgen.yaml:4:35
               |
            4 | secrets: {app: {BROKER_KEY: {env: MQ}}}
               |                                   ^^
            hint: make one that nobody can guess: `openssl rand -hex 24`
        ",
    );
}

#[test]
fn the_name_of_its_secret() {
    refused(with("App"), &error("is the name of its secret"));
}

#[test]
fn the_name_of_a_user() {
    let kgen = project(
        "
        profiles: {prod: {}}
        postgres: {db: {user: shopper, password: '${secrets.db-login.pw}'}}
        secrets: {db-login: {pw: {env: PW}}, db: {superuser-password: {env: ROOT}}}
    ",
    );
    refused(
        kgen.args(["render", "prod"]).env("PW", "shopper").env("ROOT", "db_superuser-x"),
        "
            error[secret-placeholder]: the value of `secrets.db-login.pw` is the name of a user, which others guess first (profile `prod`)
              --> kgen.yaml:5:32
               |
            5 | secrets: {db-login: {pw: {env: PW}}, db: {superuser-password: {env: ROOT}}}
               |                                ^^
            hint: make one that nobody can guess: `openssl rand -hex 24`
        ",
    );
}

#[test]
fn a_placeholder_from_a_file() {
    let kgen = project(
        "
        profiles: {staging: {}}
        secrets: {app: {token: {file: a.key}}}
    ",
    );
    refused(
        kgen.file("a.key", "redis-learning-pwd-123\n").args(["render", "staging"]),
        "
            error[secret-placeholder]: the value of `secrets.app.token` is a placeholder, which others guess first (profile `staging`)
              --> kgen.yaml:4:31
               |
            4 | secrets: {app: {token: {file: a.key}}}
               |                               ^^^^^
            hint: make one that nobody can guess: `openssl rand -hex 24`
        ",
    );
}

#[test]
fn a_placeholder_in_dev_is_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {}}
        secrets: {app: {token: changeme-in-production, made-up: {}, copied: insecure-dev-shop-app-made-up}}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[secret-placeholder]: the value of `secrets.app.token` is a placeholder, which others guess first (profile `dev`)
              --> kgen.yaml:4:24
               |
            4 | secrets: {app: {token: ***, made-up: {}, copied: ***}}
               |                        ^^^
            hint: remove the value: kgen makes up one for dev that nobody takes for real
            2 written, 0 removed, 0 unchanged
        ",
    );
}

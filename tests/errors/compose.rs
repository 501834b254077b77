//! Mistakes in a Compose file: the place, the reason, the way out, and no value of it.

use super::text;
use crate::support::Kgen;

/// `kgen init --from` says exactly `stderr`, and writes nothing.
#[track_caller]
fn compose(body: &str, stderr: &str) {
    with(Kgen::new(), body, stderr);
}

#[track_caller]
fn with(kgen: Kgen, body: &str, stderr: &str) {
    let kgen = kgen.file("compose.yaml", &text(body)).args(["init", "--from", "compose.yaml"]);
    kgen.stderr(&text(stderr)).status(2).absent("kgen.yaml").absent("kgen.schema.json").run();
}

#[test]
fn no_services() {
    compose(
        "
        name: shop
        ",
        "
        error[compose-no-services]: the Compose file has no `services`
          --> compose.yaml:1:1
           |
        1 | name: shop
           | ^
        hint: it looks like `services: {web: {image: registry/name:tag}}`
        ",
    );
}

#[test]
fn version_1() {
    compose(
        "
        web:
          image: a/b:1
        ",
        "
        error[compose-no-services]: the Compose file has no `services`
          --> compose.yaml:1:1
           |
        1 | web:
           | ^
        hint: a file of version 1 has them at the top: put `services:` above them
        ",
    );
}

#[test]
fn a_list_in_the_place_of_services() {
    compose(
        "
        services: [web]
        ",
        "
        error[compose-type]: `services` must be a map by name, found a list
          --> compose.yaml:1:11
           |
        1 | services: [web]
           |           ^
        ",
    );
}

#[test]
fn all_mistakes_at_once() {
    compose(
        "
        services:
          web:
            ports: [eighty]
            volumes: [data:var]
            stop_grace_period: soon
            mem_limit: much
            command: sh -c 'x
          1: {image: a/b:1}
        ",
        "
        error[compose-type]: `web` has neither `image` nor `build`
          --> compose.yaml:2:3
           |
        2 |   web:
           |   ^^^
        hint: write `image: registry/name:tag`

        error[compose-value]: `web.ports` must be ports from 1 to 65535, as `8080:80`, found `eighty`
          --> compose.yaml:3:13
           |
        3 |     ports: [eighty]
           |             ^^^^^^

        error[compose-value]: `web.volumes` must have an absolute path of the container, as `data:/var/lib/data`
          --> compose.yaml:4:15
           |
        4 |     volumes: [data:var]
           |               ^^^^^^^^

        error[compose-value]: `web.stop_grace_period` has `soon` where a number with a unit should stand, as in `90s`
          --> compose.yaml:5:24
           |
        5 |     stop_grace_period: soon
           |                        ^^^^

        error[compose-value]: `web.mem_limit` must be a size such as `512M`
          --> compose.yaml:6:16
           |
        6 |     mem_limit: much
           |                ^^^^

        error[compose-value]: `web.command` has a `'` that is never closed
          --> compose.yaml:7:14
           |
        7 |     command: ***
           |              ^^^

        error[compose-name]: the service `1` has a name that no object of Kubernetes can have, or the same as another
          --> compose.yaml:8:3
           |
        8 |   1: {image: a/b:1}
           |   ^
        hint: rename it in the Compose file: lower-case letters, digits and `-`
        ",
    );
}

#[test]
fn a_dollar_that_begins_nothing() {
    compose(
        "
        services:
          web:
            image: a/b:1
            environment: {NOW: '$(date)'}
        ",
        "
        error[compose-variable]: `services.web.environment.NOW`: there is no variable behind this `$`
          --> compose.yaml:4:24
           |
        4 |     environment: {NOW: ***}
           |                        ^^^
        hint: write `$$` for a `$` that is meant as such
        ",
    );
}

#[test]
fn an_env_file_that_cannot_be_read_shows_nothing_of_it() {
    with(
        Kgen::new().file("web.env", "A=1\nTOKEN='q8Zt1Yx0\n"),
        "
        services:
          web: {image: a/b:1, env_file: web.env}
        ",
        "
        error[compose-env-file]: line 2 of `web.env` has a quote that is never closed
          --> web.env:2:1
           |
        2 | ***
           | ^^^
        hint: Compose reads such files in the same way; correct it there
        ",
    );
}

#[test]
fn what_extends_itself() {
    compose(
        "
        services:
          a: {image: a/b:1, extends: b}
          b: {extends: {service: a}}
        ",
        "
        error[compose-cycle]: `b` extends itself, by way of `a`
          --> compose.yaml:3:16
           |
        3 |   b: {extends: {service: a}}
           |                ^
        hint: remove one of the `extends`
        ",
    );
}

#[test]
fn files_that_are_not_there() {
    compose(
        "
        include: [more.yaml]
        services:
          web: {extends: {service: base, file: base.yaml}}
          api: {extends: nobody}
        ",
        "
        error[compose-reference]: there is no Compose file `more.yaml`
          --> compose.yaml:1:11
           |
        1 | include: [more.yaml]
           |           ^^^^^^^^^
        hint: paths begin at the folder of the file that names them

        error[compose-reference]: there is no Compose file `base.yaml`
          --> compose.yaml:3:18
           |
        3 |   web: {extends: {service: base, file: base.yaml}}
           |                  ^
        hint: paths begin at the folder of the file that names them

        error[compose-reference]: `api` extends `nobody`, which is no service
          --> compose.yaml:4:18
           |
        4 |   api: {extends: nobody}
           |                  ^^^^^^
        ",
    );
}

#[test]
fn a_file_that_includes_itself() {
    with(
        Kgen::new().file("a.yaml", "include: [a.yaml]\nservices: {web: {image: a/b:1}}\n"),
        "
        include: [a.yaml]
        ",
        "
        error[compose-cycle]: `a.yaml` leads back to itself
          --> a.yaml:1:11
           |
        1 | include: [a.yaml]
           |           ^^^^^^
        hint: a file that is included or extended may not name the one that names it
        ",
    );
}

#[test]
fn a_secret_that_nobody_declares() {
    compose(
        "
        services:
          web:
            image: a/b:1
            secrets: [token]
        ",
        "
        error[compose-reference]: `web.secrets` names `token`, which is not under `secrets` at the top
          --> compose.yaml:4:15
           |
        4 |     secrets: [token]
           |               ^^^^^
        ",
    );
}

/// Where nothing can be read, nothing behind a `:` is shown.
#[test]
fn no_yaml() {
    compose(
        "
        services:
          web:
            image: a/b:1
            environment:
              - TOKEN=q8Zt1Yx0
              PASSWORD: q8Zt1Yx0
        ",
        "
        error[yaml]: while parsing a block collection, did not find expected '-' indicator
          --> compose.yaml:6:7
           |
        6 |       PASSWORD:***
           |       ^
        ",
    );
}

#[test]
fn a_file_that_is_there_already() {
    let kgen = Kgen::new().file("kgen.yaml", "mine").file("compose.yaml", "services: {}");
    let kgen = kgen.args(["init", "--from", "compose.yaml"]).tree_file("kgen.yaml", "mine").status(2);
    kgen.stderr("error: `kgen.yaml` is there already, and kgen init overwrites nothing\nhint: edit it, or write into another folder: `kgen init DIR`\n").run();
}

#[test]
fn no_compose_file() {
    let none = "error: there is no Compose file in `.`\nhint: name it: `--from FILE`\n";
    Kgen::new().args(["init", "--from", "."]).stderr(none).status(2).run();
    let gone = "error: cannot read `gone.yaml`: No such file or directory (os error 2)\n";
    Kgen::new().args(["init", "--from", "gone.yaml"]).stderr(gone).status(2).run();
}

#[test]
fn not_utf8() {
    let kgen =
        Kgen::new().bytes("compose.yaml", b"services:\n  a: {image: \xff}\n").args(["init", "--from", "compose.yaml"]);
    kgen.stderr("error[not-utf8]: `compose.yaml` is not UTF-8\n  --> compose.yaml:2:14\n   |\n2 |   a:***\n   |         ^\nhint: save it as UTF-8\n").status(2).run();
}

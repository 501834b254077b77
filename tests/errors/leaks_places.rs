//! No message shows a secret's value, wherever it stands.

use super::{project, refused, shop};
use crate::support::Kgen;

#[test]
fn a_secret_beside_a_reference() {
    shop(
        "
            secrets:
              app:
                token: hunter2canary${redis.x.url}
        ",
        "
            error[dangling-reference]: there is no `redis.x` (profiles `dev`, `staging` and `prod`)
              --> kgen.yaml:5:25
               |
            5 |     token: ***${redis.x.url}
               |               ^^^^^^^^^^^^^^
            hint: the project has no `redis`
        ",
    );
}

#[test]
fn a_secret_beside_a_broken_reference() {
    shop(
        "
            secrets:
              app:
                token: hunter2canary${redis.x.url
        ",
        "
            error[bad-reference]: `${` is not closed; write `$${` for a literal `${`
              --> kgen.yaml:5:25
               |
            5 |     token: ***
               |            ^^^
        ",
    );
}

#[test]
fn a_secret_of_several_lines() {
    shop(
        "
            secrets:
              app:
                token: |
                  hunter2canary
                 x: [
        ",
        "
            error[yaml]: this line does not line up with the lines above
              --> kgen.yaml:7:6
               |
            7 |      ***
               |      ^^^
            hint: keys of one map begin in the same column
        ",
    );
}

#[test]
fn a_secret_in_a_profile() {
    shop(
        "
            profiles:
              dev:
                secrets: {app: {token: [hunter2canary]}}
        ",
        "
            error[wrong-type]: `profiles.dev.secrets.app.token`: expected a value or a map, found a list
              --> kgen.yaml:5:28
               |
            5 |     secrets: {app: {token: [***]}}
               |                            ^
        ",
    );
}

#[test]
fn a_misspelt_section() {
    shop(
        "
            secret:
              app:
                token: hunter2canary
                token: x
        ",
        "
            error[duplicate-key]: a key is written twice
              --> kgen.yaml:6:5
               |
            6 |     ***
               |     ^^^
            hint: remove one of the two, or put what stands below both under one
        ",
    );
}

#[test]
fn a_misspelt_section_on_one_line() {
    shop(
        "
            screts: {app: {token: hunter2canary}}
        ",
        "
            error[unknown-key]: unknown key `screts` at the top level
              --> kgen.yaml:3:1
               |
            3 | screts: {***}
               | ^^^^^^
            hint: did you mean `secrets`?
        ",
    );
}

#[test]
fn a_misspelt_password() {
    shop(
        "
            redis:
              cache: {pasword: hunter2canary}
        ",
        "
            error[unknown-key]: unknown key `pasword` in `redis.cache`
              --> kgen.yaml:4:11
               |
            4 |   cache: {pasword: ***}
               |           ^^^^^^^
            hint: did you mean `password`?
        ",
    );
}

#[test]
fn a_password_in_a_variable() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {DB_PASSWORD: {valu: hunter2canary}}
        ",
        "
            error[unknown-key]: unknown key `valu` in `apps.api.env.DB_PASSWORD`
              --> kgen.yaml:7:25
               |
            7 |     env: {DB_PASSWORD: {valu: ***}}
               |                         ^^^^
            hint: did you mean `value`?
        ",
    );
}

#[test]
fn a_secret_of_set_that_is_no_yaml() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "secrets.app.token={value: hunter2canary"]),
        "
            error[yaml]: `{` is not closed
              --> --set:1:19
               |
            1 | secrets.app.token=***
               |                   ^^^
        ",
    );
}

#[test]
fn an_unknown_key_of_a_secret_of_set() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "secrets.app.tok en.valu=hunter2canary"]),
        "
            error[bad-name]: `***` is no key in `secrets.app`: may have only letters, digits, `-`, `_` and `.`, but has ` `
              --> --set:1:13
               |
            1 | secrets.app.***.valu=***
               |             ^^^

            error[unknown-key]: unknown key `valu` in `secrets.app.***`
              --> --set:1:20
               |
            1 | secrets.app.***.valu=***
               |                 ^^^^
            hint: did you mean `value`?
        ",
    );
}

#[test]
fn a_list_for_a_secret_of_set() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "secrets.app.token=[hunter2canary]"]),
        "
            error[wrong-type]: `secrets.app.token`: expected a value or a map, found a list
              --> --set:1:19
               |
            1 | secrets.app.token=[***]
               |                   ^
        ",
    );
}

#[test]
fn a_secret_in_a_manifest_beside_a_mistake() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - {apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {p: hunter2canary}, dat: {}}
        ",
        "
            error[unknown-field]: Secret/a `dat`: unknown field `dat` (profile `dev`)
              --> kgen.yaml:5:89
               |
            5 |   - {apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {p: ***}, dat: {}}
               |                                                                               ^^^
            hint: did you mean `data`?
        ",
    );
}

#[test]
fn a_secret_in_a_manifest_that_is_no_base64() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {p: hunter2canary!}}
        ",
        "
            error[invalid-base64]: Secret/a `data.p`: expected base64, found an invalid symbol 33, offset 13 (profile `dev`)
              --> kgen.yaml:5:67
               |
            5 |   - {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {p: ***}}
               |                                                                   ^^^
        ",
    );
}

#[test]
fn a_secret_before_a_byte_that_is_not_utf8() {
    let kgen = Kgen::new().bytes(
        "kgen.yaml",
        b"apiVersion: kgen.dev/v1\nproject: shop\nsecrets:\n  app: {token: hunter2canary, other: \xff}\n",
    );
    refused(
        kgen.args(["render"]),
        "
            error[not-utf8]: `kgen.yaml` is not UTF-8
              --> kgen.yaml:4:38
               |
            4 |   app: {token: ***
               |                    ^
            hint: save it as UTF-8
        ",
    );
}

#[test]
fn a_password_in_a_url_where_a_number_belongs() {
    shop(
        "
            apps: {api: {image: 'acme/api:1', port: 'redis://app:hunter2canary@cache'}}
        ",
        "
            error[wrong-type]: `apps.api.port`: expected an integer from 1 to 65535, found `'redis://app:***@cache'`
              --> kgen.yaml:3:41
               |
            3 | apps: {api: {image: 'acme/api:1', port: 'redis://app:***@cache'}}
               |                                         ^^^^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn what_a_text_that_is_no_yaml_gives_away() {
    shop(
        "
            apps:
              api:
                args: [mysql://root:hunter2canary@db
        ",
        "
            error[yaml]: `[` is not closed
              --> kgen.yaml:5:11
               |
            5 |     args: [***
               |           ^
        ",
    );
}

#[test]
fn a_private_key_in_a_text_that_is_no_yaml() {
    shop(
        "
            configs:
              app:
                a.pem: |
                  -----BEGIN PRIVATE KEY-----
                  hunter2canary
                -x: [
                hunter2canary
        ",
        "
            error[yaml]: `[` is not closed
              --> kgen.yaml:8:9
               |
            8 |     -***
               |      ^^^
        ",
    );
}

#[test]
fn a_variable_in_a_text_that_is_no_yaml() {
    shop(
        "
            manifests:
              - env:
                  - name: DB_PASSWORD
                    value: hunter2canary: x
        ",
        "
            error[yaml]: a second `: ` on one line
              --> kgen.yaml:6:29
               |
            6 |         ***
               |         ^^^
            hint: quote the value, if the `: ` belongs to it
        ",
    );
}

#[test]
fn a_key_with_a_value_of_the_wrong_type() {
    shop(
        "
            apps: {api: {image: 'acme/api:1', env: {API_KEY: [hunter2canary]}}}
        ",
        "
            error[wrong-type]: `apps.api.env.API_KEY`: expected a value or a map, found a list
              --> kgen.yaml:3:50
               |
            3 | apps: {api: {image: 'acme/api:1', env: {API_KEY: [***]}}}
               |                                                  ^
            hint: a variable is one text: `a,b,c`
        ",
    );
}

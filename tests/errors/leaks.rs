//! No message shows a secret's value.

use super::shop;

#[test]
fn a_list_for_a_secret() {
    shop(
        "
            secrets:
              app:
                token: [hunter2canary]
        ",
        "
            error[wrong-type]: `secrets.app.token`: expected a value or a map, found a list
              --> kgen.yaml:5:12
               |
            5 |     token: [***]
               |            ^
        ",
    );
}

#[test]
fn a_word_for_a_map_of_secrets() {
    shop(
        "
            secrets:
              app: hunter2canary
        ",
        "
            error[wrong-type]: `secrets.app`: expected a map, found a string
              --> kgen.yaml:4:8
               |
            4 |   app: ***
               |        ^^^
        ",
    );
}

#[test]
fn a_word_for_all_secrets() {
    shop(
        "
            secrets: hunter2canary
        ",
        "
            error[wrong-type]: `secrets`: expected a map, found a string
              --> kgen.yaml:3:10
               |
            3 | secrets: ***
               |          ^^^
            hint: write a map by name: `secrets: {NAME: {KEY: {}}}`
        ",
    );
}

#[test]
fn a_list_for_all_secrets() {
    shop(
        "
            secrets:
              - hunter2canary
        ",
        "
            error[wrong-type]: `secrets`: expected a map, found a list
              --> kgen.yaml:4:3
               |
            4 |   - ***
               |   ^
            hint: write a map by name: `secrets: {NAME: {KEY: {}}}`
        ",
    );
}

#[test]
fn an_unknown_key_of_a_secret_hides_its_value() {
    shop(
        "
            secrets:
              app:
                token: {valu: hunter2canary}
        ",
        "
            error[unknown-key]: unknown key `valu` in `secrets.app.token`
              --> kgen.yaml:5:13
               |
            5 |     token: {valu: ***}
               |             ^^^^
            hint: did you mean `value`?
        ",
    );
}

#[test]
fn a_value_beside_an_unknown_key() {
    shop(
        "
            secrets:
              app:
                token: {value: hunter2canary, valu: x}
        ",
        "
            error[unknown-key]: unknown key `valu` in `secrets.app.token`
              --> kgen.yaml:5:35
               |
            5 |     token: {value: ***, valu: ***}
               |                         ^^^^
            hint: did you mean `value`?
        ",
    );
}

#[test]
fn a_value_beside_a_bad_name() {
    shop(
        "
            secrets:
              app: {token: hunter2canary, 'b d': x}
        ",
        "
            error[bad-name]: `***` is no key in `secrets.app`: may have only letters, digits, `-`, `_` and `.`, but has ` `
              --> kgen.yaml:4:31
               |
            4 |   app: {token: ***, ***: ***}
               |                     ^^^
        ",
    );
}

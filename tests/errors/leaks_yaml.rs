//! No message about broken YAML shows a secret's value.

use super::shop;

#[test]
fn a_secret_twice() {
    shop(
        "
            secrets:
              app:
                token: hunter2canary
                token: hunter2canary
        ",
        "
            error[duplicate-key]: key `token` is written twice
              --> kgen.yaml:6:5
               |
            6 |     token: ***
               |     ^^^^^
            hint: remove one of the two, or put what stands below both under one
        ",
    );
}

#[test]
fn a_secret_twice_in_a_flow_map() {
    shop(
        "
            secrets: {app: {token: hunter2canary, token: hunter2canary}}
        ",
        "
            error[duplicate-key]: key `token` is written twice
              --> kgen.yaml:3:39
               |
            3 | secrets: {app: {*** token: ***}}
               |                     ^^^^^
            hint: remove one of the two, or put what stands below both under one
        ",
    );
}

#[test]
fn a_secret_before_another_mistake_of_the_line() {
    shop(
        "
            x: {secrets: {app: {token: hunter2canary}}, x: 1, x: 2}
        ",
        "
            error[duplicate-key]: a key is written twice
              --> kgen.yaml:3:51
               |
            3 | x: {***}
               |     ^^^
            hint: remove one of the two, or put what stands below both under one
        ",
    );
}

#[test]
fn a_secret_whose_quote_is_not_closed() {
    shop(
        r#"
            secrets:
              app:
                token: "hunter2canary
                other: x
        "#,
        "
            error[yaml]: a quote is not closed
              --> kgen.yaml:5:12
               |
            5 |     token: ***
               |            ^^^
            hint: close it on the line where it is opened
        ",
    );
}

#[test]
fn a_secret_whose_single_quote_is_not_closed() {
    shop(
        "
            secrets:
              app:
                other: x
                token: 'hunter2canary
        ",
        "
            error[yaml]: a quote is not closed
              --> kgen.yaml:6:12
               |
            6 |     token: ***
               |            ^^^
            hint: close it on the line where it is opened
        ",
    );
}

#[test]
fn a_secret_with_a_colon() {
    shop(
        "
            secrets:
              app:
                token: hunter2canary: x
        ",
        "
            error[yaml]: a second `: ` on one line
              --> kgen.yaml:5:25
               |
            5 |     token: ***
               |            ^^^
            hint: quote the value, if the `: ` belongs to it
        ",
    );
}

#[test]
fn a_secret_without_space() {
    shop(
        "
            secrets:
              app:
                token:hunter2canary
        ",
        "
            error[wrong-type]: `secrets.app`: expected a map, found a string
              --> kgen.yaml:5:5
               |
            5 |     ***
               |     ^^^
        ",
    );
}

#[test]
fn a_secret_without_space_among_others() {
    shop(
        "
            secrets:
              app:
                token:hunter2canary
                b: c
        ",
        "
            error[yaml]: a space is missing behind the `:`
              --> kgen.yaml:5:5
               |
            5 |     token:***
               |     ^^^^^^^^^
            hint: write `KEY: ...`
        ",
    );
}

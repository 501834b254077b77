//! Slips in YAML: each is named, where it was made.

use super::{fails, shop};

#[test]
fn a_tab_for_indentation() {
    fails(
        "apiVersion: kgen.dev/v1\nproject: shop\napps:\n\tapi:\n\t\timage: acme/api:1\n",
        "
            error[yaml]: a tab is used for indentation
              --> kgen.yaml:4:1
               |
            4 |  api:
               | ^
            hint: YAML indents with spaces only
        ",
    );
}

#[test]
fn a_space_missing_on_the_last_line_of_a_map() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project:shop
            apps: {}
        ",
        "
            error[yaml]: a space is missing behind the `:`
              --> kgen.yaml:2:1
               |
            2 | project:***
               | ^^^^^^^^^^^
            hint: write `project: ...`
        ",
    );
}

#[test]
fn a_space_missing_on_the_line_above() {
    fails(
        "
            apiVersion:kgen.dev/v1
            project: shop
        ",
        "
            error[yaml]: a space is missing behind the `:`
              --> kgen.yaml:1:1
               |
            1 | apiVersion:***
               | ^^^^^^^^^^^^^^
            hint: write `apiVersion: ...`
        ",
    );
}

#[test]
fn a_space_missing_in_an_app() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image:acme/api:1
                port: 80
        ",
        "
            error[yaml]: a space is missing behind the `:`
              --> kgen.yaml:5:5
               |
            5 |     image:***
               |     ^^^^^^^^^
            hint: write `image: ...`
        ",
    );
}

#[test]
fn a_space_missing_on_the_last_line() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                port: 80
                image:acme/api:1
        ",
        "
            error[yaml]: a space is missing behind the `:`
              --> kgen.yaml:6:5
               |
            6 |     image:***
               |     ^^^^^^^^^
            hint: write `image: ...`
        ",
    );
}

#[test]
fn a_word_without_colon() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project
        ",
        "
            error[yaml]: expected `key: value`, found a text without `:`
              --> kgen.yaml:2:1
               |
            2 | project
               | ^^^^^^^
            hint: write `key: value`, or indent the line if it belongs to the one above
        ",
    );
}

#[test]
fn a_key_indented_too_little() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
               port: 80
        ",
        "
            error[yaml]: this line does not line up with the lines above
              --> kgen.yaml:6:4
               |
            6 |    port: 80
               |    ^
            hint: keys of one map begin in the same column
        ",
    );
}

#[test]
fn a_key_indented_too_far() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
                  port: 80
        ",
        "
            error[yaml]: this line is indented below a key that has a value already
              --> kgen.yaml:6:7
               |
            6 |       port: 80
               |       ^^^^
            hint: keys of one map begin in the same column
        ",
    );
}

#[test]
fn a_key_within_a_list() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
                args:
                - a
                b: c
                - d
        ",
        "
            error[yaml]: this line does not line up with the lines above
              --> kgen.yaml:9:7
               |
            9 |     - ***
               |       ^^^
            hint: keys of one map begin in the same column
        ",
    );
}

#[test]
fn a_colon_in_a_value() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            annotations:
              note: see this: here
        ",
        "
            error[yaml]: a second `: ` on one line
              --> kgen.yaml:4:17
               |
            4 |   note: ***
               |         ^^^
            hint: quote the value, if the `: ` belongs to it
        ",
    );
}

#[test]
fn a_double_quote_not_closed() {
    fails(
        r#"
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: "acme/api:1
                port: 80
        "#,
        r#"
            error[yaml]: a quote is not closed
              --> kgen.yaml:5:12
               |
            5 |     image: "acme/api:1
               |            ^^^^^^^^^^^
            hint: close it on the line where it is opened
        "#,
    );
}

#[test]
fn a_single_quote_not_closed() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: 'shop
        ",
        "
            error[yaml]: a quote is not closed
              --> kgen.yaml:2:10
               |
            2 | project: 'shop
               |          ^^^^^
            hint: close it on the line where it is opened
        ",
    );
}

#[test]
fn an_unknown_escape() {
    fails(
        r#"
            apiVersion: kgen.dev/v1
            project: "sh\qop"
        "#,
        r#"
            error[yaml]: an unknown escape in double quotes
              --> kgen.yaml:2:10
               |
            2 | project: "sh\qop"
               |          ^
            hint: write `\\` for a backslash, or use single quotes
        "#,
    );
}

#[test]
fn a_tab_below_a_value() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            	port: 80
        ",
        "
            error[yaml]: a tab is used for indentation
              --> kgen.yaml:6:1
               |
            6 |  port: ***
               | ^
            hint: YAML indents with spaces only
        ",
    );
}

#[test]
fn a_tab_below_a_value_behind_spaces() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                	port: 80
        ",
        "
            error[yaml]: a tab is used for indentation
              --> kgen.yaml:6:5
               |
            6 |      port: 80
               |     ^
            hint: YAML indents with spaces only
        ",
    );
}

#[test]
fn a_no_break_space_for_indentation() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
        ",
        "
            error[unknown-key]: unknown key `    ***` at the top level
              --> kgen.yaml:6:1
               |
            6 |     ***: 80
               | ^^^^^^^
            hint: it has a no-break space in it: YAML indents with spaces only
        ",
    );
}

#[test]
fn a_brace_that_is_not_closed() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                env: {PORT: "80"
                port: 80
        "#,
        "
            error[yaml]: `{` is not closed
              --> kgen.yaml:6:10
               |
            6 |     env: {PORT: ***
               |          ^
            hint: close it with `}`
        ",
    );
}

#[test]
fn a_bracket_that_is_not_closed() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                args: [a, "b"
                port: 80
        "#,
        "
            error[yaml]: `[` is not closed
              --> kgen.yaml:6:11
               |
            6 |     args: [***
               |           ^
            hint: close it with `]`
        ",
    );
}

#[test]
fn a_comma_that_is_missing() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                args: ["a" "b"]
        "#,
        "
            error[yaml]: a `,` or `]` is missing before this
              --> kgen.yaml:6:16
               |
            6 |     args: [***
               |            ^^^
        ",
    );
}

#[test]
fn a_template_of_helm() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env:
                  URL: {{ .Values.url }}
        ",
        "
            error[yaml]: `{{` begins a template of Helm or Jinja, and this is none
              --> kgen.yaml:7:12
               |
            7 |       URL: {{ ***
               |            ^^^^^^
            hint: refer to a component, as `${postgres.db.url}`, or let profiles differ; put a text with `{{` in quotes
        ",
    );
}

#[test]
fn quotes_of_a_word_processor() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env: {URL: “${redis.cache.url}”}
        ",
        "
            error[yaml]: `“` is no quote of YAML
              --> kgen.yaml:6:16
               |
            6 |     env: {URL: ***${redis.cache.url}***
               |                ^^^
            hint: write `\"` or `'`
        ",
    );
}

#[test]
fn text_behind_a_closing_quote() {
    shop(
        r#"
            apps:
              api:
                image: "acme/api":1
        "#,
        "
            error[yaml]: text behind the quote that closes the value
              --> kgen.yaml:5:22
               |
            5 |     image: \"acme/api\":1
               |                      ^
            hint: put the whole value in quotes; a quote inside is written twice, or `\\\"`
        ",
    );
}

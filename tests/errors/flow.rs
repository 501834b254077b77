//! Slips in flow maps, with anchors, and with characters that YAML keeps for itself.

use super::fails;

#[test]
fn a_brace_not_closed() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps: {api: {image: acme/api:1}
        ",
        "
            error[yaml]: `{` is not closed
              --> kgen.yaml:3:7
               |
            3 | apps: {api: {image: acme/api:1}
               |       ^
        ",
    );
}

#[test]
fn a_brace_too_many() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps: {}}
        ",
        "
            error[yaml]: this bracket closes nothing
              --> kgen.yaml:3:9
               |
            3 | apps: {}}
               |         ^
            hint: remove it, or open it before
        ",
    );
}

#[test]
fn a_reference_in_a_flow_map() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api: {image: acme/api:1, env: {A: ${project}}}
        ",
        r#"
            error[yaml]: a reference without quotes inside `{...}` or `[...]`
              --> kgen.yaml:4:37
               |
            4 |   api: {image: acme/api:1, env: {A: ${project}}}
               |                                     ^^^^^^^^^^
            hint: write it in quotes: "${...}"
        "#,
    );
}

#[test]
fn a_reference_in_a_flow_list() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
                args: [${project}, b]
        ",
        r#"
            error[yaml]: a reference without quotes inside `{...}` or `[...]`
              --> kgen.yaml:6:12
               |
            6 |     args: [${project}, ***
               |            ^^^^^^^^^^
            hint: write it in quotes: "${...}"
        "#,
    );
}

#[test]
fn a_key_twice() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
                port: 80
                image: acme/api:2
        ",
        "
            error[duplicate-key]: key `image` is written twice
              --> kgen.yaml:7:5
               |
            7 |     image: acme/api:2
               |     ^^^^^
            hint: remove one of the two, or put what stands below both under one
        ",
    );
}

#[test]
fn an_unknown_alias() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: *name
        ",
        "
            error[yaml]: `*` makes this an alias, and there is no such anchor
              --> kgen.yaml:2:10
               |
            2 | project: *name
               |          ^^^^^
            hint: quote the value, if the `*` belongs to it
        ",
    );
}

#[test]
fn a_host_with_a_star() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps:
              api:
                image: acme/api:1
                ingress: {host: *.example.org}
        ",
        "
            error[yaml]: `*` makes this an alias, and there is no such anchor
              --> kgen.yaml:6:21
               |
            6 |     ingress: {host: *.example.org}
               |                     ^^^^^^^^^^^^^
            hint: quote the value, if the `*` belongs to it
        ",
    );
}

#[test]
fn an_anchor_that_holds_itself() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps: &a {api: *a}
        ",
        "
            error[yaml]: this alias names what it stands in
              --> kgen.yaml:3:16
               |
            3 | apps: &***
               |        ^^^
            hint: an alias may not stand inside the value that its anchor names
        ",
    );
}

#[test]
fn a_merge_of_a_number() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: shop
            apps: {<<: 3}
        ",
        "
            error[yaml]: `<<` takes a map or a list of maps
              --> kgen.yaml:3:12
               |
            3 | apps: {***
               |        ^^^
        ",
    );
}

#[test]
fn a_value_with_an_at_sign() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: @shop
        ",
        "
            error[yaml]: a value may not begin with `@`
              --> kgen.yaml:2:10
               |
            2 | project: @shop
               |          ^
            hint: quote it
        ",
    );
}

#[test]
fn a_value_in_backticks() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: `shop`
        ",
        "
            error[yaml]: a value may not begin with ```
              --> kgen.yaml:2:10
               |
            2 | project: `shop`
               |          ^
            hint: quote it
        ",
    );
}

#[test]
fn a_nul_byte() {
    fails(
        "apiVersion: kgen.dev/v1\nproject: sh\0op\n",
        "
            error[yaml]: a control character
              --> kgen.yaml:2:12
               |
            2 | project: sh\u{fffd}op
               |            ^
            hint: remove it
        ",
    );
}

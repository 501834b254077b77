//! Profiles: presets, what they extend, and what belongs to the project.

use super::{project, refused, shop};

#[test]
fn an_unknown_profile_on_the_command_line() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "pord"]),
        "
            error: there is no profile `pord`
            hint: did you mean `prod`?
        ",
    );
}

#[test]
fn an_unknown_profile_that_resembles_none() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "qa"]),
        "
            error: there is no profile `qa`
            hint: the profiles are `dev`, `staging` and `prod`
        ",
    );
}

#[test]
fn a_profile_that_extends_none() {
    shop(
        "
            profiles:
              a: {preset: dev}
              b: {extends: aa}
              c: {extends: zzzzz}
        ",
        "
            error[unknown-profile]: there is no profile `aa` to extend
              --> kgen.yaml:5:16
               |
            5 |   b: {extends: aa}
               |                ^^
            hint: did you mean `a`?

            error[unknown-profile]: there is no profile `zzzzz` to extend
              --> kgen.yaml:6:16
               |
            6 |   c: {extends: zzzzz}
               |                ^^^^^
            hint: the profiles are `a`, `b` and `c`
        ",
    );
}

#[test]
fn profiles_that_extend_each_other() {
    shop(
        "
            profiles:
              a: {extends: b}
              b: {extends: a}
        ",
        "
            error[profile-cycle]: profiles extend each other in a circle: a -> b -> a
              --> kgen.yaml:5:16
               |
            5 |   b: {extends: a}
               |                ^
        ",
    );
}

#[test]
fn a_profile_that_extends_itself() {
    shop(
        "
            profiles:
              a: {extends: a, preset: dev}
        ",
        "
            error[profile-cycle]: profiles extend each other in a circle: a -> a
              --> kgen.yaml:4:16
               |
            4 |   a: {extends: a, preset: dev}
               |                ^
        ",
    );
}

#[test]
fn a_profile_without_preset() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              qa:
                namespace: qa
        ",
        "
            error[no-preset]: profile `qa` has no preset below it
              --> kgen.yaml:7:3
               |
            7 |   qa:
               |   ^^
            hint: add `preset: staging` (or `dev`, `prod`), or `extends:` another profile
        ",
    );
}

#[test]
fn a_profile_called_production() {
    shop(
        "
            apps: {api: {image: 'acme/api:1'}}
            profiles:
              production: {}
        ",
        "
            error[no-preset]: profile `production` has no preset below it
              --> kgen.yaml:5:3
               |
            5 |   production: {}
               |   ^^^^^^^^^^
            hint: add `preset: prod`, or call it `prod`
        ",
    );
}

#[test]
fn an_empty_profile_without_preset() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              qa:
        ",
        "
            error[no-preset]: profile `qa` has no preset below it
              --> kgen.yaml:7:3
               |
            7 |   qa:
               |   ^^
            hint: add `preset: staging` (or `dev`, `prod`), or `extends:` another profile
        ",
    );
}

#[test]
fn profiles_as_a_list() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles: [dev, prod]
        ",
        "
            error[wrong-type]: `profiles`: expected a map, found a list
              --> kgen.yaml:6:11
               |
            6 | profiles: [***]
               |           ^
        ",
    );
}

#[test]
fn a_layout_in_one_profile() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              dev: {layout: flat}
              prod: {}
        ",
        "
            error[one-output]: `layout` differs between profiles, but one tree holds them all
              --> kgen.yaml:7:17
               |
            7 |   dev: {layout: flat}
               |                 ^^^^
            hint: write it at the top level only
        ",
    );
}

#[test]
fn an_unknown_key_of_set() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.api.replicsa=3"]),
        "
            error[unknown-key]: unknown key `replicsa` in `apps.api`
              --> --set:1:10
               |
            1 | apps.api.replicsa=3
               |          ^^^^^^^^
            hint: did you mean `replicas`?
        ",
    );
}

#[test]
fn a_word_for_a_number_of_set() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.api.replicas=many"]),
        "
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found the string `many`
              --> --set:1:19
               |
            1 | apps.api.replicas=many
               |                   ^^^^
        ",
    );
}

#[test]
fn a_set_without_equals_sign() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.api.replicas"]),
        "
            error[bad-set]: --set wants `path=value`: there is no `=`
              --> --set:1:1
               |
            1 | apps.api.replicas
               | ^^^^^^^^^^^^^^^^^
            hint: for instance `--set apps.api.replicas=3`
        ",
    );
}

#[test]
fn a_set_that_is_no_yaml() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.api.env={A: b"]),
        "
            error[yaml]: `{` is not closed
              --> --set:1:14
               |
            1 | apps.api.env=***
               |              ^^^
        ",
    );
}

#[test]
fn a_set_of_an_unknown_app() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.web.replicas=2"]),
        "
            error[missing-key]: `apps.web` has no `image`
              --> --set:1:6
               |
            1 | apps.web.replicas=2
               |      ^^^
            hint: add `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_set_of_one_profile() {
    let kgen = project(
        "
        apps:
          api:
            image: acme/api:1
    ",
    );
    refused(
        kgen.args(["render", "--set", "profiles.dev.namespace=2"]),
        "
            error[unknown-key]: unknown key `profiles` at the top level
              --> --set:1:1
               |
            1 | profiles.***
               | ^^^^^^^^
        ",
    );
}

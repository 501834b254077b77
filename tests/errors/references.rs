//! References that lead nowhere, in a circle, or to what may not stand there.

use super::shop;

#[test]
fn an_unknown_component() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cahce.host}'}
            redis: {cache: {}}
        ",
        "
            error[dangling-reference]: there is no `redis.cahce` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.cahce.host}'}
               |               ^^^^^^^^^^^^^^^^^^^
            hint: did you mean `cache`?
        ",
    );
}

#[test]
fn an_unknown_output() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache.hots}'}
            redis: {cache: {}}
        ",
        "
            error[dangling-reference]: `redis.cache` has no output `hots` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.cache.hots}'}
               |               ^^^^^^^^^^^^^^^^^^^
            hint: did you mean `host`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_config() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${configs.app.LOGLEVEL}'}
            configs: {app: {LOG_LEVEL: info}}
        ",
        "
            error[dangling-reference]: `configs.app` has no key `LOGLEVEL` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${configs.app.LOGLEVEL}'}
               |               ^^^^^^^^^^^^^^^^^^^^^^^
            hint: did you mean `LOG_LEVEL`?
        ",
    );
}

#[test]
fn an_unknown_section() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redi.cache.host}'}
            redis: {cache: {}}
        ",
        "
            error[dangling-reference]: there is no section `redi` to refer to
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redi.cache.host}'}
               |               ^^^^^^^^^^^^^^^^^^
            hint: did you mean `redis`?
        ",
    );
}

#[test]
fn a_section_that_resembles_none() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${mysql.db.host}'}
        ",
        "
            error[dangling-reference]: there is no section `mysql` to refer to
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${mysql.db.host}'}
               |               ^^^^^^^^^^^^^^^^
            hint: sections are `apps`, `redis`, `postgres`, `configs` and `secrets`
        ",
    );
}

#[test]
fn an_unknown_word() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${projct}'}
        ",
        "
            error[dangling-reference]: `${projct}` names nothing
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${projct}'}
               |               ^^^^^^^^^
            hint: did you mean `project`?
        ",
    );
}

#[test]
fn a_variable_of_a_shell() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${HOME}'}
        ",
        "
            error[dangling-reference]: `${HOME}` names nothing
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${HOME}'}
               |               ^^^^^^^
            hint: `$${HOME}` writes a literal `${HOME}`; `$(HOME)` is another variable of the container
        ",
    );
}

#[test]
fn an_unknown_key_of_a_secret() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.app.tokn}'}
            secrets: {app: {token: {}}}
        ",
        "
            error[dangling-reference]: `secrets.app` has no key `tokn` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${secrets.app.tokn}'}
               |               ^^^^^^^^^^^^^^^^^^^
            hint: did you mean `token`?
        ",
    );
}

#[test]
fn a_reference_inside_a_text() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env:
                  DATABASE_URL: postgres://${postgres.dbb.host}:5432
            postgres: {db: {}}
        ",
        "
            error[dangling-reference]: there is no `postgres.dbb` (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |       DATABASE_URL: postgres://${postgres.dbb.host}:5432
               |                                ^^^^^^^^^^^^^^^^^^^^
            hint: did you mean `db`?
        ",
    );
}

#[test]
fn a_reference_without_output() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache}'}
            redis: {cache: {}}
        ",
        "
            error[bad-reference]: `${redis.cache}` names no output
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.cache}'}
               |               ^^^^^^^^^^^^^^
            hint: `redis.cache` has `host`, `fqdn`, `port`, `password` and `url`
        ",
    );
}

#[test]
fn a_reference_without_the_component() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.url}'}
            redis: {cache: {}}
        ",
        "
            error[bad-reference]: `${redis.url}` names no output
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.url}'}
               |               ^^^^^^^^^^^^
            hint: the component's name stands between: `${redis.cache.url}`
        ",
    );
}

#[test]
fn a_secret_that_is_not_declared() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.stripe.key}'}
        ",
        "
            error[dangling-reference]: there is no `secrets.stripe` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${secrets.stripe.key}'}
               |               ^^^^^^^^^^^^^^^^^^^^^
            hint: declare it: `secrets: {stripe: {KEY: {}}}`
        ",
    );
}

#[test]
fn a_reference_not_closed() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache.host'}
            redis: {cache: {}}
        ",
        "
            error[bad-reference]: `${` is not closed; write `$${` for a literal `${`
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.cache.host'}
               |               ^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn an_empty_reference() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${}'}
        ",
        "
            error[bad-reference]: `${}` is no reference: a reference is `${section.name.output}`; write `$${` for a literal `${`
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${}'}
               |               ^^^^
        ",
    );
}

#[test]
fn a_reference_with_blanks() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${ project }'}
        ",
        "
            error[bad-reference]: `${ project }` is no reference: a reference is `${section.name.output}`; write `$${` for a literal `${`
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${ project }'}
               |               ^^^^^^^^^^^^^
        ",
    );
}

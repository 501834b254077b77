//! How secrets reach the cluster, and values that are not there.

use super::{project, refused, said, shop};

#[test]
fn no_provider_outside_dev() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.app.token}'}
            secrets: {app: {token: {}}}
        ",
        "
            error[secret-provider]: nothing says how profile `staging` gets its secrets (first needed: secret `app`, key `token`)
              --> kgen.yaml:7:17
               |
            7 | secrets: {app: {token: {}}}
               |                 ^^^^^
            hint: add `secretProvider: existing` to `profiles.staging` if someone else creates them
            hint: or `secretProvider: {external: {store: NAME, kind: ClusterSecretStore, prefix: staging}}` for External Secrets
            hint: or give the key a source: `{env: VARIABLE}`

            error[secret-provider]: nothing says how profile `prod` gets its secrets (first needed: secret `app`, key `token`)
              --> kgen.yaml:7:17
               |
            7 | secrets: {app: {token: {}}}
               |                 ^^^^^
            hint: add `secretProvider: existing` to `profiles.prod` if someone else creates them
            hint: or `secretProvider: {external: {store: NAME, kind: ClusterSecretStore, prefix: prod}}` for External Secrets
            hint: or give the key a source: `{env: VARIABLE}`
        ",
    );
}

#[test]
fn the_local_provider_outside_dev() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: local
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.app.token}'}
            secrets: {app: {token: {}}}
        ",
        "
            error[secret-provider]: `secretProvider: local` makes up values, which profile `prod` may not use (secret `app`, key `token`)
              --> kgen.yaml:4:17
               |
            4 | secretProvider: local
               |                 ^^^^^
            hint: add `secretProvider: existing` to `profiles.prod` if someone else creates them
            hint: or `secretProvider: {external: {store: NAME, kind: ClusterSecretStore, prefix: prod}}` for External Secrets
            hint: or give the key a source: `{env: VARIABLE}`
        ",
    );
}

#[test]
fn an_external_provider_without_store() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: {external: {}}
            secrets: {app: {token: {}}}
        ",
        "
            error[missing-key]: `secretProvider.external` has no `store`
              --> kgen.yaml:4:28
               |
            4 | secretProvider: {external: {}}
               |                            ^
            hint: name the SecretStore or ClusterSecretStore: `store: vault-prod`
        ",
    );
}

#[test]
fn a_missing_variable_in_the_stream() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {token: {env: TOKEN}}}
    ",
    );
    refused(
        kgen.args(["render", "prod"]),
        "
            error[secret-missing]: `secrets.app.token`: the environment variable `TOKEN` is not set
              --> kgen.yaml:4:30
               |
            4 | secrets: {app: {token: {env: TOKEN}}}
               |                              ^^^^^
            hint: values of `env` and `file` are read for the stream; `kgen render` writes the tree without them
        ",
    );
}

#[test]
fn a_missing_variable_does_not_stop_the_tree() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {token: {env: TOKEN}}}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            1 written, 0 removed, 0 unchanged
            not in the tree of `prod`: Secret/app (values from the environment or files)
              kgen render prod --only Secret/app | kubectl apply --server-side -f -
        ",
    );
}

#[test]
fn a_missing_file_in_the_stream() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {token: {file: a.key}}}
    ",
    );
    refused(
        kgen.args(["render", "prod"]),
        "
            error[secret-missing]: `secrets.app.token`: cannot read `a.key`: No such file or directory (os error 2)
              --> kgen.yaml:4:31
               |
            4 | secrets: {app: {token: {file: a.key}}}
               |                               ^^^^^
            hint: values of `env` and `file` are read for the stream; `kgen render` writes the tree without them
        ",
    );
}

#[test]
fn an_empty_secret() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {token: {env: TOKEN}}}
    ",
    );
    let kgen = kgen.env("TOKEN", "");
    refused(
        kgen.args(["render", "prod"]),
        "
            error[password-form]: `secrets.app.token` is empty: a server without a password is open to all
              --> kgen.yaml:4:30
               |
            4 | secrets: {app: {token: {env: TOKEN}}}
               |                              ^^^^^
        ",
    );
}

#[test]
fn a_secret_that_is_too_short() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {token: {env: TOKEN, minLength: 32}}}
    ",
    );
    let kgen = kgen.env("TOKEN", "short");
    refused(
        kgen.args(["render", "prod"]),
        "
            error[password-form]: `secrets.app.token` has 5 characters, at least 32 are wanted
              --> kgen.yaml:4:30
               |
            4 | secrets: {app: {token: {env: TOKEN, minLength: 32}}}
               |                              ^^^^^
        ",
    );
}

#[test]
fn a_literal_secret_that_is_too_short() {
    shop(
        "
            profiles: {dev: {}}
            secrets: {app: {token: {value: hunter2, minLength: 32}}}
        ",
        "
            error[password-form]: `secrets.app.token` has 7 characters, at least 32 are wanted
              --> kgen.yaml:4:32
               |
            4 | secrets: {app: {token: {value: ***, minLength: 32}}}
               |                                ^^^
        ",
    );
}

#[test]
fn an_optional_secret_outside_dev_is_a_warning() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secretProvider: existing
        apps:
          api:
            image: acme/api:1
            env: {A: {ref: '${secrets.app.token}', optional: true}}
        secrets: {app: {token: {}}}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[secret-optional]: `apps.api.env.A` is optional: in profile `prod` the app would start without its secret
              --> kgen.yaml:8:54
               |
            8 |     env: {A: {ref: '${secrets.app.token}', optional: true}}
               |                                                      ^^^^
            hint: remove `optional: true`
            5 written, 0 removed, 0 unchanged
        ",
    );
}

//! Secrets where texts belong: in variables, configs, manifests, patches and files.

use super::{project, refused, said, shop};

const HINTS: &str =
    "hint: declare it under `secrets`, and give it to the app by `env` or `files`: `${secrets.NAME.KEY}`
hint: if it is no secret, say so behind it: `# kgen:allow-secret REASON`
";

/// A project with one leak is refused with these words about it.
#[track_caller]
fn leak(body: &str, stderr: &str) {
    shop(body, &format!("{}{HINTS}", super::text(stderr)));
}

#[test]
fn a_password_in_the_url_of_a_variable() {
    leak(
        "
            profiles: {dev: {}, prod: {}}
            apps: {api: {image: 'acme/api:1', env: {URL: 'redis://app:app@cache:6379'}}}
        ",
        "
            error[url-credentials]: `apps.api.env.URL` holds a URL with its password (profile `prod`)
              --> kgen.yaml:4:59
               |
            4 | apps: {api: {image: 'acme/api:1', env: {URL: 'redis://app:***@cache:6379'}}}
               |                                                           ^^^
        ",
    );
}

#[test]
fn a_password_in_a_connection_string() {
    leak(
        "
            profiles: {prod: {}}
            configs: {app: {DSN: host=db user=app password=hunter2canary}}
        ",
        "
            error[url-credentials]: `configs.app.DSN` holds a URL with its password (profile `prod`)
              --> kgen.yaml:4:48
               |
            4 | configs: {app: {DSN: host=db user=app password=***}}
               |                                                ^^^
        ",
    );
}

#[test]
fn a_password_beside_a_reference_in_a_secret() {
    leak(
        "
            profiles: {prod: {secretProvider: existing}}
            secrets: {app: {url: 'redis://app:hunter2canary@${redis.cache.host}:6379'}}
            redis: {cache: {}}
        ",
        "
            error[url-credentials]: `secrets.app.url` holds a URL with its password (profile `prod`)
              --> kgen.yaml:4:22
               |
            4 | secrets: {app: {url: ***}}
               |                      ^^^
        ",
    );
}

#[test]
fn a_token_in_an_argument() {
    leak(
        "
            profiles: {prod: {}}
            apps: {api: {image: 'acme/api:1', args: [--token=glpat-a1B2c3D4e5F6g7H8i9J0]}}
        ",
        "
            error[secret-in-text]: `apps.api.args[0]` holds a GitLab token (profile `prod`)
              --> kgen.yaml:4:50
               |
            4 | apps: {api: {image: 'acme/api:1', args: [--token=***]}}
               |                                                  ^^^
        ",
    );
}

#[test]
fn a_private_key_in_a_config() {
    leak(
        "
            profiles: {prod: {}}
            configs:
              app:
                key.pem: |
                  -----BEGIN PRIVATE KEY-----
                  MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
                  -----END PRIVATE KEY-----
        ",
        "
            error[secret-in-text]: `configs.app[\"key.pem\"]` holds a private key (profile `prod`)
              --> kgen.yaml:7:7
               |
            7 |       ***
               |       ^^^
        ",
    );
}

#[test]
fn a_variable_whose_name_says_it() {
    leak(
        "
            apps: {api: {image: 'acme/api:1', env: {API_KEY: hunter2canary}}}
            profiles: {prod: {}, qa: {preset: staging}, dev: {}, eu: {extends: prod, apps: {api: {env: {API_KEY: null}}}}}
        ",
        "
            error[secret-in-text]: `apps.api.env.API_KEY` is spelled out, and its name says that it is a secret (profiles `prod` and `qa`)
              --> kgen.yaml:3:50
               |
            3 | apps: {api: {image: 'acme/api:1', env: {API_KEY: ***}}}
               |                                                  ^^^
        ",
    );
}

#[test]
fn a_line_of_a_config() {
    leak(
        "
            profiles: {prod: {}}
            configs:
              app:
                app.toml: |
                  level = 1
                  password = \"hunter2canary\"
        ",
        "
            error[secret-in-text]: `configs.app[\"app.toml\"]` spells out `password`, whose name says that it is a secret (profile `prod`)
              --> kgen.yaml:8:19
               |
            8 |       password = \"***\"
               |                   ^^^
        ",
    );
}

#[test]
fn a_line_of_a_file() {
    let kgen = project(
        "
        profiles: {prod: {}}
        configs: {app: {app.ini: {file: app.ini}}}
    ",
    );
    refused(
        kgen.file("app.ini", "[db]\nurl = mysql://root:hunter2canary@db/x\n").args(["render"]),
        &format!(
            "{}{HINTS}",
            super::text(
                "
            error[url-credentials]: `app.ini` holds a URL with its password (profile `prod`)
              --> app.ini:2:20
               |
            2 | url = mysql://root:***@db/x
               |                    ^^^
        "
            )
        ),
    );
}

#[test]
fn a_variable_of_a_manifest() {
    leak(
        "
            profiles: {prod: {}}
            manifests: [{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'a:1', env: [{name: PGPASSWORD, value: hunter2canary}]}]}}]
        ",
        "
            error[secret-in-text]: `manifests[0].spec.containers[0].env[0]` spells out `PGPASSWORD`, whose name says that it is a secret (profile `prod`)
              --> kgen.yaml:4:138
               |
            4 | manifests: [{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'a:1', env: [{name: PGPASSWORD, value: ***}]}]}}]
               |                                                                                                                                          ^^^
        ",
    );
}

#[test]
fn a_secret_of_a_manifest() {
    leak(
        "
            profiles: {dev: {}, prod: {}}
            manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: aHVudGVyMmNhbmFyeQ==}}]
        ",
        "
            error[secret-in-text]: `manifests[0].data.password` is spelled out, and its name says that it is a secret (profile `prod`)
              --> kgen.yaml:4:82
               |
            4 | manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: ***}}]
               |                                                                                  ^^^
        ",
    );
}

#[test]
fn a_placeholder_of_a_manifest() {
    leak(
        "
            profiles: {staging: {}}
            manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: changeme}}]
        ",
        "
            error[secret-placeholder]: `manifests[0].stringData.a` is a placeholder, which others guess first (profile `staging`)
              --> kgen.yaml:4:81
               |
            4 | manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: ***}}]
               |                                                                                 ^^^
        ",
    );
}

#[test]
fn a_config_of_a_manifests_file() {
    let kgen = project(
        "
        profiles: {prod: {}}
        manifests: [{file: a.yaml}]
    ",
    );
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  DB_PASSWORD: hunter2canary\n";
    refused(
        kgen.file("a.yaml", text).args(["render"]),
        &format!(
            "{}{HINTS}",
            super::text(
                "
            error[secret-in-text]: `data.DB_PASSWORD` is spelled out, and its name says that it is a secret (profile `prod`)
              --> a.yaml:5:16
               |
            5 |   DB_PASSWORD: ***
               |                ^^^
        "
            )
        ),
    );
}

#[test]
fn a_value_of_a_patch() {
    leak(
        "
            profiles: {prod: {}}
            configs: {app: {A: '1'}}
            patches: [{target: {kind: ConfigMap, name: app}, patch: [{op: add, path: /data/TOKEN, value: hunter2canary}]}]
        ",
        "
            error[secret-in-text]: `patches[0].patch[0].TOKEN` is spelled out, and its name says that it is a secret (profile `prod`)
              --> kgen.yaml:5:94
               |
            5 | patches: [{target: {kind: ConfigMap, name: app}, patch: [{op: add, path: /data/TOKEN, value: ***}]}]
               |                                                                                              ^^^
        ",
    );
}

#[test]
fn a_setting_of_the_command_line() {
    let kgen = project(
        "
        profiles: {prod: {}}
        apps: {api: {image: 'acme/api:1'}}
    ",
    );
    refused(
        kgen.args(["render", "--set", "apps.api.env.URL=amqp://a:hunter2canary@mq"]),
        &format!(
            "{}{HINTS}",
            super::text(
                "
            error[url-credentials]: `apps.api.env.URL` holds a URL with its password (profile `prod`)
              --> --set:1:27
               |
            1 | apps.api.env.URL=amqp://a:***@mq
               |                           ^^^
        "
            )
        ),
    );
}

#[test]
fn in_dev_it_is_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {configs: {app: {URL: 'amqp://guest:guest@mq'}}}}
        secrets: {app: {key: glpat-a1B2c3D4e5F6g7H8i9J0, url: 'redis://a:hunter2canary@c'}}
    ",
    );
    said(
        kgen.args(["render"]),
        &format!(
            "{}{HINTS}\n{}4 written, 0 removed, 0 unchanged\n",
            super::text(
                "
            warning[url-credentials]: `profiles.dev.configs.app.URL` holds a URL with its password (profile `dev`)
              --> kgen.yaml:3:53
               |
            3 | profiles: {dev: {configs: {app: {URL: 'amqp://guest:***@mq'}}}}
               |                                                     ^^^
        "
            ),
            super::text(
                "
            warning[secret-in-text]: `secrets.app.key` holds a GitLab token (profile `dev`)
              --> kgen.yaml:4:22
               |
            4 | secrets: {app: {key: ***, url: ***}}
               |                      ^^^
            hint: leave the value out (`KEY: {}`): `kgen secret list` says where each profile takes it from
            hint: if it is no secret, say so behind it: `# kgen:allow-secret REASON`
        "
            )
        ),
    );
}

#[test]
fn what_every_profile_replaces_is_a_warning() {
    let kgen = project(
        "
        configs: {app: {API_TOKEN: hunter2canary}}
        profiles: {prod: {configs: {app: {API_TOKEN: ''}}}}
    ",
    );
    said(
        kgen.args(["render"]),
        &format!(
            "{}{HINTS}3 written, 0 removed, 0 unchanged\n",
            super::text(
                "
            warning[secret-in-text]: `configs.app.API_TOKEN` is spelled out, and its name says that it is a secret
              --> kgen.yaml:3:28
               |
            3 | configs: {app: {API_TOKEN: ***}}
               |                            ^^^
        "
            )
        ),
    );
}

#[test]
fn an_allowance_without_a_reason() {
    shop(
        "
            profiles: {prod: {}}
            configs:
              app:
                API_TOKEN: hunter2canary  # kgen:allow-secret
        ",
        "
            error[allow-secret-reason]: `# kgen:allow-secret` gives no reason
              --> kgen.yaml:6:5
               |
            6 |     API_TOKEN: ***  # kgen:allow-secret
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: say why what stands here is no secret: `# kgen:allow-secret REASON`
        ",
    );
}

/// What a run without places found is not lost where another message asks for them.
#[test]
fn a_warning_about_a_manifests_file_beside_another() {
    let kgen = project(
        "
        profiles: {dev: {}}
        manifests: [{file: a.yaml}]
    ",
    );
    let text = "apiVersion: x.y/v1\nkind: Odd\nmetadata: {name: a}\nspec: {url: 'amqp://guest:guest@mq'}\n";
    said(
        kgen.file("a.yaml", text).args(["render"]),
        &format!(
            "{}{HINTS}3 written, 0 removed, 0 unchanged\n",
            super::text(
                "
            warning[unknown-kind]: Odd/a `kind`: no schema is known for `x.y/v1` `Odd` (profile `dev`)
              --> a.yaml:2:1
               |
            2 | kind: Odd
               | ^^^^^^^^^
            hint: only its metadata was checked; `kubectl apply --dry-run=server` checks the rest

            warning[url-credentials]: `spec.url` holds a URL with its password (profile `dev`)
              --> a.yaml:4:27
               |
            4 | spec: {***}
               |        ^^^
        "
            )
        ),
    );
}

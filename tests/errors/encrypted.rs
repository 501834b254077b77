//! What is wrong with the files of `sealed` and `sops`.

use super::{project, refused, shop};

const SEALED: &str = "
    namespace: shop
    profiles: {prod: {}}
    secretProvider: {sealed: {}}
    secrets: {app: {token: {}, url: 'amqp://u:${secrets.rabbit.password}@mq/'}, rabbit: {password: {}}}
";
const SOPS: &str = "
    profiles: {prod: {}}
    secretProvider: {sops: {folder: cipher}}
    secrets: {app: {token: {}, url: 'amqp://u:${secrets.app.token}@mq/'}}
";

/// A SealedSecret of one value.
fn sealed(metadata: &str, key: &str, value: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {metadata}\nspec: {{encryptedData: {{{key}: {value}}}}}\n"
    )
}

/// The form of an item: the length of the session key, the key, at least a tag.
fn item() -> String {
    use base64::Engine;
    let mut bytes = vec![1, 0];
    bytes.extend([7; 256 + 20]);
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn nothing_is_sealed() {
    shop(
        SEALED,
        "
            error[secret-missing]: `secrets/prod/app.sealed.yaml` has no sealed value for `rabbit.password` and `token` of Secret `app` (profile `prod`)
              --> kgen.yaml:6:28
               |
            6 | secrets: {app: {token: {}, url: ***${secrets.rabbit.password}***}, rabbit: {password: {}}}
               |                            ^^^
            hint: seal it: `kgen secret set prod rabbit password`, which asks for the value; `--generate` makes one up

            error[secret-missing]: `secrets/prod/rabbit.sealed.yaml` has no sealed value for `password` of Secret `rabbit` (profile `prod`)
              --> kgen.yaml:6:86
               |
            6 | secrets: {app: {token: {}, url: ***${secrets.rabbit.password}***}, rabbit: {password: {}}}
               |                                                                             ^^^^^^^^
            hint: seal it: `kgen secret set prod rabbit password`, which asks for the value; `--generate` makes one up
        ",
    );
}

#[test]
fn a_namespace_is_missing() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: {sealed: {}}
            secrets: {app: {token: {}}}
        ",
        "
            error[no-namespace]: a sealed value is bound to its namespace, and there is none (profile `prod`)
              --> kgen.yaml:4:26
               |
            4 | secretProvider: {sealed: {}}
               |                          ^
            hint: add `namespace: NAME`
        ",
    );
}

#[test]
fn one_value_was_sealed_for_another_secret() {
    let kgen = project(SEALED)
        .file("secrets/prod/app.sealed.yaml", &sealed("{name: web, namespace: shop}", "token", &item()))
        .file("secrets/prod/rabbit.sealed.yaml", &sealed("{name: rabbit, namespace: other}", "password", &item()));
    refused(
        kgen.args(["render"]),
        "
            error[secret-missing]: `secrets/prod/app.sealed.yaml` has no sealed value for `rabbit.password` of Secret `app` (profile `prod`)
              --> kgen.yaml:6:28
               |
            6 | secrets: {app: {token: {}, url: ***${secrets.rabbit.password}***}, rabbit: {password: {}}}
               |                            ^^^
            hint: seal it: `kgen secret set prod rabbit password`, which asks for the value; `--generate` makes one up

            error[sealed-for]: the values of Secret `app` were sealed for the name `web`, not `app`: the controller cannot open them (profile `prod`)
              --> secrets/prod/app.sealed.yaml:3:18
               |
            3 | ***
               | ^^^
            hint: seal them again: `kgen secret set prod app KEY`

            error[sealed-for]: the values of Secret `rabbit` were sealed for the namespace `other`, not `shop`: the controller cannot open them (profile `prod`)
              --> secrets/prod/rabbit.sealed.yaml:3:18
               |
            3 | ***
               | ^^^
            hint: seal them again: `kgen secret set prod rabbit KEY`
        ",
    );
}

#[test]
fn one_value_was_sealed_with_another_scope() {
    let metadata = "{name: rabbit, namespace: shop, annotations: {sealedsecrets.bitnami.com/cluster-wide: \"true\"}}";
    let kgen = project(
        "
            namespace: shop
            profiles: {prod: {}}
            secretProvider: {sealed: {}}
            secrets: {rabbit: {password: {}}}
        ",
    );
    refused(
        kgen.file("secrets/prod/rabbit.sealed.yaml", &sealed(metadata, "password", &item())).args(["render"]),
        "
            error[sealed-for]: the values of Secret `rabbit` were sealed with the scope `cluster-wide`, not `strict`: the controller cannot open them (profile `prod`)
              --> secrets/prod/rabbit.sealed.yaml:3:18
               |
            3 | ***
               | ^^^
            hint: seal them again: `kgen secret set prod rabbit KEY`
        ",
    );
}

/// The text is shown nowhere: it may be the value itself.
#[test]
fn a_value_that_is_not_sealed() {
    let kgen = project(
        "
            namespace: shop
            profiles: {prod: {}}
            secretProvider: {sealed: {}}
            secrets: {rabbit: {password: {}}}
        ",
    );
    let text = sealed("{name: rabbit, namespace: shop}", "password", "hunter2-canary");
    refused(
        kgen.file("secrets/prod/rabbit.sealed.yaml", &text).args(["render"]),
        "
            error[sealed-form]: `password` in `secrets/prod/rabbit.sealed.yaml` is no sealed value
              --> secrets/prod/rabbit.sealed.yaml:4:34
               |
            4 | ***
               | ^^^
            hint: seal it: `kgen secret set prod rabbit password`
        ",
    );
}

#[test]
fn nothing_is_encrypted() {
    shop(
        SOPS,
        "
            error[secret-missing]: `cipher/prod/app.sops.yaml` has no encrypted value for `token` and `url` of Secret `app` (profile `prod`)
              --> kgen.yaml:5:17
               |
            5 | secrets: {app: {token: {}, url: ***${secrets.app.token}***}}
               |                 ^^^^^
            hint: `kgen secret set prod app KEY` asks for the value and calls `sops`
        ",
    );
}

#[test]
fn a_value_that_sops_has_not_encrypted() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData:\n  token: hunter2-canary\n  url: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops: {mac: x}\n";
    refused(
        project(SOPS).file("cipher/prod/app.sops.yaml", text).args(["render"]),
        "
            error[sops-form]: `cipher/prod/app.sops.yaml` holds a value that is not encrypted
              --> cipher/prod/app.sops.yaml:5:10
               |
            5 |   ***
               |   ^^^
            hint: encrypt it: `sops encrypt --in-place`; then change the value, which others may have seen
        ",
    );
}

#[test]
fn a_file_that_sops_never_saw() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData: {token: hunter2-canary, url: other}\n";
    refused(
        project(SOPS).file("cipher/prod/app.sops.yaml", text).args(["render"]),
        "
            error[sops-form]: `cipher/prod/app.sops.yaml` holds a value that is not encrypted
              --> cipher/prod/app.sops.yaml:4:21
               |
            4 | ***
               | ^^^
            hint: encrypt it: `sops encrypt --in-place`; then change the value, which others may have seen
        ",
    );
}

#[test]
fn a_secret_of_two_providers() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: existing
            secrets: {app: {token: {}, other: {provider: {external: {store: vault}}}}}
        ",
        "
            error[secret-mixed]: Secret `app` has keys of two providers, `existing` and `external`: each would write it whole (profile `prod`)
              --> kgen.yaml:5:28
               |
            5 | secrets: {app: {token: {}, other: {provider: {external: {store: vault}}}}}
               |                            ^^^^^
            hint: make it two secrets
        ",
    );
}

#[test]
fn a_sealed_secret_with_a_value_of_kgens() {
    shop(
        "
            namespace: shop
            profiles: {prod: {}}
            secretProvider: {sealed: {}}
            secrets: {app: {token: {}, other: {env: OTHER}}}
        ",
        "
            error[secret-mixed]: Secret `app` has keys that kgen writes and keys of `sealed`, whose controller owns the whole Secret (profile `prod`)
              --> kgen.yaml:6:17
               |
            6 | secrets: {app: {token: {}, other: {env: OTHER}}}
               |                 ^^^^^
            hint: make it two secrets
        ",
    );
}

/// Nothing of it is shown: it may be a value that was never encrypted.
#[test]
fn an_encrypted_file_that_cannot_be_read() {
    let text = "apiVersion: v1\nkind: Secret\nx: [hunter2-canary\n";
    refused(
        project(SOPS).file("cipher/prod/app.sops.yaml", text).args(["render"]),
        "
            error[secret-missing]: `cipher/prod/app.sops.yaml` has no encrypted value for `token` and `url` of Secret `app` (profile `prod`)
              --> kgen.yaml:5:17
               |
            5 | secrets: {app: {token: {}, url: ***${secrets.app.token}***}}
               |                 ^^^^^
            hint: `kgen secret set prod app KEY` asks for the value and calls `sops`

            error[yaml]: `[` is not closed
              --> cipher/prod/app.sops.yaml:3:4
               |
            3 | ***
               | ^^^
        ",
    );
}

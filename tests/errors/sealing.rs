//! `kgen secret`: values that are refused, and files that they cannot be put into.

use super::{project, refused, said, text};
use crate::secret::CERTIFICATE;
use crate::support::Kgen;

const EC: &str = include_str!("../../src/seal/tests/ec.pem");
const FUTURE: &str = include_str!("../../src/seal/tests/future.pem");
const EXPIRED: &str = include_str!("../../src/seal/tests/expired.pem");
const OTHER: &str = include_str!("../../src/seal/tests/other.pem");

const SEALED: &str = "
    namespace: shop
    profiles: {prod: {}}
    secretProvider: {sealed: {certificate: prod.pem}}
    secrets: {app: {token: {minLength: 4}, url: 'amqp://u:${secrets.mq.password}@mq/'}, mq: {password: {}}}
    redis: {cache: {mode: sentinel, image: 'redis:7-alpine'}}
    ";

/// `kgen secret` on that project, with a certificate.
#[track_caller]
fn secret(args: &[&str]) -> Kgen {
    project(SEALED).file("prod.pem", CERTIFICATE).args([&["secret"], args].concat())
}

/// `kgen secret set prod app token` refuses this value.
#[track_caller]
fn value(value: &str, stderr: &str) {
    refused(secret(&["set", "prod", "app", "token"]).stdin(value).absent("secrets"), stderr);
}

/// `kgen secret set prod app token` of a project with this provider.
#[track_caller]
fn provider(provider: &str, stderr: &str) {
    let kgen = project(&format!("\n namespace: shop\n profiles: {{prod: {{}}}}\n {provider}\n"));
    refused(kgen.args(["secret", "set", "prod", "app", "token"]).absent("secrets"), stderr);
}

/// A sealed file of the project, with these head lines.
fn file(head: &str) -> String {
    use base64::Engine;
    let mut item = vec![1, 0];
    item.extend([7; 256 + 20]);
    let item = base64::engine::general_purpose::STANDARD.encode(item);
    format!("{head}spec:\n  encryptedData:\n    token: {item}\n")
}

const HEAD: &str = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n";
const PATH: &str = "secrets/prod/app.sealed.yaml";

#[test]
fn an_unknown_profile() {
    refused(
        secret(&["set", "prd", "app", "token"]),
        "
        error: there is no profile `prd`
        hint: did you mean `prod`?
        ",
    );
    refused(
        secret(&["list", "everything"]),
        "
        error: there is no profile `everything`
        hint: the profiles are `prod`
        ",
    );
}

#[test]
fn a_secret_that_is_not_needed() {
    refused(
        secret(&["set", "prod", "ap", "token"]),
        "
        error: profile `prod` needs no Secret `ap`
        hint: did you mean `app`?
        ",
    );
}

#[test]
fn a_key_that_is_not_needed() {
    refused(
        secret(&["set", "prod", "app", "license"]),
        "
        error: Secret `app` of profile `prod` needs no key `license`
        hint: its keys are `token` and `url`
        ",
    );
}

#[test]
fn a_composed_key() {
    refused(
        secret(&["set", "prod", "app", "url"]),
        "
        error: `app.url` is composed of other values
        hint: set what it is made of: `mq password`
        ",
    );
}

#[test]
fn a_value_that_is_made_up() {
    let kgen = project("\n profiles: {dev: {}}\n secrets: {app: {token: {}}}\n");
    refused(
        kgen.args(["secret", "set", "dev", "app", "token"]),
        "
        error: `app.token` of profile `dev` is made up by kgen (`secretProvider: local`)
        hint: one of your own stands in the project file: `profiles: {dev: {secrets: {app: {token: VALUE}}}}`
        ",
    );
}

#[test]
fn a_value_in_the_cluster() {
    provider(
        "secretProvider: existing\n secrets: {app: {token: {}}}",
        "
        error: `app.token` of profile `prod` is in a Secret that someone else creates (`secretProvider: existing`)
        hint: it is the key `token` of Secret `app` in namespace `shop`; or choose `sealed` or `sops`
        ",
    );
}

#[test]
fn a_value_in_a_store() {
    provider(
        "secretProvider: {external: {store: vault, prefix: shop/prod}}\n secrets: {app: {token: {}}}",
        "
        error: `app.token` of profile `prod` is fetched by External Secrets Operator
        hint: write it into what the store `vault` reads: `shop/prod/app`, property `token`
        ",
    );
}

#[test]
fn a_value_of_the_environment_or_a_file() {
    provider(
        "secrets: {app: {token: {env: TOKEN}}}",
        "
        error: `app.token` comes from the environment variable `TOKEN` in profile `prod`
        hint: set that where `kgen render prod` runs, or take `env` out of the project file
        ",
    );
    provider(
        "secrets: {app: {token: {file: token.txt}}}",
        "
        error: `app.token` comes from the file `token.txt` in profile `prod`
        hint: write it there, where `kgen render prod` runs, or take `file` out of the project file
        ",
    );
}

#[test]
fn a_value_that_is_spelled_out() {
    let kgen = project("\n profiles: {dev: {}}\n secrets: {app: {token: hunter2}}\n");
    refused(
        kgen.args(["secret", "set", "dev", "app", "token"]),
        "
        error: `app.token` is spelled out in the project file for profile `dev`
        hint: change it there
        ",
    );
}

#[test]
fn an_empty_value() {
    value("", "error: the value of `app.token` is empty\n");
    value(
        "\n",
        "
        the line break at the end was left out (`--keep-newline` keeps it)
        error: the value of `app.token` is empty
        ",
    );
}

#[test]
fn a_value_that_is_too_short() {
    value("q8Z", "error: the value of `app.token` has 3 characters, at least 4 are wanted\n");
}

#[test]
fn a_value_with_a_nul_byte() {
    value(
        "q8Zt\0Yx0",
        "
        error: the value of `app.token` holds a NUL byte, which no environment variable can
        hint: encode it, with `base64`, and let the app decode it
        ",
    );
}

#[test]
fn a_value_that_is_no_credentials_of_a_registry() {
    let project = project(
        "
        namespace: shop
        profiles: {prod: {}}
        secretProvider: {sealed: {certificate: prod.pem}}
        secrets: {registry: {.dockerconfigjson: {}}}
    ",
    );
    refused(
        project
            .file("prod.pem", CERTIFICATE)
            .args(["secret", "set", "prod", "registry", ".dockerconfigjson"])
            .stdin("q8Zt7Yx0")
            .absent("secrets"),
        "
        error: the value of `registry..dockerconfigjson` is no JSON object, as credentials of registries are
        hint: it is the text of Docker's `config.json`: `{\"auths\": {\"ghcr.io\": {\"auth\": \"...\"}}}`
        ",
    );
}

#[test]
fn a_value_that_is_no_text() {
    refused(
        secret(&["set", "prod", "app", "token", "--from-file", "key"]).bytes("key", &[0xff, 0xfe]).absent("secrets"),
        "
        error: the value is not UTF-8
        hint: encode it, with `base64`, and let the app decode it
        ",
    );
}

#[test]
fn a_value_that_is_too_long() {
    let text = format!("{}x", "q8Zt".repeat(1 << 18));
    value(&text, "error: cannot read stdin: the value has more than 1048576 bytes, the most that a Secret takes\n");
}

#[test]
fn a_value_that_stands_for_a_secret() {
    let texts = [
        ("changeme-in-production", "is a placeholder"),
        ("redis://default:changeme@cache:6379/0", "holds a URL whose password is a placeholder"),
        ("Y2hhbmdlbWU=", "is the base64 of a placeholder"),
    ];
    for (text, reason) in texts {
        let said = format!("error: the value of `app.token` {reason}, which others guess first\n");
        value(text, &format!("{said}hint: `--generate` makes a good one\n"));
    }
}

#[test]
fn a_password_with_a_newline() {
    refused(
        secret(&["set", "prod", "cache", "password", "--keep-newline"]).stdin("q8Zt1Yx0\n").absent("secrets"),
        "error: the value of `cache.password` holds a newline, which no password of a server may\n",
    );
}

#[test]
fn a_password_that_a_sentinel_cannot_read() {
    refused(
        secret(&["set", "prod", "cache", "password"]).stdin("q8Zt 1Yx0").absent("secrets"),
        "
        error: the value of `cache.password` holds a space, a quote, `#` or a backslash, which a Sentinel of Redis cannot read back
        hint: use letters and digits (`--generate`)
        ",
    );
}

#[test]
fn a_value_is_no_argument() {
    refused(
        secret(&["set", "prod", "app", "token", "q8Zt1Yx0"]),
        "
        error: a value is no argument: every process can read it, and shells write it down
        hint: pipe it or use `--from-file`, and take another value, as this one was seen
        ",
    );
}

#[test]
fn no_certificate_is_named() {
    provider(
        "secretProvider: {sealed: {scope: strict}}\n secrets: {app: {token: {}}}",
        "
        error[certificate]: `secretProvider.sealed` of profile `prod` names no certificate
          --> kgen.yaml:5:34
           |
        5 | secretProvider: {sealed: {scope: strict}}
           |                                  ^^^^^^
        hint: fetch the controller's with `kubeseal --fetch-cert`, and add `certificate: PATH`
        ",
    );
}

/// `kgen secret set` with this certificate.
#[track_caller]
fn certificate(pem: &str, message: &str) {
    let kgen = project(SEALED).file("prod.pem", pem).args(["secret", "set", "prod", "app", "token"]).stdin("q8Zt1Yx0");
    let stderr = format!(
        "error[certificate]: {message}\n  --> kgen.yaml:5:40\n   |\n5 | secretProvider: {{sealed: {{certificate: prod.pem}}}}\n   |                                        ^^^^^^^^\nhint: fetch the controller's with `kubeseal --fetch-cert`, from the cluster of this profile\n"
    );
    refused(kgen.absent("secrets"), &stderr);
}

#[test]
fn a_certificate_that_cannot_seal() {
    certificate("", "`prod.pem` holds no PEM certificate");
    certificate(EC, "`prod.pem` holds a certificate whose key is not RSA, the only kind that Sealed Secrets uses");
    certificate(EXPIRED, "the certificate `prod.pem` has expired on 2024-01-31 00:00:00 UTC");
    certificate(FUTURE, "the certificate `prod.pem` is not valid before 2099-01-01 00:00:00 UTC");
    let key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
    certificate(key, "`prod.pem` holds no PEM certificate, but a private key, which belongs in no repository");
}

#[test]
fn a_certificate_that_is_not_there() {
    let kgen = project(SEALED).args(["secret", "set", "prod", "app", "token"]);
    refused(
        kgen,
        "
        error[certificate]: cannot read `prod.pem`: No such file or directory (os error 2)
          --> kgen.yaml:5:40
           |
        5 | secretProvider: {sealed: {certificate: prod.pem}}
           |                                        ^^^^^^^^
        hint: fetch the controller's with `kubeseal --fetch-cert`, from the cluster of this profile
        ",
    );
}

/// `kgen secret set` beside this file, which stays as it is.
#[track_caller]
fn beside(file: &str, stderr: &str) {
    let kgen = secret(&["set", "prod", "app", "token"]).stdin("q8Zt1Yx0").file(PATH, file).tree_file(PATH, file);
    refused(kgen, stderr);
}

#[test]
fn a_file_that_is_sealed_for_another_place() {
    beside(
        &file(&format!("{HEAD}metadata:\n  name: app\n  namespace: shop-dev\n")),
        "
        error[sealed-for]: `secrets/prod/app.sealed.yaml` is sealed for `strict:shop-dev/app`, not for `strict:shop/app`
          --> secrets/prod/app.sealed.yaml:3:1
           |
        3 | metadata:
           | ^^^^^^^^
        hint: remove the file and set its values again: `token`
        ",
    );
    let wide = "  annotations: {sealedsecrets.bitnami.com/namespace-wide: \"true\"}\n";
    beside(
        &file(&format!("{HEAD}metadata:\n  name: app\n  namespace: shop\n{wide}")),
        "
        error[sealed-for]: `secrets/prod/app.sealed.yaml` is sealed for `namespace-wide:shop/app`, not for `strict:shop/app`
          --> secrets/prod/app.sealed.yaml:3:1
           |
        3 | metadata:
           | ^^^^^^^^
        hint: remove the file and set its values again: `token`
        ",
    );
    let edited = "  annotations: {kgen.dev/sealed-for: \"strict:shop-dev/app\"}\n";
    beside(
        &file(&format!("{HEAD}metadata:\n  name: app\n  namespace: shop\n{edited}")),
        "
        error[sealed-for]: `secrets/prod/app.sealed.yaml` is sealed for `strict:shop-dev/app`, not for `strict:shop/app`
          --> secrets/prod/app.sealed.yaml:3:1
           |
        3 | metadata:
           | ^^^^^^^^
        hint: remove the file and set its values again: `token`
        ",
    );
}

#[test]
fn a_file_that_is_no_sealed_secret() {
    beside(
        "{kind: Secret, stringData: {a: q8Zt1Yx0}}\n",
        "
        error[sealed-file]: `secrets/prod/app.sealed.yaml` is no SealedSecret: its `apiVersion` should be `bitnami.com/v1alpha1`, found nothing
          --> secrets/prod/app.sealed.yaml:1:1
           |
        1 | ***
           | ^^^
        hint: kgen writes this file: `kgen secret set PROFILE SECRET KEY`
        ",
    );
    beside(
        &format!("{HEAD}metadata: {{name: app}}\nspec: {{}}\n"),
        "
        error[sealed-file]: the SealedSecret has no `spec.encryptedData`
          --> secrets/prod/app.sealed.yaml:1:1
           |
        1 | ***
           | ^
        hint: kgen writes this file: `kgen secret set PROFILE SECRET KEY`
        ",
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_out_of_the_project() {
    use crate::secret::Room;
    use crate::support::Temp;
    let away = Temp::new();
    let room = Room::new(&format!("{}{}", super::HEAD, text(SEALED).replace("prod.pem", "certs/prod.pem")));
    std::os::unix::fs::symlink(away.path(), room.0.path().join("secrets")).unwrap();
    let said = room.kgen(&["secret", "set", "prod", "mq", "password"], "q8Zt1Yx0");
    let expected = format!(
        "error: `secrets` leads out of the project, by a symbolic link to `{}`\n\
         hint: copy the file into the project; a link inside the project is relative\n",
        away.path().display()
    );
    assert_eq!((said.stderr, said.status), (expected, Some(2)));
    assert_eq!(std::fs::read_dir(away.path()).unwrap().count(), 0);
    // A link inside the project may be read, and is not written through.
    std::fs::remove_file(room.0.path().join("secrets")).unwrap();
    std::fs::create_dir(room.0.path().join("kept")).unwrap();
    std::os::unix::fs::symlink("kept", room.0.path().join("secrets")).unwrap();
    let said = room.kgen(&["secret", "set", "prod", "mq", "password"], "q8Zt1Yx0");
    let expected =
        "error: `secrets/prod/app.sealed.yaml` is or is behind a link; kgen writes only into real files and folders\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
    assert_eq!(std::fs::read_dir(room.0.path().join("kept")).unwrap().count(), 0);
}

#[test]
fn an_env_file_with_names_that_are_no_keys() {
    let kgen = secret(&["import", "prod", "app", "--from-env-file", ".env"]).absent("secrets");
    refused(
        kgen.file(".env", "token=q8Zt1Yx0\nTOKEN=x\nPORT=80\n"),
        "
        error: lines 2, 3 of `.env` have names that Secret `app` of profile `prod` has no key for
        hint: `--skip-unknown` leaves them out
        ",
    );
}

#[test]
fn an_env_file_without_a_value() {
    let kgen = secret(&["import", "prod", "app", "--from-env-file", ".env", "--skip-unknown"]).absent("secrets");
    refused(kgen.file(".env", "PORT=80\n"), "error: `.env` has no value for Secret `app`\n");
}

#[test]
fn an_env_file_that_compose_would_read_otherwise() {
    let kgen = secret(&["import", "prod", "app", "--from-env-file", ".env"]).absent("secrets");
    refused(
        kgen.file(".env", "# all\ntoken=q8Zt$Yx0\n"),
        "error: line 2 of `.env` has a `$`, where compose would put a variable in; write the value in single quotes, or read the file with `--raw`\n",
    );
}

#[test]
fn a_check_of_a_profile_without_values() {
    let kgen = project(
        "\n namespace: shop\n profiles: {prod: {}}\n secretProvider: {sealed: {certificate: prod.pem}}\n secrets: {app: {token: {}}}\n",
    );
    let kgen = kgen.file("prod.pem", CERTIFICATE).args(["secret", "check"]).status(1);
    kgen.stderr(&text(
        "
        error[secret-missing]: `secrets/prod/app.sealed.yaml` has no sealed value for `token` of Secret `app` (profile `prod`)
          --> kgen.yaml:6:17
           |
        6 | secrets: {app: {token: {}}}
           |                 ^^^^^
        hint: seal it: `kgen secret set prod app token`, which asks for the value; `--generate` makes one up
        ",
    ))
    .run();
}

/// `kgen secret check` beside a good file with these annotations.
#[track_caller]
fn check(annotations: &str, pem: &str) -> Kgen {
    let kgen = project(
        "\n namespace: shop\n profiles: {prod: {}}\n secretProvider: {sealed: {certificate: prod.pem}}\n secrets: {app: {token: {}}}\n",
    );
    let head = format!("{HEAD}metadata:\n  name: app\n  namespace: shop\n{annotations}");
    kgen.file(PATH, &file(&head)).file("prod.pem", pem).args(["secret", "check"])
}

#[test]
fn a_check_of_a_certificate_that_has_not_begun() {
    let kgen = check("", FUTURE).status(1);
    kgen.stderr(&text(
        "
        error[certificate]: the certificate `prod.pem` is not valid before 2099-01-01 00:00:00 UTC
          --> kgen.yaml:5:40
           |
        5 | secretProvider: {sealed: {certificate: prod.pem}}
           |                                        ^^^^^^^^
        hint: fetch the controller's with `kubeseal --fetch-cert`, from the cluster of this profile
        ",
    ))
    .run();
}

#[test]
fn a_check_of_a_certificate_that_has_ended() {
    let kgen = check("", EXPIRED).status(1);
    kgen.stderr(&text(
        "
        error[certificate]: the certificate `prod.pem` has expired on 2024-01-31 00:00:00 UTC
          --> kgen.yaml:5:40
           |
        5 | secretProvider: {sealed: {certificate: prod.pem}}
           |                                        ^^^^^^^^
        hint: fetch the controller's with `kubeseal --fetch-cert`, from the cluster of this profile
        ",
    ))
    .run();
}

#[test]
fn a_check_of_a_file_that_was_edited() {
    let kgen = check("  annotations: {kgen.dev/sealed-for: \"strict:shop-dev/app\"}\n", CERTIFICATE).status(1);
    kgen.stderr(&text(
        "
        error[sealed-for]: `secrets/prod/app.sealed.yaml` is sealed for `strict:shop-dev/app`, not for `strict:shop/app`
          --> secrets/prod/app.sealed.yaml:3:1
           |
        3 | ***
           | ^^^
        hint: remove the file and set its values again: `token`
        ",
    ))
    .run();
}

#[test]
fn a_check_of_items_of_another_certificate() {
    let sealer = "  annotations: {kgen.dev/sealed-with: \"SHA256:SVGCTA85TaFflAkd0trokHdgnoIlf9mwkp7eK6TUgEw\"}\n";
    check(sealer, CERTIFICATE).run();
    said(
        check(sealer, OTHER),
        "
        warning[sealed-with]: `secrets/prod/app.sealed.yaml` has items that were sealed with another certificate than the profile's: `token`
          --> secrets/prod/app.sealed.yaml:9:5
           |
        9 |     ***
           |     ^^^
        hint: right after the controller renewed its key, which keeps the old ones; else set them again
        ",
    );
}

#[test]
fn a_check_of_a_value_that_nobody_needs() {
    let kgen = check("", CERTIFICATE);
    let text = file(&format!("{HEAD}metadata:\n  name: app\n  namespace: shop\n"));
    let item = text.split("token: ").nth(1).unwrap();
    let kgen = kgen.file(PATH, &format!("{text}    unused: {item}"));
    let expected = format!(
        "warning[secret-unused]: `{PATH}` has a value for `unused`, which Secret `app` of profile `prod` does not need\n  --> {PATH}:9:5\n   |\n9 |     ***\n   |     ^^^\nhint: take the line out, and the value out of use\n"
    );
    said(kgen, &expected);
}

#[test]
fn a_check_of_a_file_that_nobody_needs() {
    let head = format!("{HEAD}metadata:\n  name: old\n  namespace: shop\n");
    let kgen = check("", CERTIFICATE).file("secrets/prod/old.sealed.yaml", &file(&head));
    // Of another profile, or none: not asked about.
    let kgen = kgen.file("secrets/gone/old.sealed.yaml", &file(&head));
    said(
        kgen,
        "
        warning[secret-unused]: `secrets/prod/old.sealed.yaml` is for a Secret that profile `prod` does not take from it
        hint: remove it, and take its values out of use
        ",
    );
}

#[test]
fn a_folder_that_is_a_file() {
    let kgen = secret(&["set", "prod", "app", "token"]).stdin("q8Zt1Yx0").file("secrets", "x");
    refused(kgen, "error: `secrets/prod/app.sealed.yaml` is no file\n");
}

#[test]
fn a_file_that_is_not_there() {
    let kgen = secret(&["set", "prod", "app", "token", "--from-file", "key"]).absent("secrets");
    refused(kgen, "error: cannot read `key`: No such file or directory (os error 2)\n");
}

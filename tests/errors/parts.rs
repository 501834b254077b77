//! Messages that are looked at in part, and what is no mistake.

use std::fs;

use super::{HEAD, project, text};
use crate::support::{Kgen, Temp};

#[test]
fn references_that_lead_through_too_many_others() {
    let keys: String = (1..34).map(|at| format!(" k{at}: '${{configs.c.k{}}}',", at - 1)).collect();
    let line = format!("configs: {{c: {{k0: x,{keys}}}}}\n");
    let said = Kgen::new().file("kgen.yaml", &format!("{HEAD}{line}")).args(["render"]).said();
    let expected = [
        "error[reference-too-long]: `${configs.c.k0}` leads through too many other references\n",
        "hint: at most 32 behind each other and 1000 in all: refer to what is meant itself",
    ];
    assert!(expected.iter().all(|words| said.stderr.contains(words)), "{}", said.stderr);
    assert_eq!((said.status, said.stderr.matches("error[").count()), (Some(2), 1));
}

/// A project with one secret and a patch of its Secret.
fn of_secret(patch: &str) -> Kgen {
    project(&format!(
        "\nprofiles: {{dev: {{}}}}\nsecrets: {{app: {{token: Zq7CanarY9x}}}}\n\
         patches: [{{target: {{kind: Secret, name: app}}, patch: {patch}}}]\n"
    ))
}

#[test]
fn a_patch_that_makes_another_kind_of_a_secret() {
    for patch in ["{kind: ConfigMap}", "[{op: replace, path: /kind, value: ConfigMap}]", "{apiVersion: example.com/v1}"]
    {
        let said = of_secret(patch).args(["render", "dev"]).said();
        let head = "error[patch-identity]: the patch of Secret/app changes what the object is called\n";
        assert!(said.stderr.starts_with(head) && said.stdout.is_empty(), "{patch}: {}", said.stderr);
    }
}

/// Within `data` a value stays a secret.
#[test]
fn a_patch_that_gives_a_value_a_second_key() {
    let said = of_secret("[{op: copy, from: /data/token, path: /data/again}]").args(["render", "dev"]).says();
    assert!(said.contains("again: WnE3Q2FuYXJZOXg="), "{said}");
}

/// What templates see of a value is no value.
#[test]
fn a_template_that_writes_data_elsewhere_too() {
    let template = "
        apiVersion: v1
        kind: Secret
        metadata: {name: {{ name }}, annotations: {copy: {{ data.token }}}}
        data: {{ data }}
    ";
    let kgen = project("\nprofiles: {dev: {}}\ntemplates: tpl\nsecrets: {app: {token: Zq7CanarY9x}}\n");
    let said = kgen.file("tpl/secret/secret.yaml", &text(template)).args(["render", "dev"]).says();
    assert!(said.contains("copy: \"c2VjcmV0\"") || said.contains("copy: c2VjcmV0"), "{said}");
    assert!(said.contains("token: WnE3Q2FuYXJZOXg="), "{said}");
}

#[cfg(unix)]
#[test]
fn a_folder_of_secrets_that_leads_out_of_the_project() {
    use crate::secret::Room;
    const SEALED: &str = "
    namespace: shop
    profiles: {prod: {}}
    secretProvider: {sealed: {certificate: certs/prod.pem}}
    secrets: {app: {url: 'amqp://u:${secrets.mq.password}@mq/'}, mq: {password: {}}}
    ";
    let away = Temp::new();
    let room = Room::new(&format!("{HEAD}{}", text(SEALED)));
    let link = room.0.path().join("secrets");
    std::os::unix::fs::symlink(away.path(), &link).unwrap();
    let said = room.kgen(&["secret", "set", "prod", "mq", "password"], "q8Zt1Yx0");
    let expected = format!(
        "error: `secrets` leads out of the project, by a symbolic link to `{}`\n\
         hint: copy the file into the project; a link inside the project is relative\n",
        away.path().display()
    );
    assert_eq!((said.stderr, said.status), (expected, Some(2)));
    assert_eq!(fs::read_dir(away.path()).unwrap().count(), 0);
    // A link inside the project may be read, and is not written through.
    fs::remove_file(&link).unwrap();
    fs::create_dir(room.0.path().join("kept")).unwrap();
    std::os::unix::fs::symlink("kept", &link).unwrap();
    let said = room.kgen(&["secret", "set", "prod", "mq", "password"], "q8Zt1Yx0");
    let expected =
        "error: `secrets/prod/app.sealed.yaml` is or is behind a link; kgen writes only into real files and folders\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
    assert_eq!(fs::read_dir(room.0.path().join("kept")).unwrap().count(), 0);
}

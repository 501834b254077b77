//! The provider `sops`: what kgen asks the program for, and that it is told no value but through its standard input.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Room, VALUE};
use crate::support::{Said, executable, files, inherited, put};

const SOPS: &str = include_str!("sops.sh");

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
namespace: shop
profiles: {prod: {secretProvider: {sops: {}}}}
secrets:
  app: {token: {}, url: 'amqp://u:${secrets.mq.password}@mq/${secrets.app.token}'}
  mq: {password: {}}
";

/// A room whose `sops` is a script.
fn room() -> (Room, BTreeMap<String, String>) {
    let room = Room::new(PROJECT);
    let bin = room.0.path().join("bin");
    executable(&bin.join("sops"), SOPS);
    let path = inherited("PATH").unwrap_or_default().into_string().unwrap();
    let env = [("PATH".to_owned(), format!("{}:{path}", bin.display()))].into();
    (room, env)
}

/// What stands for the encrypted form of a value.
fn encrypted(value: &str) -> String {
    let turn = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        c => c,
    };
    let text: String = STANDARD.encode(value).chars().map(turn).collect();
    format!("ENC[AES256_GCM,data:{text},type:str]")
}

fn set(room: &(Room, BTreeMap<String, String>), secret: &str, key: &str, value: &str) -> Said {
    room.0.kgen_with(&["secret", "set", "prod", secret, key], value, &room.1)
}

#[test]
fn values_and_what_is_composed_of_them_are_encrypted() {
    let room = room();
    let said = set(&room, "app", "token", "t/o k");
    let expected = "encrypted `token` into `secrets/prod/app.sops.yaml`\n`app.url` is composed of `mq.password` too, and waits for it\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), ("", expected, Some(0)));
    let said = set(&room, "mq", "password", "p@ss:w/1");
    let expected =
        "encrypted `password` into `secrets/prod/mq.sops.yaml`\nencrypted `url` into `secrets/prod/app.sops.yaml`\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), ("", expected, Some(0)));
    let file = |name: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: shop\ntype: Opaque\ndata:\n{data}sops:\n  mac: ENC[AES256_GCM,data:x]\n"
        )
    };
    let url = encrypted("amqp://u:p%40ss%3Aw%2F1@mq/t%2Fo%20k");
    let app = format!("  url: {url}\n  token: {}\n", encrypted("t/o k"));
    assert_eq!(room.0.read("secrets/prod/app.sops.yaml"), file("app", &app));
    let mq = format!("  password: {}\n", encrypted("p@ss:w/1"));
    assert_eq!(room.0.read("secrets/prod/mq.sops.yaml"), file("mq", &mq));
    // No copies are left, and the tree can be rendered.
    let found: Vec<String> = files(&room.0.0.path().join("secrets")).into_keys().collect();
    assert_eq!(found, ["prod/app.sops.yaml", "prod/mq.sops.yaml"]);
    assert!(room.0.done(&["render", "prod"], "").stdout.contains(&url));
    room.0.done(&["secret", "check"], "");
    let calls = room.0.read("bin/calls");
    let yaml = "--input-type yaml --output-type yaml";
    let first: Vec<&str> = calls.lines().take(2).collect();
    assert_eq!(
        first,
        [
            &format!(
                "encrypt --encrypted-regex ^(data|stringData)$ --filename-override secrets/prod/app.sops.yaml {yaml} secrets/prod/.kgen-tmp-0"
            ),
            &format!("set --idempotent --value-stdin {yaml} secrets/prod/.kgen-tmp-0 [\"data\"][\"token\"]"),
        ]
    );
}

/// `/proc` of every process is read while `sops` runs, kgen's own too.
#[cfg(target_os = "linux")]
#[test]
fn no_process_has_a_value_in_its_arguments_or_environment() {
    let room = room();
    put(&room.0.0.path().join("bin/canary"), format!("{VALUE}\n{}\n", STANDARD.encode(VALUE)));
    let both = [set(&room, "app", "token", VALUE), set(&room, "mq", "password", VALUE)];
    for said in both {
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        assert!(!said.stderr.contains(VALUE) && !said.stdout.contains(VALUE));
    }
    assert!(room.0.read("bin/calls").lines().count() >= 6);
    assert!(!room.0.0.path().join("bin/leaks").exists(), "{}", room.0.read("bin/leaks"));
    // The script would have seen it.
    let mut env = room.1.clone();
    env.insert("LEAK".to_owned(), VALUE.to_owned());
    room.0.kgen_with(&["secret", "set", "prod", "app", "token"], VALUE, &env);
    assert!(room.0.read("bin/leaks").contains("/environ"));
}

#[track_caller]
fn refused(prepare: impl Fn(&Path), expected: &str) {
    let room = room();
    prepare(&room.0.0.path().join("bin"));
    let said = set(&room, "mq", "password", VALUE);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), ("", expected, Some(2)));
    assert_eq!(files(&room.0.0.path().join("secrets")), BTreeMap::new());
}

#[test]
fn a_missing_program_is_named() {
    refused(
        |bin| std::fs::remove_file(bin.join("sops")).unwrap(),
        "error: there is no program `sops`, which encrypts for the provider `sops`\nhint: install 3.11 or later, https://getsops.io\n",
    );
}

#[test]
fn what_sops_says_is_passed_on() {
    refused(
        |bin| put(&bin.join("refuse"), ""),
        "error: `sops encrypt` failed\n  | error loading config: no matching creation rules found\n",
    );
}

#[test]
fn what_sops_says_is_passed_on_without_the_value() {
    let room = room();
    assert_eq!(set(&room, "mq", "password", VALUE).status, Some(0));
    put(&room.0.0.path().join("bin/refuse"), "");
    let said = set(&room, "mq", "password", "another1Yx0PvB2");
    assert_eq!((said.stderr.as_str(), said.status), ("error: `sops set` failed\n  | cannot encrypt ***\n", Some(2)));
}

#[test]
fn a_value_that_sops_leaves_readable_is_not_written() {
    refused(
        |bin| put(&bin.join("plain"), ""),
        "error: `sops` would leave a value of `secrets/prod/mq.sops.yaml` readable; nothing was written\nhint: its `encrypted_regex` must take in `data`: look into `.sops.yaml` and the end of the file\n",
    );
}

#[test]
fn a_file_that_is_none_of_sops_stays() {
    let room = room();
    put(&room.0.0.path().join("secrets/prod/mq.sops.yaml"), "{kind: Secret, stringData: {password: q8Zt1Yx0}}\n");
    let said = set(&room, "mq", "password", VALUE);
    let expected = "error[sops-form]: `secrets/prod/mq.sops.yaml` is no Secret that SOPS encrypted\n  --> secrets/prod/mq.sops.yaml:1:1\n   |\n1 | ***\n   | ^\nhint: move it away: `kgen secret set` makes a new one\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
    assert_eq!(room.0.read("secrets/prod/mq.sops.yaml"), "{kind: Secret, stringData: {password: q8Zt1Yx0}}\n");
}

/// Someone wrote it by `sops edit`: the value would be hidden by the one that is there.
#[test]
fn a_key_of_string_data_is_set_there() {
    let room = room();
    let text = "kind: Secret\nstringData:\n  password: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:x]\n";
    put(&room.0.0.path().join("secrets/prod/mq.sops.yaml"), text);
    assert_eq!(set(&room, "mq", "password", VALUE).status, Some(0));
    let calls = room.0.read("bin/calls");
    assert!(calls.contains("secrets/prod/.kgen-tmp-0 [\"stringData\"][\"password\"]\n"), "{calls}");
}

#[test]
fn a_folder_that_leads_out_of_the_project_is_refused() {
    let room = room();
    std::os::unix::fs::symlink("bin", room.0.0.path().join("secrets")).unwrap();
    let said = set(&room, "mq", "password", VALUE);
    let expected = "error: `secrets` is no folder; kgen writes only into real folders of the project\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
}

//! `diff --rev` in a checkout that a stranger wrote: git runs nothing, and a revision is read as the disk is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Checkout, project};

const APP: &str = "apps: {web: {image: 'ghcr.io/acme/web:1.4.2', port: 8080}}";

/// A program that says that it ran.
fn payload(room: &Checkout) -> String {
    let path = room.0.path().join("payload.sh");
    fs::write(&path, format!("#!/bin/sh\necho ran >>'{}'\n", room.0.path().join("RAN").display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[track_caller]
fn ran_nothing(room: &Checkout, what: &str) {
    assert!(!room.0.path().join("RAN").exists(), "{what} ran a program");
}

/// Every setting of git's that names a program, a helper or a server (`git help --config`).
fn settings(program: &str) -> Vec<(String, String)> {
    let plain = [
        "core.fsmonitor",
        "core.sshCommand",
        "core.gitProxy",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "merge.x.driver",
        "gpg.program",
        "gpg.ssh.program",
        "gpg.ssh.defaultKeyCommand",
        "interactive.diffFilter",
        "sequence.editor",
        "uploadpack.packObjectsHook",
        "remote.origin.uploadpack",
        "remote.origin.receivepack",
        "trailer.x.command",
        "trailer.x.cmd",
        "tar.x.command",
        "browser.x.cmd",
        "difftool.x.cmd",
        "mergetool.x.cmd",
        "pager.cat-file",
        "pager.ls-tree",
        "pager.rev-parse",
        "sendemail.sendmailCmd",
    ];
    let mut out: Vec<(String, String)> = plain.iter().map(|key| ((*key).to_owned(), program.to_owned())).collect();
    for (key, value) in [
        ("alias.cat-file", format!("!{program}")),
        ("alias.ls-tree", format!("!{program}")),
        ("alias.rev-parse", format!("!{program}")),
        ("extensions.partialClone", "origin".into()),
        ("remote.origin.promisor", "true".into()),
        ("remote.origin.url", format!("ext::sh {program}")),
        ("remote.origin.vcs", "ext".into()),
        ("protocol.allow", "always".into()),
        ("protocol.ext.allow", "always".into()),
    ] {
        out.push((key.to_owned(), value));
    }
    out
}

/// A bare repository as plain files, as a branch may hold it.
fn embedded(room: &Checkout, folder: &str, config: &str) {
    let folder = room.root().join(folder);
    for path in ["objects/x", "refs/heads"] {
        fs::create_dir_all(folder.join(path)).unwrap();
        fs::write(folder.join(path).join(".keep"), "").unwrap();
    }
    fs::write(folder.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(folder.join("config"), config).unwrap();
}

#[test]
fn a_repository_in_the_work_tree_is_none() {
    let room = Checkout::new("").file("infra/kgen.yaml", &project(APP));
    room.commit();
    let program = payload(&room);
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tfsmonitor = {program}\n[extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\turl = ext::sh {program}\n\tpromisor = true\n[protocol \"ext\"]\n\tallow = always\n"
    );
    embedded(&room, "infra", &config);
    room.commit();
    for args in
        [&["-f", "infra/kgen.yaml", "diff", "--rev", "HEAD~1"][..], &["-f", "infra/kgen.yaml", "diff", "--rev", "HEAD"]]
    {
        for said in [room.kgen(args), room.untrusted(args)] {
            assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{args:?}");
        }
        ran_nothing(&room, "an embedded repository");
    }
}

#[test]
fn no_setting_of_git_runs_a_program() {
    let room = Checkout::new(&project(&format!("{APP}\nconfigs: {{c: {{k: {{file: f.txt}}}}}}"))).file("f.txt", "text");
    let program = payload(&room);
    for name in ["post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"] {
        fs::create_dir_all(room.root().join(".git/hooks")).unwrap();
        fs::copy(&program, room.root().join(".git/hooks").join(name)).unwrap();
    }
    let room = room.file(".gitattributes", "* diff=x filter=x merge=x\n");
    room.git(&["-c", "core.hooksPath=/dev/null", "add", "-A"]);
    room.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "x"]);
    let all = settings(&program);
    for (key, value) in &all {
        room.git(&["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "config", key, value]);
        let said = room.kgen(&["diff", "--rev", "HEAD"]);
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{key}");
        ran_nothing(&room, key);
    }
    // A revision, too, that lacks an object: nothing is fetched.
    let said = room.kgen(&["diff", "--rev", "0123456789012345678901234567890123456789"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    ran_nothing(&room, "a missing object");
    // The payload would have run: git itself obeys one of them.
    let done = std::process::Command::new("git").arg("status").current_dir(room.root()).output().unwrap();
    assert!(room.0.path().join("RAN").exists(), "{done:?}");
}

#[test]
fn a_link_means_the_same_on_the_disk_and_in_a_revision() {
    let text = project(&format!(
        "{APP}\nconfigs: {{c: {{k: {{file: app.conf}}, d: {{file: folder/x}}}}}}\ntemplates: t\nmanifests: [{{file: m.yaml}}]"
    ));
    let template = include_str!("../../templates/app/service.yaml");
    let room = Checkout::new(&text)
        .file("shared/app.conf", "level=info")
        .file("shared/x", "x")
        .file("shared/m.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n")
        .file("own/app/service.yaml", template)
        .link("app.conf", "shared/app.conf")
        .link("folder", "shared")
        .link("m.yaml", "folder/../shared/m.yaml")
        .link("t", "own");
    room.commit();
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)), "{}", said.stdout);
    let room = room.file("shared/app.conf", "level=debug");
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert!(said.stdout.contains("level=info") && said.stdout.contains("level=debug"), "{said:?}");
    assert_eq!(said.status, Some(1));
}

#[test]
fn a_link_that_led_out_at_a_revision_is_refused() {
    for target in ["../outside.txt", "/etc/passwd", ".git/config"] {
        let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).link("l", target);
        room.commit();
        let room = room.link("l", "kgen.yaml");
        let said = room.kgen(&["diff", "--rev", "HEAD"]);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.stderr.contains("HEAD:l") && said.stderr.contains("--> HEAD:kgen.yaml:5:"), "{said:?}");
        room.is_quiet(&said);
    }
}

#[test]
fn a_submodule_is_no_file() {
    let room = Checkout::new(&project("configs: {c: {k: {file: sub}}}"));
    room.commit();
    let head = fs::read_to_string(room.root().join(".git/refs/heads/main")).unwrap();
    room.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", head.trim())]);
    room.git(&["commit", "-q", "-m", "sub"]);
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert_eq!(said.status, Some(2), "{said:?}");
}

/// A `.git` that git takes for none, in a folder of another repository.
#[test]
fn git_looks_no_further_up() {
    let room =
        Checkout::new(&project("configs: {c: {k: {file: outside.txt}}}")).file("outside.txt", "of the outer one");
    let inner =
        room.file("inner/kgen.yaml", &project("configs: {c: {k: {file: mine.txt}}}")).file("inner/mine.txt", "x");
    inner.commit();
    fs::create_dir(inner.root().join("inner/.git")).unwrap();
    for untrusted in [&[][..], &["--untrusted"]] {
        let said = inner.kgen(&[untrusted, &["-f", "inner/kgen.yaml", "diff", "--rev", "HEAD"]].concat());
        assert!(said.stderr.contains("is in no git repository") && said.stdout.is_empty(), "{said:?}");
    }
    // A file of that name leads to any other repository: a stranger's may not.
    fs::remove_dir(inner.root().join("inner/.git")).unwrap();
    fs::write(inner.root().join("inner/.git"), "gitdir: ../.git\n").unwrap();
    let said = inner.kgen(&["--untrusted", "-f", "inner/kgen.yaml", "diff", "--rev", "HEAD"]);
    assert!(said.stderr.contains("is no folder, and `--untrusted` goes nowhere else"), "{said:?}");
}

/// git would hand out all of it before anyone could look at its length.
#[test]
fn a_link_that_is_a_file_without_end_is_not_read() {
    let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).file("l", "x");
    room.commit();
    let long = room.root().join("long");
    fs::write(&long, "x".repeat(1 << 20)).unwrap();
    let hashed =
        std::process::Command::new("git").args(["hash-object", "-w", "long"]).current_dir(room.root()).output();
    let object = String::from_utf8(hashed.unwrap().stdout).unwrap();
    room.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{},l", object.trim())]);
    room.git(&["commit", "-q", "-m", "long"]);
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert!(said.stderr.contains("`HEAD:l` is a pipe or a device, and should be a file"), "{said:?}");
}

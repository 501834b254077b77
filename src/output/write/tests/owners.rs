//! Trees of others: another project, file, profile or selection.

use std::fs;

use super::super::{self as write, MARK, Owner, Target};
use super::{Files, Temp, files, put, snapshot};

fn owner(project: &str, file: &str) -> Owner {
    Owner { project: project.into(), file: file.into(), ..Owner::default() }
}

fn one(profile: &str, only: &[&str], skip: &[&str]) -> Owner {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Owner { profile: Some(profile.into()), only: list(only), skip: list(skip), ..owner("shop", "../kgen.yaml") }
}

fn target(temp: &Temp, owner: &Owner) -> Target {
    Target { root: temp.0.clone(), folder: "deploy".into(), owner: owner.clone() }
}

/// What is said where `second` is to be written over the tree of `first`, and a plan of it.
fn said(first: &Owner, second: &Owner) -> Option<String> {
    let temp = Temp::new();
    let (old, new) = (files(&[("a", "1"), ("b", "1")]), files(&[("a", "2")]));
    write::apply(&target(&temp, first), &old, false).unwrap();
    let before = snapshot(&temp.0);
    let changes = write::plan(&target(&temp, second), &new).unwrap();
    let error = write::apply(&target(&temp, second), &new, false).err()?;
    let text = format!("{error:#}").replace(temp.0.to_str().unwrap(), ".");
    assert_eq!(snapshot(&temp.0), before, "nothing is touched, not even a lock is left");
    let dispute = changes.dispute.as_ref().unwrap();
    assert_eq!(changes.lines().len(), 1, "{changes:?}");
    assert!(
        text.starts_with(&dispute.to_string().replace(temp.0.to_str().unwrap(), ".")) && text.ends_with(dispute.hint())
    );
    write::apply(&target(&temp, second), &new, true).unwrap();
    assert!(!temp.output().join("b").exists(), "with --force it is taken over");
    assert!(write::plan(&target(&temp, second), &new).unwrap().is_empty());
    Some(text)
}

#[test]
fn another_owner_is_named_with_the_way_out() {
    let (shop, blog) = (owner("shop", "../shop.yaml"), owner("blog", "../blog.yaml"));
    assert_eq!(said(&shop, &shop), None);
    assert_eq!(
        said(&shop, &blog).unwrap(),
        "`./deploy` holds the tree of project `shop` (`./shop.yaml`); this is the tree of project `blog` (`./blog.yaml`)\n\
         hint: name another folder as `output`; if the project was renamed, or its file moved, `kgen render --force` takes the tree over"
    );
    assert_eq!(
        said(&owner("shop", "../kgen.yaml"), &one("prod", &["Service", "Secret"], &["Deployment/api"])).unwrap(),
        "`./deploy` holds the tree of project `shop` (`./kgen.yaml`); \
         this is profile `prod` with `--only Secret,Service` `--skip Deployment/api` of project `shop` (`./kgen.yaml`)\n\
         hint: name another folder as `--out`; `--force` puts this tree in the place of that one"
    );
}

#[test]
fn each_part_of_an_owner_counts() {
    let owners = [
        owner("shop", "../kgen.yaml"),
        owner("blog", "../kgen.yaml"),
        owner("shop", "../../kgen.yaml"),
        owner("shop", "kgen.yaml"),
        one("prod", &[], &[]),
        one("dev", &[], &[]),
        one("prod", &["Service"], &[]),
        one("prod", &[], &["Service"]),
        one("prod", &["Service", "Secret"], &[]),
    ];
    for (at, first) in owners.iter().enumerate() {
        for (other, second) in owners.iter().enumerate() {
            assert_eq!(said(first, second).is_some(), at != other, "{first:?} {second:?}");
        }
    }
    assert_eq!(said(&one("prod", &["A", "B"], &[]), &one("prod", &["B", "A"], &[])), None);
}

#[test]
fn a_forced_run_that_is_killed_has_taken_the_tree_over() {
    use super::faults::{Fault, Faulty};
    let (shop, blog) = (owner("shop", "../shop.yaml"), owner("blog", "../blog.yaml"));
    let (old, new) = (files(&[("a", "1"), ("b", "1")]), files(&[("a", "2")]));
    let mut taken = 0;
    for at in 1..20 {
        let temp = Temp::new();
        write::apply(&target(&temp, &shop), &old, false).unwrap();
        let _ = write::apply_on(&mut Faulty::new(at, Fault::Kill), &target(&temp, &blog), &new, true);
        let changed = snapshot(&temp.0)["deploy/a"] == "2";
        let owns = |owner| write::plan(&target(&temp, owner), &new).unwrap().dispute.is_none();
        assert_ne!(owns(&shop), owns(&blog), "step {at}");
        assert!(!changed || owns(&blog), "step {at}");
        taken += usize::from(owns(&blog));
    }
    assert!((5..18).contains(&taken), "{taken}");
}

/// A tree as a kgen wrote it that did not say whose it is.
fn first(temp: &Temp, owner: &Owner, files: &Files) {
    write::apply(&target(temp, owner), files, false).unwrap();
    let path = temp.output().join(".kgen.json");
    let mut json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    json["version"] = 1.into();
    json.as_object_mut().unwrap().remove("owner");
    fs::write(path, json.to_string()).unwrap();
}

fn file(component: &str, source: &str, rest: &str) -> String {
    format!("{MARK}{component} from {source}; do not edit\n{rest}")
}

fn object(source: &str, project: &str) -> String {
    file("apps.a", source, &format!("metadata:\n  labels:\n    app.kubernetes.io/part-of: {project}\n"))
}

/// Whether `ours` takes over what an older kgen wrote for `theirs`, without a word.
fn is_taken_over(theirs: &[(&str, &str)], ours: (&Owner, &[(&str, &str)])) -> bool {
    let temp = Temp::new();
    first(&temp, &owner("x", "x"), &files(theirs));
    let (target, before) = (target(&temp, ours.0), snapshot(&temp.0));
    let done = write::apply(&target, &files(ours.1), false);
    match done {
        Ok(_) => {
            assert!(write::plan(&target, &files(ours.1)).unwrap().is_empty());
            assert!(snapshot(&temp.0)["deploy/.kgen.json"].contains("\"version\": 2"));
            true
        }
        Err(error) => {
            assert!(
                format!("{error:#}").contains("holds the tree of an older kgen, which does not say whose it is: `")
            );
            assert_eq!(snapshot(&temp.0), before);
            write::apply(&target, &files(ours.1), true).unwrap();
            false
        }
    }
}

#[test]
fn a_tree_without_an_owner_is_taken_over_where_nothing_speaks_against_it() {
    let shop = owner("shop", "../kgen.yaml");
    let (mine, kust) = (object("kgen.yaml", "shop"), file("base", "kgen.yaml", "x: 1\n"));
    let new = [("base/a.yaml", mine.as_str()), ("base/kustomization.yaml", "new")];
    let old = |path, text: &str| is_taken_over(&[("base/kustomization.yaml", &kust), (path, text)], (&shop, &new));
    assert!(old("base/a.yaml", &mine) && old("base/b.yaml", &mine), "also what goes");
    assert!(!old("base/b.yaml", &object("blog.yaml", "shop")), "of another file");
    assert!(!old("base/a.yaml", &object("blog.yaml", "blog")), "which is overwritten");
    assert!(!old("base/b.yaml", &object("kgen.yaml", "blog")), "of another project");
    assert!(!old("kustomization.yaml", &file("prod", "kgen.yaml", "")), "of one profile");
    assert!(!old("base/b.yaml", "of nobody"));
}

#[test]
fn a_tree_of_one_profile_without_an_owner_loses_nothing() {
    let prod = one("prod", &[], &[]);
    let (mine, kust) = (object("kgen.yaml", "shop"), file("prod", "kgen.yaml", "x: 1\n"));
    let (more, dev) = (file("prod", "kgen.yaml", "x: 2\n"), file("dev", "kgen.yaml", "x: 1\n"));
    let new = [("a.yaml", mine.as_str()), ("kustomization.yaml", more.as_str())];
    assert!(is_taken_over(&[("kustomization.yaml", &kust), ("a.yaml", &mine)], (&prod, &new)));
    assert!(!is_taken_over(&[("kustomization.yaml", &dev), ("a.yaml", &mine)], (&prod, &new)), "another profile");
    let selected = [("kustomization.yaml", kust.as_str()), ("a.yaml", &mine), ("b.yaml", &mine)];
    assert!(!is_taken_over(&selected, (&prod, &new)), "which selection it was, nobody knows");
    assert!(!is_taken_over(&[("base/kustomization.yaml", &kust)], (&prod, &new)), "a tree of all profiles");
}

#[test]
fn what_nobody_would_overwrite_says_nothing_of_the_owner() {
    let temp = Temp::new();
    let shop = owner("shop", "../kgen.yaml");
    let mine = file("base", "kgen.yaml", "x: 1\n");
    first(&temp, &shop, &files(&[("base/a.yaml", &mine)]));
    put(&temp.output(), "base/a.yaml", "edited");
    let error = write::apply(&target(&temp, &shop), &files(&[("base/a.yaml", "new")]), false).unwrap_err();
    assert!(error.to_string().contains("`base/a.yaml` was edited since kgen wrote it"), "{error}");
}

#[cfg(unix)]
#[test]
fn no_part_of_the_way_below_the_root_is_a_link() {
    use std::os::unix::fs::symlink;
    for (link, to, folder) in [
        ("deploy", "real", "deploy"),
        ("a/b", "../real", "a/b/c"),
        ("a", "real", "a/b/c"),
        ("deploy", "none", "deploy"),
    ] {
        let temp = Temp::new();
        put(&temp.0, "real/x", "mine");
        fs::create_dir_all(temp.0.join(link).parent().unwrap()).unwrap();
        symlink(to, temp.0.join(link)).unwrap();
        let before = snapshot(&temp.0);
        let target = Target { folder: folder.into(), ..target(&temp, &owner("shop", "../kgen.yaml")) };
        let wanted = files(&[("x", "1")]);
        let expected =
            format!("`{}` is a symbolic link, and a tree goes into real folders", temp.0.join(link).display());
        for error in [write::plan(&target, &wanted).unwrap_err(), write::apply(&target, &wanted, true).unwrap_err()] {
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
        assert_eq!(snapshot(&temp.0), before);
    }
}

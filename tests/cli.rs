//! What every command has: help that fits a screen, with an example; a manual page; words for a shell.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Command, CommandFactory};
use kgen::cli::Cli;

use crate::support::{KGEN, Kgen, Temp, files, put, run};

const SHOP: &str = include_str!("../golden/example-shop/kgen.yaml");

/// Every command, as it is typed behind `kgen`.
fn commands() -> Vec<Vec<String>> {
    fn add(command: &Command, before: &[String], out: &mut Vec<Vec<String>>) {
        out.push(before.to_vec());
        for command in command.get_subcommands() {
            add(command, &[before, &[command.get_name().to_owned()]].concat(), out);
        }
    }
    let mut out = Vec::new();
    add(&Cli::command(), &[], &mut out);
    out
}

/// 80 columns and 40 lines: what a terminal has without being made larger.
#[test]
fn help_fits_a_screen_and_has_an_example() {
    let mut problems = Vec::new();
    for command in commands() {
        let said = help(&command, "--help");
        let name = format!("kgen {}", command.join(" "));
        let wide = said.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        let (long, tries) = (said.lines().count(), said.matches("\n  kgen ").count() + said.matches("| kgen ").count());
        if wide > 80 || long > 40 || !said.contains("\nExample") || tries == 0 {
            problems.push(format!("{name}: {long} lines of {wide}, {tries} examples\n{said}"));
        }
        assert_eq!(help(&command, "-h"), said, "{name}");
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn help(command: &[String], flag: &str) -> String {
    let args: Vec<String> = command.iter().cloned().chain([flag.to_owned()]).collect();
    let env = BTreeMap::from([("COLUMNS".to_owned(), "80".to_owned())]);
    let said = run(Path::new(KGEN), Temp::new().path(), &args, &env, "");
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{command:?}");
    said.stdout
}

/// What an example calls is a command, with the options that it has.
#[test]
fn examples_of_help_are_commands() {
    for command in commands() {
        let said = help(&command, "--help");
        let (_, examples) = said.split_once("\nExample").unwrap();
        for line in examples.lines().filter(|line| line.contains("kgen ") && line.starts_with("  ")) {
            let from = line.find("kgen ").unwrap();
            let text = line[from..].split(['|', '>', ')']).next().unwrap();
            // What follows after a gap is what it does.
            let text = text.split("  ").next().unwrap().replace(['\'', '"'], "");
            let words = text.split_whitespace().skip(1);
            let is_subcommand = |word: &&str| commands().iter().any(|known| known.first().is_some_and(|k| k == word));
            assert!(words.clone().next().is_some_and(|word| is_subcommand(&word)), "{line}");
            let parsed = Cli::command().try_get_matches_from(std::iter::once("kgen").chain(words));
            parsed.unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let temp = Kgen::new().args(["man", "--out", "man/man1"]).stderr(&format!("{} written\n", commands().len())).run();
    let pages = files(&temp.path().join("man/man1"));
    assert_eq!(pages.len(), commands().len());
    for command in commands() {
        let name = ["kgen".to_owned()].into_iter().chain(command.clone()).collect::<Vec<_>>().join("-");
        let page = &pages[&format!("{name}.1")];
        let title = format!("\n.TH {name} 1 \"\" \"kgen {}\" kgen\n", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&title), "{page}");
        for part in ["SH NAME", "SH SYNOPSIS", "SH OPTIONS", "SH \"NOTES AND EXAMPLES\"", "SH \"EXIT STATUS\""] {
            assert!(page.contains(part), "{name}: {part}");
        }
        let args: Vec<&str> = ["man"].into_iter().chain(command.iter().map(String::as_str)).collect();
        assert_eq!(Kgen::new().args(args).says(), *page);
    }
}

/// Who names the folder need not know what a stranger has put into it.
#[cfg(unix)]
#[test]
fn a_manual_page_is_not_written_through_a_link() {
    let temp = Temp::new();
    put(&temp.path().join("mine"), "mine");
    std::fs::create_dir(temp.path().join("man")).unwrap();
    std::os::unix::fs::symlink("../mine", temp.path().join("man/kgen.1")).unwrap();
    let args = ["man", "--out", "man"].map(str::to_owned);
    let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
    let expected = "error: `man/kgen.1` is or is behind a link; kgen writes only into real files and folders\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
    assert_eq!(std::fs::read_to_string(temp.path().join("mine")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(temp.path().join("man")).unwrap().count(), 1);
}

#[test]
fn a_page_of_no_command() {
    let said = "error: `kgen secret` has no command `sett`\nhint: did you mean `set`?\n";
    Kgen::new().args(["man", "secret", "sett"]).stderr(said).status(2).run();
}

/// What is offered for the last word of a line, as the scripts ask for it.
fn offered(project: &str, line: &[&str]) -> Vec<String> {
    let said = answer(project, line, &line.len().to_string());
    said.lines().map(|word| word.split('\t').next().unwrap().to_owned()).collect()
}

fn answer(project: &str, line: &[&str], asked: &str) -> String {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), project);
    let args: Vec<String> = ["--", "kgen"].iter().chain(line).map(|word| (*word).to_owned()).collect();
    let env = BTreeMap::from([("KGEN_COMPLETE".to_owned(), asked.to_owned())]);
    let said = run(Path::new(KGEN), temp.path(), &args, &env, "");
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{line:?}");
    assert_eq!(files(temp.path()).len(), 1, "nothing is written");
    said.stdout
}

#[test]
fn words_of_the_project_are_offered() {
    for (line, words) in [
        (&["render", "p"][..], &["prod"][..]),
        (&["diff", "dev", "st"], &["staging"]),
        (&["explain", "prod", "Service/"], &["Service/api", "Service/cache", "Service/cache-headless"]),
        (&["explain", "prod", "sts/cache", "spec.rep"], &["spec.replicas"]),
        (&["graph", "--only", "component=redis."], &["component=redis.cache"]),
        (&["render", "prod", "--skip", "Network"], &["NetworkPolicy", "NetworkPolicy/cache"]),
        (&["render", "--set", "redis.cache.autosc"], &[]),
        (&["render", "--set", "apps.api.autoscaling"], &["apps.api.autoscaling."]),
        (&["render", "--set", "apps.api.autoscaling.min"], &["apps.api.autoscaling.minReplicas="]),
        (&["check", "--deny", "cron-"], &["cron-overlap"]),
        (&["secret", "set", "prod", ""], &["cache", "db"]),
        (&["profile", "show", "d"], &["dev"]),
    ] {
        let found = offered(SHOP, line);
        let start: Vec<&str> = found.iter().map(String::as_str).take(words.len()).collect();
        assert_eq!(start, words, "{line:?}: {found:?}");
    }
}

/// Whoever is in the middle of a line is not told what is wrong with the project.
#[test]
fn a_project_that_cannot_be_read_has_no_words() {
    for project in ["apps: {a: {imag", "", "- a\n", "apiVersion: kgen.dev/v1\nproject: a\nprofiles: 1\n"] {
        for line in [&["render", "p"][..], &["explain", "prod", "D"], &["render", "--set", "apps."]] {
            assert_eq!(offered(project, line), [""; 0], "{project}: {line:?}");
        }
    }
}

/// A word stands on a line that a person runs, in a list that he reads: the rest of a stranger's names is not offered.
#[test]
fn no_word_is_an_option_or_has_what_no_line_may_have() {
    let keys = [
        "plain",
        "$(odd) 'é'",
        "a\nb",
        "c\rd",
        "e\tf",
        "g\u{1b}ch",
        "i\0j",
        "k\u{ad}l",
        "m\u{200b}n",
        "o\u{202e}p",
        "q\u{2066}r",
        "s\u{2028}t",
        "u\u{feff}v",
        "w\u{e0041}x",
    ];
    let spec: serde_json::Map<_, _> = keys.iter().map(|key| ((*key).to_owned(), 1.into())).collect();
    let manifest = serde_json::json!({
        "apiVersion": "e.io/v1", "kind": "Foo", "metadata": {"name": "x"}, "spec": spec, "--set=image": "b", "-x": 1
    });
    let project = format!("{{apiVersion: kgen.dev/v1, project: a, profiles: {{dev: {{}}}}, manifests: [{manifest}]}}");
    let line = ["explain", "dev", "Foo/x"];
    let words = offered(&project, &[&line[..], &["spec."]].concat());
    assert_eq!(words, ["spec.plain", "spec.$(odd) 'é'"]);
    for start in ["", "-", "--", "--set="] {
        let words = offered(&project, &[&line[..], &[start]].concat());
        assert!(!words.iter().any(|word| word == "-x" || word.contains("image")), "{start}: {words:?}");
    }
}

/// PowerShell hands on no empty word. A script of an older kgen names its shell, and would not quote.
#[test]
fn a_shell_asks_with_the_number_of_words() {
    let all = answer(SHOP, &["render", ""], "2");
    assert!(all.starts_with("dev\t\nstaging\t\nprod\t\n--check\t"), "{all}");
    assert_eq!(answer(SHOP, &["render"], "2"), all);
    for asked in ["bash", "zsh", "9", "-1"] {
        assert_eq!(answer(SHOP, &["render", "p"], asked), "", "{asked}");
    }
}

/// `cargo test --test interop tab` tries what the others do; PowerShell is not in Debian.
#[test]
fn each_shell_has_its_script() {
    let quoted = "::EscapeSingleQuotedStringContent($word)";
    for (shell, parts) in [
        ("bash", ["complete -o bashdefault -F _kgen kgen", "KGEN_COMPLETE="]),
        ("zsh", ["#compdef kgen", "KGEN_COMPLETE="]),
        ("fish", ["complete --keep-order --exclusive --command kgen", "KGEN_COMPLETE="]),
        ("powershell", ["Register-ArgumentCompleter -Native -CommandName kgen", quoted]),
    ] {
        let script = Kgen::new().args(["completions", shell]).says();
        assert!(parts.iter().all(|part| script.contains(part)), "{script}");
        for evaluates in ["Invoke-Expression", "iex ", "eval ", "compgen", "ExpandString", "(e)", "InvokeScript"] {
            assert!(!script.contains(evaluates), "{shell}: {script}");
        }
    }
}

/// PowerShell's letters that are the same without quotes; `$quoted` is the word in quotes where it has others.
#[test]
fn powershell_has_a_word_without_quotes_only_where_it_is_plain() {
    let script = Kgen::new().args(["completions", "powershell"]).says();
    let plain = "if ($word -cnotmatch '\\A(--?[A-Za-z-]+=?|(~/)?[A-Za-z][A-Za-z0-9_./=-]*)\\z') {\n            $quoted = \"'\" + ";
    assert!(script.contains(plain), "{script}");
    assert!(script.contains("CompletionResult]::new($quoted, $word, 'ParameterValue', $help)"), "{script}");
    assert_eq!(script.matches("CompletionResult").count(), 1);
}

/// A build for development names no commit: each one would build everything anew.
#[test]
fn the_version_is_the_packages() {
    let expected =
        if cfg!(debug_assertions) { concat!("kgen ", env!("CARGO_PKG_VERSION"), "\n").to_owned() } else { return };
    Kgen::new().args(["--version"]).stdout(&expected).run();
}

/// What other tools call it, and what is left out.
#[test]
fn arguments_that_kgen_does_not_take_get_a_way_out() {
    let hint = |args: &[&str]| {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let said = run(Path::new(KGEN), Temp::new().path(), &args, &BTreeMap::new(), "");
        assert_eq!((said.status, said.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(said.stderr.starts_with("error: "), "{}", said.stderr);
        assert!(!said.stderr.contains("similar subcommand") || args[0] == "rendr", "{}", said.stderr);
        said.stderr.split_once("\nhint: ").map(|(_, hint)| hint.to_owned()).unwrap_or_default()
    };
    let applied = "kgen applies nothing: `kgen render prod | kubectl apply --server-side -f -`; `kgen notes prod` tells all of it\n";
    assert_eq!(hint(&["apply", "prod"]), applied);
    assert_eq!(hint(&["prod"]), "say what to do with the profile, for instance `kgen render PROFILE`\n");
    assert_eq!(hint(&["render", "--profile", "prod"]), "a profile stands without an option: `kgen render prod`\n");
    assert_eq!(
        hint(&["render", "--namespace=x"]),
        "the project file says it: `namespace: NAME`, at the top level or in a profile\n"
    );
    assert_eq!(hint(&["notes"]), "for instance `kgen notes prod`\n");
    assert_eq!(hint(&["secret", "set", "prod"]), "for instance `kgen secret set prod db password`\n");
    assert_eq!(hint(&["rendr", "--x"]), "");
}

#[test]
fn help_is_a_command_too() {
    let said = |args: &[&str]| {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        run(Path::new(KGEN), Temp::new().path(), &args, &BTreeMap::new(), "").stdout
    };
    assert_eq!(said(&["help", "secret", "set"]), said(&["secret", "set", "--help"]));
    assert_eq!(said(&["help"]), said(&["--help"]));
    assert!(said(&["help", "render"]).contains("Usage: kgen render"));
}

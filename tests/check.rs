//! `kgen check`: which findings count, as what, and each format.

use serde_json::Value;

use crate::support::{KGEN, Kgen, Said, run};

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
apps:
  web: {image: \"acme/web:1\", port: 80, replicas: 1, ingress: {host: shop.example.com}}
";

const SINGLE: &str =
    "warning[single-replica]: Deployment/web `spec.replicas`: one pod serves Ingress/web: each drain of its node is an outage (profile `prod`)
  --> kgen.yaml:4:50
   |
4 |   web: {image: \"acme/web:1\", port: 80, replicas: 1, ingress: {host: shop.example.com}}
   |                                                  ^
hint: write `replicas: 2` or more
";

fn tls(profiles: &str) -> String {
    format!(
        "warning[ingress-no-tls]: Ingress/web `spec.tls`: without TLS, passwords and cookies travel readable ({profiles})
  --> kgen.yaml:4:69
   |
4 |   web: {{image: \"acme/web:1\", port: 80, replicas: 1, ingress: {{host: shop.example.com}}}}
   |                                                                     ^^^^^^^^^^^^^^^^
hint: name the Secret of its certificate: `tls: NAME`
"
    )
}

fn check(args: &[&str]) -> Kgen {
    let args = std::iter::once("check").chain(args.iter().copied());
    Kgen::new().file("kgen.yaml", PROJECT).args(args).absent("deploy")
}

fn said(args: &[&str]) -> Said {
    let temp = Kgen::new().file("kgen.yaml", PROJECT).args(["check", "dev"]).stderr("no errors, no warnings\n").run();
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    run(KGEN.as_ref(), temp.path(), &args, &Default::default(), "")
}

#[test]
fn warnings_are_shown_and_do_not_fail() {
    let text = format!("{SINGLE}\n{}no errors, 2 warnings\n", tls("profiles `staging` and `prod`"));
    check(&[]).stderr(&text).run();
}

#[test]
fn some_profiles() {
    check(&["dev"]).stderr("no errors, no warnings\n").run();
    let text = format!("{}no errors, 1 warning\n", tls("profile `staging`"));
    check(&["staging", "dev"]).stderr(&text).run();
}

#[test]
fn denied_warnings_fail() {
    let denied = |text: &str| text.replace("warning[", "error[");
    let all = format!("{}\n{}2 errors, no warnings\n", denied(SINGLE), denied(&tls("profiles `staging` and `prod`")));
    check(&["--deny", "warnings"]).stderr(&all).status(1).run();
    let one = format!("{SINGLE}\n{}1 error, 1 warning\n", denied(&tls("profiles `staging` and `prod`")));
    check(&["--deny", "ingress-no-tls"]).stderr(&one).status(1).run();
    check(&["--deny", "warnings", "--warn", "single-replica"]).stderr(&one).status(1).run();
    check(&["--deny", "warnings", "--warn", "single-replica,ingress-no-tls", "-q"]).run();
}

#[test]
fn an_error_fails() {
    check(&["dev", "--set", "apps.web.replicas=-1"])
        .stderr(
            "error[bad-value]: `apps.web.replicas`: expected an integer from 0, found `-1`
  --> --set:1:19
   |
1 | apps.web.replicas=-1
   |                   ^^
1 error, no warnings
",
        )
        .status(1)
        .run();
}

#[test]
fn options_that_name_no_check() {
    let refused = |args: &[&str], text: &str| drop(check(args).stderr(text).status(2).run());
    refused(&["--deny", "warning"], "error: --deny: there is no check `warning`\nhint: did you mean `warnings`?\n");
    refused(
        &["--warn", "hpa-min-max"],
        "error: --warn: `hpa-min-max` is always an error\nhint: `minReplicas` above `maxReplicas`\n",
    );
    refused(
        &["--warn", "image-bitnami"],
        "error: --warn: `image-bitnami` is always an error\nhint: a component allows it with a reason: `allow: {image-bitnami: REASON}`\n",
    );
    refused(
        &["--warn", "unused", "--deny", "unused"],
        "error: `unused` stands behind both --deny and --warn\nhint: keep one of the two\n",
    );
    refused(&["prd"], "error: there is no profile `prd`\nhint: did you mean `prod`?\n");
}

#[test]
fn a_file_that_is_not_there_is_no_answer() {
    let text = "error: cannot read `none.yaml`: No such file or directory (os error 2)\n";
    Kgen::new().args(["check", "-f", "none.yaml", "--format", "sarif"]).stderr(text).status(2).run();
}

#[test]
fn workflow_commands() {
    check(&["prod", "--format", "github", "--deny", "single-replica"])
        .stdout(
            "::error file=kgen.yaml,line=4,col=50,endLine=4,endColumn=51,title=single-replica::Deployment/web `spec.replicas`: one pod serves Ingress/web: each drain of its node is an outage (profile `prod`)%0Ahint: write `replicas: 2` or more
::warning file=kgen.yaml,line=4,col=69,endLine=4,endColumn=85,title=ingress-no-tls::Ingress/web `spec.tls`: without TLS, passwords and cookies travel readable (profile `prod`)%0Ahint: name the Secret of its certificate: `tls: NAME`
",
        )
        .status(1)
        .run();
}

#[test]
fn json() {
    check(&["staging", "--format", "json"])
        .stdout(
            r#"{
  "version": 1,
  "errors": 0,
  "warnings": 1,
  "findings": [
    {
      "id": "ingress-no-tls",
      "severity": "warning",
      "message": "Ingress/web `spec.tls`: without TLS, passwords and cookies travel readable",
      "file": "kgen.yaml",
      "line": 4,
      "column": 69,
      "endLine": 4,
      "endColumn": 85,
      "profiles": [
        "staging"
      ],
      "objects": [],
      "hints": [
        "name the Secret of its certificate: `tls: NAME`"
      ],
      "notes": []
    }
  ]
}
"#,
        )
        .run();
    let none = "{\n  \"version\": 1,\n  \"errors\": 0,\n  \"warnings\": 0,\n  \"findings\": []\n}\n";
    check(&["dev", "--format", "json"]).stdout(none).run();
}

/// What the specification asks for and GitHub reads: 3.13 to 3.30 of SARIF 2.1.0.
#[test]
fn sarif() {
    let said = said(&["check", "prod", "--format", "sarif"]);
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""));
    let log: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!((&run["columnKind"], &run["tool"]["driver"]["name"]), (&"unicodeCodePoints".into(), &"kgen".into()));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (2, 2));
    for rule in rules {
        let keys: Vec<&String> = rule.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "shortDescription", "help", "defaultConfiguration"]);
        assert!(rule["help"]["text"].as_str().unwrap().contains("Source: https://"));
    }
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(result["ruleId"], rules[index]["id"]);
        assert_eq!(result["level"], "warning");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "kgen.yaml");
        assert_eq!(place["region"]["startLine"], 4);
        assert!(place["region"]["endColumn"].as_u64() > place["region"]["startColumn"].as_u64());
    }
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&69.into(), &85.into()));
}

/// What cannot be read has its place too, seen from the folder where kgen runs.
#[test]
fn a_broken_project_from_below() {
    let temp = Kgen::new()
        .file("kgen.yaml", "apiVersion: kgen.dev/v1\nproject: [\n")
        .file("sub/x", "")
        .args(["--version"])
        .stdout("kgen 0.1.0\n")
        .run();
    let args = ["check", "--format", "github"].map(str::to_owned);
    let said = run(KGEN.as_ref(), &temp.path().join("sub"), &args, &Default::default(), "");
    assert_eq!(said.status, Some(1));
    assert!(said.stdout.starts_with("::error file=../kgen.yaml,line="), "{}", said.stdout);
}

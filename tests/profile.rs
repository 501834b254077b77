//! `kgen profile`: exact texts, and a terminal of 80 columns.

use serde_json::{Value, json};

use crate::support::Kgen;

mod screen; // in a terminal no line is wider than it is

/// Profiles on each other, a reference, a secret that is spelled out, a map in place of a word, a list.
const PROJECT: &str = r#"apiVersion: kgen.dev/v1
project: shop
namespace: shop
labels: {team: shop, tier: none}
configs: {app: {LEVEL: info, "app.toml": "a = 1\nb = 2\n", URL: "http://${project}"}}
secrets: {app: {token: "hunter2hunter2"}}
profiles:
  dev: {}
  prod: {labels: {team: null}, secretProvider: existing, namespace: shop-prod, secrets: {app: {token: {}}}}
  eu:
    extends: prod
    namespace: {name: shop-eu, podSecurity: baseline}
    configs: {app: {LEVEL: warn}}
    manifests: [{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 80}, {port: 81}]}}]
"#;

fn kgen<'a>(args: impl IntoIterator<Item = &'a str>) -> Kgen {
    Kgen::new().file("kgen.yaml", PROJECT).args(["profile"]).args(args)
}

#[test]
fn a_line_for_each_profile_and_preset() {
    let expected = r#"PROFILE  PRESET  EXTENDS  NAMESPACE  COMPONENTS
dev      dev     -        shop       1 config, 1 secret
prod     prod    -        shop-prod  1 config, 1 secret
eu       prod    prod     shop-eu    1 config, 1 secret

PRESET   WHAT IT IS
dev      small, one of each, works at once
staging  production's shape at a smaller size
prod     survives the loss of a node and of a zone
"#;
    kgen(["list"]).stdout(expected).run();
}

#[test]
fn a_profile_says_where_each_setting_comes_from() {
    let expected = r#"# profile eu: extends prod, preset prod
apiVersion: kgen.dev/v1         # project, kgen.yaml:1
project: shop                   # project, kgen.yaml:2
namespace:
  name: shop-eu                 # profiles.eu, kgen.yaml:12
  podSecurity: baseline         # profiles.eu, kgen.yaml:12
output: deploy                  # default, profiles/default.yaml:2
layout: overlays                # default, profiles/default.yaml:4
labels:
  tier: none                    # project, kgen.yaml:4
secretProvider: existing        # profiles.prod, kgen.yaml:9
rollout: checksum               # default, profiles/default.yaml:3
configs:
  app:
    LEVEL:
      value: warn               # profiles.eu, kgen.yaml:13
    app.toml:
      value: "a = 1\nb = 2\n"   # project, kgen.yaml:5
    URL:
      value: http://${project}  # project, kgen.yaml:5
secrets:
  app:
    token:
      value: ***                # project, kgen.yaml:6
manifests:
  - apiVersion: v1              # profiles.eu, kgen.yaml:14
    kind: Service               # profiles.eu, kgen.yaml:14
    metadata:
      name: x                   # profiles.eu, kgen.yaml:14
    spec:
      ports:
        - port: 80              # profiles.eu, kgen.yaml:14
        - port: 81              # profiles.eu, kgen.yaml:14
"#;
    kgen(["show", "eu"]).stdout(expected).run();
}

#[test]
fn what_is_shadowed_is_shown_when_asked_for() {
    let expected = r#"# profile eu: extends prod, preset prod
apiVersion: kgen.dev/v1         # project, kgen.yaml:1
project: shop                   # project, kgen.yaml:2
namespace:
  name: shop-eu                 # profiles.eu, kgen.yaml:12
                                #   over shop-prod: profiles.prod, kgen.yaml:9
  podSecurity: baseline         # profiles.eu, kgen.yaml:12
output: deploy                  # default, profiles/default.yaml:2
layout: overlays                # default, profiles/default.yaml:4
labels:
  tier: none                    # project, kgen.yaml:4
secretProvider: existing        # profiles.prod, kgen.yaml:9
rollout: checksum               # default, profiles/default.yaml:3
configs:
  app:
    LEVEL:
      value: debug              # --set
                                #   over warn: profiles.eu, kgen.yaml:13
                                #   over info: project, kgen.yaml:5
    app.toml:
      value: "a = 1\nb = 2\n"   # project, kgen.yaml:5
    URL:
      value: http://${project}  # project, kgen.yaml:5
secrets:
  app:
    token:
      value: ***                # project, kgen.yaml:6
manifests:
  - apiVersion: v1              # profiles.eu, kgen.yaml:14
    kind: Service               # profiles.eu, kgen.yaml:14
    metadata:
      name: x                   # profiles.eu, kgen.yaml:14
    spec:
      ports:
        - port: 80              # profiles.eu, kgen.yaml:14
        - port: 81              # profiles.eu, kgen.yaml:14
"#;
    kgen(["show", "eu", "--all-layers", "--set", "configs.app.LEVEL=debug"]).stdout(expected).run();
}

#[test]
fn profiles_stand_side_by_side() {
    let expected = r#"  SETTING                          dev                prod               eu
  apiVersion                       kgen.dev/v1        kgen.dev/v1        kgen.dev/v1
  project                          shop               shop               shop
* namespace.name                   shop               shop-prod          shop-eu
* namespace.podSecurity            -                  -                  baseline
  output                           deploy             deploy             deploy
  layout                           overlays           overlays           overlays
* labels.team                      shop               -                  -
  labels.tier                      none               none               none
* secretProvider                   local              existing           existing
  rollout                          checksum           checksum           checksum
* configs.app.LEVEL.value          info               info               warn
  configs.app."app.toml".value     "a = 1\nb = 2\n"   "a = 1\nb = 2\n"   "a = 1\nb = 2\n"
  configs.app.URL.value            http://${project}  http://${project}  http://${project}
  secrets.app.token.value          ***                ***                ***
* manifests[0].apiVersion          -                  -                  v1
* manifests[0].kind                -                  -                  Service
* manifests[0].metadata.name       -                  -                  x
* manifests[0].spec.ports[0].port  -                  -                  80
* manifests[0].spec.ports[1].port  -                  -                  81
"#;
    kgen(["show", "--all"]).stdout(expected).run();
}

#[test]
fn only_what_differs_is_shown_when_asked_for() {
    let expected = r#"  SETTING                          dev    prod       eu
* namespace.name                   shop   shop-prod  shop-eu
* namespace.podSecurity            -      -          baseline
* labels.team                      shop   -          -
* secretProvider                   local  existing   existing
* configs.app.LEVEL.value          info   info       warn
* manifests[0].apiVersion          -      -          v1
* manifests[0].kind                -      -          Service
* manifests[0].metadata.name       -      -          x
* manifests[0].spec.ports[0].port  -      -          80
* manifests[0].spec.ports[1].port  -      -          81
"#;
    kgen(["show", "--all", "--diff"]).stdout(expected).run();
}

/// One long value does not make every line as long.
#[test]
fn a_long_value_is_whole_and_moves_its_own_line_only() {
    let long = "x".repeat(5_000);
    let project = PROJECT.replace("LEVEL: info", &format!("LEVEL: {long}"));
    let said = Kgen::new().file("kgen.yaml", &project).args(["profile", "show", "--all"]).says();
    assert!(said.contains(&format!("  {long}  {long}  warn\n")), "{said}");
    assert!(said.lines().filter(|line| line.len() > 250).count() == 1, "{said}");
}

#[test]
fn nothing_differs() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {a: {preset: dev}, b: {preset: dev}}\n";
    let kgen = Kgen::new().file("kgen.yaml", project).args(["profile", "show", "--all", "--diff"]);
    kgen.stdout("no setting differs\n").run();
}

fn json(kgen: Kgen) -> Value {
    serde_json::from_str(&kgen.says()).unwrap()
}

/// The values as they are, whatever their length, with their types; what a profile has not is not there.
#[test]
fn json_is_whole() {
    let long = "x".repeat(5_000);
    let project = PROJECT.replace("LEVEL: info", &format!("LEVEL: {long}"));
    let all = json(Kgen::new().file("kgen.yaml", &project).args(["profile", "show", "--all", "--format", "json"]));
    assert_eq!(all["profiles"], json!(["dev", "prod", "eu"]));
    let row = |path: &str| all["settings"].as_array().unwrap().iter().find(|row| row["path"] == path).unwrap().clone();
    let values = json!({"dev": long, "prod": long, "eu": "warn"});
    let path = "configs.app.LEVEL.value";
    assert_eq!(row(path), json!({"path": path, "differs": true, "values": values}));
    let path = "manifests[0].spec.ports[1].port";
    assert_eq!(row(path), json!({"path": path, "differs": true, "values": {"eu": 81}}));
    let path = "secrets.app.token.value";
    let values = json!({"dev": "***", "prod": "***", "eu": "***"});
    assert_eq!(row(path), json!({"path": path, "differs": false, "values": values}));
}

#[test]
fn json_names_every_layer() {
    let one = json(kgen(["show", "eu", "--format", "json"]));
    assert_eq!((&one["profile"], &one["preset"], &one["extends"]), (&json!("eu"), &json!("prod"), &json!(["prod"])));
    let rows = one["settings"].as_array().unwrap();
    let level = rows.iter().find(|row| row["path"] == "configs.app.LEVEL.value").unwrap();
    let below = json!([{"text": "info", "layer": "project", "file": "kgen.yaml", "line": 5, "column": 24}]);
    let place = json!({"path": "configs.app.LEVEL.value", "value": "warn", "layer": "profiles.eu", "file": "kgen.yaml", "line": 13, "column": 28, "shadows": below});
    assert_eq!(level, &place);
    let list = json(kgen(["list", "--format", "json"]));
    let components = json!({"apps": 0, "jobs": 0, "redis": 0, "postgres": 0, "configs": 1, "secrets": 1});
    let eu =
        json!({"name": "eu", "preset": "prod", "extends": "prod", "namespace": "shop-eu", "components": components});
    assert_eq!(list["profiles"][2], eu);
    assert_eq!(list["presets"][0], json!({"name": "dev", "purpose": "small, one of each, works at once"}));
}

/// Where the project has no profile of this name, where it has one and the preset is asked for, and without a project.
#[test]
fn a_preset_says_why() {
    let alone = |name| Kgen::new().args(["profile", "show", name]);
    for kgen in [kgen(["show", "staging"]), kgen(["show", "staging", "--preset"]), alone("staging")] {
        let said = kgen.says();
        let begin = "# preset staging: production's shape at a smaller size\noutput: deploy ";
        assert!(said.starts_with(begin), "{said}");
        let line =
            "    replicas: 2                             # staging.yaml:4: finds what breaks with more than one\n";
        assert!(said.contains(line), "{said}");
    }
    assert!(kgen(["show", "prod"]).says().starts_with("# profile prod: preset prod\n"));
    assert!(kgen(["show", "prod", "--preset"]).says().starts_with("# preset prod: "));
    let one = json(alone("dev").args(["--format", "json"]));
    assert_eq!(one["settings"][2]["reason"], "kgen makes recognisable values, so that a first render works");
}

#[test]
fn presets_are_listed_without_a_project() {
    let expected = "\
PRESET   WHAT IT IS
dev      small, one of each, works at once
staging  production's shape at a smaller size
prod     survives the loss of a node and of a zone
";
    Kgen::new().args(["profile", "list"]).stdout(expected).run();
}

#[test]
fn what_is_not_there_is_refused() {
    let refused = |kgen: Kgen, stderr: &str| drop(kgen.stderr(stderr).status(2).run());
    refused(kgen(["show", "eo"]), "error: there is no profile or preset `eo`\nhint: did you mean `eu`?\n");
    let hint = "hint: there are `dev`, `prod` and `staging`\n";
    refused(kgen(["show", "eu", "--preset"]), &format!("error: there is no preset `eu`\n{hint}"));
    let alone = Kgen::new().args(["profile", "show", "canary"]);
    refused(alone, &format!("error: there is no profile or preset `canary`\n{hint}"));
    let broken = Kgen::new().file("kgen.yaml", "apiVersion: kgen.dev/v1\n").args(["profile", "list"]);
    let missing = "error[missing-key]: the project file has no `project`\n  --> kgen.yaml:1:1\n   |\n1 | apiVersion: kgen.dev/v1\n   | ^\nhint: add `project: shop`\n";
    refused(broken, missing);
}

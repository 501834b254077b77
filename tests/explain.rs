//! What `kgen explain` says: of a leaf, of an object, of what is not there; never a secret value.

use kgen::explain::lines::lines;
use kgen::output::{Reveal, document};

use crate::origins::{cases, rendered, with_stack};
use crate::support::Kgen;

const PROJECT: &str = r#"apiVersion: kgen.dev/v1
project: shop
apps:
  api:
    image: acme/api:1.4.2
    port: 8000
    env: {CACHE: "${redis.cache.url}", DB_PASSWORD: hunter2 } # kgen:allow-secret of a test
    autoscaling: {minReplicas: 2, maxReplicas: 5, cpu: 70}
redis:
  cache:
    resources: {limits: {memory: 256Mi}}
configs:
  app: {app.toml: "a = 1\npassword = \"hunter2\"\n"} # kgen:allow-secret of a test
jobs:
  migrate: {image: acme/api:1.4.2, command: [migrate]}
manifests:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: raw}
    data: {LEVEL: info}
  - {file: extra.yaml}
patches:
  - target: {kind: Service, name: api}
    patch: {spec: {sessionAffinity: ClientIP}}
profiles:
  dev: {}
  prod:
    secretProvider: existing
    redis: {cache: {resources: {limits: {memory: 1Gi}}}}
"#;

const EXTRA: &str = "apiVersion: v1
kind: Secret
metadata: {name: old}
stringData: {password: hunter2} # kgen:allow-secret of a test
";

fn explain<'a>(args: impl IntoIterator<Item = &'a str>) -> Kgen {
    Kgen::new().file("kgen.yaml", PROJECT).file("extra.yaml", EXTRA).args(["explain"]).args(args)
}

#[track_caller]
fn says(args: &[&str], stdout: &str) {
    explain(args.iter().copied()).stdout(stdout).run();
}

#[track_caller]
fn refuses(args: &[&str], stderr: &str) {
    explain(args.iter().copied()).stderr(stderr).status(2).run();
}

#[test]
fn a_leaf_shows_all_layers_of_its_setting() {
    says(
        &["prod", "StatefulSet/cache", "spec.template.spec.containers[redis].resources.limits.memory"],
        "1Gi
  rendered by  templates/redis/container.yaml:25
  setting      redis.cache.resources.limits.memory
  1  profiles.prod   1Gi     kgen.yaml:29:50               <- wins
  2  project         256Mi   kgen.yaml:11:34
  3  preset prod     1Gi     profiles/prod.yaml:24:17
  4  default         128Mi   profiles/default.yaml:66:17
  decided by   redis.cache.mode   standalone   profiles/default.yaml:54:11
",
    );
}

#[test]
fn the_command_line_is_a_layer() {
    says(
        &["dev", "hpa/api", "spec.maxReplicas", "--set", "apps.api.autoscaling.maxReplicas=9"],
        "9
  rendered by  templates/app/horizontalpodautoscaler.yaml:10
  setting      apps.api.autoscaling.maxReplicas
  1  --set     9   --set:1:34       <- wins
  2  project   5   kgen.yaml:8:48
  decided by   apps.api.workload   Deployment   profiles/default.yaml:8:15
",
    );
}

#[test]
fn a_leaf_of_several_settings_shows_each() {
    says(
        &["dev", "deploy/api", "spec.template.spec.containers[0].env[CACHE].valueFrom.secretKeyRef.key"],
        r#"url
  rendered by  templates/partial/container.yaml:33
  setting      apps.api.env.CACHE
  1  project   "${redis.cache.url}"   kgen.yaml:7:18   <- wins
  setting      redis.cache
  1  project   cache   kgen.yaml:10:3   <- wins
  decided by   apps.api.workload   Deployment   profiles/default.yaml:8:15
               redis.cache.mode    standalone   profiles/default.yaml:54:11
               redis.cache.auth    password     profiles/default.yaml:56:11
"#,
    );
}

#[test]
fn a_text_of_the_template_says_so() {
    says(
        &["dev", "sts/cache", "kind"],
        "StatefulSet
  rendered by  templates/redis/statefulset.yaml:2
  no setting   the template's own text
  decided by   redis.cache.mode   standalone   profiles/default.yaml:54:11
",
    );
}

#[test]
fn a_manifest_and_a_patch_are_written_in_the_project_file() {
    says(
        &["dev", "cm/raw", "data.LEVEL"],
        "info
  written in   kgen.yaml:20
  setting      manifests[0].data.LEVEL
  1  project   info   kgen.yaml:20:19   <- wins
",
    );
    says(
        &["dev", "service/api", "spec.sessionAffinity"],
        "ClientIP
  written in   kgen.yaml:24
  setting      patches[0].patch.spec.sessionAffinity
  1  project   ClientIP   kgen.yaml:24:37   <- wins
",
    );
}

#[test]
fn a_part_shows_the_origin_of_each_line() {
    says(
        &["dev", "deploy/api", "spec.template.spec.containers[0].env"],
        r#"- name: CACHE        # apps.api.env.CACHE  kgen.yaml:7
  valueFrom:         # templates/partial/container.yaml:33
    secretKeyRef:    # templates/partial/container.yaml:33
      name: cache    # apps.api.env.CACHE +1  kgen.yaml:7
      key: url       # apps.api.env.CACHE +1  kgen.yaml:7
- name: DB_PASSWORD  # apps.api.env.DB_PASSWORD  kgen.yaml:7
  value: "***"       # apps.api.env.DB_PASSWORD  kgen.yaml:7
"#,
    );
}

#[test]
fn no_form_shows_a_secret() {
    let asked: [&[&str]; 7] = [
        &["dev", "Deployment/api"],
        &["dev", "Deployment/api", "spec.template.spec.containers[0].env[DB_PASSWORD].value"],
        &["dev", "cm/app", "data[\"app.toml\"]"],
        &["dev", "cm/app"],
        &["dev", "secret/old"],
        &["dev", "secret/old", "stringData.password"],
        &["dev", "secret/cache"],
    ];
    for args in asked {
        for format in ["human", "json"] {
            let said = explain(args.iter().copied().chain(["--format", format])).said();
            assert_eq!(said.status, Some(0), "{args:?}: {}", said.stderr);
            assert!(said.stdout.contains("***") && !said.stdout.contains("hunter2"), "{args:?}\n{}", said.stdout);
        }
    }
}

#[test]
fn json_says_the_same() {
    says(
        &["dev", "cm/raw", "data.LEVEL", "--format", "json"],
        r#"{
  "object": "ConfigMap/raw",
  "path": "data.LEVEL",
  "value": "info",
  "template": {
    "file": "kgen.yaml",
    "line": 20
  },
  "settings": [
    {
      "setting": "manifests[0].data.LEVEL",
      "layers": [
        {
          "layer": "project",
          "value": "info",
          "file": "kgen.yaml",
          "line": 20,
          "column": 19,
          "wins": true
        }
      ]
    }
  ],
  "control": []
}
"#,
    );
}

#[test]
fn an_object_that_is_not_there() {
    refuses(
        &["dev", "deploy/apy"],
        "error: there is no `deploy/apy` in `dev`\nhint: did you mean `Deployment/api`?\nhint: there is `Deployment/api`\n",
    );
}

#[test]
fn an_object_without_its_kind() {
    refuses(
        &["dev", "api"],
        "error: `api` is no object\nhint: write `Deployment/api`, `HorizontalPodAutoscaler/api`, `Service/api` or `ServiceAccount/api`\n",
    );
    refuses(
        &["dev", "apy"],
        "error: `apy` is no object\nhint: write `KIND/NAME`, for instance `Deployment/api` or `sts/cache`\n",
    );
}

#[test]
fn a_profile_without_an_object() {
    refuses(
        &["dev"],
        "error: explain what of `dev`?\nhint: name an object: `kgen explain dev Deployment/NAME`; `kgen profile show dev` prints the settings\n",
    );
}

#[test]
fn an_object_without_a_profile() {
    refuses(
        &["deploy/api"],
        "error: `deploy/api` of which profile?\nhint: it stands before: `kgen explain prod deploy/api`\n",
    );
}

#[test]
fn a_path_that_is_not_there() {
    refuses(
        &["dev", "cm/raw", "data.LEVLE"],
        "error: `ConfigMap/raw` has no `data.LEVLE`\nhint: did you mean `data.LEVEL`?\nhint: `data` has `LEVEL`\n",
    );
}

#[test]
fn a_path_that_is_none() {
    refuses(
        &["dev", "cm/raw", "data[LEVEL"],
        "error: `data[LEVEL` is no path: a bracket is not closed\nhint: for instance `spec.template.spec.containers[0].image`\n",
    );
}

#[test]
fn a_profile_that_is_not_there() {
    refuses(&["prd", "cm/raw"], "error: there is no profile `prd`\nhint: did you mean `prod`?\n");
}

#[test]
fn the_page_of_every_check() {
    for check in kgen::rules::all() {
        let said = Kgen::new().args(["explain", check.id]).says();
        assert!(said.starts_with(&format!("{}: ", check.id)) && said.lines().count() > 3, "{said}");
    }
}

#[test]
fn a_misspelt_check() {
    refuses(
        &["rwo-roling-update"],
        "error: there is no check `rwo-roling-update`\nhint: did you mean `rwo-rolling-update`?\n",
    );
}

#[test]
fn a_check_that_is_not_there() {
    refuses(
        &["rwo"],
        "error: there is no check `rwo`\nhint: `kgen explain PROFILE OBJECT [PATH]` explains a field, for instance `kgen explain prod Deployment/api`\n",
    );
}

/// The lines that carry notes are the ones that `kgen render` writes.
#[test]
fn the_lines_of_every_object_are_the_streams() {
    with_stack(|| {
        let mut objects = 0;
        for case in cases() {
            let Some((rendered, _)) = rendered(&case) else { continue };
            for resource in rendered.profiles.iter().flat_map(|profile| &profile.resources) {
                objects += 1;
                let text: String =
                    lines(&resource.body).unwrap().iter().map(|line| format!("{}\n", line.text)).collect();
                assert_eq!(
                    text,
                    document(&resource.body, Reveal::No).unwrap().text,
                    "{}: {}",
                    case.display(),
                    resource.id
                );
            }
        }
        assert!(objects > 100, "only {objects} objects were seen");
    });
}

//! The five modes, each with its exit statuses and its messages.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Room;
use crate::support::{executable, inherited};

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
namespace: shop
profiles: {dev: {}, prod: {apps: {web: {replicas: 4}}}}
apps:
  web:
    image: a/web:1
    port: 80
    env: {A: one}
";

fn room() -> Room {
    Room::new(&[("kgen.yaml", PROJECT)])
}

impl Room {
    /// What it prints, with this status and nothing on stderr.
    #[track_caller]
    fn prints(&self, args: &[&str], status: i32, expected: &str) {
        let said = self.kgen(args);
        assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), (expected, "", Some(status)), "{args:?}");
    }

    /// A failure: status 2, nothing on stdout, and this on stderr.
    #[track_caller]
    fn fails(&self, args: &[&str], expected: &str) {
        let said = self.kgen(args);
        assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), ("", expected, Some(2)), "{args:?}");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.temp.path().join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }

    fn git(&self, args: &[&str]) {
        let done = Command::new("git")
            .current_dir(self.temp.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"])
            .args(args)
            .env("HOME", self.temp.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn committed() -> Self {
        let room = room();
        room.git(&["init", "-q"]);
        room.git(&["add", "kgen.yaml"]);
        room.git(&["commit", "-qm", "one"]);
        room
    }
}

// --- two profiles

#[test]
fn the_status_is_the_answer() {
    let room = room();
    room.is_equal(&["diff", "dev", "dev"], "");
    assert_eq!(room.kgen(&["diff", "dev", "prod"]).status, Some(1));
    room.fails(&["diff", "dev", "prd"], "error: there is no profile `prd`\nhint: did you mean `prod`?\n");
    room.fails(
        &["diff", "dev"],
        "error: kgen compares two profiles\nhint: `kgen diff dev prod`, or one with --against, --live or --rev; `kgen diff` alone compares the tree on the disk\n",
    );
    room.fails(&["diff", "--live"], "error: --live goes with one profile\nhint: `kgen diff prod --live`\n");
    room.fails(
        &["diff", "--against", "x"],
        "error: --against goes with one profile\nhint: `kgen diff prod --against FILE`\n",
    );
}

#[test]
fn a_status_for_some_impacts_only() {
    let room = room();
    let status =
        |impacts: &str, only: &str| room.kgen(&["diff", "dev", "prod", "--only", only, "--fail-on", impacts]).status;
    assert_eq!(status("data-loss,recreate", "Deployment"), Some(0));
    assert_eq!(status("data-loss,live", "Deployment"), Some(1), "of a change, not only the worst of an object");
    assert_eq!(status("live", "ServiceAccount"), Some(0));
    let said = room.kgen(&["diff", "dev", "prod", "--fail-on", "dataloss"]);
    assert!(
        said.stderr.contains("the impacts are `data-loss`, `recreate`, `restart`, `live` and `none`"),
        "{}",
        said.stderr
    );
    assert_eq!(said.status, Some(2));
}

#[test]
fn a_setting_of_the_command_line_is_a_cause() {
    room().prints(
        &["diff", "dev", "prod", "--only", "Deployment", "--set", "apps.web.resources={requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}", "--set", "apps.web.antiAffinity=none", "--set", "apps.web.topologySpread=none"],
        1,
        "dev -> prod: 1 live; 0 equal\nlive         Deployment/web\n  live       spec.replicas: 1 -> 4  # kgen.yaml:4 apps.web.replicas\n",
    );
}

// --- the tree on the disk

#[test]
fn a_file_edited_by_hand_is_a_difference() {
    let room = room();
    room.kgen(&["render"]);
    room.is_equal(&["diff"], "");
    room.edit("deploy/base/web/deployment.yaml", "a/web:1", "a/web:2");
    room.prints(
        &["diff"],
        1,
        "deploy/overlays/dev -> dev: 1 restart; 2 equal
restart      Deployment/web
  restart    spec.template.spec.containers[web].image: a/web:2 -> a/web:1  # kgen.yaml:7 apps.web.image

deploy/overlays/prod -> prod: 1 restart; 3 equal
restart      Deployment/web
  restart    spec.template.spec.containers[web].image: a/web:2 -> a/web:1  # kgen.yaml:7 apps.web.image
",
    );
}

#[test]
fn a_profile_that_is_gone_is_told() {
    let room = room();
    room.kgen(&["render"]);
    room.edit("kgen.yaml", "{dev: {}, ", "{");
    let said = room.kgen(&["diff"]);
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines.contains(&"deploy/overlays/dev -> dev: 1 restart, 2 live; 0 equal"), "{}", said.stdout);
    assert!(lines.contains(&"restart    - Deployment/web  its pods end"), "{}", said.stdout);
}

#[test]
fn a_tree_that_cannot_be_built_is_told() {
    let room = room();
    room.fails(&["diff"], "error: there is no tree in `deploy`\nhint: `kgen render` writes it\n");
    room.kgen(&["render"]);
    room.edit("deploy/base/kustomization.yaml", "resources:", "namePrefix: x-\nresources:");
    room.fails(
        &["diff"],
        "error: cannot build the tree in `deploy`: `base/kustomization.yaml` says `namePrefix`, which kgen does not build\nhint: `kubectl kustomize DIR | kgen diff PROFILE --against -`\n",
    );
    room.edit("deploy/base/kustomization.yaml", "namePrefix: x-\n", "");
    fs::remove_file(room.temp.path().join("deploy/base/web/service.yaml")).unwrap();
    room.fails(
        &["diff"],
        "error: cannot build the tree in `deploy`: cannot read `deploy/base/web/service.yaml`: No such file or directory (os error 2)\n",
    );
}

// --- a revision

#[test]
fn a_revision_is_the_project_as_it_was() {
    let room = Room::committed();
    room.is_equal(&["diff", "--rev", "HEAD"], "");
    room.edit("kgen.yaml", "    env: {A: one}\n", "    env: {B: two}\n");
    room.edit("kgen.yaml", "replicas: 4", "replicas: 5");
    room.prints(
        &["diff", "--rev", "HEAD", "prod"],
        1,
        "HEAD:prod -> prod: 1 restart; 3 equal
restart      Deployment/web
  live       spec.replicas: 4 -> 5  # kgen.yaml:4 apps.web.replicas
  restart    spec.template.spec.containers[web].env[A]:  # HEAD:kgen.yaml:9 apps.web.env.A
             - name: A
             - value: one
  restart    spec.template.spec.containers[web].env[B]:  # kgen.yaml:9 apps.web.env.B
             + name: B
             + value: two
",
    );
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert!(
        said.stdout.contains("HEAD:dev -> dev: 1 restart") && said.stdout.contains("HEAD:prod -> prod"),
        "{}",
        said.stdout
    );
}

#[test]
fn files_templates_and_folders_are_those_of_the_revision() {
    let room = Room::new(&[
        (
            "sub/kgen.yaml",
            "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\ntemplates: own\nconfigs: {app: {a.txt: {file: a.txt}}}\napps: {web: {image: \"a/web:1\"}}\n",
        ),
        ("sub/a.txt", "one\ntwo\n"),
        (
            "sub/own/app/serviceaccount.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: {{ name }}, labels: {{ labels }}, annotations: {by: us}}\nautomountServiceAccountToken: false\n",
        ),
    ]);
    room.git(&["init", "-q"]);
    room.git(&["add", "."]);
    room.git(&["commit", "-qm", "one"]);
    let file = ["-f", "sub/kgen.yaml"];
    room.is_equal(&[&file[..], &["diff", "--rev", "HEAD"]].concat(), "");
    room.edit("sub/a.txt", "two", "three");
    room.edit("sub/own/app/serviceaccount.yaml", "by: us", "by: them");
    room.prints(
        &[&file[..], &["diff", "--rev", "HEAD"]].concat(),
        1,
        "HEAD:dev -> dev: 2 live; 1 equal
live         ServiceAccount/web
  live       metadata.annotations.by: us -> them  # sub/own/app/serviceaccount.yaml:3
live         ConfigMap/app
  live       data[\"a.txt\"]:  # sub/kgen.yaml:5 configs.app.\"a.txt\".file
               one
             - two
             + three
",
    );
}

#[test]
fn a_revision_that_cannot_be_read_is_told() {
    let room = Room::committed();
    room.fails(
        &["diff", "--rev", "nowhere"],
        "error: git knows no revision `nowhere`\nhint: `git fetch`, or name a commit, branch or tag\n",
    );
    room.fails(&["diff", "--rev=--output=x"], "error: `--output=x` is no revision\n");
    fs::write(room.temp.path().join("late.yaml"), PROJECT).unwrap();
    room.fails(&["-f", "late.yaml", "diff", "--rev", "HEAD"], "error: `late.yaml` is not in revision `HEAD`\n");
    let outside = super::Room::new(&[("kgen.yaml", PROJECT)]);
    let said = outside.kgen(&["diff", "--rev", "HEAD"]);
    assert_eq!((said.stderr.as_str(), said.status), ("error: `.` is in no git repository\n", Some(2)));
    // What looks like one to kgen is not one to git.
    fs::create_dir(outside.temp.path().join(".git")).unwrap();
    let said = outside.kgen(&["diff", "--rev", "HEAD"]);
    assert!(said.stderr.starts_with("error: `.` is in no git repository: not a git repository"), "{}", said.stderr);
    assert_eq!(said.status, Some(2));
    room.edit("kgen.yaml", "port: 80", "prt: 80");
    room.git(&["commit", "-qam", "two"]);
    room.edit("kgen.yaml", "prt: 80", "port: 80");
    let said = room.kgen(&["diff", "--rev", "HEAD"]);
    assert!(said.stderr.contains("--> HEAD:kgen.yaml:8:5"), "{}", said.stderr);
    assert!(said.stderr.ends_with("\nthis is the project at `HEAD`, not the working copy\n"), "{}", said.stderr);
}

#[test]
fn a_missing_git_is_told() {
    let room = Room::committed();
    let temp = room.temp.path();
    let said = Command::new(crate::support::KGEN)
        .current_dir(temp)
        .args(["diff", "--rev", "HEAD"])
        .env("PATH", temp)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(said.stderr).unwrap(), "error: `git` is not installed, and --rev needs it\n");
    assert_eq!(said.status.code(), Some(2));
}

// --- a stream

#[test]
fn a_stream_of_another_tool_is_masked() {
    let room = room();
    let stream = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\nstringData: {password: hunter2xyz}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {url: 'redis://u:hunter2xyz@h', DB_PASSWORD: hunter2xyz}\n";
    for format in ["human", "json", "unified", "markdown", "html"] {
        let said = room.with(&["diff", "dev", "--against", "-", "--format", format], stream);
        assert_eq!(said.status, Some(1), "{}", said.stderr);
        assert!(!said.stdout.contains("hunter2") && !said.stdout.contains("aHVudGVy"), "{}", said.stdout);
    }
    let said = room.with(&["diff", "dev", "--against", "-"], "kind: [}");
    assert!(said.stderr.starts_with("error: cannot read `stdin:1:7`"), "{}", said.stderr);
    assert_eq!(said.status, Some(2));
    let said = room.with(&["diff", "dev", "--against", "-"], "kind: Secret\n");
    assert_eq!(
        said.stderr,
        "error: `stdin` holds what is no object: it has no `apiVersion`, `kind` or `metadata.name`\n"
    );
}

// --- the cluster

/// Notes its arguments and what it read. Answers with files: `kinds`, `get`, `left`, and of the n-th apply `apply.n`, or
/// `apply.KIND` of one object alone; one named `refuse` and so on is what it refuses with.
const KUBECTL: &str = r#"#!/bin/sh
echo "$*" >>"$HOME/argv"
case "$*" in
*verbs=list*) verb=listed ;;
api-resources*) verb=kinds ;;
*' -l '*) verb=left ;;
get*) verb=get ;;
apply*)
  n=`cat "$HOME/count" 2>/dev/null || echo 0`; n=`expr $n + 1`; echo $n >"$HOME/count"
  verb=apply.$n ;;
esac
cat >"$HOME/stdin.$verb"
kind=`sed -n 's/^kind: //p' "$HOME/stdin.$verb"`
if [ -f "$HOME/apply.$kind" ] || [ -f "$HOME/refuse.apply.$kind" ]; then verb="apply.$kind"; fi
cat "$HOME/$verb" 2>/dev/null
if [ -f "$HOME/warn.$verb" ]; then cat "$HOME/warn.$verb" >&2; fi
if [ -f "$HOME/refuse.$verb" ]; then cat "$HOME/refuse.$verb" >&2; exit 1; fi
"#;

const KINDS: &str = "configmaps cm v1 true ConfigMap
secrets v1 true Secret
services svc v1 true Service
serviceaccounts sa v1 true ServiceAccount
persistentvolumeclaims pvc v1 true PersistentVolumeClaim
deployments deploy apps/v1 true Deployment
cronjobs cj batch/v1 true CronJob
poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget
";

fn cluster(project: &str) -> Room {
    let listed = "configmaps\ncronjobs.batch\nendpoints\nevents\nroles.rbac.authorization.k8s.io\n";
    let mut room = Room::new(&[("kgen.yaml", project), ("kinds", KINDS), ("listed", listed)]);
    let temp = room.temp.path().to_owned();
    executable(&temp.join("bin/kubectl"), KUBECTL);
    let path = inherited("PATH").unwrap().into_string().unwrap();
    room.env.insert("PATH".into(), format!("{}:{path}", temp.join("bin").display()));
    room
}

impl Room {
    fn noted(&self, name: &str) -> String {
        fs::read_to_string(self.temp.path().join(name)).unwrap_or_default()
    }

    fn says(&self, name: &str, text: &str) {
        fs::write(self.temp.path().join(name), text).unwrap();
    }
}

#[test]
fn the_cluster_is_asked_and_never_changed() {
    let mut room = cluster(
        &format!("{PROJECT}secrets: {{web: {{token: {{env: TOKEN}}}}}}\n")
            .replace("A: one", "A: \"${secrets.web.token}\""),
    );
    room.env.insert("TOKEN".into(), "hunter2xyz".into());
    let stream = room.kgen(&["render", "prod"]).stdout;
    assert!(stream.contains("kind: Secret"), "{stream}");
    let left = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: old, namespace: shop, labels: {kgen.dev/profile: prod}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs, namespace: shop, labels: {kgen.dev/profile: prod}, ownerReferences: [{uid: u}]}\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: old, namespace: before, labels: {kgen.dev/profile: prod}}\n";
    let live = stream
        .replace("replicas: 4", "replicas: 3")
        .replace("\n  name: web\n", "\n  name: web\n  uid: u-1\n  resourceVersion: \"7\"\n");
    room.says("get", &live);
    room.says("left", left);
    room.says("apply.1", &live.replace("replicas: 3", "replicas: 4"));
    room.prints(
        &["diff", "prod", "--live"],
        1,
        "the cluster -> prod: 1 data-loss, 2 live; 4 equal
data-loss  - PersistentVolumeClaim/old  the volume and what is on it go away
live         Deployment/web
  live       spec.replicas: 3 -> 4  # kgen.yaml:4 apps.web.replicas
live       - CronJob/old (before)
",
    );
    assert_eq!(
        room.noted("argv"),
        "api-resources --no-headers
get -f - -o yaml --ignore-not-found --show-managed-fields
apply --server-side --force-conflicts --dry-run=server -o yaml -f -
api-resources --verbs=list,delete -o name
get configmaps,cronjobs.batch,roles.rbac.authorization.k8s.io -l app.kubernetes.io/managed-by=kgen,app.kubernetes.io/part-of=shop,kgen.dev/profile=prod -o yaml -A
"
    );
    assert_eq!(room.noted("stdin.apply.1"), stream, "the whole stream, secrets too, by stdin");
}

/// kubectl prints no object where it refuses one: the others are asked for again, and compared as the server has them.
#[test]
fn what_the_server_refuses_is_told_apart() {
    let room = cluster(PROJECT);
    let stream = room.kgen(&["render", "prod"]).stdout;
    let live =
        stream.replace("app.kubernetes.io/instance: shop\n  strategy", "app.kubernetes.io/instance: x\n  strategy");
    room.says("get", &live);
    let message = "The Deployment \"web\" is invalid: redis://u:hunter2xyz@h: field is immutable\n";
    room.says("refuse.apply.1", message);
    // Every object is called `web`: each is asked for alone.
    let rest =
        |kind: &str| stream.split("---\n").find(|text| text.contains(&format!("kind: {kind}\n"))).unwrap().to_owned();
    room.says("apply.ServiceAccount", &rest("ServiceAccount"));
    room.says("apply.Service", &rest("Service"));
    room.says("apply.PodDisruptionBudget", &rest("PodDisruptionBudget"));
    room.says("refuse.apply.Deployment", message);
    let said = room.kgen(&["diff", "prod", "--live"]);
    let wanted = "recreate     Deployment/web  the server refuses it: The Deployment \"web\" is invalid: redis://u:***@h: field is immutable\n  recreate   spec.selector.matchLabels[\"app.kubernetes.io/instance\"]: x -> shop";
    assert!(said.stdout.contains(wanted), "{}", said.stdout);
    assert!(said.stdout.starts_with("the cluster -> prod: 1 recreate; 3 equal\n"), "{}", said.stdout);
    assert_eq!((said.stderr.as_str(), said.status), ("", Some(1)));
}

#[test]
fn what_the_server_refuses_fails_a_gate_though_nothing_differs() {
    let room = cluster(PROJECT);
    room.says("get", &room.kgen(&["render", "prod"]).stdout);
    (1..10).for_each(|n| room.says(&format!("refuse.apply.{n}"), "Error from server (Forbidden): no\n"));
    let said = room.kgen(&["diff", "prod", "--live", "--fail-on", "recreate"]);
    assert!(
        said.stdout.contains("recreate     Service/web  the server refuses it: Error from server (Forbidden): no"),
        "{}",
        said.stdout
    );
    assert_eq!(said.status, Some(1));
}

#[test]
fn what_others_set_and_the_server_warns_of_is_said() {
    let room = cluster(PROJECT);
    let stream = room.kgen(&["render", "prod"]).stdout;
    let fields = "{\"f:spec\": {\"f:replicas\": {}, \"f:paused\": {}}}";
    let managed =
        format!("\n  name: web\n  managedFields: [{{manager: kubectl-edit, operation: Update, fieldsV1: {fields}}}]\n");
    let live = stream.replace("replicas: 4", "replicas: 3\n  paused: true").replace("\n  name: web\n", &managed);
    room.says("get", &live);
    room.says("apply.1", &live.replace("replicas: 3", "replicas: 4"));
    room.says("warn.apply.1", "Warning: would violate PodSecurity \"restricted:latest\"\n");
    let said = room.kgen(&["diff", "prod", "--live"]);
    assert_eq!(
        said.stderr,
        "kubectl: Warning: would violate PodSecurity \"restricted:latest\"
note: Deployment/web spec.replicas: `kubectl-edit` set it to another value: an apply needs `--force-conflicts`
note: Deployment/web spec.paused: `kubectl-edit` added it: an apply keeps it
"
    );
    assert!(said.stdout.contains("spec.replicas: 3 -> 4") && !said.stdout.contains("paused"), "{}", said.stdout);
}

#[test]
fn a_kind_that_the_cluster_does_not_have_is_one_line() {
    let room = cluster(PROJECT);
    let stream = room.kgen(&["render", "prod"]).stdout;
    room.says("kinds", &KINDS.replace("poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget\n", ""));
    let rest: Vec<&str> = stream.split("---\n").filter(|text| !text.contains("PodDisruptionBudget")).collect();
    room.says("get", &rest.join("---\n"));
    room.says("apply.1", &rest.join("---\n"));
    let said = room.kgen(&["diff", "prod", "--live"]);
    assert_eq!(
        said.stderr,
        "note: the cluster does not have the kind `PodDisruptionBudget` (policy/v1): its objects are refused\n"
    );
    assert_eq!(
        said.stdout,
        "the cluster -> prod: 1 recreate; 3 equal\nrecreate   + PodDisruptionBudget/web  the server refuses it: the cluster does not have the kind\n"
    );
}

/// A namespace that the same apply makes is no reason to refuse what is in it.
#[test]
fn objects_in_a_namespace_that_is_made_first_are_new() {
    let room = cluster(&PROJECT.replace("namespace: shop", "namespace: {name: shop, create: true}"));
    room.says("kinds", &format!("{KINDS}namespaces ns v1 false Namespace\n"));
    room.says("apply.1", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    let said = room.kgen(&["diff", "prod", "--live"]);
    assert!(said.stdout.starts_with("the cluster -> prod: 5 live; 0 equal\n"), "{}{}", said.stdout, said.stderr);
    assert!(!room.noted("stdin.apply.1").contains("Deployment"));
}

/// A claim that was bound in between: the first answer is about another state than what was seen.
#[test]
fn what_a_controller_writes_meanwhile_is_not_the_apply_s() {
    let room = cluster(PROJECT);
    let stream = room.kgen(&["render", "prod"]).stdout;
    let at = |version: &str, more: &str| {
        stream
            .replace("\n  name: web\n", &format!("\n  name: web\n  resourceVersion: \"{version}\"\n"))
            .replace("replicas: 4", &format!("replicas: 4{more}"))
    };
    room.says("get", &at("7", ""));
    // What is there is looked at again: the fake says the same each time, and the second answer is of the same state.
    room.says("apply.1", &at("8", "\n  paused: true"));
    room.says("apply.2", &at("7", ""));
    room.is_equal(&["diff", "prod", "--live"], "");
}

#[test]
fn a_cluster_that_does_not_answer_is_told() {
    let room = cluster(PROJECT);
    room.says("kinds", "");
    let log = "E1121 10:46:23.892621   19125 memcache.go:265] \"Unhandled Error\"\nconnection refused\n";
    room.says("refuse.kinds", log);
    room.fails(&["diff", "prod", "--live"], "error: kubectl cannot get the kinds of the cluster: connection refused\n");
    fs::remove_file(room.temp.path().join("refuse.kinds")).unwrap();
    room.says("kinds", KINDS);
    room.says("refuse.get", "connection refused\n");
    room.fails(&["diff", "prod", "--live"], "error: kubectl cannot get the objects: connection refused\n");
    fs::remove_file(room.temp.path().join("bin/kubectl")).unwrap();
    let mut room = room;
    room.env.insert("PATH".into(), Path::new("bin").display().to_string());
    room.fails(&["diff", "prod", "--live"], "error: `kubectl` is not installed, and --live needs it\n");
}

#[test]
fn a_value_that_the_server_repeats_is_hidden() {
    let text = format!("{PROJECT}secrets: {{web: {{token: {{env: TOKEN}}}}}}\n");
    let mut room = cluster(&text.replace("A: one", "A: \"${secrets.web.token}\""));
    room.env.insert("TOKEN".into(), "hunter2xyz".into());
    (1..20).for_each(|n| room.says(&format!("refuse.apply.{n}"), "invalid: hunter2xyz, aHVudGVyMnh5eg==\n"));
    let said = room.kgen(&["diff", "prod", "--live"]);
    assert!(said.stdout.contains("Secret/web  the server refuses it: invalid: ***, ***"), "{}", said.stdout);
    assert!(!said.stdout.contains("hunter2") && !said.stderr.contains("hunter2"), "{}", said.stdout);
}

/// Not everybody may list every kind, or may ask what an apply would do.
#[test]
fn what_may_not_be_asked_is_told() {
    let room = cluster(PROJECT);
    room.says("get", &room.kgen(&["render", "prod"]).stdout);
    room.says("refuse.apply.1", "Error from server (Forbidden): deployments.apps \"web\" is forbidden: User \"ci\" cannot patch resource \"deployments\"\n");
    let said = room.kgen(&["diff", "prod", "--live"]);
    assert!(
        said.stderr.starts_with("error: kubectl may not ask what an apply would do: Error from server (Forbidden)"),
        "{}",
        said.stderr
    );
    assert_eq!((said.stdout.as_str(), said.status), ("", Some(2)));
}

/// What controllers made is nobody's to apply: pods and claims in `kubectl get all,pvc -o yaml`.
#[test]
fn what_controllers_made_does_not_go_away() {
    let text = format!("{PROJECT}redis: {{cache: {{auth: none, persistence: {{size: 1Gi}}}}}}\n");
    let room = Room::new(&[("kgen.yaml", &text)]);
    let stream = room.kgen(&["render", "prod"]).stdout;
    let made = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-cache-0, namespace: shop}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: cache-0, namespace: shop, ownerReferences: [{uid: u, controller: true}]}\n";
    let said = room.with(&["diff", "prod", "--against", "-"], &format!("{stream}{made}"));
    assert_eq!((said.stdout.as_str(), said.status), ("", Some(0)), "{}", said.stderr);
}

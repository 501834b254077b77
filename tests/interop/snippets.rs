//! The files of `docs/delivery` and `.pre-commit-hooks.yaml` do what they say: their commands are taken out of them and run,
//! in a git repository with a change, with a `gh` and a `curl` that note what they are called with. `pre-commit` is the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;

use crate::kubectl;

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BEFORE: &str = "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nprofiles: {dev: {}}\napps: {web: {image: \"a/b:1\", port: 80}}\nredis: {cache: {persistence: {size: 5Gi}}}\npatches: []\n";

/// A git repository with a project, its tree, and programs of its own before those of the machine.
struct Room {
    folder: PathBuf,
    base: String,
}

impl Room {
    fn new(name: &str) -> Self {
        let folder = kubectl::folder(&format!("snippet-{name}"));
        kubectl::text(&folder.join("bin/kgen"), &format!("#!/bin/sh\nexec {KGEN} \"$@\"\n"));
        let mut room = Self { folder, base: String::new() };
        room.executable("bin/kgen");
        kubectl::text(&room.folder.join("repo/kgen.yaml"), &BEFORE.replace("patches: []\n", ""));
        room.git(&["init", "-q"]);
        room.base = room.commit();
        room
    }

    fn repo(&self) -> PathBuf {
        self.folder.join("repo")
    }

    fn executable(&self, path: &str) {
        fs::set_permissions(self.folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        let path = format!("bin/{name}");
        kubectl::text(&self.folder.join(&path), text);
        self.executable(&path);
    }

    #[expect(clippy::disallowed_methods, reason = "the tests start programs")]
    fn run(&self, program: &str, args: &[&str], env: &[(&str, &str)]) -> Output {
        let path = format!("{}:{}", self.folder.join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.args(args).current_dir(self.repo()).env_clear().env("PATH", path).env("HOME", &self.folder);
        command.env("LOG", self.folder.join("log")).env("OLD", self.folder.join("old"));
        for (name, value) in
            [("AUTHOR_NAME", "t"), ("AUTHOR_EMAIL", "t@t"), ("COMMITTER_NAME", "t"), ("COMMITTER_EMAIL", "t@t")]
        {
            command.env(format!("GIT_{name}"), value);
        }
        command.envs(env.iter().copied()).output().unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        let done = self.run("git", args, &[]);
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// The tree of the project file as it is, committed.
    fn commit(&self) -> String {
        let said = self.run(KGEN, &["render", "-q"], &[]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.repo().join("kgen.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn body(&self) -> String {
        fs::read_to_string(self.folder.join("log.body")).unwrap_or_default()
    }
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(Path::new(ROOT).join(path)).unwrap()).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const GH: &str = r#"#!/bin/sh
echo "gh $*" >>"$LOG"
echo "token $GH_TOKEN" >>"$LOG"
last=
for arg in "$@"; do
    case "$arg" in
    body=@*) cp "${arg#body=@}" "$LOG.body" ;;
    esac
    # As gh answers: its `--jq` is jq's language.
    if [ "$last" = --jq ] && [ -e "$OLD" ]; then jq --raw-output "$arg" "$OLD"; fi
    last=$arg
done
"#;

/// What everybody wrote under the pull request; the first with the mark is a stranger's.
const COMMENTS: &str = r#"[
  {"id": 1, "user": {"login": "stranger"}, "body": "<!-- kgen diff kgen.yaml -->\nmine first"},
  {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "LGTM"},
  {"id": 4711, "user": {"login": "github-actions[bot]"}, "body": "<!-- kgen diff kgen.yaml -->\n### prod"},
  {"id": 4712, "user": {"login": "github-actions[bot]"}, "body": "<!-- kgen diff kgen.yaml -->\n### older"}
]"#;

/// The three steps of the action, as a runner would run them.
fn action(room: &Room) -> Vec<Output> {
    action_on(room, "acme/shop")
}

/// As [`action`], of a pull request from this repository.
fn action_on(room: &Room, head: &str) -> Vec<Output> {
    let action = yaml("docs/delivery/github/action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_sequence().unwrap().iter().map(|step| {
        assert_eq!(step["shell"], "bash");
        let value = |expression: &str| match expression {
            "${{ inputs.token }}" => "t0ken".to_owned(),
            "${{ inputs.file }}" => action["inputs"]["file"]["default"].as_str().unwrap().to_owned(),
            "${{ inputs.fail-on }}" => action["inputs"]["fail-on"]["default"].as_str().unwrap().to_owned(),
            "${{ inputs.base }}" => room.base.clone(),
            "${{ inputs.author }}" => action["inputs"]["author"]["default"].as_str().unwrap().to_owned(),
            "${{ inputs.untrusted }}" => {
                let default = "${{ github.event.pull_request.head.repo.full_name != github.repository }}";
                assert_eq!(action["inputs"]["untrusted"]["default"], default);
                (head != "acme/shop").to_string()
            }
            "${{ github.repository }}" => "acme/shop".to_owned(),
            "${{ github.event.pull_request.number }}" => "7".to_owned(),
            other => panic!("{other}"),
        };
        let env: Vec<(String, String)> = step["env"]
            .as_mapping()
            .unwrap()
            .iter()
            .map(|(name, expression)| (name.as_str().unwrap().to_owned(), value(expression.as_str().unwrap())))
            .collect();
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let script = room.folder.join("step.sh");
        let run = step["run"].as_str().unwrap();
        assert!(!run.contains("${{"), "an expression in a script is an injection: {run}");
        fs::write(&script, run).unwrap();
        // As the runner calls it: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#jobsjob_idstepsshell
        room.run("bash", &["--noprofile", "--norc", "-eo", "pipefail", script.to_str().unwrap()], &env)
    });
    steps.collect()
}

#[test]
fn the_github_action_comments_what_changes() {
    let room = Room::new("github");
    room.program("gh", GH);
    room.edit("port: 80", "port: 81");
    room.commit();
    let done = action(&room);
    for step in &done {
        assert_eq!(step.status.code(), Some(0), "{}{}", text(&step.stdout), text(&step.stderr));
    }
    assert!(text(&done[1].stdout).contains("::warning"), "{}", text(&done[1].stdout));
    let log = room.log();
    assert!(log.contains("gh api --silent --method POST repos/acme/shop/issues/7/comments --field body=@"), "{log}");
    assert!(log.contains("token t0ken"));
    let body = room.body();
    assert!(body.starts_with("<!-- kgen diff kgen.yaml -->\n") && body.contains("Deployment/web"), "{body}");

    // The second time the same comment is changed.
    fs::write(room.folder.join("old"), COMMENTS).unwrap();
    action(&room);
    let log = room.log();
    assert!(
        log.contains("gh api --silent --method PATCH repos/acme/shop/issues/comments/4711 --field body=@"),
        "{log}"
    );
}

#[test]
fn the_github_action_trusts_no_fork() {
    let room = Room::new("github-fork");
    room.program("gh", GH);
    fs::write(room.folder.join("token"), "t0ken").unwrap();
    room.edit("port: 80", "port: 81");
    room.commit();
    let done = action_on(&room, "stranger/shop");
    assert_eq!(done[2].status.code(), Some(0), "{}", text(&done[2].stderr));
    assert!(text(&done[2].stdout).contains("Deployment/web"));
    assert_eq!(room.log(), "");
    std::os::unix::fs::symlink("kgen.yaml", room.repo().join("link")).unwrap();
    room.edit("port: 81", "port: 81, files: {/x: {file: link}}");
    assert_eq!(action_on(&room, "stranger/shop").last().unwrap().status.code(), Some(2));
    assert_eq!(action(&room).last().unwrap().status.code(), Some(0));
}

#[test]
fn the_github_action_fails_on_what_loses_data() {
    let room = Room::new("github-loss");
    room.program("gh", GH);
    room.edit("size: 5Gi", "size: 1Gi");
    room.commit();
    let codes: Vec<_> = action(&room).iter().map(|step| step.status.code()).collect();
    assert_eq!(codes, [Some(0), Some(0), Some(1)]);
    assert!(room.body().contains("data-loss"), "{}", room.body());

    // A tree that nobody rendered, and a project that is wrong: nothing is commented then.
    fs::remove_file(room.folder.join("log")).unwrap();
    room.edit("port: 80", "prt: 80");
    let codes: Vec<_> = action(&room).iter().map(|step| step.status.code()).collect();
    assert_eq!(codes, [Some(2), Some(1), Some(2)]);
    assert_eq!(room.log(), "");
}

const CURL: &str = r#"#!/bin/sh
cat >"$LOG.stdin"
echo "curl $*" >>"$LOG"
get=true
for arg in "$@"; do
    case "$arg" in
    body@*) cp "${arg#body@}" "$LOG.body" ;;
    --request) get=false ;;
    esac
done
case "$*" in
*/user) echo '{"id": 5}' ;;
*) if $get; then cat "$OLD" 2>/dev/null || echo '[]'; fi ;;
esac
"#;

fn gitlab(room: &Room) -> Output {
    gitlab_from(room, "12")
}

/// Of a merge request from this project.
fn gitlab_from(room: &Room, source: &str) -> Output {
    let job = &yaml("docs/delivery/gitlab/kgen.gitlab-ci.yml")["kgen-diff"];
    let script: String =
        job["script"].as_sequence().unwrap().iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect();
    let path = room.folder.join("job.sh");
    fs::write(&path, script).unwrap();
    let variable = |name: &str| job["variables"][name].as_str().unwrap().to_owned();
    let (file, fail_on) = (variable("KGEN_FILE"), variable("KGEN_FAIL_ON"));
    let env = [
        ("KGEN_FILE", file.as_str()),
        ("KGEN_FAIL_ON", fail_on.as_str()),
        ("KGEN_TOKEN", "t0ken"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", room.base.as_str()),
        ("CI_API_V4_URL", "https://gitlab.example.org/api/v4"),
        ("CI_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    // Its runner takes what shell the image has, and stops at the first error.
    room.run("dash", &["-e", path.to_str().unwrap()], &env)
}

#[test]
fn the_gitlab_job_comments_what_changes() {
    let room = Room::new("gitlab");
    room.program("curl", CURL);
    room.edit("port: 80", "port: 81");
    room.commit();
    let done = gitlab(&room);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let (log, url) = (room.log(), "https://gitlab.example.org/api/v4/projects/12/merge_requests/7/notes");
    assert!(log.contains("--request POST --data-urlencode body@") && log.ends_with(&format!(" {url}\n")), "{log}");
    assert!(!log.contains("t0ken"), "the token is an argument: {log}");
    let stdin = fs::read_to_string(room.folder.join("log.stdin")).unwrap();
    assert_eq!(stdin, "header = \"PRIVATE-TOKEN: t0ken\"\n");
    assert!(room.body().contains("Deployment/web"), "{}", room.body());

    let notes = r#"[{"id": 1, "author": {"id": 9}, "body": "<!-- kgen diff kgen.yaml -->\nmine first"}, {"id": 2, "author": {"id": 5}, "body": "LGTM"},
        {"id": 31, "author": {"id": 5}, "body": "<!-- kgen diff kgen.yaml -->\nold"}, {"id": 32, "author": {"id": 5}, "body": "<!-- kgen diff kgen.yaml -->\nolder"}]"#;
    fs::write(room.folder.join("old"), notes).unwrap();
    room.edit("size: 5Gi", "size: 1Gi");
    room.commit();
    let done = gitlab(&room);
    assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
    assert!(room.log().contains("--request PUT") && room.log().ends_with(&format!(" {url}/31\n")), "{}", room.log());
    assert!(room.body().contains("data-loss"), "{}", room.body());
}

#[test]
fn the_gitlab_job_trusts_no_fork() {
    let room = Room::new("gitlab-fork");
    room.program("curl", CURL);
    std::os::unix::fs::symlink("kgen.yaml", room.repo().join("link")).unwrap();
    room.edit("port: 80", "port: 81, files: {/x: {file: link}}");
    room.commit();
    let done = gitlab_from(&room, "13");
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("`--untrusted` does not follow"), "{}", text(&done.stderr));
    assert_eq!(gitlab(&room).status.code(), Some(0));
}

fn plugin(room: &Room, env: &[(&str, &str)]) -> Output {
    let plugin = yaml("docs/delivery/argocd/plugin.yaml");
    let found = plugin["spec"]["discover"]["fileName"].as_str().unwrap();
    assert!(room.repo().join(found).is_file(), "not discovered");
    let words = |key: &str| -> Vec<String> {
        let list = plugin["spec"]["generate"][key].as_sequence().unwrap();
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let (command, args) = (words("command"), words("args"));
    let all: Vec<&str> = command[1..].iter().chain(&args).map(String::as_str).collect();
    room.run(&command[0], &all, env)
}

#[test]
fn the_argo_cd_plugin_writes_the_stream_or_says_why_not() {
    let room = Room::new("argocd");
    let done = plugin(&room, &[("PARAM_PROFILE", "dev")]);
    let stream = room.run(KGEN, &["render", "dev"], &[]);
    assert!(done.status.success() && !done.stdout.is_empty(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), text(&stream.stdout));

    let done = plugin(&room, &[]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(2), String::new()));
    assert!(text(&done.stderr).starts_with("kgen: the Application names no profile"), "{}", text(&done.stderr));

    room.edit("port: 80", "prt: 80");
    let done = plugin(&room, &[("PARAM_PROFILE", "dev"), ("PARAM_FILE", "kgen.yaml")]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(2), String::new()));
    assert!(text(&done.stderr).starts_with("error[unknown-key]: unknown key `prt`"), "{}", text(&done.stderr));
}

/// A tenant's project and parameters reach nothing of the sidecar.
#[test]
fn the_argo_cd_plugin_trusts_no_tenant() {
    let room = Room::new("argocd-tenant");
    fs::write(room.folder.join("token"), "SATOKEN").unwrap();
    std::os::unix::fs::symlink("../token", room.repo().join("tok")).unwrap();
    fs::create_dir(room.folder.join("other")).unwrap();
    fs::write(room.folder.join("other/kgen.yaml"), BEFORE.replace("patches: []\n", "")).unwrap();
    room.edit("port: 80", "port: 80, env: {A: \"${secrets.s.tok}\", B: \"${secrets.s.e}\"}");
    room.edit("redis:", "secrets: {s: {tok: {file: tok}, e: {env: CANARY}}}\nredis:");
    let out = room.folder.join("written").display().to_string();
    let tries: [&[(&str, &str)]; 5] = [
        &[("PARAM_PROFILE", "dev")],
        &[("PARAM_PROFILE", "dev"), ("PARAM_FILE", "../other/kgen.yaml")],
        &[("PARAM_PROFILE", "dev"), ("PARAM_FILE", "/proc/self/environ")],
        &[("PARAM_PROFILE", &format!("--out={out}"))],
        &[("PARAM_PROFILE", "dev"), ("PARAM_FILE", "--root=/")],
    ];
    for parameters in tries {
        let env: Vec<(&str, &str)> = parameters.iter().copied().chain([("CANARY", "argo-canary")]).collect();
        let done = plugin(&room, &env);
        let said = text(&done.stderr);
        assert_eq!((done.status.code(), text(&done.stdout)), (Some(2), String::new()), "{parameters:?}: {said}");
        assert!(!said.contains("SATOKEN") && !said.contains("argo-canary"), "{parameters:?}: {said}");
    }
    assert!(!room.folder.join("written").exists());
}

#[test]
fn pre_commit_runs_the_hooks() {
    let venv =
        Command::new(format!("{ROOT}/tests/venv.sh")).args(["pre-commit", "pre-commit==4.7.0"]).output().unwrap();
    assert!(venv.status.success(), "{}", text(&venv.stderr));
    let program = format!("{ROOT}/target/pre-commit/bin/pre-commit");
    let manifest = format!("{ROOT}/.pre-commit-hooks.yaml");
    let room = Room::new("pre-commit");
    let done = room.run(&program, &["validate-manifest", &manifest], &[]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));

    // A repository of hooks, as kgen's own is one.
    let hooks = room.folder.join("hooks");
    kubectl::text(&hooks.join(".pre-commit-hooks.yaml"), &fs::read_to_string(&manifest).unwrap());
    let place = hooks.to_str().unwrap();
    for args in [&["init", "-q", place][..], &["-C", place, "add", "-A"], &["-C", place, "commit", "-q", "-m", "hooks"]]
    {
        room.git(args);
    }
    let rev = room.git(&["-C", place, "rev-parse", "HEAD"]);
    let config = format!(
        "repos:\n- repo: {place}\n  rev: {rev}\n  hooks: [{{id: kgen-render-system}}, {{id: kgen-check-system}}]\n"
    );
    fs::write(room.repo().join(".pre-commit-config.yaml"), config).unwrap();
    room.git(&["add", "-A"]);
    let home = room.folder.join("home");
    let run = || {
        let done = room.run(
            &program,
            &["run", "--all-files", "--color=never"],
            &[("PRE_COMMIT_HOME", home.to_str().unwrap())],
        );
        (done.status.code(), text(&done.stdout) + &text(&done.stderr))
    };
    let (code, said) = run();
    assert!(code == Some(0) && said.matches("Passed").count() == 2, "{said}");

    room.edit("port: 80", "port: 81");
    let (code, said) = run();
    assert!(code == Some(1) && said.contains("run `kgen render` and commit what it writes"), "{said}");
    assert!(said.matches("Passed").count() == 1, "{said}");
}

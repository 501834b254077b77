//! What a stranger wrote, in every text that people and the runners of CI read: nothing hidden, no line of the stranger's
//! own, no command. Every place that takes a text, every command, every format, arguments too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kgen::project::node::{self, Dialect};
use kgen::source::{Sources, Span};
use kgen::tree::{Kind, Tree};

use crate::support::{KGEN, Kgen, Temp, executable, put, run};

/// At its beginning what a name may begin with, then all kinds of harm.
const NASTY: &str = "x\n::stop-commands::canary\n::error file=README.md,line=1::pwned \u{202e}txt.exe\r::add-mask::y\u{1b}[31m\
    \u{9b}2J\u{7f}\t\u{8}##[command]b ##vso[task.complete result=Failed]c ##teamcity[x] \u{2028}::warning::u\u{2066}\u{200b}\
    \u{200d}\u{feff}\u{ad}\u{e0041}\u{61c}\u{2060}\u{85}\u{a0}::debug::z\nhint: FORGED\n  FORGED";

/// Without what kustomize cannot build, which is refused.
fn mild() -> String {
    NASTY.replace(['\u{7f}', '\u{9b}', '\u{85}'], "")
}

/// In quotes of YAML and JSON, every odd character as an escape sequence.
fn quoted(text: &str) -> String {
    let one = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        c if (c as u32) < 0x10000 => format!("\\u{:04x}", c as u32),
        c => format!("\\U{:08x}", c as u32),
    };
    format!("\"{}\"", text.chars().map(one).collect::<String>())
}

/// Whether a text may have this character. Tabs are left to texts that have lines of their own.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// What is wrong with an output.
fn sins(text: &str, kind: Text) -> Vec<String> {
    let mut out: Vec<String> =
        text.chars().filter(|c| is_forbidden(*c)).map(|c| format!("U+{:04X}", c as u32)).collect();
    out.dedup();
    for line in text.lines() {
        let begins = |word: &str| line.trim_start().starts_with(word);
        let forged = begins("hint: FORGED") || begins("FORGED");
        let command = begins("::")
            && !(kind == Text::Commands && (line.starts_with("::error ") || line.starts_with("::warning ")));
        if command || (forged && kind != Text::Values) {
            out.push(format!("the line {line:?}"));
        }
        let marks = ["##[", "##vso[", "##teamcity["];
        let marks = marks.iter().filter(|mark| kind != Text::File && line.contains(**mark));
        out.extend(marks.map(|mark| format!("{mark} in {line:?}")));
    }
    out
}

/// Colours that were asked for are kgen's own; a value's would show as what it sets.
fn without_colours(text: &str) -> String {
    let mut out = text.to_owned();
    for code in ["0", "1", "2", "31", "32", "33", "34", "36", "1;31"] {
        out = out.replace(&format!("\x1b[{code}m"), "");
    }
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Message,
    /// Values of several lines are shown line by line.
    Values,
    /// A file, which no runner shows.
    File,
    /// For GitHub's runner: each line is a command, and holds no other.
    Commands,
}

impl Text {
    fn of(args: &[&str]) -> Self {
        match args {
            [.., "github"] => Self::Commands,
            ["diff" | "explain", ..] => Self::Values,
            _ => Self::Message,
        }
    }
}

/// All that is wrong in all runs, in one message with their number.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn look(&mut self, what: &str, text: &str, kind: Text) {
        self.0.extend(sins(text, kind).into_iter().map(|sin| format!("{what}: {sin}")));
    }

    #[track_caller]
    fn none(self) {
        let shown: String = self.0.iter().take(40).map(|sin| format!("{sin:.300}\n")).collect();
        assert!(self.0.is_empty(), "{} times:\n{shown}", self.0.len());
    }
}

struct Room {
    temp: Temp,
    env: BTreeMap<String, String>,
}

impl Room {
    fn new(project: &str) -> Self {
        let temp = Temp::in_memory();
        put(&temp.path().join("kgen.yaml"), project);
        let path = format!("{}/bin:/usr/bin:/bin", temp.path().display());
        let git = [
            ("PATH", path.as_str()),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("TOKEN", "value"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@b.c"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@b.c"),
        ];
        Self { env: git.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), temp }
    }

    /// Both outputs; what `render` and `fn` print is YAML, and says exactly what the project says.
    fn look(&self, found: &mut Found, what: &str, args: &[&str]) -> String {
        let words: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let said = run(Path::new(KGEN), self.temp.path(), &words, &self.env, "");
        let shown: Vec<String> = args.iter().map(|arg| format!("{:.30}", arg.escape_debug().to_string())).collect();
        let what = format!("{what}, `{}`", shown.join(" "));
        found.look(&format!("{what}, stderr"), &without_colours(&said.stderr), Text::Message);
        if !matches!(args, ["render" | "fn", ..]) {
            found.look(&format!("{what}, stdout"), &without_colours(&said.stdout), Text::of(args));
        }
        said.stderr
    }
}

/// A project that renders, with the text wherever one may be.
const RENDERED: &str = r#"apiVersion: kgen.dev/v1
project: shop
namespace: shop
annotations: {a/b: @}
apps:
  web:
    image: a/b:1
    port: 80
    env: {A: @, B: "${configs.c.one}", U: 'http://api/@'}
    args: [@]
    command: [@]
    files: {/etc/x: "${configs.c.two}"}
    podAnnotations: {a: @}
    allow: {single-replica: @}
  api: {image: a/b:1, port: 80}
redis: {cache: {}}
postgres:
  db:
    backup:
      schedule: 0 1 * * *
      to: {s3: {bucket: backups, endpoint: "https://s3", accessKeyId: "${secrets.s3.id}", secretAccessKey: "${secrets.s3.key}"}}
configs: {c: {one: @, two: "a\n\n##[group]b\n\n  ::error::c\n\n"}}
secrets: {s3: {id: {}, key: {}}, app: {token: {env: TOKEN}}}
manifests:
- {apiVersion: x.io/v1, kind: Thing, metadata: {name: thing, annotations: {a: @}}, spec: {@: @, text: "a\n::x"}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: raw}, data: {a: @}}
patches:
- target: {kind: Deployment, name: web}
  patch: {metadata: {annotations: {patched: @}}}
profiles:
  dev: {}
  prod: {secretProvider: existing, apps: {web: {env: {A: 'b@'}}}, configs: {c: {one: "", two: "a\n\n::x\n\n"}}}
"#;

/// `@` in a template of a project is the text; within single quotes, as a part of another.
fn with(template: &str, text: &str) -> String {
    let double = quoted(text);
    let inner = double.trim_matches('"');
    // A part of another text: the quotes become double ones.
    let parts: Vec<&str> = template.split('\'').collect();
    let part = |(index, part): (usize, &&str)| match index % 2 {
        0 => part.replace('@', &double),
        _ => format!("\"{}\"", part.replace('@', inner)),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Commands of a project, all formats.
const COMMANDS: [&[&str]; 38] = [
    &["check"],
    &["check", "--color", "always"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["render"],
    &["render", "--check"],
    &["render", "dev"],
    &["render", "dev", "--out", "one"],
    &["diff"],
    &["diff", "dev", "prod"],
    &["diff", "dev", "prod", "--color", "always"],
    &["diff", "dev", "prod", "--format", "unified"],
    &["diff", "dev", "prod", "--format", "json"],
    &["diff", "dev", "prod", "--format", "markdown"],
    &["diff", "dev", "prod", "--format", "html"],
    &["diff", "dev", "--against", "other.yaml"],
    &["diff", "dev", "--against", "other.yaml", "--format", "unified"],
    &["diff", "dev", "--against", "other.yaml", "--format", "json"],
    &["diff", "dev", "--against", "other.yaml", "--format", "markdown"],
    &["diff", "dev", "--against", "other.yaml", "--format", "html"],
    &["diff", "dev", "--live"],
    &["graph"],
    &["graph", "dev", "--format", "dot"],
    &["graph", "dev", "--format", "svg"],
    &["notes", "dev"],
    &["notes", "prod", "--format", "markdown"],
    &["profile", "list"],
    &["profile", "show", "dev", "--all-layers"],
    &["profile", "show", "dev", "--format", "json"],
    &["profile", "show", "--all"],
    &["profile", "show", "--all", "--format", "json"],
    &["secret", "list"],
    &["secret", "list", "--format", "json"],
    &["secret", "check"],
    &["template", "list"],
    &["template", "list", "--format", "json"],
    &["fn", "render.yaml"],
];

/// A stream of another tool.
fn stream() -> String {
    let object = |kind: &str, name: &str, more: &str| {
        format!("---\napiVersion: {kind}\nmetadata: {{name: {name}, annotations: {{@: @}}}}\n{more}\n")
    };
    let objects = [
        object("v1\nkind: ConfigMap", "c", "data: {one: 'q@', @: @, two: \"x\\n\\n  ::error::c\\n\\n\"}"),
        object("v1\nkind: ConfigMap", "@", "data: {a: @}"),
        object("x.io/v1\nkind: @", "@", "spec: {a: @}"),
        object(
            "apps/v1\nkind: Deployment",
            "web",
            "spec: {template: {spec: {containers: [{name: @, image: @, args: [@]}]}}}",
        ),
    ];
    with(&objects.concat(), NASTY)
}

fn room(project: &str) -> Room {
    let room = Room::new(project);
    let path = |name: &str| room.temp.path().join(name);
    put(&path("other.yaml"), stream());
    put(&path("render.yaml"), "kind: Render\nspec: {profile: dev}\n");
    put(&path("kubectl.says"), NASTY);
    executable(
        &path("bin/kubectl"),
        "#!/bin/sh\nif [ \"$1\" = get ] && ! [ -e refuse ]; then exit 0; fi\ncat kubectl.says >&2\nexit 1\n",
    );
    room
}

#[test]
fn every_command_of_a_project_that_renders() {
    let room = room(&with(RENDERED, &mild()));
    let mut found = Found::default();
    let said = run(Path::new(KGEN), room.temp.path(), &["check".to_owned()], &room.env, "");
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    for command in COMMANDS {
        room.look(&mut found, "rendered", command);
    }
    put(&room.temp.path().join("refuse"), "");
    room.look(&mut found, "a cluster that does not answer", &["diff", "dev", "--live"]);
    // What is said line by line is the value's own text; so are its lines.
    for command in [&["explain", "dev", "Deployment/web"][..], &["explain", "dev", "ConfigMap/c", "data.two"]] {
        room.look(&mut found, "rendered", command);
        room.look(&mut found, "rendered", &[command, &["--format", "json"]].concat());
    }
    found.none();
}

/// As it was found: three names for GitHub's runner, and a file that ends in `.exe`.
#[test]
fn a_name_of_three_commands() {
    let name = r#""x\n::stop-commands::canary\n::error file=README.md,line=1::pwned \u202Etxt.exe""#;
    let project =
        format!("apiVersion: kgen.dev/v1\nproject: shop\napps: {{{name}: {{image: a}}}}\nprofiles: {{dev: {{}}}}\n");
    // A name is cut at the first character that no name may have.
    let said = "`x***` is no component name in `apps`: may have at most 63 characters, but has 73";
    let check = || Kgen::new().file("kgen.yaml", &project).args(["check"]).status(1);
    let human = format!(
        "error[bad-name]: {said}\n  --> kgen.yaml:3:8\n   |\n3 | apps: {{\"x***: {{image: a}}}}\n   |        ^^^^^\n1 error, no warnings\n"
    );
    check().stderr(&human).run();
    let github = format!("::error file=kgen.yaml,line=3,col=8,endLine=3,endColumn=88,title=bad-name::{said}\n");
    check().args(["--format", "github"]).stdout(&github).run();
}

/// Every key and every value of the projects in `golden/`, each kind of place once, with the text in its place.
#[test]
fn every_place_of_a_project() {
    let mut found = Found::default();
    let (mut seen, mut told) = (BTreeSet::new(), 0);
    for case in crate::origins::cases() {
        let room = room("");
        copy(&case, room.temp.path());
        let text = fs::read_to_string(case.join("kgen.yaml")).unwrap();
        let mut sources = Sources::default();
        let file = sources.add("kgen.yaml", text.as_str());
        let Ok(tree) = node::parse(&sources, file, Dialect::Project) else { continue };
        let mut spans = Vec::new();
        places(&tree, &mut Vec::new(), &mut |place, span| {
            if seen.insert(place) {
                spans.push(span);
            }
        });
        for span in spans {
            let (start, end) = (span.start as usize, span.end as usize);
            let nasty = quoted(&format!("{}{NASTY}", text[start..end].trim_matches(['"', '\''])));
            put(&room.temp.path().join("kgen.yaml"), format!("{}{nasty}{}", &text[..start], &text[end..]));
            let what = format!("{} at {start}", case.display());
            told += usize::from(room.look(&mut found, &what, &["check"]).contains("FORGED"));
        }
    }
    // Most values are hidden where the key beside them is unknown.
    assert!(told > 100, "{told} of {} are told", seen.len());
    found.none();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let (path, name) = (entry.path(), entry.file_name());
        match path.is_dir() {
            true if name == "tree" || name == "stream" => {}
            true => copy(&path, &to.join(name)),
            false => put(&to.join(name), fs::read(&path).unwrap()),
        }
    }
}

/// Keys and scalars, by what is around them: names of components and keys of maps are all alike.
fn places<'t>(tree: &'t Tree<Span>, path: &mut Vec<&'t str>, found: &mut impl FnMut(String, Span)) {
    match &tree.kind {
        Kind::Map(map) => {
            for (key, entry) in map.entries() {
                path.push(key);
                let parent = path.len().checked_sub(2).map_or("", |at| path[at]);
                found(format!("key {} {parent}", path[0]), entry.key_from);
                places(&entry.value, path, found);
                path.pop();
            }
        }
        Kind::List(list) => list.iter().for_each(|item| places(item, path, found)),
        _ => {
            let ends = [path.first(), path.last()].map(|key| *key.unwrap_or(&""));
            found(format!("value {}", ends.join(" ")), tree.from);
        }
    }
}

/// What the command line says, which a pull request may choose: a branch's name, a path, a setting.
#[test]
fn every_argument() {
    let room = room(&with(RENDERED, "x"));
    git(&room, &["init", "-q", "-b", "main"]);
    git(&room, &["add", "kgen.yaml"]);
    git(&room, &["commit", "-qm", "x"]);
    let set = format!("apps.web.env.A={NASTY}");
    let selector = format!("component={NASTY}");
    let option = format!("--{NASTY}");
    let path = format!("spec[{NASTY}]");
    let object = format!("Deployment/{NASTY}");
    let commands: [&[&str]; 34] = [
        &[NASTY],
        &["help", NASTY],
        &["render", NASTY],
        &["render", &option],
        &["render", "dev", NASTY],
        &["render", "--color", NASTY],
        &["render", "dev", "--set", NASTY],
        &["render", "dev", "--set", &set],
        &["profile", "show", "dev", "--all-layers", "--set", &set],
        &["diff", "dev", "prod", "--set", &set],
        &["render", "dev", "--only", NASTY],
        &["render", "dev", "--skip", &selector],
        &["render", "-f", NASTY],
        &["render", "dev", "--out", NASTY],
        &["check", NASTY],
        &["check", "--deny", NASTY],
        &["check", "--warn", NASTY],
        &["check", "--format", NASTY],
        &["diff", NASTY, "prod"],
        &["diff", "--rev", NASTY],
        &["diff", "--rev", "main", NASTY],
        &["diff", "dev", "--against", NASTY],
        &["diff", "--fail-on", NASTY],
        &["explain", NASTY],
        &["explain", "dev", NASTY],
        &["explain", "dev", &object],
        &["explain", "dev", "Deployment/web", &path],
        &["graph", "--only", NASTY],
        &["profile", "show", NASTY],
        &["secret", "set", "prod", NASTY, NASTY],
        &["template", "eject", NASTY],
        &["init", NASTY, "--image", NASTY],
        &["init", "--from", NASTY],
        &["man", NASTY],
    ];
    let mut found = Found::default();
    for command in commands {
        room.look(&mut found, "an argument", command);
    }
    found.none();
}

fn git(room: &Room, args: &[&str]) {
    let mut command = std::process::Command::new("git");
    let done = command.current_dir(room.temp.path()).args(args).env_clear().envs(&room.env).output().unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A name on a disk or in a repository has any character but `/` and NUL.
#[cfg(unix)]
#[test]
fn every_name_of_a_file() {
    let name = NASTY.replace('/', "");
    let project = |more: &str| format!("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}}}\n{more}\n");
    let room = room(&project("templates: own\napps: {web: {image: a/b:1}}"));
    let put = |path: &str, text: &str| put(&room.temp.path().join(path), text);
    let mut found = Found::default();
    // A template that nobody asks for, one that another includes, one that is not UTF-8.
    let own = format!("own/app/{name}.yaml");
    put(&own, "{{ nothing.at.all }}\n");
    room.look(&mut found, "a template", &["template", "list"]);
    room.look(&mut found, "a template", &["check"]);
    room.look(&mut found, "a template", &["check", "--format", "json"]);
    put(
        "own/app/deployment.yaml",
        &format!("{{% include {} %}}", quoted(&format!("app/{name}.yaml")).replace("\\U", "\\u")),
    );
    room.look(&mut found, "a template", &["check"]);
    fs::write(room.temp.path().join(&own), [0xff]).unwrap();
    room.look(&mut found, "a template that is no text", &["check"]);
    fs::remove_file(room.temp.path().join(&own)).unwrap();
    for text in [
        "{% include 'x\n::error::y' %}",
        "{{ 'x\n::error::y'|nothing }}",
        "{{ nothing['x\n::error::y'].z }}",
        "a: {{ 'x\n::error::y' }}\n::error::z\n",
    ] {
        put("own/app/deployment.yaml", text);
        room.look(&mut found, "a template's text", &["check"]);
        room.look(&mut found, "a template's text", &["render", "dev"]);
    }
    // Manifests, files of a config, the project file.
    put(&format!("{name}.yaml"), "kind: x\n::error::y: [\n");
    for key in ["manifests: [{file: @}]", "configs: {c: {k: {file: @}}}", "secrets: {c: {k: {file: @}}}"] {
        put("kgen.yaml", &project(&with(key, &format!("{name}.yaml"))));
        room.look(&mut found, key, &["check"]);
        room.look(&mut found, key, &["explain", "dev", "ConfigMap/c"]);
    }
    room.look(&mut found, "a project file", &["check", "-f", &format!("{name}.yaml")]);
    // A tree on the disk, and its list of files.
    put("kgen.yaml", &project("configs: {c: {k: a}}"));
    room.look(&mut found, "a tree", &["render"]);
    put(&format!("deploy/base/{name}.yaml"), "kind: x\n::error::y: [\n");
    put("deploy/base/kustomization.yaml", &format!("resources: [{}]\n", quoted(&format!("{name}.yaml"))));
    for command in [&["diff"][..], &["render", "--check"], &["render"], &["render", "--force"], &["diff"]] {
        room.look(&mut found, "a tree", command);
    }
    put("deploy/.kgen.json", &format!("{{\"version\": 1, \"files\": {{{}: \"\"}}}}", serde_json::json!(name)));
    room.look(&mut found, "a list of files", &["render"]);
    found.none();
}

/// A Compose file, what is said of it and the comments of what is written.
#[test]
fn a_compose_file() {
    let compose = "
name: @
services:
  web:
    image: a/b:1
    build: @
    hostname: @
    environment: {A: @, @: b}
    labels: {@: @}
    volumes: ['./@:/x']
    env_file: @
    command: [@]
    healthcheck: {test: [CMD, @]}
    depends_on: [cache]
    @: @
  @: {image: a/b:1, user: @}
  cache: {image: redis:7.4, command: [redis-server, @]}
volumes: {@: {driver: @}}
x-@: y
";
    let mut found = Found::default();
    let each: Vec<String> = compose.lines().map(str::to_owned).collect();
    for at in 0..=each.len() {
        // One line at a time, as what is wrong hides the rest; at last all.
        let one = |(index, line): (usize, &String)| match index == at || at == each.len() {
            true => with(line, NASTY) + "\n",
            false => line.replace('@', "x") + "\n",
        };
        let text: String = each.iter().enumerate().map(one).collect();
        let room = room("");
        fs::remove_file(room.temp.path().join("kgen.yaml")).unwrap();
        put(&room.temp.path().join("compose.yaml"), &text);
        room.look(&mut found, "a Compose file", &["init", "--from", "compose.yaml"]);
        let written = fs::read_to_string(room.temp.path().join("kgen.yaml")).unwrap_or_default();
        found.look("a project file", &written, Text::File);
    }
    found.none();
}

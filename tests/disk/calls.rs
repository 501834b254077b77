//! What every command that works on the project alone asks of the system, seen by strace, in a network namespace that is
//! empty: nothing of the network, no change of any file but `render`'s in its output folder, and no file read but the
//! project's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use crate::machine::said;
use crate::support::{KGEN, Said, Temp, put};

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
templates: templates
profiles: {dev: {}, prod: {secretProvider: existing}}
apps:
  web:
    image: acme/web:1
    port: 80
    envFrom: [configs.app]
    env: {TOKEN: '${secrets.app.token}'}
configs: {app: {text: {file: config/app.txt}}}
secrets: {app: {token: {file: token.txt}}}
manifests: [{file: extra.yaml}]
";

const MANIFEST: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n";

/// What a command is asked, and what it reads of the project beside what all read.
const COMMANDS: [(&[&str], &[&str]); 20] = [
    (&["render", "--check"], &["deploy"]),
    (&["verify", "--format", "json"], &["deploy"]),
    (&["render", "dev"], &["token.txt"]),
    (&["render", "prod"], &["token.txt"]),
    (&["diff"], &["deploy"]),
    (&["diff", "dev", "prod"], &[]),
    (&["diff", "dev", "--against", "other.yaml"], &["other.yaml"]),
    (&["diff", "dev", "prod", "--format", "html"], &[]),
    (&["check"], &[]),
    (&["check", "prod", "--format", "sarif"], &[]),
    (&["explain", "dev", "Deployment/web"], &[]),
    (&["explain", "prod", "Deployment/web", "spec.replicas", "--format", "json"], &[]),
    (&["graph"], &[]),
    (&["graph", "dev", "--format", "svg"], &[]),
    (&["profile", "list"], &[]),
    (&["profile", "show", "prod", "--all-layers"], &[]),
    (&["profile", "show", "--all", "--diff"], &[]),
    (&["schema"], &["none of the others"]),
    (&["secret", "list"], &[]),
    (&["secret", "check"], &[]),
];

/// What every command reads of the project.
const OWN: [&str; 4] = ["kgen.yaml", "config/app.txt", "extra.yaml", "templates/app/service.yaml"];

/// What the loader, the allocator and Rust's threads read. Nothing else of the machine is anybody's business.
const SYSTEM: [&str; 7] = [
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/proc/self/",
    "/proc/sys/vm/overcommit_memory",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/fs/cgroup/",
    "/sys/devices/system/cpu/",
];

const LIBRARIES: [&str; 4] = ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"];

struct Room(Temp);

impl Room {
    fn new() -> Self {
        let temp = Temp::new();
        let root = temp.path().join("home/shop");
        let service = "templates/app/service.yaml";
        let template = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(service)).unwrap();
        for (path, text) in [
            ("kgen.yaml", PROJECT),
            ("config/app.txt", "a text\n"),
            ("token.txt", "Kc9vT2zW7aaaa\n"),
            ("extra.yaml", MANIFEST),
            ("other.yaml", MANIFEST),
            (service, &template),
            // Nobody names these.
            (".env", "TOKEN=x\n"),
            ("kgen.yml", "{\n"),
            ("config/other.txt", "{\n"),
            ("../kgen.yaml", "{\n"),
            ("../.kube/config", "{\n"),
            ("../.config/kgen/kgen.yaml", "{\n"),
            ("../.docker/config.json", "{\n"),
        ] {
            put(&root.join(path), text);
        }
        let room = Self(temp);
        let done = room.kgen(&["render"], "").0;
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        room
    }

    fn root(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap().join("home/shop")
    }

    /// Runs kgen with what stands `before` it, and returns what strace saw, if it was that.
    fn kgen(&self, args: &[&str], before: &str) -> (Said, String) {
        let log = self.0.path().join("log");
        let mut words: Vec<&str> = before.split_whitespace().collect();
        let log_text = log.display().to_string();
        if before.contains("strace") {
            words.extend(["-o", &log_text]);
        }
        words.push(KGEN);
        words.extend(args);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.root()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.root().parent().unwrap()).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        let said = said(&mut command);
        (said, fs::read_to_string(log).unwrap_or_default())
    }

    /// `how`: more options of strace.
    fn traced(&self, args: &[&str], how: &str) -> (Said, Vec<Call>) {
        let before = format!("unshare --net strace -f -y -qq -s 4096 -e trace=%file,%network {how}");
        let (said, log) = self.kgen(args, &before);
        let calls: Vec<Call> = log.lines().filter_map(|line| Call::read(line, &self.root())).collect();
        assert!(calls.len() > 5, "strace saw nothing of `kgen {}`: {}", args.join(" "), said.stderr);
        (said, calls)
    }
}

/// A system call, with the paths it is about.
#[derive(Debug)]
struct Call {
    name: String,
    arguments: String,
    paths: Vec<PathBuf>,
    failed: bool,
}

impl Call {
    /// `12 openat(AT_FDCWD, "kgen.yaml", O_RDONLY|O_CLOEXEC) = 3`; `None` for the end of a call, and of a process.
    fn read(line: &str, here: &Path) -> Option<Self> {
        let (_, call) = line.trim_start_matches(|c: char| c.is_ascii_digit()).split_at_checked(1)?;
        let (name, arguments) = call.trim_start().split_once('(')?;
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return None;
        }
        let quoted = arguments.split('"').skip(1).step_by(2);
        // `-y` says which folder a descriptor is: `openat(5</home/shop/config>, "app.txt", ...`.
        let at =
            arguments.starts_with(|c: char| c.is_ascii_digit()).then(|| arguments.split(['<', '>']).nth(1)).flatten();
        let here = at.map_or(here, Path::new);
        let path = |text: &str| normal(&here.join(text));
        let one = !matches!(name, "rename" | "renameat" | "renameat2" | "link" | "linkat" | "symlink" | "symlinkat");
        let paths = quoted.take(if one { 1 } else { 2 }).filter(|text| !text.is_empty()).map(path).collect();
        let failed = arguments.rsplit_once(") = ").is_some_and(|(_, result)| result.starts_with('-'));
        Some(Self { name: name.to_owned(), arguments: arguments.to_owned(), paths, failed })
    }

    fn is_network(&self) -> bool {
        const NAMES: [&str; 16] = [
            "socket",
            "socketpair",
            "connect",
            "bind",
            "listen",
            "accept",
            "accept4",
            "sendto",
            "recvfrom",
            "sendmsg",
            "recvmsg",
            "sendmmsg",
            "recvmmsg",
            "getsockname",
            "setsockopt",
            "shutdown",
        ];
        NAMES.contains(&self.name.as_str())
    }

    fn opens(&self) -> bool {
        matches!(self.name.as_str(), "open" | "openat" | "openat2")
    }

    /// Whatever is not known to change nothing.
    fn changes(&self) -> bool {
        const LOOKS: [&str; 13] = [
            "stat",
            "lstat",
            "newfstatat",
            "fstatat64",
            "statx",
            "access",
            "faccessat",
            "faccessat2",
            "readlink",
            "readlinkat",
            "getcwd",
            "execve",
            "statfs",
        ];
        if self.opens() {
            const WRITES: [&str; 6] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"];
            return WRITES.iter().any(|flag| self.arguments.contains(flag));
        }
        !self.is_network() && !LOOKS.contains(&self.name.as_str())
    }

    fn reads(&self) -> bool {
        let reads = self.opens() && !self.arguments.contains("O_PATH") || self.name.starts_with("readlink");
        reads && !self.failed && !self.changes()
    }

    /// By a descriptor that the log does not resolve.
    fn is_relative(&self) -> bool {
        let descriptor = self.arguments.trim_start_matches(|c: char| c.is_ascii_digit());
        let known = descriptor.len() == self.arguments.len() || descriptor.starts_with("</");
        self.name.contains("at") && !known && !self.paths.is_empty()
    }
}

fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The changes, after what all commands have in common was checked: no network, and only files that `reads` allows.
#[track_caller]
fn look(room: &Room, args: &[&str], reads: &[&str]) -> Vec<Call> {
    look_at(room.traced(args, ""), room, args, reads)
}

#[track_caller]
fn look_at((said, calls): (Said, Vec<Call>), room: &Room, args: &[&str], reads: &[&str]) -> Vec<Call> {
    let what = format!("kgen {}", args.join(" "));
    assert!(matches!(said.status, Some(0 | 1)), "{what}: {}", said.stderr);
    let root = room.root();
    let mut read = BTreeSet::new();
    for call in &calls {
        assert!(!call.is_network(), "`{what}` uses the network: {call:?}");
        assert!(!call.is_relative(), "`{what}`: {call:?}");
        for path in call.paths.iter().filter(|_| call.reads()) {
            match path.strip_prefix(&root) {
                Ok(own) if own.starts_with("deploy") || own.starts_with("one") => {
                    read.insert(own.components().next().unwrap().as_os_str().into());
                }
                Ok(own) if root.join(own).is_dir() => assert!(own.starts_with("templates"), "`{what}` lists {own:?}"),
                Ok(own) => drop(read.insert(own.to_owned())),
                Err(_) => assert!(is_system(path), "`{what}` reads {}", path.display()),
            }
        }
    }
    let all = if reads == ["none of the others"] {
        BTreeSet::new()
    } else {
        OWN.iter().chain(reads).map(PathBuf::from).collect()
    };
    assert_eq!(read, all, "`{what}` reads other files of the project");
    calls.into_iter().filter(Call::changes).collect()
}

fn is_system(path: &Path) -> bool {
    let text = path.display().to_string();
    let library = LIBRARIES.iter().any(|folder| text.starts_with(folder)) && text.contains(".so");
    library || SYSTEM.iter().any(|known| text == *known || known.ends_with('/') && text.starts_with(known))
}

#[test]
fn no_command_changes_a_file_or_asks_the_network() {
    let room = Room::new();
    for (args, reads) in COMMANDS {
        let changes = look(&room, args, reads);
        assert!(changes.is_empty(), "`kgen {}` changes files: {changes:?}", args.join(" "));
    }
}

/// Tab, before anybody pressed Enter: kgen reads the project, without values of secrets, and runs no other program.
#[test]
fn tab_changes_nothing_and_runs_nothing() {
    let room = Room::new();
    for line in [
        &["render", ""][..],
        &["render", "--only", ""],
        &["render", "--set", "apps."],
        &["explain", "prod", ""],
        &["explain", "prod", "Deployment/web", ""],
        &["secret", "set", "dev", ""],
        &["secret", "set", "dev", "app", ""],
    ] {
        let args = [&["--", "kgen"], line].concat();
        let (said, calls) = room.traced(&args, &format!("-E KGEN_COMPLETE={}", line.len()));
        assert!(said.stdout.contains('\t'), "{line:?} offers nothing");
        assert_eq!(calls.iter().filter(|call| call.name.starts_with("exec")).count(), 1, "{line:?}: {calls:?}");
        let changes = look_at((said, calls), &room, &args, &[]);
        assert!(changes.is_empty(), "{line:?} changes files: {changes:?}");
    }
}

#[test]
fn render_changes_its_output_folder_only() {
    let room = Room::new();
    let root = room.root();
    let mut written = 0;
    for image in ["acme/web:2", "acme/web:3"] {
        put(&root.join("kgen.yaml"), PROJECT.replace("acme/web:1", image));
        for call in look(&room, &["render"], &["deploy"]) {
            assert!(!call.paths.is_empty(), "{call:?}");
            for path in &call.paths {
                assert!(path.starts_with(root.join("deploy")), "`kgen render` changes {}: {call:?}", path.display());
            }
            written += 1;
        }
    }
    assert!(written > 10, "{written}");
    for call in look(&room, &["render", "dev", "--out", "one"], &["one"]) {
        assert!(call.paths.iter().all(|path| path.starts_with(root.join("one"))), "{call:?}");
    }
    assert!(root.join("one/kustomization.yaml").is_file());
}

#[test]
fn without_a_network_nothing_is_otherwise() {
    let room = Room::new();
    for (args, _) in COMMANDS {
        let (with, _) = room.kgen(args, "");
        let (without, _) = room.kgen(args, "unshare --net");
        assert_eq!(with, without, "`kgen {}`", args.join(" "));
    }
    put(&room.root().join("kgen.yaml"), PROJECT.replace("web:1", "web:2"));
    let (said, _) = room.kgen(&["render"], "unshare --net");
    assert_eq!(said.status, Some(0), "{}", said.stderr);
}

/// What strace saw opened, outside of the project.
fn opened(room: &Room, program: &str, args: &[&str]) -> BTreeSet<PathBuf> {
    let log = room.0.path().join("log");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-qq", "-s", "4096", "-e", "trace=%file", "-o"]).arg(&log).arg(program).args(args);
    command.current_dir(room.root()).env_clear().stdin(Stdio::null());
    command.env("HOME", room.root().parent().unwrap()).env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    said(&mut command);
    let log = fs::read_to_string(log).unwrap();
    let calls: Vec<Call> = log.lines().filter_map(|line| Call::read(line, &room.root())).collect();
    assert!(calls.len() > 5, "strace saw nothing of `{program} {}`", args.join(" "));
    let opened = calls.into_iter().filter(|call| call.opens() && !call.failed && !call.arguments.contains("O_PATH"));
    opened.flat_map(|call| call.paths).filter(|path| !path.starts_with(room.root())).collect()
}

/// A project full of links, and of files that it asks for by every key.
#[test]
fn a_stranger_s_project_opens_nothing_outside_of_its_root() {
    let room = Room::new();
    let root = room.root();
    put(&root.parent().unwrap().join("outside.yaml"), "{\n");
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a"])
            .args(args)
            .current_dir(&root)
            .output();
        assert!(done.unwrap().status.success(), "git {args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "x"]);
    let mut own = opened(&room, KGEN, &["--version"]);
    let commands: [&[&str]; 9] = [
        &["render", "--check"],
        &["render", "dev"],
        &["check"],
        &["diff"],
        &["diff", "dev", "prod"],
        &["graph"],
        &["explain", "dev", "Deployment/web"],
        &["secret", "list"],
        &["-f", "../outside.yaml", "--root", ".", "check"],
    ];
    let all = |what: &str, own: &BTreeSet<PathBuf>| {
        for args in commands {
            let args: Vec<&str> = ["--untrusted"].iter().chain(args).copied().collect();
            let more: Vec<_> = opened(&room, KGEN, &args).into_iter().filter(|path| !own.contains(path)).collect();
            assert!(more.is_empty(), "{what}: `kgen {}` opens {more:?}", args.join(" "));
        }
    };
    all("as it is", &own);
    for (path, target) in [
        ("config/app.txt", "/etc/passwd"),
        ("token.txt", "/proc/self/environ"),
        ("extra.yaml", "../outside.yaml"),
        ("templates/app/service.yaml", "/dev/zero"),
        ("deploy/base/web/service.yaml", "/etc/hostname"),
        ("kgen.yaml", "../outside.yaml"),
    ] {
        fs::remove_file(root.join(path)).unwrap();
        std::os::unix::fs::symlink(target, root.join(path)).unwrap();
        all(path, &own);
    }
    // git reads its own configuration, also to tell its version.
    git(&["checkout", "-q", "."]);
    own.extend(opened(&room, "git", &["--version"]));
    let rev = opened(&room, KGEN, &["--untrusted", "diff", "--rev", "HEAD"]);
    let more: Vec<_> = rev.into_iter().filter(|path| !own.contains(path) && !is_system(path)).collect();
    assert!(more.is_empty(), "`kgen diff --rev` opens {more:?}");
}

/// The tests above notice what they are there to notice.
#[test]
fn what_may_not_be_is_noticed() {
    let call = |line: &str| Call::read(line, Path::new("/home/shop")).unwrap();
    for line in [
        r#"12 openat(AT_FDCWD, "../x", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3"#,
        r#"12 open("x", O_RDWR) = 3"#,
        r#"12 mkdir("x", 0777) = 0"#,
        r#"12 rename("deploy/a", "x") = 0"#,
        r#"12 unlinkat(AT_FDCWD, "x", 0) = 0"#,
        r#"12 fchmodat2(AT_FDCWD, "x", 0600, 0) = 0"#,
        r#"12 utimensat(AT_FDCWD, "x", NULL, 0 <unfinished ...>"#,
    ] {
        assert!(call(line).changes(), "{line}");
    }
    assert_eq!(
        call(r#"12 rename("deploy/a", "../x") = 0"#).paths,
        [Path::new("/home/shop/deploy/a"), Path::new("/home/x")]
    );
    assert!(call("12 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3").is_network());
    assert!(call(r#"12 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0"#).is_network());
    assert!(call(r#"12 openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC <unfinished ...>"#).reads());
    assert!(!call(r#"12 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 ENOENT (No such file or directory)"#).reads());
    assert!(call(r#"12 unlinkat(5, "x", 0) = 0"#).is_relative());
    let below = call(r#"12 openat(5</home/shop/config>, "../x", O_RDONLY|O_NOFOLLOW) = 6</home/shop/x>"#);
    assert!(below.reads() && !below.is_relative() && below.paths == [Path::new("/home/shop/x")]);
    assert!(!call(r#"12 openat(AT_FDCWD</home/shop>, "x", O_RDONLY|O_PATH) = 3</home/shop/x>"#).reads());
    assert!(!is_system(Path::new("/etc/passwd")) && is_system(Path::new("/lib/x86_64-linux-gnu/libc.so.6")));
}

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

    fn traced(&self, args: &[&str]) -> (Said, Vec<Call>) {
        let (said, log) = self.kgen(args, "unshare --net strace -f -qq -s 4096 -e trace=%file,%network");
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
        (self.opens() || self.name.starts_with("readlink")) && !self.failed && !self.changes()
    }

    /// By a descriptor, which the log does not resolve.
    fn is_relative(&self) -> bool {
        self.name.contains("at") && self.arguments.starts_with(|c: char| c.is_ascii_digit()) && !self.paths.is_empty()
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
    let (said, calls) = room.traced(args);
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
    assert!(!is_system(Path::new("/etc/passwd")) && is_system(Path::new("/lib/x86_64-linux-gnu/libc.so.6")));
}

//! What `kgen secret` writes, and that no value is seen on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{KGEN, Kgen, Said, Temp, files, put, run};

#[cfg(unix)]
mod prompt; // a value that is typed
#[cfg(unix)]
mod sops; // by the program `sops`, for which a script stands

pub const CERTIFICATE: &str = include_str!("../src/seal/tests/rsa.pem");
const OTHER: &str = include_str!("../src/seal/tests/other.pem");

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
namespace: shop
profiles:
  prod:
    secretProvider: {sealed: {certificate: certs/prod.pem}}
secrets:
  app: {token: {}, key: {minLength: 40}, url: 'amqp://u:${secrets.mq.password}@mq/'}
  mq: {password: {}}
";

/// A project on the disk, in which one command follows another.
pub struct Room(pub Temp);

impl Room {
    pub fn new(project: &str) -> Self {
        let temp = Temp::new();
        put(&temp.path().join("kgen.yaml"), project);
        put(&temp.path().join("certs/prod.pem"), CERTIFICATE);
        Self(temp)
    }

    pub fn kgen(&self, args: &[&str], stdin: &str) -> Said {
        self.kgen_with(args, stdin, &BTreeMap::new())
    }

    pub fn kgen_with(&self, args: &[&str], stdin: &str, env: &BTreeMap<String, String>) -> Said {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        run(Path::new(KGEN), self.0.path(), &args, env, stdin)
    }

    #[track_caller]
    pub fn done(&self, args: &[&str], stdin: &str) -> Said {
        let said = self.kgen(args, stdin);
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        said
    }

    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The ciphertext of one item.
    #[track_caller]
    fn item(&self, file: &str, key: &str) -> String {
        let text = self.read(file);
        let line = text.lines().find_map(|line| line.trim_start().strip_prefix(&format!("{key}: ")));
        line.unwrap_or_else(|| panic!("no `{key}` in\n{text}")).to_owned()
    }
}

const VALUE: &str = "q8Zt1Yx0PvB2mN4w";

#[test]
fn a_value_is_sealed_into_every_file_that_needs_it_and_rendered() {
    let room = Room::new(PROJECT);
    let said = room.done(&["secret", "set", "prod", "mq", "password"], VALUE);
    let expected = "sealed `mq.password` for `strict:shop/app` into `secrets/prod/app.sealed.yaml`\nsealed `password` for `strict:shop/mq` into `secrets/prod/mq.sealed.yaml`\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", expected));
    let item = room.item("secrets/prod/mq.sealed.yaml", "password");
    let fingerprint = "SHA256:SVGCTA85TaFflAkd0trokHdgnoIlf9mwkp7eK6TUgEw";
    let file = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: mq\n  namespace: shop\n  annotations:\n    kgen.dev/sealed-for: strict:shop/mq\n    kgen.dev/sealed-with: {fingerprint}\nspec:\n  encryptedData:\n    password: {item}\n"
    );
    assert_eq!(room.read("secrets/prod/mq.sealed.yaml"), file);
    room.done(&["secret", "set", "prod", "app", "token", "--generate"], "");
    room.done(&["secret", "set", "prod", "app", "key", "--generate"], "");
    assert_eq!(room.done(&["secret", "check"], ""), Said { status: Some(0), ..Said::default() });
    let stream = room.done(&["render", "prod"], "").stdout;
    for (file, key) in [("mq", "password"), ("app", "mq.password"), ("app", "token"), ("app", "key")] {
        let item = room.item(&format!("secrets/prod/{file}.sealed.yaml"), key);
        assert!(stream.contains(&format!("{key}: {item}\n")), "{key}");
    }
}

#[test]
fn a_value_that_is_set_again_leaves_the_others_as_they_are() {
    let room = Room::new(PROJECT);
    let file = "secrets/prod/app.sealed.yaml";
    room.done(&["secret", "set", "prod", "app", "token"], VALUE);
    room.done(&["secret", "set", "prod", "mq", "password"], VALUE);
    let before = room.read(file);
    room.done(&["secret", "set", "prod", "app", "token"], VALUE);
    let (old, new) = (before.as_str(), room.read(file));
    let token = room.item(file, "token");
    assert!(!old.contains(&token));
    let line = old.lines().find(|line| line.starts_with("    token: ")).unwrap();
    assert_eq!(new, old.replace(line, &format!("    token: {token}")));
    // The controller renewed its key: each item keeps the name of its own.
    put(&room.0.path().join("certs/prod.pem"), OTHER);
    room.done(&["secret", "set", "prod", "app", "token"], VALUE);
    let said = room.done(&["secret", "list", "prod"], "").stdout;
    let sealer = |key: &str| said.lines().find(|line| line.contains(key)).unwrap().split_whitespace().last().unwrap();
    assert_ne!(sealer("mq.sealed.yaml"), sealer(" token "));
}

#[test]
fn a_made_value_is_seen_nowhere() {
    let room = Room::new(PROJECT);
    let said = room.done(&["secret", "set", "prod", "app", "token", "--generate"], "");
    let news = "sealed `token` for `strict:shop/app` into `secrets/prod/app.sealed.yaml`\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", news));
    // Two bytes of length, 256 of the session key, 32 of the value, 16 of its tag.
    assert_eq!(room.item("secrets/prod/app.sealed.yaml", "token").len(), (2_usize + 256 + 32 + 16).div_ceil(3) * 4);
    // As long as the project file wants it.
    room.done(&["secret", "set", "prod", "app", "key", "--generate"], "");
    let key = room.item("secrets/prod/app.sealed.yaml", "key");
    assert_eq!(key.trim_end_matches('=').len(), ((2_usize + 256 + 40 + 16) * 4).div_ceil(3));
}

#[test]
fn one_line_break_is_left_out_and_said() {
    let size = |args: &[&str], stdin: &str| {
        let room = Room::new(PROJECT);
        put(&room.0.path().join("value"), stdin);
        let args = [&["secret", "set", "prod", "app", "token"], args].concat();
        let said = room.done(&args, stdin);
        let item = room.item("secrets/prod/app.sealed.yaml", "token");
        let note = said.stderr.starts_with("the line break at the end was left out (`--keep-newline` keeps it)\n");
        (item.trim_end_matches('=').len() * 3 / 4 - 2 - 256 - 16, note)
    };
    assert_eq!(size(&[], "q8Zt1Yx0\n"), (8, true));
    assert_eq!(size(&[], "q8Zt1Yx0\r\n"), (8, true));
    assert_eq!(size(&[], "q8Zt1Yx0\n\n"), (9, true));
    assert_eq!(size(&[], "q8Zt1Yx0"), (8, false));
    assert_eq!(size(&["--keep-newline"], "q8Zt1Yx0\n"), (9, false));
    assert_eq!(size(&["--from-file", "value"], "q8Zt1Yx0\n"), (8, true));
}

#[test]
fn runs_at_once_lose_nothing() {
    let keys: Vec<String> = (0..6).map(|number| format!("k{number}")).collect();
    let declared: Vec<String> = keys.iter().map(|key| format!("{key}: {{}}")).collect();
    let head = PROJECT.split("secrets:\n").next().unwrap();
    let room = Room::new(&format!("{head}secrets: {{app: {{{}}}}}\n", declared.join(", ")));
    std::thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| room.done(&["secret", "set", "prod", "app", key], VALUE));
        }
    });
    room.done(&["secret", "check"], "");
    let found: Vec<String> = files(&room.0.path().join("secrets")).into_keys().collect();
    assert_eq!(found, ["prod/app.sealed.yaml"]);
}

#[test]
fn a_file_of_kubeseal_can_be_added_to() {
    let room = Room::new(PROJECT);
    room.done(&["secret", "set", "prod", "mq", "password"], VALUE);
    let item = room.item("secrets/prod/mq.sealed.yaml", "password");
    let json = format!(
        "{{\"kind\":\"SealedSecret\",\"apiVersion\":\"bitnami.com/v1alpha1\",\"metadata\":{{\"name\":\"app\",\"namespace\":\"shop\",\"creationTimestamp\":null}},\"spec\":{{\"template\":{{\"metadata\":{{\"name\":\"app\",\"namespace\":\"shop\"}}}},\"encryptedData\":{{\"key\":\"{item}\"}}}}}}"
    );
    put(&room.0.path().join("secrets/prod/app.sealed.yaml"), json);
    room.done(&["secret", "set", "prod", "app", "token"], VALUE);
    assert_eq!(room.item("secrets/prod/app.sealed.yaml", "key"), item);
}

#[test]
fn an_item_that_was_cut_short_is_mended() {
    let room = Room::new(PROJECT);
    let path = "secrets/prod/mq.sealed.yaml";
    room.done(&["secret", "set", "prod", "mq", "password"], VALUE);
    let good = room.read(path);
    let item = room.item(path, "password");
    put(&room.0.path().join(path), good.replace(&item, "AgB="));
    room.done(&["secret", "set", "prod", "mq", "password"], VALUE);
    assert_eq!(room.item(path, "password").len(), item.len());
}

#[test]
fn all_values_of_a_file_are_taken_or_none() {
    let room = Room::new(PROJECT);
    let env = |text: &str| put(&room.0.path().join(".env"), text);
    let import = ["secret", "import", "prod", "app", "--from-env-file", ".env"];
    let key = "q8Zt1Yx0PvB2mN4wq8Zt1Yx0PvB2mN4wq8Zt1Yx0";
    env(&format!("token='q8Zt $1Yx0' # from the vault\nexport key=\"{key}\"\n"));
    let said = room.done(&import, "");
    let expected = "sealed `token` for `strict:shop/app` into `secrets/prod/app.sealed.yaml`\nsealed `key` for `strict:shop/app` into `secrets/prod/app.sealed.yaml`\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", expected));
    let before = files(&room.0.path().join("secrets"));
    env("token=q8Zt1Yx0\nkey=short\n");
    assert_eq!(room.kgen(&import, "").status, Some(2));
    assert_eq!(files(&room.0.path().join("secrets")), before);
}

#[test]
fn the_list_says_where_each_value_comes_from() {
    let project = PROJECT.replace(
        "  prod:\n",
        "  dev: {secrets: {app: {token: hunter2}}}\n  old: {preset: prod, secretProvider: existing}\n  store: {preset: prod, secretProvider: {external: {store: vault, prefix: shop}}, secrets: {app: {key: {env: KEY}, token: {remote: 'kv/app#t'}}}}\n  prod:\n",
    );
    let room = Room::new(&project);
    room.done(&["secret", "set", "prod", "app", "token"], VALUE);
    let expected = "\
PROFILE  SECRET  KEY       PROVIDER      FROM                          STATE    SEALED WITH
dev      app     token     project file  spelled out                   -        -
dev      app     key       local         made up                       -        -
dev      app     url       project file  composed of mq.password       -        -
dev      mq      password  local         made up                       -        -
old      app     token     existing      the cluster                   -        -
old      app     key       existing      the cluster                   -        -
old      app     url       project file  composed of mq.password       -        -
old      mq      password  existing      the cluster                   -        -
store    app     token     external      kv/app#t                      -        -
store    app     key       project file  variable KEY                  -        -
store    app     url       project file  composed of mq.password       -        -
store    mq      password  external      shop/mq#password              -        -
prod     app     token     sealed        secrets/prod/app.sealed.yaml  set      SHA256:SVGCTA85TaFflAkd0trokHdgnoIlf9mwkp7eK6TUgEw
prod     app     key       sealed        secrets/prod/app.sealed.yaml  missing  -
prod     app     url       project file  composed of mq.password       -        -
prod     mq      password  sealed        secrets/prod/mq.sealed.yaml   missing  -
";
    assert_eq!(room.done(&["secret", "list"], "").stdout, expected);
    let json = room.done(&["secret", "list", "prod", "--format", "json"], "").stdout;
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    let first = serde_json::json!({
        "profile": "prod", "secret": "app", "key": "token", "provider": "sealed",
        "from": "secrets/prod/app.sealed.yaml", "state": "set",
        "sealedWith": "SHA256:SVGCTA85TaFflAkd0trokHdgnoIlf9mwkp7eK6TUgEw",
    });
    assert_eq!(rows[0], first);
    assert_eq!(rows[2]["state"], serde_json::Value::Null);
}

/// Found by the law on random projects: whose variable comes first decided about the order of the keys.
#[test]
fn the_order_of_the_apps_changes_no_secret() {
    let stream = |apps: [&str; 2]| {
        let project = format!(
            "apiVersion: kgen.dev/v1\nproject: shop\nredis: {{queue: {{}}}}\nprofiles: {{dev: {{}}}}\napps:\n  {}\n  {}\n",
            apps[0], apps[1]
        );
        Kgen::new().file("kgen.yaml", &project).args(["render", "dev"]).says()
    };
    let web = "web: {image: 'acme/web:1', env: {REDIS_URL: '${redis.queue.url}'}}";
    let worker = "worker: {image: 'acme/worker:1', env: {REDIS_URL: '${redis.queue.url/3}'}}";
    assert_eq!(stream([web, worker]), stream([worker, web]));
}

/// Whoever writes the value into the command line is not shown it again: a log may keep what kgen says.
#[test]
fn a_value_among_the_arguments_is_not_repeated() {
    let room = Room::new(PROJECT);
    for args in [
        &["secret", "set", "prod", "app", "token", VALUE][..],
        &["secret", "set", "prod", "app", "token=q8Zt1Yx0PvB2mN4w"],
        &["secret", "set", "prod", "token=q8Zt1Yx0PvB2mN4w", "x"],
        &["secret", "set", "prod", "app", "token:q8Zt1Yx0PvB2mN4w"],
        &["secret", "set", "prod", "app", "token q8Zt1Yx0PvB2mN4w"],
        &["secret", "set", "prod", "app", "token", "--generate=q8Zt1Yx0PvB2mN4w"],
        &["secret", "set", "prod", "app", "token", "--q8Zt1Yx0PvB2mN4w"],
        &["secret", "set", "prod", "app", "token", "--value=q8Zt1Yx0PvB2mN4w"],
        &["-q", "secret", "set", "prod", "app", "token", "-q8Zt1Yx0PvB2mN4w"],
    ] {
        let said = room.kgen(args, "");
        assert!(said.status == Some(2) && said.stdout.is_empty(), "{args:?}: {said:?}");
        assert!(!said.stderr.contains("8Zt1Yx"), "{args:?}: {}", said.stderr);
    }
    let said = room.kgen(&["secret", "set", "prod", "app", "token", "--from-fil", "x"], "");
    assert!(said.stderr.contains("a similar argument exists: '--from-file'"), "{}", said.stderr);
}

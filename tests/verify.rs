//! What `kgen verify` says, to the character: whether the tree is what the project gives, and of which files.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::support::{KGEN, Said, Temp, put, run};

const SAID: &str = "the tree is what the project gives\n";

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
templates: tpl
configs:
  app:
    LEVEL: info
    page: {file: ./config/page.txt}
    logo: {file: config/logo.png}
    url: {file: config/url.txt}
    vars: {file: .env}
secrets: {app: {token: {file: /run/none/token}, other: {file: keys/other}, more: {env: MORE}}}
manifests: [{file: raw/account.yaml}, {file: raw/secret.yaml}]
apps: {web: {image: 'acme/web:1', port: 80, envFrom: [configs.app]}}
profiles: {dev: {}}
";

const SEALED: &str = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: old, namespace: shop}
spec: {encryptedData: {}}
";

struct Room(Temp);

impl Room {
    fn new(project: &str) -> Self {
        let room = Self(Temp::new());
        let template = include_str!("../templates/app/service.yaml");
        for (path, text) in [
            ("kgen.yaml", project),
            ("config/page.txt", "a page\n"),
            ("config/url.txt", "postgres://shop:Kc9vT2zW7a@db/shop # kgen:allow-secret of a test\n"),
            (".env", "A=b\n"),
            ("raw/account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n"),
            ("raw/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: raw}\nstringData: {a: Kc9vT2zW7b}\n"),
            ("tpl/app/service.yaml", template),
        ] {
            put(&room.0.path().join(path), text);
        }
        put(&room.0.path().join("config/logo.png"), b"\x89PNG\xff".as_slice());
        room
    }

    fn rendered(project: &str) -> Self {
        let room = Self::new(project);
        let said = room.kgen(&["render"]);
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        room
    }

    fn kgen(&self, args: &[&str]) -> Said {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        run(Path::new(KGEN), self.0.path(), &args, &Default::default(), "")
    }

    #[track_caller]
    fn says(&self, args: &[&str], status: i32) -> String {
        let said = self.kgen(args);
        assert_eq!(said.status, Some(status), "{}", said.stderr);
        said.stdout
    }

    /// By another implementation than kgen's own: that of the tests.
    fn hash(&self, path: &str) -> String {
        let digest = Sha256::digest(fs::read(self.0.path().join(path)).unwrap());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[test]
fn every_input_is_named_and_what_may_be_secret_is_not_hashed() {
    let room = Room::rendered(PROJECT);
    let said = room.kgen(&["verify", "-q"]);
    let hash = |path: &str| format!("sha256:{}", room.hash(path));
    let secret = "not hashed: it may hold a secret value";
    let expected = format!(
        "kgen {}\nproject shop in kgen.yaml\n  \
         .env                  {secret}\n  \
         /run/none/token       {secret}\n  \
         config/logo.png       {}\n  \
         config/page.txt       {}\n  \
         config/url.txt        {secret}\n  \
         keys/other            {secret}\n  \
         kgen.yaml             {}\n  \
         raw/account.yaml      {}\n  \
         raw/secret.yaml       {secret}\n  \
         tpl/app/service.yaml  {}\n\
         tree in deploy, 8 files\n  \
         .kgen.json            {}\n{SAID}",
        kgen::cli::VERSION,
        hash("config/logo.png"),
        hash("config/page.txt"),
        hash("kgen.yaml"),
        hash("raw/account.yaml"),
        hash("tpl/app/service.yaml"),
        hash("deploy/.kgen.json"),
    );
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), (expected.as_str(), "", Some(0)));
}

const SMALL: &str = "apiVersion: kgen.dev/v1
project: shop
profiles: {dev: {secrets: {app: {token: readable-1}}}, prod: {secretProvider: existing}}
secrets: {app: {token: {}}}
apps: {web: {image: 'acme/web:1', env: {TOKEN: '${secrets.app.token}'}}}
";

/// The project file spells a value out, and so does a file of the tree.
#[test]
fn a_project_file_that_spells_a_value_out_has_no_hash() {
    let room = Room::rendered(SMALL);
    let said = room.says(&["verify"], 0);
    assert!(said.contains("\n  kgen.yaml   not hashed: it may hold a secret value\n"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&room.says(&["verify", "--format", "json"], 0)).unwrap();
    let files = json["tree"]["files"].as_array().unwrap();
    let without: Vec<_> = files.iter().filter(|file| file.get("sha256").is_none()).map(|file| &file["path"]).collect();
    assert_eq!(without, ["overlays/dev/app/secret.yaml"]);
    for file in files.iter().filter(|file| file.get("sha256").is_some()) {
        let path = file["path"].as_str().unwrap();
        assert_eq!(file["sha256"].as_str().unwrap(), room.hash(&format!("deploy/{path}")), "{path}");
    }
    for text in [said, json.to_string()] {
        assert!(!text.contains("readable-1") && !text.contains(&room.hash("kgen.yaml")), "{text}");
        assert!(!text.contains(&room.hash("deploy/overlays/dev/app/secret.yaml")), "{text}");
    }
}

#[test]
fn the_answer_for_a_program() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\nconfigs: {app: {A: b}}\n";
    let room = Room::rendered(project);
    let expected = |same: bool, set: &str, differences: &str| {
        format!(
            r#"{{
  "version": 1,
  "kgen": "{}",
  "project": "shop",
  "file": "kgen.yaml",
  "set": {set},
  "inputs": [
    {{
      "path": "kgen.yaml",
      "sha256": "{}"
    }}
  ],
  "tree": {{
    "folder": "deploy",
    "sha256": "{}",
    "files": [
      {{
        "path": "base/app/configmap.yaml",
        "sha256": "{}"
      }},
      {{
        "path": "base/kustomization.yaml",
        "sha256": "{}"
      }},
      {{
        "path": "overlays/dev/kustomization.yaml",
        "sha256": "{}"
      }}
    ]
  }},
  "same": {same},
  "differences": {differences}
}}
"#,
            kgen::cli::VERSION,
            room.hash("kgen.yaml"),
            room.hash("deploy/.kgen.json"),
            room.hash("deploy/base/app/configmap.yaml"),
            room.hash("deploy/base/kustomization.yaml"),
            room.hash("deploy/overlays/dev/kustomization.yaml"),
        )
    };
    let same = expected(true, "[]", "[]");
    assert_eq!(room.says(&["verify", "--format", "json"], 0), same);
    // From elsewhere, and again.
    put(&room.0.path().join("sub/x"), "");
    let file = room.0.path().join("kgen.yaml").display().to_string();
    assert_eq!(room.says(&["-f", &file, "verify", "--format", "json"], 0), same);
    let set = expected(true, "[\n    \"configs.app.A\"\n  ]", "[]");
    assert_eq!(room.says(&["verify", "--format", "json", "--set", "configs.app.A=b"], 0), set);
    // What is told of the tree is what the project gives, not what is there.
    fs::remove_file(room.0.path().join("deploy/.kgen.json")).unwrap();
    let differs = room.says(&["verify", "--format", "json"], 1);
    let (head, rest) = same.split_once("  \"same\"").unwrap();
    assert_eq!(rest, ": true,\n  \"differences\": []\n}\n");
    assert_eq!(
        differs,
        format!("{head}  \"same\": false,\n  \"differences\": [\n    \"`.kgen.json` is different\"\n  ]\n}}\n")
    );
}

#[test]
fn a_tree_that_is_another_is_said_to_be_so() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\nconfigs: {app: {A: b}, web: {A: b}}\n";
    let room = Room::rendered(project);
    put(&room.0.path().join("deploy/base/kustomization.yaml"), "mine\n");
    put(
        &room.0.path().join("kgen.yaml"),
        project.replace("web: {A: b}", "api: {A: b}").replace("app: {A: b}", "app: {A: c}"),
    );
    let said = room.kgen(&["verify"]);
    let expected = format!(
        "kgen {}\nproject shop in kgen.yaml\n  kgen.yaml   sha256:{}\ntree in deploy\n  \
         `base/api/configmap.yaml` is missing\n  \
         `base/app/configmap.yaml` is different\n  \
         `base/web/configmap.yaml` is left over\n  \
         `base/kustomization.yaml` was edited since kgen wrote it\n\
         the tree is not what the project gives\n",
        kgen::cli::VERSION,
        room.hash("kgen.yaml"),
    );
    let hint =
        "hint: say in the project file what was edited here, then `kgen render --force` and commit what it writes\n";
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), (expected.as_str(), hint, Some(1)));
    // As `render --check` has it.
    let checked = room.kgen(&["render", "--check"]);
    let (_, told) = expected.split_once("deploy\n").unwrap();
    let told: String =
        told.lines().filter_map(|line| line.strip_prefix("  ")).map(|line| format!("{line}\n")).collect();
    assert_eq!((checked.stderr, checked.status), (told + hint, Some(1)));
}

#[test]
fn encrypted_files_are_hashed_where_they_are_that() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {secretProvider: {sops: {}}}}\nconfigs: {app: {A: b}}\n";
    let room = Room::new(project);
    let sops = |value: &str| format!("kind: Secret\ndata: {{a: '{value}'}}\nsops: {{mac: 'ENC[AES256_GCM,data:x]'}}\n");
    for (path, text) in [
        ("secrets/dev/good.sops.yaml", sops("ENC[AES256_GCM,data:x]")),
        ("secrets/dev/open.sops.yaml", sops("S2M5dlQyelc3")),
        ("secrets/dev/bad.sops.yaml", "kind: [\n".to_owned()),
        ("secrets/dev/old.sealed.yaml", SEALED.to_owned()),
        ("secrets/dev/open.sealed.yaml", SEALED.replace("encryptedData: {}", "encryptedData: {a: S2M5dlQyelc3}")),
    ] {
        put(&room.0.path().join(path), text);
    }
    let _ = room.kgen(&["render"]);
    fs::remove_file(room.0.path().join("secrets/dev/bad.sops.yaml")).unwrap();
    assert_eq!(room.kgen(&["render"]).status, Some(0));
    let said = room.says(&["verify"], 0);
    for (path, hashed) in
        [("good.sops.yaml", true), ("open.sops.yaml", false), ("old.sealed.yaml", true), ("open.sealed.yaml", false)]
    {
        let hash = room.hash(&format!("secrets/dev/{path}"));
        assert!(said.contains(&format!("\n  secrets/dev/{path} ")), "{said}");
        assert_eq!(said.contains(&hash), hashed, "{path}\n{said}");
    }
}

#[test]
fn a_project_with_a_mistake_is_no_answer() {
    let room = Room::new("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\napps: 1\n");
    let said = room.kgen(&["verify"]);
    assert!(said.stdout.is_empty() && said.stderr.starts_with("error[wrong-type]") && said.status == Some(2));
}

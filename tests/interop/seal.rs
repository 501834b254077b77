//! What kgen seals, opened by another implementation of the controller's algorithm with the private key. Needs openssl
//! and Python; `tests/seal/run.sh` makes itself a room with `cryptography` and PyYAML.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kgen::seal::{Certificate, Entropy, Scope, Sealed, Target, seal};

use crate::kubectl::{folder, text};

struct Os;

impl Entropy for Os {
    fn fill(&mut self, bytes: &mut [u8]) -> anyhow::Result<()> {
        Ok(getrandom::fill(bytes)?)
    }
}

/// A throw-away controller.
pub struct Controller(pub PathBuf);

impl Controller {
    /// `bits`: the controller's own keys have 4096, which takes openssl a second.
    pub fn new(name: &str, bits: usize) -> Self {
        let folder = folder(name);
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-nodes", "-days", "30", "-sha256", "-subj", "/O=sealed-secret"]);
        openssl.args(["-newkey", &format!("rsa:{bits}"), "-keyout", "key.pem", "-out", "cert.pem"]);
        let done = openssl.current_dir(&folder).output().expect("these tests need openssl");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Self(folder)
    }

    pub fn certificate(&self) -> Certificate {
        Certificate::parse(&std::fs::read_to_string(self.0.join("cert.pem")).unwrap()).unwrap()
    }

    /// The values of a manifest, or what the other implementation says.
    pub fn open(&self, manifest: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
        // The first run makes the room.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seal/run.sh");
        let done = Command::new(script).arg(self.0.join("key.pem")).arg(manifest).output().unwrap();
        match done.status.code() {
            Some(0) => {
                let values: BTreeMap<String, String> = serde_json::from_slice(&done.stdout).unwrap();
                Ok(values.into_iter().map(|(key, value)| (key, STANDARD.decode(value).unwrap())).collect())
            }
            Some(1) => Err(String::from_utf8(done.stderr).unwrap()),
            _ => panic!("{}", String::from_utf8_lossy(&done.stderr)),
        }
    }
}

/// `kgen` in a folder; what it says and its status.
fn kgen(folder: &Path, args: &[&str], stdin: &[u8]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kgen"));
    command.args(args).current_dir(folder).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let done = child.wait_with_output().unwrap();
    (String::from_utf8(done.stderr).unwrap(), done.status.code())
}

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
namespace: shop-prod
profiles: {prod: {secretProvider: {sealed: {certificate: cert.pem, scope: SCOPE}}}}
secrets:
  app: {token: {}, url: 'amqp://u:${secrets.mq.password}@mq/'}
  mq: {password: {}}
";

/// Of the certificate only: what is set by the commands opens in the cluster, in each file that needs it.
#[test]
fn what_the_commands_set_opens() {
    let controller = Controller::new("seal-commands", 2048);
    for scope in Scope::NAMES {
        let _ = std::fs::remove_dir_all(controller.0.join("secrets"));
        text(&controller.0.join("kgen.yaml"), &PROJECT.replace("SCOPE", scope));
        text(&controller.0.join(".env"), "token='q8Zt $1 \u{fc}\n\"Yx0'\n");
        let set = kgen(&controller.0, &["secret", "set", "prod", "mq", "password"], "p\u{fc}ss #1\n".as_bytes());
        assert_eq!(set.1, Some(0), "{}", set.0);
        let import = kgen(&controller.0, &["secret", "import", "prod", "app", "--from-env-file", ".env"], b"");
        assert_eq!(import.1, Some(0), "{}", import.0);
        let open = |name: &str| controller.open(&controller.0.join(format!("secrets/prod/{name}.sealed.yaml")));
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            pairs.iter().map(|(key, value)| (key.to_string(), value.as_bytes().to_vec())).collect()
        };
        assert_eq!(open("mq").unwrap(), map(&[("password", "p\u{fc}ss #1")]), "{scope}");
        let app = map(&[("mq.password", "p\u{fc}ss #1"), ("token", "q8Zt $1 \u{fc}\n\"Yx0")]);
        assert_eq!(open("app").unwrap(), app, "{scope}");
        // The certificate is one of 30 days.
        let (said, status) = kgen(&controller.0, &["secret", "check"], b"");
        assert!(said.starts_with("warning[certificate]: the certificate `cert.pem` ends in 29 days, on "), "{said}");
        assert_eq!(status, Some(0), "{said}");
    }
}

fn hostile() -> BTreeMap<String, Vec<u8>> {
    let long: Vec<u8> = (0..100 << 10).map(|at: u32| (at % 251) as u8).collect();
    let values: [(&str, &[u8]); 7] = [
        ("plain", b"hunter2"),
        ("binary", &[0, 255, 254, 0, 10, 13, 128]),
        ("unicode", "пароль-🔑-\u{2028}-é".as_bytes()),
        ("yaml", b"'\"\n- : #{}[]&*!|>%@`\\ \t"),
        ("blank", b" "),
        ("newlines", b"\n\n"),
        ("long", &long),
    ];
    values.into_iter().map(|(key, value)| (key.to_owned(), value.to_vec())).collect()
}

fn sealed(controller: &Controller, target: &Target) -> Sealed {
    let certificate = controller.certificate();
    let mut sealed = Sealed::new(target).unwrap();
    for (key, value) in hostile() {
        let item = seal(&value, target, &certificate, &mut Os).unwrap();
        sealed.set(&key, &item, certificate.fingerprint()).unwrap();
    }
    sealed
}

#[test]
fn another_implementation_opens_what_is_sealed_and_only_where_the_scope_allows_it() {
    let controller = Controller::new("seal-scopes", 2048);
    // Name and namespace for which an item still opens: strict, namespace-wide, cluster-wide.
    let scopes =
        [(Scope::Strict, [false, false]), (Scope::NamespaceWide, [true, false]), (Scope::ClusterWide, [true; 2])];
    for (scope, [renamed, moved]) in scopes {
        let target = Target { scope, namespace: "shop-prod".into(), name: "db".into() };
        let sealed = sealed(&controller, &target);
        let open = |from: &str, to: &str| {
            let path = controller.0.join(format!("{scope}.yaml"));
            text(&path, &sealed.text().replace(from, to));
            controller.open(&path)
        };
        assert_eq!(open("", "").unwrap(), hostile(), "{scope}");
        assert_eq!(open("  name: db\n", "  name: other\n").is_ok(), renamed, "{scope}");
        assert_eq!(open("  namespace: shop-prod\n", "  namespace: shop-dev\n").is_ok(), moved, "{scope}");
        assert_eq!(open("sealedsecrets.bitnami.com/", "example.com/").is_ok(), scope == Scope::Strict, "{scope}");
    }
}

#[test]
fn another_key_does_not_open_it() {
    let target = Target { scope: Scope::Strict, namespace: "shop-prod".into(), name: "db".into() };
    let (controller, other) = (Controller::new("seal-key", 4096), Controller::new("seal-other", 2048));
    let sealed = sealed(&controller, &target);
    let path = controller.0.join("db.sealed.yaml");
    text(&path, sealed.text());
    assert_eq!(controller.open(&path).unwrap(), hostile());
    assert!(other.open(&path).unwrap_err().ends_with("does not open\n"));
    // As the controller's keys are: each item then begins so.
    assert!(sealed.items().all(|(_, item)| item.starts_with("Ag")));
}

//! Items against what another implementation (Python, with its own integers) makes of the same entropy, and certificates
//! that cannot seal. That the controller's algorithm opens them: `tests/interop/seal.rs`.

use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::*;

const RSA: &str = include_str!("rsa.pem");
const EC: &str = include_str!("ec.pem");
const SHORT: &str = include_str!("short.pem");

/// 0, 1, 2, ...
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

fn target(scope: Scope) -> Target {
    Target { scope, namespace: "shop".into(), name: "db".into() }
}

fn item(scope: Scope, value: &[u8]) -> String {
    seal(value, &target(scope), &Certificate::parse(RSA).unwrap(), &mut Counter(0)).unwrap()
}

#[test]
fn the_same_entropy_gives_what_python_makes_of_it() {
    let hashes = [Scope::Strict, Scope::NamespaceWide, Scope::ClusterWide].map(|scope| {
        let hash = Sha256::digest(item(scope, b"hunter2"));
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    assert_eq!(
        hashes,
        [
            "a00c0d6fee59ef8cbdae5e9af33208ca0b664ae6f8f954c81168ee9f0d9abfe7",
            "9ee19b21158bf681a706146fce1667738f54a700313f79c360ecc117bca0b695",
            "4f98ef85894308272b231ada9c2475ff6d01a7ebf309f096f5600681bc4fbdeb",
        ]
    );
}

#[test]
fn the_fingerprint_is_that_of_ssh_keygen() {
    let fingerprint = Certificate::parse(RSA).unwrap().fingerprint();
    assert_eq!(fingerprint.to_string(), "SHA256:SVGCTA85TaFflAkd0trokHdgnoIlf9mwkp7eK6TUgEw");
}

#[test]
fn the_first_certificate_of_a_bundle_is_taken() {
    let bundle = format!("# prod\n-----BEGIN X-----\nAA==\n-----END X-----\n{RSA}{EC}");
    assert_eq!(Certificate::parse(&bundle), Certificate::parse(RSA));
    assert_eq!(Certificate::parse(&RSA.replace('\n', "\r\n")), Certificate::parse(RSA));
}

/// MIME has 76 characters, and `pem` of Go, which the controller reads with, takes any number.
#[test]
fn lines_have_any_length() {
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let base64: String = RSA.lines().filter(|line| !line.starts_with('-')).collect();
    for length in [1, 48, 63, 64, 65, 76, 77, 4000] {
        let lines: Vec<&str> =
            base64.as_bytes().chunks(length).map(|line| std::str::from_utf8(line).unwrap()).collect();
        for gap in ["\n", "\r\n", " \n\t", "\n\n"] {
            let pem = format!("{begin}{gap}{}{gap}{end}\n", lines.join(gap));
            assert_eq!(Certificate::parse(&pem), Certificate::parse(RSA), "{length} {gap:?}");
        }
    }
    let headers = RSA.replacen(begin, &format!("{begin}\nA: b\nc: d\n"), 1);
    assert_eq!(Certificate::parse(&headers), Certificate::parse(RSA));
    let broken = RSA.replacen("MIIC", "M=IC", 1);
    assert!(Certificate::parse(&broken).unwrap_err().starts_with("holds a certificate that is not base64: "));
}

#[test]
fn a_certificate_knows_its_beginning_and_its_end() {
    let certificate = Certificate::parse(RSA).unwrap();
    assert_eq!(certificate.until, "2123-12-31 23:59:58 UTC");
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(4_859_740_798);
    let second = Duration::from_secs(1);
    assert_eq!(certificate.usable(end), Ok(()));
    assert_eq!(certificate.usable(end + second).unwrap_err(), "has expired on 2123-12-31 23:59:58 UTC");
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200);
    assert_eq!(certificate.usable(start), Ok(()));
    assert_eq!(certificate.usable(start - second).unwrap_err(), "is not valid before 2024-01-01 00:00:00 UTC");
    let days = |days: u64| certificate.ends_within(30, end - Duration::from_secs(days * 24 * 60 * 60));
    assert_eq!([days(31), days(30), days(1), days(0)], [None, Some(30), Some(1), Some(0)]);
}

#[test]
fn what_cannot_seal_says_why() {
    let cut = RSA.replace("-----END CERTIFICATE-----", "");
    let reasons = [
        ("", "holds no PEM certificate"),
        (
            "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
            "holds no PEM certificate, but a private key, which belongs in no repository",
        ),
        (&cut, "holds a certificate that is cut short"),
        (EC, "holds a certificate whose key is not RSA, the only kind that Sealed Secrets uses"),
        (SHORT, "holds an RSA key of 1024 bits, 2048 to 16384 are taken"),
    ];
    for (pem, reason) in reasons {
        assert_eq!(Certificate::parse(pem).unwrap_err(), reason);
    }
    let broken = RSA.replacen('M', "N", 1);
    assert!(Certificate::parse(&broken).unwrap_err().starts_with("holds a certificate that cannot be read: "));
}

#[test]
fn a_scope_is_its_word() {
    assert_eq!(Scope::NAMES.map(|name| Scope::parse(name).unwrap().to_string()), Scope::NAMES.map(str::to_owned));
    assert_eq!(Scope::parse("wide"), None);
}

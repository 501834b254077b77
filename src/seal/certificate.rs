//! The certificate of a Sealed Secrets controller: its RSA key, and from when until when it may be used.
//!
//! Owns: reading the PEM text (`kubeseal --fetch-cert` writes it), and the key's fingerprint.
//! Does not own: the clock, and whether the certificate belongs to the right cluster, which nobody can tell from it.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::time::Time;

/// A shorter key can be factored (NIST SP 800-131A); the controller's own have 4096 bits.
const LEAST_BITS: usize = 2048;
/// Above it nothing is gained, and sealing takes seconds.
const MOST_BITS: u64 = 16384;

/// `rsaEncryption` (RFC 8017, appendix C).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub(super) modulus: BigUint,
    pub(super) exponent: BigUint,
    /// Before this moment no other program takes it: the clock is wrong, or the certificate is for another day.
    pub not_before: SystemTime,
    /// After this moment `kubeseal` refuses it, and kgen too.
    pub not_after: SystemTime,
    /// Day and time of both, as a person reads them: `2036-11-18 00:00:00 UTC`.
    pub from: String,
    pub until: String,
}

impl Certificate {
    /// The first certificate of a PEM text, as `kubeseal` takes it; the reason why it cannot seal otherwise.
    pub fn parse(pem: &str) -> Result<Self, String> {
        let der = decoded(first(pem)?)?;
        let read = |error: x509_cert::der::Error| format!("holds a certificate that cannot be read: {error}");
        let certificate = x509_cert::Certificate::from_der(&der).map_err(read)?;
        let certificate = certificate.tbs_certificate();
        let info = certificate.subject_public_key_info();
        if info.algorithm.oid != RSA {
            return Err("holds a certificate whose key is not RSA, the only kind that Sealed Secrets uses".into());
        }
        let (modulus, exponent) = numbers(info.subject_public_key.raw_bytes()).map_err(read)?;
        let bits = modulus.bits();
        if !(LEAST_BITS as u64..=MOST_BITS).contains(&bits) {
            return Err(format!("holds an RSA key of {bits} bits, {LEAST_BITS} to {MOST_BITS} are taken"));
        }
        // As Go's crypto/rsa, which the controller reads it with: an odd exponent of at most 31 bits.
        if exponent < BigUint::from(3u8) || exponent.bits() > 31 || !exponent.bit(0) || !modulus.bit(0) {
            return Err("holds an RSA key that no program takes".into());
        }
        let [(not_before, from), (not_after, until)] =
            [certificate.validity().not_before, certificate.validity().not_after].map(moment);
        Ok(Self { modulus, exponent, not_before, not_after, from, until })
    }

    /// Why it cannot be used now.
    pub fn usable(&self, now: SystemTime) -> Result<(), String> {
        match () {
            () if now > self.not_after => Err(format!("has expired on {}", self.until)),
            () if now < self.not_before => Err(format!("is not valid before {}", self.from)),
            () => Ok(()),
        }
    }

    /// Days left, once there are no more than `days` of them.
    pub fn ends_within(&self, days: u64, now: SystemTime) -> Option<u64> {
        const DAY: u64 = 24 * 60 * 60;
        let left = self.not_after.duration_since(now).ok()?;
        (left <= Duration::from_secs(days * DAY)).then_some(left.as_secs() / DAY)
    }

    /// `SHA256:...` as `ssh-keygen -l` and the controller's log write it (`PublicKeyFingerprint`): of the key alone, so
    /// that a certificate renewed for the same key is the same.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in [b"ssh-rsa".to_vec(), positive(&self.exponent), positive(&self.modulus)] {
            hash.update((part.len() as u32).to_be_bytes());
            hash.update(part);
        }
        Fingerprint(format!("SHA256:{}", STANDARD_NO_PAD.encode(hash.finalize())))
    }
}

/// Of an RSA key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `mpint` of RFC 4251: the first bit is a sign.
fn positive(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

fn moment(time: Time) -> (SystemTime, String) {
    let shown = time.to_date_time().to_string().replace('T', " ").replace('Z', " UTC");
    (time.to_system_time(), shown)
}

/// What is between the first and the last line of a block. As with OpenSSL and Go, lines have any length (64 and 76 are
/// usual), and headers such as `Bag Attributes: x` may stand above an empty line.
fn decoded(body: &str) -> Result<Vec<u8>, String> {
    let is_header = |line: &&str| line.is_empty() || line.contains(':');
    let base64: String = body.lines().map(str::trim).skip_while(is_header).flat_map(str::split_whitespace).collect();
    STANDARD.decode(base64).map_err(|error| format!("holds a certificate that is not base64: {error}"))
}

/// The body of the first certificate; other blocks are passed over, as `ParseCertsPEM` does.
fn first(pem: &str) -> Result<&str, String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let start = pem.find(BEGIN).ok_or_else(|| {
        let found =
            if pem.contains("PRIVATE KEY") { ", but a private key, which belongs in no repository" } else { "" };
        format!("holds no PEM certificate{found}")
    })?;
    let rest = &pem[start + BEGIN.len()..];
    let end = rest.find(END).ok_or("holds a certificate that is cut short")?;
    Ok(&rest[..end])
}

/// `RSAPublicKey` (RFC 8017, A.1.1).
fn numbers(der: &[u8]) -> x509_cert::der::Result<(BigUint, BigUint)> {
    let number = |reader: &mut SliceReader| UintRef::decode(reader).map(|n| BigUint::from_bytes_be(n.as_bytes()));
    SliceReader::new(der)?.sequence(|reader| Ok((number(reader)?, number(reader)?)))
}

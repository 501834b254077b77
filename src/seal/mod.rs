//! Sealed Secrets' ciphertext: one value for one key of one Secret, which only the cluster's controller can open.
//!
//! Owns: the format of an item, the scopes and their labels, the certificate (`certificate.rs`), the padding
//! (`oaep.rs`), the manifest that holds the items (`file.rs`).
//! Does not own: reading and writing files, the clock, randomness ([`Entropy`] brings it): a command seals, rendering
//! never does. The `rsa` crate is not used: RUSTSEC-2023-0071 has no fixed release, and sealing needs one power only.
//!
//! Source: `pkg/crypto/crypto.go` and `pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go` of sealed-secrets 0.36.

mod certificate;
pub mod file;
mod oaep;

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub use certificate::{Certificate, Fingerprint};
pub use file::{Sealed, Sealers};

/// Where random bytes come from.
pub trait Entropy {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()>;
}

/// What a ciphertext is bound to: it opens under another name or namespace only where the scope allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    Strict,
    NamespaceWide,
    ClusterWide,
}

impl Scope {
    pub const NAMES: [&'static str; 3] = ["strict", "namespace-wide", "cluster-wide"];

    pub fn parse(text: &str) -> Option<Self> {
        [Scope::Strict, Scope::NamespaceWide, Scope::ClusterWide].into_iter().find(|scope| scope.to_string() == text)
    }

    /// The annotation that tells the controller; none for `strict`.
    pub fn annotation(self) -> Option<&'static str> {
        match self {
            Scope::Strict => None,
            Scope::NamespaceWide => Some("sealedsecrets.bitnami.com/namespace-wide"),
            Scope::ClusterWide => Some("sealedsecrets.bitnami.com/cluster-wide"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Scope::NAMES[*self as usize])
    }
}

/// The Secret that a value is sealed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub scope: Scope,
    /// Empty where the project says none, which only `cluster-wide` can do with.
    pub namespace: String,
    pub name: String,
}

impl Target {
    /// What OAEP binds the session key to (`EncryptionLabel`).
    fn label(&self) -> String {
        match self.scope {
            Scope::Strict => format!("{}/{}", self.namespace, self.name),
            Scope::NamespaceWide => self.namespace.clone(),
            Scope::ClusterWide => String::new(),
        }
    }

    /// Whether what is sealed for this opens as `other`.
    pub fn opens_as(&self, other: &Self) -> bool {
        self.scope == other.scope && self.label() == other.label()
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (scope, home) = text.split_once(':')?;
        let (namespace, name) = home.split_once('/')?;
        Some(Self { scope: Scope::parse(scope)?, namespace: namespace.to_owned(), name: name.to_owned() })
    }
}

/// `strict:shop-prod/db`: the value of `kgen.dev/sealed-for`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.scope, self.namespace, self.name)
    }
}

const KEY: usize = 32;

/// One item of `encryptedData` (`HybridEncrypt`): the length of the sealed session key in two bytes, that key, and the
/// value under AES-256-GCM. The nonce may be zero, as each session key is used once.
pub fn seal(value: &[u8], target: &Target, certificate: &Certificate, entropy: &mut dyn Entropy) -> Result<String> {
    // Either of them opens the value.
    let (mut session, mut seed) = (Zeroizing::new([0; KEY]), Zeroizing::new([0; oaep::HASH]));
    entropy.fill(&mut *session)?;
    entropy.fill(&mut *seed)?;
    let sealed = oaep::encrypt(certificate, &*session, target.label().as_bytes(), &seed)?;
    let cipher = Aes256Gcm::new((&*session).into());
    // The crate's error says nothing, so that no attacker learns from it; a value of 64 GiB is the only way to one.
    let text = cipher.encrypt(&Nonce::default(), value).map_err(|_| anyhow!("cannot encrypt {} bytes", value.len()))?;
    let length = u16::try_from(sealed.len()).context("the certificate's key is too long")?;
    Ok(STANDARD.encode([&length.to_be_bytes()[..], &sealed, &text].concat()))
}

#[cfg(test)]
mod tests;

//! Why a file that a project names is not read.
//!
//! Owns: the words, and which message of the table each is.

use super::walk::Stop;
use crate::diag::Diagnostic;
use crate::diag::failure::Told;
use crate::source::Span;

#[derive(Debug)]
pub struct Fault {
    id: &'static str,
    pub message: String,
    hint: Option<&'static str>,
}

/// How large a file may be, in bytes, and why.
#[derive(Clone, Copy, Debug)]
pub struct Limit(u64, &'static str, Option<&'static str>);

impl Limit {
    /// Larger files are no configuration.
    pub const CONFIGURATION: Self = Self(64 << 20, "which are not read", None);
    /// `corev1.MaxSecretSize`, and the API server's limit for a ConfigMap.
    pub const DATA: Self =
        Self(1 << 20, "the most that a ConfigMap or Secret can hold", Some("mount it from a volume or an image"));
    pub const TEMPLATE: Self = Self(1 << 20, "the most that a template can have", None);
    pub const CERTIFICATE: Self = Self(1 << 20, "which is no certificate", None);
    /// base64 makes a Secret's megabyte larger, twice.
    pub const CIPHERTEXT: Self = Self(4 << 20, "the most that an encrypted Secret can have", None);

    pub fn bytes(self) -> u64 {
        self.0
    }

    /// `shown`: with its backticks.
    pub fn check(self, shown: &str, size: u64) -> Result<(), Fault> {
        match size > self.0 {
            true => Err(Fault {
                hint: self.2,
                ..Fault::large(format!("{shown} has more than {} MiB, {}", self.0 >> 20, self.1))
            }),
            false => Ok(()),
        }
    }
}

impl Fault {
    pub(super) fn missing(message: String) -> Self {
        Self { id: "file-missing", message, hint: None }
    }

    fn large(message: String) -> Self {
        Self { id: "too-large", message, hint: None }
    }

    pub(super) fn all(shown: &str) -> Self {
        let all = super::ALL >> 20;
        Self::large(format!("`{shown}` is too large: the files of a project have at most {all} MiB together"))
    }

    pub(super) fn entries(shown: &str, most: usize) -> Self {
        Self::large(format!("`{shown}` has more than {most} entries"))
    }

    pub(super) fn of(stop: Stop, shown: &str) -> Self {
        let (message, hint) = match stop {
            Stop::Failed(error) => return error.context(format!("cannot read `{shown}`")).into(),
            Stop::Git => (format!("`{shown}` is in `.git`, which kgen does not read"), None),
            Stop::Circle => (format!("`{shown}` is a link that leads back to itself"), None),
            Stop::Link => {
                (format!("`{shown}` is or is behind a symbolic link, which `--untrusted` does not follow"), None)
            }
            Stop::Outside(None) => (format!("`{shown}` is outside of the project"), Some(COPY)),
            Stop::Outside(Some(text)) => {
                let hint = if text.starts_with('/') { RELATIVE } else { COPY };
                (format!("`{shown}` leads out of the project, by a symbolic link to `{text}`"), Some(hint))
            }
        };
        Self { id: "file-outside", message, hint }
    }

    pub fn at(self, span: Span) -> Diagnostic {
        Diagnostic::error(self.id, self.message).at(span).maybe_hint(self.hint.map(str::to_owned))
    }
}

const COPY: &str = "copy the file into the project, or name a folder above both with `--root DIR`";
const RELATIVE: &str = "copy the file into the project; a link inside the project is relative";

impl From<Fault> for anyhow::Error {
    fn from(fault: Fault) -> Self {
        anyhow::anyhow!(fault.message).maybe_hint(fault.hint)
    }
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::missing(format!("{error:#}"))
    }
}

//! Why a file that a project names is not read.
//!
//! Owns: the words, and which message of the table each is.

use super::walk::Stop;
use crate::diag::failure::Told;
use crate::diag::{Diagnostic, Rule};
use crate::source::Span;

crate::declare! {
    /// a file that the project names is not there
    ///
    /// The project file names a file or folder that is not there. Paths begin at the folder of the project file.
    FILE_MISSING = "file-missing", Error;

    /// a path leads out of the project
    ///
    /// A path that the project names leads out of the project: by `..`, by an absolute path, by a symbolic link, or
    ///   into `.git`. The project ends at the nearest folder that has `.git`, or at the project file's folder where there
    ///   is none. With `--untrusted` it ends at the project file's folder, and no symbolic link is followed.
    /// Fix: copy the file into the project, or name a folder above both: `--root DIR`, or the variable `KGEN_ROOT`.
    FILE_OUTSIDE = "file-outside", Error;

    /// an object that is too large
    ///
    /// A ConfigMap or Secret may have 1 MiB, annotations 256 KiB. So may a text with what its references stand for.
    /// Fix: a volume, or a file in the image.
    TOO_LARGE = "too-large", Error;
}

#[derive(Debug)]
pub struct Fault {
    rule: &'static Rule,
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
        Self { rule: FILE_MISSING, message, hint: None }
    }

    fn large(message: String) -> Self {
        Self { rule: TOO_LARGE, message, hint: None }
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
        Self { rule: FILE_OUTSIDE, message, hint }
    }

    pub fn at(self, span: Span) -> Diagnostic {
        Diagnostic::new(self.rule, self.message).at(span).maybe_hint(self.hint.map(str::to_owned))
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

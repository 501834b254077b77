//! A run that the machine stopped, told to a person: the cause, the way out, and whether any file has changed.

use std::io::{self, ErrorKind};

use anyhow::Error;

use crate::diag::failure::Told;

/// A refusal of kgen's own says its way out itself, and passes as it is.
pub fn told(cause: Error, changed: bool) -> Error {
    let Some(kind) = cause.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) else {
        return cause;
    };
    let state = if changed { "some files are changed, the next run does the rest" } else { "no file was changed" };
    match way_out(kind) {
        Some(way) => cause.hint(format!("{way}; {state}")),
        None => cause.hint(state),
    }
}

/// As above, of a run that only reads.
pub fn unread(cause: Error) -> Error {
    match cause.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(ErrorKind::PermissionDenied) => cause.hint("run as a user who may read there"),
        _ => cause,
    }
}

fn way_out(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room there"),
        ErrorKind::PermissionDenied => Some("run as a user who may read and write there"),
        ErrorKind::ReadOnlyFilesystem => Some("make it writable, or render into another folder"),
        _ => None,
    }
}

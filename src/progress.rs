//! How far the work is, for who waits. A stage counts; nothing that is rendered depends on it.

use std::sync::atomic::AtomicUsize;

/// Objects rendered, of how many.
#[derive(Debug, Default)]
pub struct Progress {
    pub done: AtomicUsize,
    pub total: AtomicUsize,
}

//! Arguments to exit status.

#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Rendering makes and drops many small values, on a thread for each profile; the system's allocator asks the kernel for
/// memory so often then that a small project takes twice as long (measured with glibc; musl is slower still).
/// Without huge pages (`no_thp`): clearing them took a tenth of a small run, and more of a large one (measured).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kgen::commands::limits::no_core();
    if kgen::commands::completions::answer(std::env::args_os()) {
        return ExitCode::SUCCESS;
    }
    kgen::commands::usage::parse(std::env::args_os()).map_or_else(|status| status, kgen::commands::run)
}

//! A guard against regressions that no clock is needed for: `cargo bench --bench instructions`.
//!
//! Counts the instructions of some runs with valgrind and fails where one needs a fifth more than `instructions.txt` says.
//! Where one needs a fifth less, it says so, for the file to be brought up to date.

mod project;
#[allow(dead_code)]
mod shape;

use std::process::{Command, ExitCode};

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");
const KNOWN: &str = include_str!("instructions.txt");

fn main() -> ExitCode {
    let runs = [
        ("stream-of-100-apps", project::project(100), ["render", "prod"]),
        ("check-of-100-apps", project::project(100), ["render", "--check"]),
        ("stream-of-the-mix", shape::project("mix", 100), ["render", "prod"]),
    ];
    let mut is_good = true;
    for (name, project, args) in runs {
        let folder = project::folder(name, &project);
        if args[1] == "--check" {
            let status = Command::new(KGEN).current_dir(&folder).arg("render").status().expect("kgen runs");
            assert!(status.success(), "kgen render failed in {}", folder.display());
        }
        let known = known(name);
        let found = count(&folder, &args);
        let ratio = found as f64 / known as f64;
        println!("{name}: {found} instructions, {ratio:.2} of the {known} that `benches/instructions.txt` has");
        if !(0.8..=1.2).contains(&ratio) {
            println!("  {}", if ratio > 1.0 { "too many" } else { "fewer: write the new number there" });
            is_good &= ratio < 1.0;
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn known(name: &str) -> u64 {
    let line = KNOWN.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = line.and_then(|line| line.trim().parse().ok());
    number.unwrap_or_else(|| panic!("`benches/instructions.txt` has no number for `{name}`"))
}

fn count(folder: &std::path::Path, args: &[&str]) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.current_dir(folder).args(["--tool=callgrind", "--callgrind-out-file=/dev/null", KGEN]).args(args);
    let output = valgrind.output().expect("this benchmark needs valgrind: `apt-get install valgrind`");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kgen under valgrind: {}\n{said}", output.status);
    let line = said.lines().find_map(|line| line.split_once("Collected : ").map(|(_, number)| number.trim()));
    line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("valgrind counted nothing:\n{said}"))
}

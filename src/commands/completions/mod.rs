//! `kgen completions`: what makes a shell ask kgen for the rest of a word.
//!
//! Owns: the scripts, and the answer when a shell asks ([`answer`]), which is before any argument is parsed. Words and
//! their help are text that a stranger may have written: here they lose what no line may have, and each script quotes
//! them as its shell does.
//! Does not own: what the words of a project are (`complete.rs`).

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::engine;

use super::Outcome;
use super::limits;
use super::terminal;
use crate::cli::Cli;
use crate::escape::is_hidden;

/// Print what makes a shell complete commands, profiles, settings, ...
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples, each for the file that the shell reads at its start:
  source <(kgen completions bash)                                  ~/.bashrc
  source <(kgen completions zsh)                                   ~/.zshrc, after compinit
  kgen completions fish | source                                   ~/.config/fish/config.fish
  kgen completions powershell | Out-String | Invoke-Expression     $PROFILE

The script asks kgen at each Tab, which reads the project file, writes nothing and
runs nothing. Names get to the line in quotes where the shell would act on them.")]
pub struct Args {
    /// The shell
    pub shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// The variable by which the scripts ask: how many words stand before the one to complete, which may be missing where
/// nothing of it was typed. Scripts of an older kgen say a shell's name; they would not quote, and get no answer.
const ASKS: &str = "KGEN_COMPLETE";

pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    terminal::print(match args.shell {
        Shell::Bash => include_str!("kgen.bash"),
        Shell::Zsh => include_str!("kgen.zsh"),
        Shell::Fish => include_str!("kgen.fish"),
        Shell::Powershell => include_str!("kgen.ps1"),
    })?;
    Ok(Outcome::Done)
}

/// Whether a shell asked, and was answered. A question that has no answer is none: the shell offers nothing.
#[expect(clippy::disallowed_methods, reason = "what a shell asks, not what is rendered")]
pub fn answer(args: impl IntoIterator<Item = OsString>) -> bool {
    let Some(before) = std::env::var_os(ASKS).filter(|asked| !asked.is_empty()) else { return false };
    // Whoever presses Tab has not looked at the project yet.
    limits::begin();
    let words = args.into_iter().skip_while(|word| word != "--").skip(1).collect();
    let offered = before.to_str().and_then(|before| offered(words, before.parse().ok()?));
    // A shell that closed the pipe wants no answer.
    let _ = terminal::print(&offered.unwrap_or_default());
    true
}

fn offered(mut words: Vec<OsString>, before: usize) -> Option<String> {
    if words.len() == before {
        words.push(OsString::new());
    }
    let here = std::env::current_dir().ok();
    let candidates = engine::complete(&mut Cli::command(), words, before, here.as_deref()).ok()?;
    Some(candidates.iter().filter_map(line).collect())
}

/// A word and what it is. None where it could do something to a terminal, end a line, or look like another word.
fn line(candidate: &CompletionCandidate) -> Option<String> {
    let word = candidate.get_value().to_str().filter(|word| !word.contains(is_hidden))?;
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    let help: String = help.lines().take(1).flat_map(str::chars).filter(|c| !is_hidden(*c)).collect();
    Some(format!("{word}\t{help}\n"))
}

#[cfg(test)]
mod tests {
    use super::{CompletionCandidate, line};

    #[test]
    fn a_word_and_its_help_are_one_line_of_what_is_seen() {
        let line = |word: &str, help: &'static str| line(&CompletionCandidate::new(word).help(Some(help.into())));
        assert_eq!(line("$(a) b", "what it is"), Some("$(a) b\twhat it is\n".into()));
        assert_eq!(line("a", "one\u{7}\u{1b}[31m\t\u{202e}`$(x)`: \u{9b}\ntwo"), Some("a\tone`$(x)`: \n".into()));
        assert_eq!(line("a", ""), Some("a\t\n".into()));
        for word in ["a\nb", "a\tb", "\u{1b}", "\u{7f}", "\u{85}", "\u{200d}", "\u{202e}", "\u{2069}", "\u{feff}"] {
            assert_eq!(line(word, "help"), None, "{word:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_has_no_name_in_utf_8_is_not_offered() {
        use std::os::unix::ffi::OsStringExt;
        assert_eq!(line(&CompletionCandidate::new(std::ffi::OsString::from_vec(vec![b'a', 0xff]))), None);
    }
}

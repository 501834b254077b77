//! Texts of a container: commands, and what Kubernetes and kgen would take for something of theirs in them.

use super::context::{Context, wrong};
use super::interpolate;
use super::words;
use crate::compose::COMPOSE_VALUE;
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::tree::Tree;

/// A text that reaches a container as it is: Kubernetes expands `$(NAME)` and halves `$$` in commands and variables, kgen
/// resolves `${...}`.
pub fn escaped(text: &str) -> String {
    literal(&text.replace("$$", "$$$$").replace("$(", "$$("))
}

/// A text that kgen does not take for a reference.
pub fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// `command` or `entrypoint`: a list, or a text that is split. An empty one takes the image's away.
pub fn words(cx: &mut Context, service: &str, key: &str, value: &Tree<Span>) -> Option<Vec<String>> {
    let subject = format!("{service}.{key}");
    if let Some(text) = value.as_str() {
        return match words::split(text) {
            Ok(words) => Some(words),
            Err(reason) => {
                cx.report.push(Diagnostic::new(COMPOSE_VALUE, format!("`{subject}` {reason}")).at(value.from));
                None
            }
        };
    }
    let Some(list) = value.as_list() else {
        if !value.is_null() {
            cx.report.push(wrong(&subject, "a text or a list", value));
        }
        return None;
    };
    Some(list.iter().filter_map(Tree::as_str).map(str::to_owned).collect())
}

/// Whether the first word is a shell, which reads what stands behind it.
pub fn is_shell(words: &[String]) -> bool {
    words.first().is_some_and(|first| {
        let program = first.rsplit('/').next().unwrap_or(first);
        ["sh", "bash", "ash", "dash", "zsh"].contains(&program)
    })
}

/// The words as the project file has them, and the secret variables that they need.
pub fn command(words: &[String], is_shell: bool) -> (Vec<String>, Vec<String>) {
    let mut names = Vec::new();
    let mut out = Vec::new();
    for word in words {
        names.extend(interpolate::marks(word).into_iter().map(str::to_owned));
        let mut text = escaped(word);
        for name in interpolate::marks(word) {
            // In a shell's text `$(NAME)` would be put in before the shell reads it, as a part of the program.
            let by = if is_shell { format!("${name}") } else { format!("$({name})") };
            text = text.replace(&format!("{}{name}{}", interpolate::OPEN, interpolate::CLOSE), &by);
        }
        out.push(text);
    }
    (out, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_and_kgen_would_change_is_escaped() {
        for (text, written) in [
            ("echo $HOME", "echo $HOME"),
            ("echo $(date)", "echo $$(date)"),
            ("echo $$", "echo $$$$"),
            ("echo ${A:-b}", "echo $${A:-b}"),
        ] {
            assert_eq!(escaped(text), written);
        }
    }

    #[test]
    fn a_secret_in_a_command_is_a_variable() {
        let mark = format!("{}PW{}", interpolate::OPEN, interpolate::CLOSE);
        let words = |program: &str| {
            let words = [program.to_owned(), format!("--pw={mark}")];
            command(&words, is_shell(&words))
        };
        assert_eq!(words("serve"), (vec!["serve".into(), "--pw=$(PW)".into()], vec!["PW".to_owned()]));
        assert_eq!(words("sh").0[1], "--pw=$PW");
    }
}

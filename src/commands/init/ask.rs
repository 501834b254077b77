//! The questions, at a terminal.
//!
//! The terminal keeps its own line editing: `Ctrl-C` ends the program as it ends any, and nothing has been written by then.

use std::io::{self, BufRead, Write};

use anyhow::{Context, Result, bail};

use super::starter::{self, Answers, Given};

/// Asks for what is not given.
pub fn all(given: Given, name: &str) -> Result<Answers> {
    let mut input = io::stdin().lock();
    let mut output = io::stderr().lock();
    questions(&mut input, &mut output, given, name)
}

fn questions(input: &mut impl BufRead, output: &mut impl Write, given: Given, name: &str) -> Result<Answers> {
    let mut asker = Asker { input, output };
    let name = asker.unless(given.name, "name", name, checked(starter::check_name))?;
    let image = asker.unless(given.image, "image", starter::IMAGE, checked(starter::check_image))?;
    let port = asker.unless(given.port, "port", &starter::default_port(&image).to_string(), starter::read_port)?;
    let redis = asker.unless(given.redis, "with a Redis?", "no", read_choice)?;
    let postgres = asker.unless(given.postgres, "with a PostgreSQL?", "no", read_choice)?;
    Ok(Answers { name, image, port, redis, postgres })
}

fn checked(check: fn(&str) -> Result<(), String>) -> impl Fn(&str) -> Result<String, String> {
    move |text| check(text).map(|()| text.to_owned())
}

fn read_choice(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err(format!("`{text}` is neither `yes` nor `no`")),
    }
}

struct Asker<'io, I, O> {
    input: &'io mut I,
    output: &'io mut O,
}

impl<I: BufRead, O: Write> Asker<'_, I, O> {
    /// Asks until the answer is one; an empty line is the default.
    fn unless<T>(
        &mut self,
        given: Option<T>,
        question: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T> {
        if let Some(given) = given {
            return Ok(given);
        }
        loop {
            write!(self.output, "{question} [{default}] ").and_then(|()| self.output.flush()).context("cannot ask")?;
            let line = self.line()?;
            let line = line.trim();
            match read(if line.is_empty() { default } else { line }) {
                Ok(answer) => return Ok(answer),
                Err(reason) => writeln!(self.output, "  {reason}").context("cannot ask")?,
            }
        }
    }

    /// The end of the input is a wish to stop.
    fn line(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        let count = self.input.read_until(b'\n', &mut bytes).context("cannot read the terminal")?;
        if count == 0 {
            // The cursor still stands behind the question.
            let _ = writeln!(self.output);
            bail!("stopped; nothing was written");
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &str, given: Given) -> (Result<Answers>, String) {
        let mut output = Vec::new();
        let answers = questions(&mut lines.as_bytes(), &mut output, given, "shop");
        (answers, String::from_utf8(output).unwrap())
    }

    #[test]
    fn an_empty_line_is_the_default() {
        let (answers, _) = said("\n\n\n\n\n", Given::default());
        assert_eq!(answers.unwrap(), Given::default().or_defaults("shop"));
    }

    #[test]
    fn a_wrong_answer_is_asked_again_with_the_reason() {
        let (answers, shown) = said("My Shop\nshop\nnginx\na/b:1\n99999\n80\nmaybe\ny\nn\n", Given::default());
        let answers = answers.unwrap();
        assert_eq!((answers.name.as_str(), answers.image.as_str(), answers.port), ("shop", "a/b:1", 80));
        assert!(answers.redis && !answers.postgres);
        assert_eq!(
            shown,
            "name [shop]   `My Shop` has `M`; a name has lower-case letters, digits and `-`: `my-shop`
name [shop] image [nginxinc/nginx-unprivileged:1.29-alpine]   `nginx` has no tag, so what runs would change by itself; write `nginx:TAG`
image [nginxinc/nginx-unprivileged:1.29-alpine] port [8000]   `99999` is no port; a port is from 1 to 65535
port [8000] with a Redis? [no]   `maybe` is neither `yes` nor `no`
with a Redis? [no] with a PostgreSQL? [no] "
        );
    }

    #[test]
    fn only_what_is_open_is_asked() {
        let given = Given { name: Some("a".into()), port: Some(1), redis: Some(true), ..Given::default() };
        let (_, shown) = said("\n\n", given);
        assert_eq!(shown, "image [nginxinc/nginx-unprivileged:1.29-alpine] with a PostgreSQL? [no] ");
    }

    #[test]
    fn the_end_of_the_input_stops() {
        let (answers, shown) = said("shop\n", Given::default());
        assert_eq!(answers.unwrap_err().to_string(), "stopped; nothing was written");
        assert!(shown.ends_with("] \n"));
    }
}

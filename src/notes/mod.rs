//! What to type to deploy, look at, scale, back up and remove one profile, with its real names.
//!
//! Owns: which commands there are, of what the rendered objects have: patches and raw manifests count too.
//! Does not own: how they are shown (`write.rs`). No secret value is in any of them, nor becomes an argument.
//!
//! A command is one line of POSIX sh, or a pipeline over several. None asks for anything to be filled in but for the
//! name of a dump, which a variable before it holds.

mod deploy;
mod postgres;
mod redis;
mod remove;
mod scale;
mod secret;
mod verify;
pub mod view;
pub mod write;

use view::View;

use crate::escape;
use crate::pipeline::Profile;

pub struct Notes {
    pub title: String,
    pub sections: Vec<Section>,
}

pub struct Section {
    pub title: String,
    pub parts: Vec<Part>,
}

pub enum Part {
    /// Sentences; code in backticks.
    Say(String),
    /// Commands, one after the other.
    Run(Vec<String>),
}

/// What is known beside the rendered profile.
pub struct Place {
    /// `kgen`, with the project file where that was named.
    pub kgen: String,
    /// The folder that `kubectl apply -k` builds.
    pub tree: String,
}

pub fn of(profile: &Profile, place: &Place) -> Notes {
    let view = View::new(profile, place);
    let mut sections = vec![deploy::section(&view), secret::section(&view), verify::section(&view)];
    sections.extend(redis::sections(&view));
    sections.extend(postgres::sections(&view));
    sections.extend([scale::section(&view), remove::section(&view)]);
    sections.retain(|section| !section.parts.is_empty());
    let namespace = profile.plan.namespace.as_ref();
    let namespace = namespace.map(|name| format!(", namespace {name}")).unwrap_or_default();
    Notes { title: escape::line(&format!("{}, profile {}{namespace}", view.project, view.profile)), sections }
}

impl Section {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), parts: Vec::new() }
    }

    fn say(&mut self, text: impl Into<String>) {
        self.parts.push(Part::Say(escape::line(&text.into())));
    }

    fn run(&mut self, commands: impl IntoIterator<Item = String>) {
        let commands: Vec<String> = commands.into_iter().collect();
        if !commands.is_empty() {
            self.parts.push(Part::Run(commands));
        }
    }
}

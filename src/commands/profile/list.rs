//! `kgen profile list`: each profile and each preset on a line.

use serde_json::{Value, json};

use super::Room;
use super::screen::{self, Screen};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::format::{self, Format};
use crate::commands::terminal::Terminal;
use crate::escape;
use crate::settings::Settings;
use crate::settings::preset::Presets;
use crate::tree::{Kind, Tree};

/// List the project's profiles and the built-in presets
#[derive(Debug, clap::Args)]
#[command(after_help = "Without a project, the presets are listed.

Examples:
  kgen profile list
  kgen profile list --format json")]
pub struct Args {
    /// A table, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(room) = super::open(global, &[], terminal)? else { return Ok(Outcome::Refused) };
    let rows: Vec<Row> = room.profiles.iter().map(|settings| row(&room, settings)).collect();
    let screen = Screen::new(global);
    let text = match args.format {
        Format::Human => human(&rows, &room, screen),
        Format::Json => format::json(&all(&rows, &room))?,
    };
    super::show(&text, screen)
}

struct Row {
    name: String,
    preset: String,
    extends: Option<String>,
    namespace: Option<String>,
    components: Vec<(&'static str, usize)>,
}

/// Sections of components, with the words for one and for several.
const SECTIONS: [(&str, &str, &str); 6] = [
    ("apps", "app", "apps"),
    ("jobs", "job", "jobs"),
    ("redis", "redis", "redis"),
    ("postgres", "postgres", "postgres"),
    ("configs", "config", "configs"),
    ("secrets", "secret", "secrets"),
];

fn row(room: &Room, settings: &Settings) -> Row {
    let extends = room.project.at(&["profiles", &settings.profile, "extends"]).and_then(Tree::as_str);
    let count = |section| match settings.root.get(section).map(|tree| &tree.kind) {
        Some(Kind::Map(map)) => map.len(),
        _ => 0,
    };
    Row {
        name: settings.profile.to_string(),
        preset: settings.preset.to_string(),
        extends: extends.map(str::to_owned),
        namespace: settings.root.at(&["namespace", "name"]).and_then(Tree::as_str).map(str::to_owned),
        components: SECTIONS.map(|(section, ..)| (section, count(section))).to_vec(),
    }
}

fn human(rows: &[Row], room: &Room, screen: Screen) -> String {
    let mut out = String::new();
    if !rows.is_empty() {
        let mut lines = vec![["PROFILE", "PRESET", "EXTENDS", "NAMESPACE", "COMPONENTS"].map(str::to_owned)];
        lines.extend(rows.iter().map(|row| {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
            let cells =
                [row.name.clone(), row.preset.clone(), or_none(&row.extends), or_none(&row.namespace), words(row)];
            cells.map(|cell| escape::line(&cell))
        }));
        out.push_str(&table(&lines, screen));
        out.push('\n');
    }
    let mut lines = vec![["PRESET", "WHAT IT IS"].map(str::to_owned)];
    let presets =
        room.presets.iter().map(|preset| [preset.preset.to_string(), Presets::purpose(&preset.preset).into()]);
    lines.extend(presets);
    out + &table(&lines, screen)
}

fn words(row: &Row) -> String {
    let counts = row.components.iter().zip(SECTIONS).filter(|((_, count), _)| *count > 0);
    let words: Vec<String> = counts
        .map(|((_, count), (_, one, many))| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    if words.is_empty() { "-".into() } else { words.join(", ") }
}

fn table<const N: usize>(lines: &[[String; N]], screen: Screen) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|at| lines.iter().map(|line| screen::len(&line[at])).max().unwrap_or_default());
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| screen::pad(cell, width)).collect();
        let text = cells.join("  ");
        let text = screen.width.map_or(text.clone(), |width| screen::cut(text.trim_end(), width));
        out.push_str(&if index == 0 { screen.paint("1", text.trim_end()) } else { text.trim_end().to_owned() });
        out.push('\n');
    }
    out
}

fn all(rows: &[Row], room: &Room) -> Value {
    let profile = |row: &Row| {
        let components: serde_json::Map<String, Value> =
            row.components.iter().map(|(section, count)| ((*section).into(), (*count).into())).collect();
        json!({
            "name": row.name, "preset": row.preset, "extends": row.extends, "namespace": row.namespace,
            "components": components,
        })
    };
    let preset = |preset: &Settings| json!({"name": &*preset.preset, "purpose": Presets::purpose(&preset.preset)});
    json!({
        "profiles": rows.iter().map(profile).collect::<Vec<_>>(),
        "presets": room.presets.iter().map(preset).collect::<Vec<_>>(),
    })
}

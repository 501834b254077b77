//! `kgen secret list`: every value that a profile needs, and where it comes from; never the value.
//!
//! No age: a checkout writes every file anew, so its time says nothing. `git blame` of a sealed file says when each
//! item, a line of its own, was set, and by whom.

use anyhow::Result;
use serde::Serialize;

use super::store::Store;
use super::{Room, elsewhere};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::complete;
use crate::commands::format::{self, Format};
use crate::commands::terminal::{self, Terminal};
use crate::escape;
use crate::output::write;
use crate::plan::Plan;
use crate::plan::external::item;
use crate::plan::need::Needed;
use crate::plan::node::str_of;
use crate::plan::piece::Home;
use crate::plan::provider::Provider;
use crate::project::node::{self, Dialect};
use crate::seal::Sealed;
use crate::settings::Settings;
use crate::source::Sources;
use crate::tree::Tree;

/// Show every secret value that profiles need, where it comes from and whether it is there; never the value
#[derive(Debug, clap::Args)]
#[command(
    after_help = "STATE is `set` or `missing` where kgen can tell, which it cannot of what is in the cluster or a store.
When a sealed value was set, and by whom: `git blame` of its file.

Examples:
  kgen secret list prod
  kgen secret list --format json"
)]
pub struct Args {
    /// The profiles [default: all]
    #[arg(add = complete::profile())]
    pub profiles: Vec<String>,
    /// A table, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// One value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    profile: String,
    secret: String,
    key: String,
    provider: &'static str,
    from: String,
    /// `set` or `missing`; none where kgen cannot tell.
    state: Option<&'static str>,
    /// Fingerprint of the key it was sealed with.
    sealed_with: Option<String>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let Some(mut room) = super::open(global, &args.profiles, terminal)? else { return Ok(Outcome::Refused) };
    let mut rows = Vec::new();
    for (settings, plan) in std::mem::take(&mut room.profiles) {
        for needed in &plan.secrets {
            rows.push(row(&mut room, &settings, &plan, needed)?);
        }
    }
    let text = match args.format {
        Format::Human => table(&rows),
        Format::Json => format::json(&rows)?,
    };
    terminal::show(&text, false)?;
    Ok(Outcome::Done)
}

fn row(room: &mut Room, settings: &Settings, plan: &Plan, needed: &Needed) -> Result<Row> {
    let Home { secret, key, .. } = &needed.home;
    let (state, sealed_with) = state(room, settings, plan, needed)?;
    Ok(Row {
        profile: settings.profile.to_string(),
        secret: secret.clone(),
        key: key.clone(),
        provider: needed.source.map_or(needed.provider.name(), |_| "project file"),
        from: from(settings, needed),
        state,
        sealed_with,
    })
}

fn from(settings: &Settings, needed: &Needed) -> String {
    let Home { secret, key, .. } = &needed.home;
    let said =
        |kind| settings.root.at(&["secrets", secret, key]).and_then(|node| str_of(node, kind)).unwrap_or_default();
    let composed: Vec<String> =
        elsewhere::parts(needed).iter().map(|home| format!("{}.{}", home.secret, home.key)).collect();
    if !composed.is_empty() && !matches!(needed.provider, Provider::Sops(_)) {
        return format!("composed of {}", composed.join(", "));
    }
    match (needed.source, &needed.provider) {
        (Some("env"), _) => format!("variable {}", said("env")),
        (Some("file"), _) => format!("file {}", said("file")),
        (Some(_), _) if composed.is_empty() => "spelled out".into(),
        (_, Provider::External(settings)) => {
            let (path, property) = elsewhere::remote(needed, settings, said("remote"));
            property.map_or(path.clone(), |property| format!("{path}#{property}"))
        }
        (_, Provider::Existing) => "the cluster".into(),
        (_, Provider::Local | Provider::None) => "made up".into(),
        (_, provider) => provider.path(&settings.profile, secret).unwrap_or_default(),
    }
}

/// Whether it is there in all files that it belongs in, and the key it was sealed with.
fn state(
    room: &mut Room,
    settings: &Settings,
    plan: &Plan,
    needed: &Needed,
) -> Result<(Option<&'static str>, Option<String>)> {
    let is_sops = matches!(needed.provider, Provider::Sops(_));
    let is_made = needed.source.is_some() && needed.pieces.is_empty();
    if is_made || (!needed.pieces.is_empty() && !is_sops) {
        return Ok((None, None));
    }
    let places = Store::new(&room.access, &mut room.sources, settings, plan).places(needed);
    let mut all = !places.is_empty();
    let mut sealer = None;
    for (secret, provider) in &places {
        let path = provider.path(&settings.profile, secret).unwrap_or_default();
        let bytes = write::read(&room.access.folder, &path)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        match provider {
            Provider::Sealed(_) => {
                let item = item(secret, &needed.home);
                let sealed = read(&path, &text);
                all &= sealed.as_ref().is_some_and(|sealed| sealed.keys().any(|key| key == item));
                sealer = sealer.or_else(|| Some(sealed?.sealers().0.get(&item)?.to_string()));
            }
            _ if *secret == needed.home.secret => all &= has(&text, &needed.home.key),
            _ => {}
        }
    }
    let state = (!places.is_empty()).then_some(if all { "set" } else { "missing" });
    Ok((state, sealer))
}

fn read(path: &str, text: &str) -> Option<Sealed> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    Sealed::read(&sources, file).ok()
}

fn has(text: &str, key: &str) -> bool {
    let tree = node::parse_bare(text, Dialect::Manifest);
    tree.is_some_and(|tree: Tree<_>| ["data", "stringData"].iter().any(|part| tree.at(&[part, key]).is_some()))
}

fn table(rows: &[Row]) -> String {
    let head = ["PROFILE", "SECRET", "KEY", "PROVIDER", "FROM", "STATE", "SEALED WITH"];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let state = row.state.unwrap_or("-").to_owned();
        let sealer = row.sealed_with.clone().unwrap_or_else(|| "-".into());
        let cells = [&row.profile, &row.secret, &row.key, row.provider, &row.from, &state, &sealer];
        cells.map(escape::line)
    }));
    let widths: [usize; 7] =
        std::array::from_fn(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default());
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

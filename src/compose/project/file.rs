//! The text of the project file: its sections in their order, and the comments of the whole.

use super::super::context::Engine;
use super::super::text::{self, Item};
use super::Writer;

pub struct Head<'h> {
    pub project: &'h str,
    pub schema: &'h str,
    pub from: &'h str,
    pub folder: &'h str,
}

impl Writer<'_, '_> {
    pub fn summary(&self, apps: usize, jobs: usize) -> String {
        let count = |engine: Engine| self.net.stores.iter().filter(|store| store.engine == engine).count();
        let keys = self.secrets.count() + self.shared.values().map(|shared| shared.secret.len()).sum::<usize>();
        let plural =
            |count: usize, noun: &str| if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") };
        let mut out = vec![plural(apps, "app")];
        out.extend((jobs > 0).then(|| plural(jobs, "job")));
        out.extend(
            [(Engine::Redis, "redis"), (Engine::Postgres, "postgres")]
                .into_iter()
                .filter(|(engine, _)| count(*engine) > 0)
                .map(|(engine, noun)| format!("{} {noun}", count(engine))),
        );
        out.extend((keys > 0).then(|| plural(keys, "secret value")));
        out.join(", ")
    }

    pub fn file(&self, apps: Vec<Item>, jobs: Vec<Item>, head: &Head) -> String {
        let secrets = self.secret_items();
        let has_secrets = !secrets.is_empty() || self.net.stores.iter().any(|store| store.has_password());
        let shared = self.shared.values().filter(|shared| !shared.plain.is_empty());
        let configs = shared.map(|shared| Item::map(&*shared.name, shared.plain.clone())).collect();
        let mut out = top(head);
        long_section("apps", apps, &mut out);
        long_section("jobs", jobs, &mut out);
        section("redis", self.store_items(Engine::Redis), None, &mut out);
        section("postgres", self.store_items(Engine::Postgres), Some(ROLE), &mut out);
        section("configs", configs, None, &mut out);
        section("secrets", secrets, Some(NAMES), &mut out);
        out.push_str(&profiles(has_secrets));
        out
    }

    fn store_items(&self, engine: Engine) -> Vec<Item> {
        let of = self.net.stores.iter().filter(|store| store.engine == engine);
        of.map(|store| Item::map(&*store.name, store.items.clone())).collect()
    }

    fn secret_items(&self) -> Vec<Item> {
        let shared = self.shared.values().filter(|shared| !shared.secret.is_empty());
        let shared = shared.map(|shared| Item::map(&*shared.name, shared.secret.clone()));
        self.secrets.item().into_iter().chain(shared).collect()
    }
}

const ROLE: &str = "each app's role is no superuser; its password is made or delivered, never written here";
const NAMES: &str = "names only: dev gets values that kgen makes up, staging and prod what the provider delivers";

fn top(head: &Head) -> String {
    let from = head.from.rsplit('/').next().unwrap_or(head.from);
    format!(
        "# yaml-language-server: $schema={}
# Made from {from} by `kgen init`, which printed what it could not carry over.
# `kgen check` reads it, `kgen render` writes deploy/, `kgen profile show prod` prints every value and where it comes from.
apiVersion: kgen.dev/v1
project: {}
namespace: {}
",
        head.schema, head.project, head.project
    )
}

fn section(key: &str, items: Vec<Item>, comment: Option<&str>, out: &mut String) {
    if items.is_empty() {
        return;
    }
    out.push('\n');
    let section = Item::map(key, items);
    text::write(&[comment.map_or(section.clone(), |comment| section.beside(comment))], 0, out);
}

/// With a line between components, which are long.
fn long_section(key: &str, items: Vec<Item>, out: &mut String) {
    for (number, item) in items.into_iter().enumerate() {
        out.push_str(&if number == 0 { format!("\n{key}:\n") } else { "\n".to_owned() });
        text::write(&[item], 2, out);
    }
}

fn profiles(has_secrets: bool) -> String {
    let provider = match has_secrets {
        true => {
            "
    secretProvider: existing # by hand or by another tool; or {sealed: ...}, {sops: {}}, {external: {store: NAME}}"
        }
        false => " {}",
    };
    let prod = if has_secrets { "\n    secretProvider: existing" } else { " {}" };
    format!(
        "
# What differs; the presets of these names decide the rest: replicas, memory, storage, spread.
profiles:
  dev: {{}}
  staging:{provider}
  prod:{prod}
"
    )
}

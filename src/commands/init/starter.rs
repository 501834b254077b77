//! The project file that `kgen init` writes: short, commented, and complete.
//!
//! Owns: its text, the defaults of the answers and what an answer may be.

use std::path::Path;

use crate::compose::label;
use crate::format;

/// Runs as a numeric user that is not root, so that what is written starts on any cluster.
pub const IMAGE: &str = "nginxinc/nginx-unprivileged:1.29-alpine";

#[derive(Debug, PartialEq, Eq)]
pub struct Answers {
    pub name: String,
    pub image: String,
    pub port: u16,
    pub redis: bool,
    pub postgres: bool,
}

/// The answers that options gave.
#[derive(Debug, Default)]
pub struct Given {
    pub name: Option<String>,
    pub image: Option<String>,
    pub port: Option<u16>,
    pub redis: Option<bool>,
    pub postgres: Option<bool>,
}

impl Given {
    /// The names of the options that were not given.
    pub fn open(&self) -> Vec<&'static str> {
        let given = [
            ("--name", self.name.is_some()),
            ("--image", self.image.is_some()),
            ("--port", self.port.is_some()),
            ("--redis", self.redis.is_some()),
            ("--postgres", self.postgres.is_some()),
        ];
        given.into_iter().filter(|(_, given)| !given).map(|(option, _)| option).collect()
    }

    pub fn or_defaults(self, name: &str) -> Answers {
        let image = self.image.unwrap_or_else(|| IMAGE.to_owned());
        Answers {
            port: self.port.unwrap_or_else(|| default_port(&image)),
            name: self.name.unwrap_or_else(|| name.to_owned()),
            image,
            redis: self.redis.unwrap_or(false),
            postgres: self.postgres.unwrap_or(false),
        }
    }
}

/// The default image's own port, else what most frameworks use.
pub fn default_port(image: &str) -> u16 {
    if image == IMAGE { 8080 } else { 8000 }
}

/// The folder of a project file, as a name: `My Shop` is `my-shop`.
pub fn name_of(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = std::path::absolute(folder).unwrap_or_default();
    // `a/..` is where it leads.
    let whole = whole.canonicalize().unwrap_or(whole);
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    label(&name).unwrap_or_else(|| "app".into())
}

pub fn check_name(name: &str) -> Result<(), String> {
    if let Some(odd) = name.chars().find(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit() && *c != '-') {
        let instead = label(name).filter(|label| check_name(label).is_ok());
        let instead = instead.map(|label| format!(": `{label}`")).unwrap_or_default();
        return Err(format!("`{name}` has `{odd}`; a name has lower-case letters, digits and `-`{instead}"));
    }
    // The app has the project's name, and so has its Service.
    format::service_name(name).map_err(|reason| format!("`{name}` cannot be the name: it {reason}"))?;
    match name.len() {
        ..=40 => Ok(()),
        length => Err(format!("`{name}` has {length} characters; 40 leave room for what is put behind it")),
    }
}

pub fn check_image(image: &str) -> Result<(), String> {
    let read = format::image(image).map_err(|reason| format!("`{image}` is no image: it {reason}"))?;
    match (read.tag, read.digest) {
        (None, None) => Err(format!("`{image}` has no tag, so what runs would change by itself; write `{image}:TAG`")),
        (Some("latest"), None) => {
            Err(format!("`{image}`: what `latest` is changes by itself; write the version that it is now"))
        }
        _ => Ok(()),
    }
}

pub fn read_port(text: &str) -> Result<u16, String> {
    let port = text.parse::<u16>().ok().filter(|port| *port > 0);
    port.ok_or_else(|| format!("`{text}` is no port; a port is from 1 to 65535"))
}

/// The whole file.
pub fn text(answers: &Answers) -> String {
    let Answers { name, image, port, redis, postgres } = answers;
    let mut out = format!(
        "# yaml-language-server: $schema={schema}
# What {name} runs, and how dev, staging and prod differ. `kgen check` reads it, `kgen render` writes deploy/.
# Values come from the profile, then from here, then from kgen's presets: `kgen profile show prod` prints them all.
apiVersion: kgen.dev/v1
project: {name}
namespace: {name}

apps:
  {name}:
    image: {image}
    port: {port}
    # Ready when the port answers. Better is a page of the app's own:
    # readinessProbe: {{httpGet: /ready}}
    # From outside, by a host name:
    # ingress: {{host: {name}.example.org, tls: {name}-tls}}
    # Pods do not run as root. An image that names no user by number needs it here:
    # securityContext: {{runAsUser: 1000}}
    env:
      LOG_LEVEL: info
",
        schema = super::place::SCHEMA
    );
    if *postgres {
        out += "      DATABASE_URL: ${postgres.db.url} # a reference: the URL, its password from a Secret\n";
    }
    if *redis {
        let what = if *postgres { "" } else { " # a reference: the URL, its password from a Secret" };
        out += &format!("      REDIS_URL: ${{redis.cache.url}}{what}\n");
    }
    let waits: Vec<&str> =
        [(*postgres, "postgres.db"), (*redis, "redis.cache")].into_iter().filter(|w| w.0).map(|w| w.1).collect();
    if !waits.is_empty() {
        out += &format!("    waitFor: [{}] # the app starts when they answer\n", waits.join(", "));
    }
    out += &stores(*redis, *postgres);
    out += &profiles(name, *redis || *postgres);
    out
}

fn stores(redis: bool, postgres: bool) -> String {
    let mut out = String::from("\n");
    if redis {
        out += "redis:
  # Valkey, which speaks Redis; Redis itself by `image: redis:8.2-alpine`. What is written survives a restart; for a
  # cache: {persistence: none, evictionPolicy: allkeys-lru}
  cache: {}\n";
    }
    if postgres {
        out += "postgres:
  db: {} # storage and memory come from the profile's preset; `mode: external` is a managed one\n";
    }
    if !redis {
        out += "# redis: {cache: {}}          # then `REDIS_URL: ${redis.cache.url}` in env\n";
    }
    if !postgres {
        out += "# postgres: {db: {}}          # then `DATABASE_URL: ${postgres.db.url}` in env\n";
    }
    out
}

/// Each overrides something, so that it is seen how.
fn profiles(name: &str, secrets: bool) -> String {
    let (staging, prod) = match secrets {
        true => (
            "    # How secret values reach the cluster, which nobody but you knows: `existing` is by hand or by another tool.
    # Others: {sealed: {certificate: certs/staging.pem}}, {sops: {}}, {external: {store: NAME, kind: ClusterSecretStore}}
    secretProvider: existing\n",
            "    secretProvider: existing\n",
        ),
        false => ("", ""),
    };
    format!(
        "
profiles:
  dev: # one of everything, small; kgen makes up recognisable secrets
    namespace: {name}-dev
    apps: {{{name}: {{env: {{LOG_LEVEL: debug}}}}}}
  staging: # as prod, smaller
    namespace: {name}-staging
{staging}  prod:
{prod}    apps:
      {name}: {{replicas: 4}} # the preset has 3, spread over nodes and zones, with a disruption budget
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_a_name() {
        for (folder, name) in [("My Shop", "my-shop"), ("2048_game", "game"), ("a.b--c", "a-b-c"), ("Über", "ber")] {
            assert_eq!(label(folder).unwrap(), name, "{folder}");
        }
        assert_eq!(label("漢字"), None);
        assert_eq!(label("---"), None);
    }

    #[test]
    fn whatever_a_folder_is_called_its_name_is_accepted() {
        for folder in ["My Shop", "2048_game", "x", "a-very-long-name-that-goes-on-and-on-and-on-and-on"] {
            assert_eq!(check_name(&label(folder).unwrap()), Ok(()), "{folder}");
        }
    }
}

//! The language of the project file: every key, its type and one sentence about it.
//!
//! Owns: the tables. They are what decodes a file, what `kgen schema` and the reference are made from.
//! Does not own: how a table is checked (`schema.rs`) or merged (`settings`), nor what a value leads to (`plan`).
//! Rule of the language: Kubernetes' own words and shapes; a shorthand is a scalar where Kubernetes wants a map.

use super::rule;
use super::schema::{Field, MapType, Object, Switch, Type};

// Macros, not functions: only literals may hold references to other tables in a static.
/// Key, type, one sentence; `in` which modes of a store, and what a value looks `like`.
macro_rules! field {
    ($key:expr, $ty:expr, $doc:expr $(, in $modes:expr)? $(, like $example:literal)? $(,)?) => {
        Field { key: $key, ty: $ty, doc: $doc, modes: field!(@or None $($modes)?), example: field!(@or None $($example)?) }
    };
    (@or $none:ident) => { $none };
    (@or $none:ident $some:expr) => { Some($some) };
}

macro_rules! object {
    ($groups:expr $(,)?) => {
        Object { groups: $groups, shorthand: None, union: &[], switch: Switch::Replace }
    };
}

macro_rules! short {
    ($groups:expr, $key:expr $(,)?) => {
        Object { groups: $groups, shorthand: Some($key), union: &[], switch: Switch::Replace }
    };
}

macro_rules! map {
    ($key:expr, $value:expr $(,)?) => {
        MapType { key: $key, value: $value, defaults: None, null_is_empty: false }
    };
}

macro_rules! components {
    ($value:expr, $defaults:expr $(,)?) => {
        MapType { key: &rule::COMPONENT_NAME, value: $value, defaults: $defaults, null_is_empty: true }
    };
}

pub mod app;
pub mod container;
pub mod delivery;
pub mod env;
pub mod image;
pub mod job;
pub mod modes;
pub mod pod;
pub mod postgres;
pub mod probe;
pub mod redis;
pub mod secret;
pub mod store;
pub mod types;
pub mod volume;

use app::APP;
use delivery::{ARGOCD, DELIVERY, FLUX};
use image::IMAGES;
use job::JOB;
use postgres::POSTGRES;
use redis::REDIS;
use secret::{CONFIGS, PROVIDER_TYPE, SECRETS};
use types::{ANNOTATIONS, LABELS, NAME, STRING};

/// The whole project file.
pub static PROJECT: Object = object!(&[HEAD, BODY, PROFILES]);

/// One of the embedded `profiles/*.yaml`.
pub static PRESET: Object = object!(&[BODY, PRESET_DEFAULTS]);

/// What is left when the layers of a profile are merged.
pub static SETTINGS: Object = object!(&[HEAD, BODY]);

/// Whether a project file has this key anywhere.
pub fn has(key: &str) -> bool {
    fn holds(ty: &Type, key: &str, depth: usize) -> bool {
        match ty {
            _ if depth == 0 => false,
            Type::Object(object) => object.fields().any(|f| f.key == key || holds(&f.ty, key, depth - 1)),
            Type::Map(map_type) => holds(&map_type.value, key, depth - 1),
            Type::List(item) => holds(item, key, depth - 1),
            Type::OneOf(types) => types.iter().any(|ty| holds(ty, key, depth - 1)),
            _ => false,
        }
    }
    const DEPTH: usize = 12;
    holds(&Type::Object(&PROJECT), key, DEPTH)
}

#[rustfmt::skip]
pub const HEAD: &[Field] = &[
    field!("apiVersion", Type::Enum(&["kgen.dev/v1"]), "The version of this language.", like "kgen.dev/v1"),
    field!("project", NAME, "The project's name; becomes `app.kubernetes.io/part-of`.", like "shop"),
];

#[rustfmt::skip]
pub const BODY: &[Field] = &[
    field!("namespace", Type::Object(&NAMESPACE), "Where the objects live; usually differs by profile.", like "shop-${profile}"),
    field!("kubernetes", Type::Word(&rule::VERSION), "The lowest server version to support; a field newer than it is an error.", like "'1.33'"),
    field!("output", Type::String(&rule::OUTPUT), "The folder that `kgen render` writes."),
    field!("layout", Type::Enum(&["overlays", "flat"]), "A Kustomize base with overlays, or one rendered folder per profile."),
    field!("labels", LABELS, "Labels on every object's metadata; never on selectors."),
    field!("annotations", ANNOTATIONS, "Annotations on every object's metadata."),
    field!("secretProvider", PROVIDER_TYPE, "How secret values reach the cluster.", like r#"{external: {store: vault, kind: ClusterSecretStore, prefix: "shop/${profile}"}}"#),
    field!("rollout", Type::Enum(&["checksum", "hash"]), "How a changed ConfigMap reaches its readers: an annotation on their pods, or a name that holds a hash."),
    field!("templates", Type::String(&rule::PATH), "A folder whose files replace or add to the built-in templates."),
    field!("images", Type::Map(&IMAGES), "Images that several components have, by name: `${images.NAME}`.", like r#"{shop: "ghcr.io/acme/shop:1.4.2"}"#),
    field!("apps", Type::Map(&components!(Type::Object(&APP), Some("app"))), "Workloads of your own, by name.", like r#"{api: {image: "ghcr.io/acme/shop-api:1.4.2", port: 8000}}"#),
    field!("jobs", Type::Map(&components!(Type::Object(&JOB), Some("job"))), "Jobs and CronJobs, by name.", like r#"{migrate: {image: "ghcr.io/acme/shop-api:1.4.2", command: [alembic, upgrade, head]}}"#),
    field!("redis", Type::Map(&components!(Type::Object(&REDIS), Some("redis"))), "Redis stores, by name.", like "{cache: {}}"),
    field!("postgres", Type::Map(&components!(Type::Object(&POSTGRES), Some("postgres"))), "PostgreSQL databases, by name.", like "{db: {storage: 10Gi}}"),
    field!("configs", Type::Map(&CONFIGS), "ConfigMaps, by name.", like "{settings: {app.toml: {file: app.toml}}}"),
    field!("secrets", Type::Map(&SECRETS), "Secrets, by name: their keys and where the values come from, never values of staging and prod.", like "{app: {API_KEY: {}}}"),
    field!("manifests", Type::List(&Type::Kubernetes("object")), "Raw Kubernetes objects, or `{file: path}`; checked and passed through.", like "[{file: extra/grafana.yaml}]"),
    field!("patches", Type::List(&Type::Object(&PATCH)), "Changes to rendered objects; one that matches nothing is an error."),
    field!("delivery", Type::Object(&DELIVERY), "Objects that deliver the tree, for Argo CD or Flux."),
];

#[rustfmt::skip]
pub const PROFILES: &[Field] = &[field!("profiles", Type::Map(&PROFILE_MAP), "What differs between environments.", like "{dev: {}, prod: {secretProvider: existing}}")];

pub static PROFILE_MAP: MapType = components!(Type::Object(&PROFILE), None);

#[rustfmt::skip]
pub static PROFILE: Object = object!(&[
    &[
        field!("preset", Type::Enum(&["dev", "staging", "prod"]), "The built-in preset below this profile."),
        field!("extends", NAME, "Another profile, whose settings this one inherits."),
    ],
    BODY,
]);

#[rustfmt::skip]
pub const PRESET_DEFAULTS: &[Field] = &[field!("defaults", Type::Object(&DEFAULTS), "What components inherit.")];

#[rustfmt::skip]
pub static DEFAULTS: Object = object!(&[&[
    field!("app", Type::Object(&APP), "What every app inherits."),
    field!("job", Type::Object(&JOB), "What every job inherits."),
    field!("redis", Type::Object(&REDIS), "What every redis inherits."),
    field!("sentinel", Type::Object(&REDIS), "What a redis with `mode: sentinel` inherits before that."),
    field!("operator", Type::Object(&REDIS), "What a redis with `mode: operator` inherits before that."),
    field!("postgres", Type::Object(&POSTGRES), "What every postgres inherits."),
    field!("argocd", Type::Object(&ARGOCD), "What `delivery.argocd` inherits."),
    field!("flux", Type::Object(&FLUX), "What `delivery.flux` inherits."),
]]);

#[rustfmt::skip]
pub static NAMESPACE: Object = short!(
    &[&[
        field!("name", NAME, "The namespace's name."),
        field!("create", Type::Bool, "Whether the tree has the Namespace object."),
        field!("podSecurity", Type::Enum(&["privileged", "baseline", "restricted"]), "The Pod Security Standard that the namespace enforces."),
    ]],
    "name",
);

#[rustfmt::skip]
pub static PATCH: Object = object!(&[&[
    field!("target", Type::Object(&TARGET), "Which objects."),
    field!("patch", Type::Kubernetes("patch"), "A map is a strategic-merge patch, a list JSON-6902 operations."),
]]);

#[rustfmt::skip]
pub static TARGET: Object = object!(&[&[
    field!("kind", STRING, "Their kind."),
    field!("name", STRING, "Their name."),
    field!("apiVersion", STRING, "Their group and version."),
]]);

pub static APP_TYPE: Type = Type::Object(&APP);
pub static JOB_TYPE: Type = Type::Object(&JOB);
pub static REDIS_TYPE: Type = Type::Object(&REDIS);
pub static POSTGRES_TYPE: Type = Type::Object(&POSTGRES);

#[cfg(test)]
mod tests {
    use super::*;

    /// A new setting of pods must say which modes of each store would read it.
    #[test]
    fn every_setting_of_a_store_says_its_modes() {
        for store in [&REDIS, &POSTGRES] {
            let silent: Vec<&str> = store.fields().filter(|f| f.modes.is_none()).map(|f| f.key).collect();
            assert_eq!(silent, [""; 0]);
        }
    }

    #[test]
    fn every_example_is_yaml() {
        let mut seen = 0;
        for field in [HEAD, BODY, container::CONTAINER, pod::POD, app::APP_ONLY].into_iter().flatten() {
            let Some(example) = field.example else { continue };
            assert!(
                crate::project::node::parse_bare(example, crate::project::node::Dialect::Project).is_some(),
                "{example}"
            );
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
    }
}

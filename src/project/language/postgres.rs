//! PostgreSQL.

use super::modes::{self, CNPG, DATA, EVERY, EXTERNAL, INSTANCES, ONE, REPLICAS};
use super::pod::POD;
use super::secret::CONTENT;
use super::store::STORE;
use super::types::{COUNT1, NONE, QUANTITY, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

#[rustfmt::skip]
pub static POSTGRES: Object = object!(&[
    &[
        field!("mode", Type::Enum(&["standalone", "cnpg", "external"]), "How it runs.", in EVERY),
        field!("image", Type::String(&rule::IMAGE), "With a tag or a digest.", in EVERY, like "postgres:17-alpine"),
        field!("major", COUNT1, "The major version of the image, where its tag does not say it.", in ONE),
        field!("database", Type::String(&rule::DATABASE), "`app` unless said.", in EVERY),
        field!("user", Type::String(&rule::ROLE), "The app's role, without superuser; `app` unless said.", in EVERY),
        field!("storage", Type::Object(&STORAGE), "The claim.", in DATA, like "10Gi"),
        field!("walStorage", Type::OneOf(&[NONE, Type::Object(&STORAGE)]), "Of `cnpg`: a claim of its own for the write-ahead log.", in CNPG),
        field!("config", Type::Map(&map!(&rule::PARAMETER, Type::Text)), "postgresql.conf parameters.", in DATA, like "{max_connections: '200'}"),
        field!("initSql", Type::Object(&CONTENT), "SQL that runs once, as the app's role, when the database is made; behind `RESET ROLE;` as the superuser, as `CREATE EXTENSION postgis;` wants it.", in DATA),
        field!("backup", Type::OneOf(&[NONE, Type::Object(&BACKUP)]), "Dumps by a CronJob; with `cnpg`, base backups and WAL by the operator.", in modes::BACKUP, like r#"{schedule: "0 3 * * *", to: {volume: 20Gi}}"#),
        field!("instances", COUNT1, "Of `cnpg`.", in INSTANCES),
        field!("replicas", COUNT1, "A standalone PostgreSQL has one; more is an error that says why.", in REPLICAS),
        field!("sslmode", Type::Enum(&["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]), "Of an external one.", in EXTERNAL),
    ],
    STORE,
    POD,
]);

#[rustfmt::skip]
pub static STORAGE: Object = short!(
    &[&[
        field!("size", QUANTITY, "Of the claim."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!("accessModes", Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce"])), "Of the claim; `ReadWriteOncePod` unless said.", in ONE),
    ]],
    "size",
);

#[rustfmt::skip]
pub static BACKUP: Object = object!(&[&[
    field!("schedule", Type::String(&rule::CRON_OR_SECONDS), "When: five fields, or six with seconds first for `cnpg`."),
    field!("retain", COUNT1, "How many dumps are kept (for `cnpg`: for how many days one can go back); 7 unless said."),
    field!("to", Type::Object(&BACKUP_TARGET), "`{volume: 20Gi}` or `{s3: {bucket: NAME}}`."),
]]);

#[rustfmt::skip]
pub static BACKUP_TARGET: Object = Object {
    groups: &[&[
        field!("volume", Type::Object(&BACKUP_VOLUME), "A claim of this size, of a standalone PostgreSQL."),
        field!("s3", Type::Object(&S3), "A bucket of S3, or of what speaks like it."),
    ]],
    shorthand: None,
    union: &["volume", "s3"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static BACKUP_VOLUME: Object = short!(
    &[&[
        field!("size", QUANTITY, "Of the claim."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!("accessModes", Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce", "ReadWriteMany"])), "Of the claim; `ReadWriteOncePod` unless said."),
        field!("claim", SUBDOMAIN, "The name of the claim, or of one that exists when there is no `size`."),
    ]],
    "size",
);

#[rustfmt::skip]
pub static S3: Object = object!(&[&[
    field!("bucket", Type::String(&rule::BUCKET), "The bucket, which must exist."),
    field!("prefix", Type::String(&rule::PREFIX), "The folder in it; the component's name unless said."),
    field!("endpoint", Type::String(&rule::ENDPOINT), "Of what is not Amazon's: `https://minio.example.org`."),
    field!("region", Type::String(&rule::REGION), "As `eu-central-1`."),
    field!("accessKeyId", Type::Password, "`${secrets.NAME.KEY}`; the key `ACCESS_KEY_ID` of a Secret `<component>-backup` unless said."),
    field!("secretAccessKey", Type::Password, "`${secrets.NAME.KEY}`; the key `SECRET_ACCESS_KEY` of a Secret `<component>-backup` unless said."),
]]);

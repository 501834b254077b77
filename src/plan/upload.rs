//! The container that brings a dump into a bucket.
//!
//! Owns: rclone's image and how it is told of the bucket: by variables only, so that no key is in an argument or a file.
//! rclone rather than Amazon's own client: a fifth of its size, and it compares checksums with what is not Amazon's too.
//! Source: https://rclone.org/s3/ and https://rclone.org/docs/#environment-variables

use super::container::Helper;
use super::env;
use super::label::Owner;
use super::node::{Node, list, map, text};
use super::s3::{Place, S3};
use super::security;

const UPLOAD: &str = include_str!("../../templates/scripts/backup-upload.sh");
const IMAGE: &str = "rclone/rclone:1.71.2";

pub fn container(store: &Owner, s3: &S3, retain: Node) -> Node {
    let mounts = [("backup", "/backup"), ("tmp", "/tmp")];
    Helper {
        name: "upload",
        image: IMAGE.into(),
        // Its entrypoint is the client.
        command: list(vec!["sh".into(), "-c".into(), UPLOAD.into()]),
        args: Node::null(),
        env: environment(store, s3, retain),
        resources: map([
            ("requests", map([("cpu", "100m".into()), ("memory", "128Mi".into())])),
            ("limits", map([("memory", "512Mi".into())])),
        ]),
        mounts: mounts.map(|(name, path)| map([("name", name.into()), ("mountPath", path.into())])).to_vec(),
        security: security::sealed(),
    }
    .context()
}

fn environment(store: &Owner, s3: &S3, retain: Node) -> Vec<Node> {
    let amazon = s3.endpoint.is_null();
    let provider = text(if amazon { "AWS" } else { "Other" }, &s3.endpoint.from);
    let variables = [
        ("NAME", store.name_node()),
        ("FOLDER", "/backup".into()),
        ("RETAIN", text(retain.to_string(), &retain.from)),
        ("TO", folder(store, s3)),
        ("HOME", "/tmp".into()),
        ("RCLONE_CONFIG", "/tmp/rclone.conf".into()),
        ("RCLONE_CONFIG_DUMPS_TYPE", "s3".into()),
        ("RCLONE_CONFIG_DUMPS_PROVIDER", provider),
        // The bucket is there; to ask for it, or to make it, takes a right that backups do not need.
        ("RCLONE_CONFIG_DUMPS_NO_CHECK_BUCKET", "true".into()),
        ("RCLONE_CONFIG_DUMPS_ENDPOINT", s3.endpoint.clone()),
        ("RCLONE_CONFIG_DUMPS_REGION", s3.region.clone()),
    ];
    let said = variables.into_iter().filter(|(_, value)| !value.is_null());
    let mut out: Vec<Node> = said.map(|(name, value)| map([("name", name.into()), ("value", value)])).collect();
    let keys = [
        ("RCLONE_CONFIG_DUMPS_ACCESS_KEY_ID", &s3.access_key),
        ("RCLONE_CONFIG_DUMPS_SECRET_ACCESS_KEY", &s3.secret_key),
    ];
    out.extend(keys.map(|(name, (home, from)): (_, &Place)| env::secret_key(&name.into(), home, &Node::null(), from)));
    out
}

/// Bucket and prefix; a bucket may hold the dumps of several databases.
pub fn folder(store: &Owner, s3: &S3) -> Node {
    let prefix = if s3.prefix.is_null() { store.name_node() } else { s3.prefix.clone() };
    text(format!("{}/{prefix}", s3.bucket), &s3.bucket.from.and(&prefix.from))
}

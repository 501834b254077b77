//! Images that several components have, said once.

use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

pub static IMAGES: MapType = components!(Type::Object(&IMAGE), None);

#[rustfmt::skip]
pub static IMAGE: Object = short!(
    &[&[
        field!("name", Type::String(&rule::IMAGE), "The image, with its tag or digest or without.", like "ghcr.io/acme/shop:1.4.2"),
        field!("tag", Type::Word(&rule::TAG), "Takes the place of a tag in `name`, and of a digest there.", like "1.4.2"),
        field!("digest", Type::String(&rule::DIGEST), "Takes the place of a digest in `name`.", like "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ]],
    "name",
);

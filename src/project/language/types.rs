//! Types that many settings have.

use crate::project::rule;
use crate::project::schema::{MapType, Type};

pub const INT_MAX: i64 = i32::MAX as i64;
pub const STRING: Type = Type::String(&rule::STRING);
pub const NAME: Type = Type::String(&rule::NAME);
pub const SUBDOMAIN: Type = Type::String(&rule::OBJECT_NAME);
pub const QUANTITY: Type = Type::Word(&rule::QUANTITY);
pub const COUNT0: Type = Type::Integer(0, INT_MAX);
pub const COUNT1: Type = Type::Integer(1, INT_MAX);
pub const PORT: Type = Type::Integer(1, 65_535);
pub const NONE: Type = Type::Enum(&["none"]);
pub const TEXT_MAP: Type = Type::Map(&map!(&rule::ANY_KEY, Type::Text));
pub const LABELS: Type = Type::Map(&map!(&rule::LABEL_KEY, Type::Text));
pub const ANNOTATIONS: Type = Type::Map(&map!(&rule::ANNOTATION_KEY, Type::Text));
pub const TEXTS: Type = Type::List(&Type::Text);

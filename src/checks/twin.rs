//! Two objects of one name.

use std::collections::BTreeMap;

use super::Found;
use crate::resource::{Finding, Part, Resource};

crate::declare! {
    /// two objects of one name
    ///
    /// Two objects have one kind, namespace and name: the second would overwrite the first. In a project without
    ///   `namespace` an object without one is, for kustomize, in `default`.
    /// Fix: rename one of the two, or give the project a `namespace`.
    DUPLICATE_OBJECT = "duplicate-object", Error;
}

/// Two objects of one identity: the second would overwrite the first. One without a namespace is in that of `kubectl -n`,
/// and for kustomize in `default` (measured with v5.5.0: "already registered id").
pub fn check(resources: &[Resource]) -> Found {
    let mut seen: BTreeMap<_, &Resource> = BTreeMap::new();
    let mut out = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        let id = &resource.id;
        let key = (id.group().to_owned(), &id.kind, id.namespace_or_default(), &id.name);
        if let Some(other) = seen.insert(key, resource) {
            let path = vec![Part::Key("metadata".into()), Part::Key("name".into())];
            let mut message =
                format!("`{}` and `{}` both have an object of this kind and name", other.component, resource.component);
            let mut hint = "rename one of the two";
            if other.id.namespace != id.namespace {
                message += ", one in the namespace `default`, where kustomize takes the one without a namespace to be";
                hint = "give the project a `namespace`, or rename one of the two";
            }
            out.push((index, Finding::new(DUPLICATE_OBJECT, path, message).hint(hint)));
        }
    }
    out
}

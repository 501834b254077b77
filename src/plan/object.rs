//! What objects of all kinds of component have: name and labels, the account of a component, whose a Secret is.

use super::label::{self, Owner};
use super::node::{Node, filled, get, map, maybe, merged, take};
use super::{Planned, Planner};
use crate::settings::From;

/// Name, namespace, labels and annotations of an object.
pub fn meta(cx: &Planner, owner: &Owner, settings: &Node) -> Node {
    map([
        ("name", owner.name_node()),
        ("namespace", cx.namespace()),
        ("labels", label::labels(cx, owner, settings)),
        ("annotations", filled(label::annotations(cx, settings))),
    ])
}

/// The component's own identity.
pub fn service_account(app: &Node, base: &Node) -> Planned {
    let account = take(app, "serviceAccount");
    let annotations = merged(take(base, "annotations").or_empty(), &take(&account, "annotations").or_empty());
    let name = maybe(get(&account, "name").cloned().or_else(|| get(base, "name").cloned()));
    let more = map([("name", name), ("annotations", filled(annotations))]);
    let create = take(&account, "create").from;
    Planned::new("app/serviceaccount.yaml", merged(base.clone(), &more)).because(&create)
}

/// A Secret that a component brings belongs to that component.
pub fn owner_of_secret(cx: &Planner, name: &str, asked: Option<&From>) -> Owner {
    for section in ["redis", "postgres", "apps", "jobs"] {
        let suffixes = match section {
            "redis" => &[][..],
            "postgres" => &["-backup", "-owner"],
            _ => &["-env", "-files"],
        };
        let is_named = |name: &str| cx.settings.root.at(&[section, name]).is_some();
        let base = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).filter(|base| is_named(base));
        let component = base.unwrap_or(name);
        if cx.settings.root.at(&["secrets", name]).is_none() && cx.settings.root.at(&[section, component]).is_some() {
            let from = cx.resolver.key_from(section, component);
            return Owner { id: format!("{section}.{component}"), section, name: name.to_owned(), from };
        }
    }
    // Of a declared one its own name, of another who asks for it.
    let declared = cx.resolver.key_from("secrets", name);
    let from = if declared == From::Nowhere { asked.cloned().unwrap_or_default() } else { declared };
    Owner { id: format!("secrets.{name}"), section: "secrets", name: name.to_owned(), from }
}

//! Redis and Valkey: a single server.
//!
//! Owns: the objects of a standalone server, and what all servers of kgen's share: user, volume, metrics.
//! Does not own: what a server is told (`server.rs`), the other modes (`sentinel.rs`, `operator.rs`).

use super::gather::{Claim, Pod};
use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, str_of, take, text};
use super::object::{meta, service_account};
use super::pod::{self, Claims};
use super::security;
use super::server::{self, Role};
use super::{Keeps, Planned, Planner, exporter, policy, resources, rollout};
use crate::diag::Diagnostic;
use crate::plan::app::WORKLOAD_FIELD;
use crate::project::MISSING_KEY;
use crate::settings::From;

crate::declare! {
    /// a StatefulSet names its claims itself
    ///
    /// A StatefulSet names its claims itself.
    /// Fix: `workload: Deployment` to use the named claim, or remove `claim`.
    CLAIM_NAME = "claim-name", Error;
}

pub fn plan(cx: &mut Planner, owner: &Owner, redis: &Node) -> Vec<Planned> {
    let persistence = get(redis, "persistence").filter(|node| node.as_map().is_some()).cloned();
    let stateful = match str_of(redis, "workload") {
        Some(workload) => workload == "StatefulSet",
        None => persistence.is_some(),
    };
    if stateful {
        claim_name(cx, owner, persistence.as_ref());
        strategy(cx, owner, redis);
    }
    let mut pod = Pod::default();
    data(cx, owner, persistence.as_ref(), &mut pod);
    let resources = resources::resources(cx, redis);
    let server = server::server(cx, owner, redis, persistence.as_ref(), &resources, Role::default());
    rollout::note(&mut pod, server.get("env").and_then(Node::as_list).unwrap_or_default());
    let context =
        pod::context(cx, owner, &as_user(redis), &pod, if stateful { Claims::Templates } else { Claims::Named });
    let context = scraped(owner, redis, context);
    let mut base = meta(cx, owner, redis);
    let service = cx.resolver.service("redis", &owner.name, redis).unwrap_or_else(|_| owner.name_node());
    base = merged(
        base,
        &map([
            ("selector", label::selector(cx, owner)),
            ("service", service),
            ("headless", text(format!("{}-headless", owner.name), &owner.from)),
            ("replicas", get(redis, "replicas").cloned().unwrap_or_else(|| 1.into())),
            ("strategy", get(&take(redis, "strategy"), "type").cloned().unwrap_or_else(|| "Recreate".into())),
            ("pod", context),
            ("server", server),
            ("claims", super::volume::claims(&pod)),
            ("retain", (persistence.is_some() && stateful).into()),
        ]),
    );
    server::facts(cx, owner, redis).is_alone = true;
    policy::store(cx, owner, redis, &["redis"]);
    let beside = exporter::redis(cx, owner, redis, &take(&take(&base, "server"), "env"));
    base = merged(base, &map([("exporter", beside)]));
    let workload = merged(base.clone(), &map([("labels", label::versioned(take(&base, "labels"), redis))]));
    let mut out = Vec::new();
    let service_template = Planned::new("redis/service.yaml", base.clone());
    if stateful {
        out.push(Planned::new("redis/statefulset.yaml", workload).keeping(Keeps::Store));
        out.push(Planned::new("redis/service-headless.yaml", base.clone()));
    } else {
        out.push(Planned::new("redis/deployment.yaml", workload).keeping(Keeps::Store));
        for claim in &pod.claims {
            let more = map([("claim", claim.context()), ("name", claim.name.clone())]);
            out.push(Planned::new("redis/claim.yaml", merged(base.clone(), &more)).keeping(Keeps::Data));
        }
    }
    out.push(service_template);
    if pod::creates_account(redis) {
        out.push(service_account(redis, &base));
    }
    out
}

/// A StatefulSet stops the old pod first, whatever is said.
fn strategy(cx: &mut Planner, owner: &Owner, redis: &Node) {
    let Some(said) = redis.at(&["strategy", "type"]).filter(|said| !said.is_null()) else { return };
    let message = format!("`{}` is a StatefulSet, which has no strategy `{said}`", owner.id);
    let d = Diagnostic::new(WORKLOAD_FIELD, message).at(cx.span_in(said));
    cx.report.push(d.hint("remove it: a StatefulSet stops the old pod first"));
}

/// A pod's context with what tells Prometheus where to ask.
pub fn scraped(owner: &Owner, redis: &Node, context: Node) -> Node {
    let annotations = merged(take(&context, "annotations").or_empty(), &exporter::annotations(owner, redis, 6379));
    merged(context, &map([("annotations", filled(annotations))]))
}

/// A StatefulSet names its claims itself.
pub fn claim_name(cx: &mut Planner, owner: &Owner, persistence: Option<&Node>) {
    if let Some(claim) = persistence.and_then(|persistence| get(persistence, "claim")) {
        let message = format!("`{}` is a StatefulSet, which names its claim itself", owner.id);
        let d = Diagnostic::new(CLAIM_NAME, message).at(cx.span_in(claim));
        cx.report.push(d.hint("add `workload: Deployment` to use this claim, or remove `claim`"));
    }
}

/// The user of the redis and the valkey images.
pub fn as_user(redis: &Node) -> Node {
    security::as_user(redis, 999, &From::Nowhere)
}

/// The volume at `/data`: a claim, or scratch space so that the working directory can be written.
pub fn data(cx: &mut Planner, owner: &Owner, persistence: Option<&Node>, pod: &mut Pod) {
    let Some(persistence) = persistence else {
        pod.volume("data", map([("emptyDir", map([("sizeLimit", "64Mi".into())]))]));
        return;
    };
    if get(persistence, "size").is_none() {
        let at =
            persistence.as_map().and_then(|m| m.entries().next().map(|(_, e)| e.key_from.clone())).unwrap_or_default();
        let d =
            Diagnostic::new(MISSING_KEY, format!("`{}.persistence` has no `size`", owner.id)).at(cx.span_in_from(&at));
        cx.report.push(d.hint("add `size: 5Gi`"));
    }
    let modes = take(persistence, "accessModes");
    pod.claims.push(Claim {
        volume: "data".into(),
        name: get(persistence, "claim").cloned().unwrap_or_else(|| text(format!("{}-data", owner.name), &owner.from)),
        size: resources::size(persistence),
        storage_class: take(persistence, "storageClassName"),
        access_modes: if modes.is_null() { list(vec!["ReadWriteOncePod".into()]) } else { modes },
        path: "/data".into(),
    });
}

//! Each Redis: whether it answers, who is primary. The client has its password from the container's environment
//! (`REDISCLI_AUTH`), so it is in no list of processes.

use super::Section;
use super::view::{View, has_container, of, within};
use crate::format::server::Engine;
use crate::plan::node::str_of;
use crate::resource::Resource;
use crate::settings::From;
use crate::tree::Tree;

pub fn sections(view: &View) -> Vec<Section> {
    view.components("redis").map(|(name, settings)| section(view, &name, settings)).collect()
}

fn section(view: &View, name: &str, settings: &Tree<From>) -> Section {
    let mut out = Section::new(format!("Redis {name}"));
    let component = format!("redis.{name}");
    match str_of(settings, "mode") {
        Some("external") => out.say(format!("`{name}` is made elsewhere; the apps have its URL from their Secret.")),
        Some("operator") => operator(view, name, &mut out),
        mode => {
            let found = ["StatefulSet", "Deployment"].iter().find_map(|kind| view.object(&component, kind, name));
            let Some(workload) = found.filter(|workload| has_container(workload, "redis")) else { return out };
            alone(name, workload, &mut out);
            if mode == Some("sentinel") && has_container(workload, "sentinel") {
                sentinel(name, workload, &mut out);
            }
        }
    }
    out
}

/// `valkey-cli`, where the server is Valkey.
fn client(workload: &Resource) -> &'static str {
    let engine = workload.facts.as_ref().and_then(|facts| Some(facts.server?.engine));
    if engine == Some(Engine::Valkey) { "valkey-cli" } else { "redis-cli" }
}

fn alone(name: &str, workload: &Resource, out: &mut Section) {
    let (client, kind) = (client(workload), workload.id.kind.to_ascii_lowercase());
    let exec = |flags: &str, words: &str| {
        format!("kubectl exec{flags}{} {kind}/{name} -c redis -- {client}{words}", of(workload))
    };
    out.say("It answers `PONG`; then its memory and its data, and a prompt:");
    out.run([exec("", " ping"), exec("", " info memory"), exec("", " info keyspace"), exec(" -it", "")]);
    out.run([format!("kubectl logs{} {kind}/{name} -c redis --tail=50", of(workload))]);
}

fn sentinel(name: &str, workload: &Resource, out: &mut Section) {
    let client = client(workload);
    let within = of(workload);
    let ask = |words: &str| format!("kubectl exec{within} {name}-0 -c sentinel -- {client} -p 26379 sentinel {words}");
    out.say("Who is primary, whether enough Sentinels agree, and how far the replicas are:");
    out.run([
        ask("get-master-addr-by-name mymaster"),
        ask("ckquorum mymaster"),
        format!("kubectl exec{within} {name}-0 -c redis -- {client} info replication"),
    ]);
    out.say("A planned change of the primary, which takes about two seconds:");
    out.run([ask("failover mymaster")]);
}

fn operator(view: &View, name: &str, out: &mut Section) {
    let within = within(view.of.plan.namespace.as_deref());
    out.say("The operator makes the pods; what it says of them:");
    out.run([
        format!("kubectl get redisreplication.redis.redis.opstreelabs.in/{name}{within} -o yaml"),
        format!("kubectl get pods{within} -l redis_setup_type=replication"),
    ]);
}

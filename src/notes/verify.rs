//! Whether it runs: rollouts, pods, logs, and a way in.

use super::Section;
use super::view::{View, containers, name, of, reference, within};
use crate::resource::Resource;
use crate::tree::Tree;

pub fn section(view: &View) -> Section {
    let mut out = Section::new("Verify");
    rollouts(view, &mut out);
    for namespace in view.namespaces() {
        let within = within(namespace);
        out.say(if view.namespaces().len() > 1 {
            format!("Everything in {}:", namespace.unwrap_or("the namespace of kubectl"))
        } else {
            "Everything at once, and what happened last:".into()
        });
        // Not `part-of`: claims of StatefulSets have the labels of the selector only.
        let label = format!("-l app.kubernetes.io/instance={}", view.project);
        out.run([
            format!("kubectl get deployments,statefulsets,daemonsets,cronjobs,jobs,pods,services,pvc{within} {label}"),
            format!("kubectl get events{within} --sort-by=.lastTimestamp"),
        ]);
    }
    logs(view, &mut out);
    ways_in(view, &mut out);
    out
}

fn rollouts(view: &View, out: &mut Section) {
    let waits_for_nobody = |resource: &&Resource| {
        resource.body.at(&["spec", "updateStrategy", "type"]).and_then(Tree::as_str) != Some("OnDelete")
    };
    let workloads = view.workloads().filter(waits_for_nobody);
    let status = workloads.map(|it| format!("kubectl rollout status {}{} --timeout=10m", reference(it), of(it)));
    let jobs = view
        .kind("Job")
        .map(|job| format!("kubectl wait --for=condition=complete {}{} --timeout=10m", reference(job), of(job)));
    let commands: Vec<String> = status.chain(jobs).collect();
    if !commands.is_empty() {
        out.say("Each of these ends when it is done, or after ten minutes with status 1:");
        out.run(commands);
    }
}

fn logs(view: &View, out: &mut Section) {
    let apps = view.workloads().filter(|it| it.component.starts_with("apps.") || it.component.starts_with("manifests"));
    let of_app = |it: &Resource| {
        let container = containers(it).next().map(name).unwrap_or_default();
        format!("kubectl logs {}{} -c {container} --tail=100", reference(it), of(it))
    };
    let commands: Vec<String> = apps.map(of_app).collect();
    if !commands.is_empty() {
        out.say("Logs (`-f` follows, `--previous` is of the one before a restart), and why a pod does not start:");
        out.run(commands);
        out.run(view.namespaces().into_iter().map(|namespace| {
            format!("kubectl describe pods{} -l app.kubernetes.io/part-of={}", within(namespace), view.project)
        }));
    }
}

/// A port of this machine for each Service of an app; and its readiness path, asked for.
fn ways_in(view: &View, out: &mut Section) {
    let services = view.kind("Service").filter(|service| service.component.starts_with("apps."));
    for service in services.filter(|service| service.body.at(&["spec", "clusterIP"]).is_none()) {
        let ports = service.body.at(&["spec", "ports"]).and_then(Tree::as_list).unwrap_or_default();
        let Some(port) = ports.first().and_then(|port| port.get("port")).and_then(Tree::as_i64) else { continue };
        // Below 1024 only root listens.
        let local = if port < 1024 { port + 8000 } else { port };
        out.say(format!("`{}` on this machine, while the first command runs:", service.id.name));
        let forward = format!("kubectl port-forward{} service/{} {local}:{port}", of(service), service.id.name);
        let path = path(view, service);
        out.run([forward, format!("curl -fsS -o /dev/null -w '%{{http_code}}\\n' http://127.0.0.1:{local}{path}")]);
    }
}

/// The path by which the kubelet asks whether the app is ready.
fn path(view: &View, service: &Resource) -> String {
    let workload = view.workloads().find(|it| it.component == service.component && it.id.name == service.id.name);
    let probe = |container: &Tree<crate::resource::Origin>| {
        container.at(&["readinessProbe", "httpGet", "path"]).and_then(Tree::as_str).map(str::to_owned)
    };
    let path = workload.and_then(|workload| containers(workload).find_map(probe)).unwrap_or_else(|| "/".into());
    if path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b)) { path } else { "/".into() }
}

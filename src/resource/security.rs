//! Pod Security, level `restricted`.
//!
//! Owns: the checks of the Pod Security Standards (kubernetes.io/docs/concepts/security/pod-security-standards) over
//! the pod of every workload, as `k8s.io/pod-security-admission/policy` of 1.37 makes them: baseline and restricted.
//! `hostUsers: false`, which relaxes the user checks on new clusters, relaxes nothing here: older ones ignore it.
//! Windows pods are held to the same rules.
//! Does not own: who may be excused, and why (the project file).

use super::pods::{self, Pod, Role};
use super::walk::At;
use super::{Body, Finding};
use crate::diag::Rule;
use crate::tree::Tree;

crate::declare! {
    /// a volume of the node's files
    ///
    /// A volume of type `hostPath` gives a pod the node's own files. Pod Security `baseline` forbids it.
    /// Fix: a claim, an `emptyDir`, or a ConfigMap.
    /// How to allow: `allow: {host-path: "reads the node's logs"}` in the component, the annotation
    ///   `allow.kgen.dev/host-path` on a manifest.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    HOST_PATH = "host-path", Error, allow;

    /// a volume of a type that is not allowed
    ///
    /// A volume of a type that Pod Security `restricted` does not list.
    /// How to allow: `allow: {volume-type: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    VOLUME_TYPE = "volume-type", Either, allow;

    /// a namespace of the node is shared
    ///
    /// The pod shares the node's network, processes or IPC.
    /// How to allow: `allow: {host-network: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    HOST_NETWORK = "host-network", Error, allow;

    /// a port of the node is taken
    ///
    /// A port of the node is taken by a pod: only one pod of the kind fits on a node.
    /// Fix: a Service.
    /// How to allow: `allow: {host-port: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    HOST_PORT = "host-port", Either, allow;

    /// a privileged container
    ///
    /// A privileged container is root on the node.
    /// How to allow: `allow: {privileged: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    PRIVILEGED = "privileged", Error, allow;

    /// a container that may run as root
    ///
    /// The container runs, or may run, as root.
    /// Fix: `securityContext: {runAsUser: 1000}`, where the image's own user is a name or root.
    /// How to allow: `allow: {run-as-root: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    RUN_AS_ROOT = "run-as-root", Either, allow;

    /// a container without seccomp profile
    ///
    /// The container has no seccomp profile, or `Unconfined`.
    /// Fix: `seccompProfile: {type: RuntimeDefault}`.
    /// How to allow: `allow: {seccomp: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    SECCOMP = "seccomp", Either, allow;

    /// a container that may gain rights
    ///
    /// A process of the container may gain more rights than it started with.
    /// Fix: `allowPrivilegeEscalation: false`.
    /// How to allow: `allow: {privilege-escalation: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    PRIVILEGE_ESCALATION = "privilege-escalation", Either, allow;

    /// a container with capabilities of root
    ///
    /// The container keeps or adds capabilities of root.
    /// Fix: `capabilities: {drop: [ALL]}`; `NET_BIND_SERVICE` may be added.
    /// How to allow: `allow: {capabilities: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    CAPABILITIES = "capabilities", Either, allow;

    /// a further rule of Pod Security
    ///
    /// A further rule of Pod Security: AppArmor, SELinux, `procMount`, sysctls, host processes.
    /// How to allow: `allow: {pod-security: REASON}` in the component.
    /// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    POD_SECURITY = "pod-security", Either, allow;
}

/// `restrictedVolumes`; the field of a volume that is not its name.
#[rustfmt::skip]
const VOLUMES: &[&str] = &[
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
];

/// `sysctlsAllowedSet` of 1.32 and later.
#[rustfmt::skip]
const SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

const SELINUX: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// What keeps the pods of an object out of a namespace that enforces `restricted`.
pub fn check(body: &Body) -> Vec<Finding> {
    let mut out = Vec::new();
    if let Some(pod) = pods::of(body) {
        host(&pod, &mut out);
        volumes(&pod, &mut out);
        whole(&pod, &mut out);
        let context = pod.spec.get("securityContext");
        pod.containers().iter().for_each(|(role, at)| container(at, *role, context.as_ref(), &mut out));
    }
    out
}

fn host(pod: &Pod, out: &mut Vec<Finding>) {
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if pod.spec.bool(key) == Some(true) {
            out.push(pod.spec.found_at(key, HOST_NETWORK, format!("`{key}` shares a namespace of the node")));
        }
    }
}

fn volumes(pod: &Pod, out: &mut Vec<Finding>) {
    for volume in pod.spec.items("volumes") {
        for (key, at) in volume.fields().iter().filter(|(key, _)| *key != "name" && !VOLUMES.contains(key)) {
            let rule = if *key == "hostPath" { HOST_PATH } else { VOLUME_TYPE };
            out.push(at.found(rule, format!("a volume of type `{key}` is not allowed")));
        }
    }
}

/// The settings of the pod that containers inherit or that are the pod's alone.
fn whole(pod: &Pod, out: &mut Vec<Finding>) {
    let annotations = pod.metadata.as_ref().map(|at| at.entries("annotations")).unwrap_or_default();
    for (key, at) in annotations {
        let profile = at.text().unwrap_or_default();
        let fine = profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/");
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !fine {
            out.push(at.found(POD_SECURITY, format!("the AppArmor profile `{profile}` is not allowed")));
        }
    }
    let Some(context) = pod.spec.get("securityContext") else { return };
    shared(&context, out);
    for sysctl in context.items("sysctls") {
        if let Some(name) = sysctl.str("name").filter(|name| !SYSCTLS.contains(name)) {
            out.push(sysctl.found(POD_SECURITY, format!("the sysctl `{name}` is not in the safe set")));
        }
    }
}

/// What a pod and a container may both set, and neither may set wrongly.
fn shared(context: &At, out: &mut Vec<Finding>) {
    if context.bool("runAsNonRoot") == Some(false) {
        out.push(context.found_at("runAsNonRoot", RUN_AS_ROOT, "`runAsNonRoot` must not be false"));
    }
    if context.int("runAsUser") == Some(0) {
        out.push(context.found_at("runAsUser", RUN_AS_ROOT, "`runAsUser` must not be 0"));
    }
    for (key, rule) in [("seccompProfile", SECCOMP), ("appArmorProfile", POD_SECURITY)] {
        let Some(profile) = context.get(key) else { continue };
        let kind = profile.str("type").unwrap_or_default();
        if !matches!(kind, "RuntimeDefault" | "Localhost") {
            let message = format!("`{key}` must be `RuntimeDefault` or `Localhost`, but is `{kind}`");
            out.push(profile.found(rule, message));
        }
    }
    if let Some(options) = context.get("seLinuxOptions") {
        let kind = options.str("type").unwrap_or_default();
        if !SELINUX.contains(&kind) {
            out.push(options.found(POD_SECURITY, format!("the SELinux type `{kind}` is not allowed")));
        }
        for key in ["user", "role"].into_iter().filter(|key| options.str(key).is_some_and(|text| !text.is_empty())) {
            out.push(options.found_at(key, POD_SECURITY, format!("the SELinux {key} must not be set")));
        }
    }
    if context.get("windowsOptions").is_some_and(|options| options.bool("hostProcess") == Some(true)) {
        out.push(context.found_at("windowsOptions", POD_SECURITY, "`hostProcess` must not be true"));
    }
}

fn container(at: &At, role: Role, pod: Option<&At>, out: &mut Vec<Finding>) {
    let name = at.str("name").unwrap_or_default();
    let what = match role {
        Role::Init => format!("the init container `{name}`"),
        Role::Main => format!("the container `{name}`"),
        Role::Ephemeral => format!("the ephemeral container `{name}`"),
    };
    let context = at.get("securityContext");
    context.iter().for_each(|context| shared(context, out));
    let set = |at: Option<&At>, key: &str| at.is_some_and(|at| at.node.get(key).is_some_and(|v| !v.is_null()));
    let either = |key: &str| set(context.as_ref(), key) || set(pod, key);
    if !either("runAsNonRoot") {
        out.push(lacks(at, "runAsNonRoot", RUN_AS_ROOT, format!("{what} may run as root"), "set `runAsNonRoot: true`"));
    }
    if !either("seccompProfile") {
        let hint = "set `seccompProfile: {type: RuntimeDefault}`";
        out.push(lacks(at, "seccompProfile", SECCOMP, format!("{what} has no seccomp profile"), hint));
    }
    privileges(at, &what, context.as_ref(), out);
    capabilities(at, &what, context.as_ref(), out);
    ports(at, out);
    probes(at, out);
}

/// A finding at the place in the container's context where the setting should be.
fn lacks(at: &At, key: &str, rule: &'static Rule, message: String, hint: &str) -> Finding {
    let mut finding = at.found_at("securityContext", rule, message).hint(hint);
    finding.path.push(super::Part::Key(key.to_owned()));
    finding
}

fn privileges(at: &At, what: &str, context: Option<&At>, out: &mut Vec<Finding>) {
    let flag = |key| context.and_then(|context| context.bool(key));
    if flag("privileged") == Some(true) {
        out.push(lacks(at, "privileged", PRIVILEGED, format!("{what} is privileged"), "remove `privileged: true`"));
    }
    if flag("allowPrivilegeEscalation") != Some(false) {
        let hint = "set `allowPrivilegeEscalation: false`";
        let message = format!("{what} may gain privileges");
        out.push(lacks(at, "allowPrivilegeEscalation", PRIVILEGE_ESCALATION, message, hint));
    }
    if let Some(mount) = context.and_then(|context| context.str("procMount")).filter(|mount| *mount != "Default") {
        let message = format!("{what} has the `procMount` `{mount}`");
        out.push(lacks(at, "procMount", POD_SECURITY, message, "only `Default` is allowed"));
    }
}

fn capabilities(at: &At, what: &str, context: Option<&At>, out: &mut Vec<Finding>) {
    let capabilities = context.and_then(|context| context.get("capabilities"));
    let list = |key| capabilities.as_ref().map(|at| at.items(key)).unwrap_or_default();
    if !list("drop").iter().any(|item| item.text() == Some("ALL")) {
        let hint = "set `capabilities: {drop: [ALL]}`";
        out.push(lacks(at, "capabilities", CAPABILITIES, format!("{what} keeps capabilities"), hint));
    }
    for item in list("add").iter().filter(|item| item.text() != Some("NET_BIND_SERVICE")) {
        let message = format!("{what} adds the capability `{}`; only `NET_BIND_SERVICE` is allowed", item.node);
        out.push(item.found(CAPABILITIES, message));
    }
}

fn ports(at: &At, out: &mut Vec<Finding>) {
    for port in at.items("ports") {
        if let Some(number) = port.int("hostPort").filter(|number| *number != 0) {
            out.push(port.found_at("hostPort", HOST_PORT, format!("`hostPort` {number} takes a port of the node")));
        }
    }
}

/// Since 1.34: a probe or a hook that names a host reaches out of the pod.
fn probes(at: &At, out: &mut Vec<Finding>) {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|key| at.get(key));
    let hooks = ["postStart", "preStop"].map(|key| at.at(&["lifecycle", key]));
    for handler in probes.iter().chain(&hooks).flatten() {
        for action in ["httpGet", "tcpSocket"].iter().filter_map(|key| handler.get(key)) {
            if let Some(host) = action.get("host").filter(|host| host.node.as_str() != Some("")) {
                let host_text = Tree::to_string(host.node);
                out.push(host.found(POD_SECURITY, format!("a probe or hook must not name the host `{host_text}`")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A Deployment that passes, with the fields of pod and container replaced.
    fn deployment(pod: Value, container: Value) -> Body {
        let mut spec = json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}});
        let mut main = json!({"name": "c", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}});
        main.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
        spec["containers"] = json!([main]);
        spec.as_object_mut().unwrap().extend(pod.as_object().unwrap().clone());
        Body::from_json(&json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}}))
    }

    #[track_caller]
    fn refuses(body: &Body, expected: &[&str]) {
        let prefix = "spec.template.spec.";
        let lines: Vec<_> = check(body)
            .iter()
            .map(|f| format!("{} {}: {}", f.rule.id, f.place().replace(prefix, ""), f.message))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_restricted_pod_passes() {
        refuses(&deployment(json!({}), json!({})), &[]);
        let context = json!({"runAsNonRoot": true, "seccompProfile": {"type": "Localhost"}, "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}, "privileged": false});
        refuses(&deployment(json!({"securityContext": null}), json!({"securityContext": context})), &[]);
    }

    #[test]
    fn a_pod_without_any_context_is_refused_for_each_container() {
        let bare = json!([{"name": "a"}]);
        let body = deployment(
            json!({"securityContext": {}, "containers": bare, "initContainers": [{"name": "b"}]}),
            json!({}),
        );
        let four = |role: &str, key: &str, name: &str| {
            [
                format!("run-as-root {key}[0].securityContext.runAsNonRoot: the {role} `{name}` may run as root"),
                format!("seccomp {key}[0].securityContext.seccompProfile: the {role} `{name}` has no seccomp profile"),
                format!(
                    "privilege-escalation {key}[0].securityContext.allowPrivilegeEscalation: the {role} `{name}` may gain privileges"
                ),
                format!("capabilities {key}[0].securityContext.capabilities: the {role} `{name}` keeps capabilities"),
            ]
        };
        let expected = [four("init container", "initContainers", "b"), four("container", "containers", "a")].concat();
        refuses(&body, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn root_is_refused_on_pod_and_container() {
        let pod = json!({"securityContext": {"runAsNonRoot": false, "runAsUser": 0, "seccompProfile": {"type": "Unconfined"}}});
        refuses(
            &deployment(pod, json!({})),
            &[
                "run-as-root securityContext.runAsNonRoot: `runAsNonRoot` must not be false",
                "run-as-root securityContext.runAsUser: `runAsUser` must not be 0",
                "seccomp securityContext.seccompProfile: `seccompProfile` must be `RuntimeDefault` or `Localhost`, but is `Unconfined`",
            ],
        );
    }

    #[test]
    fn privileges_are_refused() {
        let context = json!({"privileged": true, "procMount": "Unmasked", "allowPrivilegeEscalation": true,
            "capabilities": {"drop": ["NET_RAW"], "add": ["SYS_ADMIN"]}});
        refuses(
            &deployment(json!({}), json!({"securityContext": context})),
            &[
                "privileged containers[0].securityContext.privileged: the container `c` is privileged",
                "privilege-escalation containers[0].securityContext.allowPrivilegeEscalation: the container `c` may gain privileges",
                "pod-security containers[0].securityContext.procMount: the container `c` has the `procMount` `Unmasked`",
                "capabilities containers[0].securityContext.capabilities: the container `c` keeps capabilities",
                "capabilities containers[0].securityContext.capabilities.add[0]: the container `c` adds the capability `SYS_ADMIN`; only `NET_BIND_SERVICE` is allowed",
            ],
        );
    }

    #[test]
    fn the_node_is_out_of_reach() {
        let pod = json!({"hostNetwork": true, "hostPID": false, "volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b", "nfs": {}}, {"name": "c", "emptyDir": {}}]});
        let container = json!({"ports": [{"containerPort": 80, "hostPort": 80}], "livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}});
        refuses(
            &deployment(pod, container),
            &[
                "host-network hostNetwork: `hostNetwork` shares a namespace of the node",
                "host-path volumes[0].hostPath: a volume of type `hostPath` is not allowed",
                "volume-type volumes[1].nfs: a volume of type `nfs` is not allowed",
                "host-port containers[0].ports[0].hostPort: `hostPort` 80 takes a port of the node",
                "pod-security containers[0].livenessProbe.httpGet.host: a probe or hook must not name the host `10.0.0.1`",
            ],
        );
    }

    #[test]
    fn kernel_settings_are_from_the_safe_set() {
        let pod = |name: &str, kind: &str| {
            json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"},
                "sysctls": [{"name": name}], "seLinuxOptions": {"type": kind}}})
        };
        refuses(&deployment(pod("net.ipv4.tcp_syncookies", "container_t"), json!({})), &[]);
        refuses(
            &deployment(pod("kernel.msgmax", "spc_t"), json!({})),
            &[
                "pod-security securityContext.seLinuxOptions: the SELinux type `spc_t` is not allowed",
                "pod-security securityContext.sysctls[0]: the sysctl `kernel.msgmax` is not in the safe set",
            ],
        );
    }

    #[test]
    fn the_pod_of_a_cron_job_is_found() {
        let body = json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}}});
        let findings = check(&Body::from_json(&body));
        assert_eq!(findings.len(), 4);
        assert!(findings[0].place().starts_with("spec.jobTemplate.spec.template.spec.containers[0]."));
    }

    #[test]
    fn ephemeral_containers_are_held_to_the_same() {
        let body = deployment(
            json!({"ephemeralContainers": [{"name": "debug", "securityContext": {"privileged": true,
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}),
            json!({}),
        );
        refuses(
            &body,
            &[
                "privileged ephemeralContainers[0].securityContext.privileged: the ephemeral container `debug` is privileged",
            ],
        );
    }
}

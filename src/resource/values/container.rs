//! Containers: image, ports, environment, mounts, resources, probes.
//!
//! Source: `validateContainerCommon`, `validateContainerPorts`, `ValidateEnv`, `ValidateVolumeMounts`,
//! `validateProbe`, `validateHandler` (`pkg/apis/core/validation`).

use super::form::{at_least, exactly_one, or_empty, short, text, unique};
use super::quantities;
use crate::diag::suggest;
use crate::format;
use crate::plan::DUPLICATE_NAME;
use crate::resource::Finding;
use crate::resource::pods::Role;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::{INVALID_KEY, INVALID_NAME, INVALID_PATH, INVALID_PORT, INVALID_VALUE, ONE_OF};
use crate::resource::walk::At;

crate::declare! {
    /// a mount of a volume that is not there
    ///
    /// A container mounts a volume that the pod does not have.
    UNKNOWN_VOLUME = "unknown-volume", Error;

    /// a name that no variable can have
    ///
    /// A name that no variable can have.
    INVALID_ENV_NAME = "invalid-env-name", Error;

    /// a text that is no image
    ///
    /// A text that is no image.
    INVALID_IMAGE = "invalid-image", Error;
}

/// `volumes` are the names that a mount may have.
pub fn check(at: &At, role: Role, volumes: &[&str], out: &mut Vec<Finding>) {
    text(at.get("name"), INVALID_NAME, "the container name", format::dns_label, out);
    match at.get("image") {
        None => out.push(at.found_at("image", MISSING_FIELD, "the required field `image` is missing")),
        image => text(image, INVALID_IMAGE, "the image", |text| format::image(text).map(drop), out),
    }
    ports(at, out);
    environment(at, out);
    mounts(at, volumes, out);
    at.get("resources").iter().for_each(|at| quantities::pair(at, out));
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        at.get(key).iter().for_each(|at| probe(at, key, out));
    }
    for key in ["postStart", "preStop"] {
        let hook = at.get("lifecycle").and_then(|at| at.get(key));
        hook.iter().for_each(|at| handler(at, &["exec", "httpGet", "sleep", "tcpSocket"], "a hook", out));
    }
    sidecar(at, role, out);
}

/// An init container that does not restart has no probes and no hooks (`validateInitContainers`).
fn sidecar(at: &At, role: Role, out: &mut Vec<Finding>) {
    if role != Role::Init || at.str("restartPolicy") == Some("Always") {
        return;
    }
    for key in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
        if let Some(at) = at.get(key) {
            let finding = at.found(INVALID_VALUE, format!("an init container must not have `{key}`"));
            out.push(finding.hint("only with `restartPolicy: Always`, which makes it a sidecar"));
        }
    }
}

fn ports(at: &At, out: &mut Vec<Finding>) {
    let ports = at.items("ports");
    unique(ports.iter().cloned(), "name", "the port name", out);
    let mut seen = std::collections::BTreeSet::new();
    for port in ports {
        text(port.get("name"), INVALID_PORT, "the port name", format::port_name, out);
        number(&port, "containerPort", out);
        number(&port, "hostPort", out);
        if let Some(number) = port.int("containerPort")
            && !seen.insert((number, port.str("protocol").unwrap_or("TCP")))
        {
            let message = format!("the port {number} is there twice");
            let hint = "the API server merges ports by number and protocol, and keeps one of the two";
            out.push(port.found_at("containerPort", DUPLICATE_NAME, message).hint(hint));
        }
    }
}

/// A port that is a number.
pub fn number(parent: &At, key: &str, out: &mut Vec<Finding>) {
    if let Some(value) = parent.int(key)
        && let Err(reason) = format::port(value)
    {
        out.push(parent.found_at(key, INVALID_PORT, format!("`{key}` {value} {reason}")));
    }
}

/// A port that is a number or a name.
pub fn number_or_name(parent: &At, key: &'static str, out: &mut Vec<Finding>) {
    number(parent, key, out);
    text(parent.get(key), INVALID_PORT, "the port name", format::port_name, out);
}

fn environment(at: &At, out: &mut Vec<Finding>) {
    let variables = at.items("env");
    unique(variables.iter().cloned(), "name", "the variable", out);
    for variable in variables {
        text(variable.get("name"), INVALID_ENV_NAME, "the variable", format::env_name, out);
        let Some(from) = variable.get("valueFrom") else { continue };
        if variable.str("value").is_some_and(|value| !value.is_empty()) {
            out.push(from.found(ONE_OF, "a variable must have `value` or `valueFrom`, but has both"));
        }
        let sources = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];
        exactly_one(&from, &sources, "`valueFrom`", out);
        for at in ["configMapKeyRef", "secretKeyRef"].iter().filter_map(|key| from.get(key)) {
            text(at.get("name"), INVALID_NAME, "the name", format::dns_subdomain, out);
            text(at.get("key"), INVALID_KEY, "the key", format::data_key, out);
        }
    }
    for source in at.items("envFrom") {
        exactly_one(&source, &["configMapRef", "secretRef"], "`envFrom`", out);
        text(source.get("prefix"), INVALID_ENV_NAME, "the prefix", or_empty(format::env_name), out);
    }
}

fn mounts(at: &At, volumes: &[&str], out: &mut Vec<Finding>) {
    let mounts = at.items("volumeMounts");
    unique(mounts.iter().cloned(), "mountPath", "the mount path", out);
    for mount in mounts {
        text(mount.get("mountPath"), INVALID_PATH, "the mount path", format::mount_path, out);
        text(mount.get("subPath"), INVALID_PATH, "the sub-path", format::relative_path, out);
        if mount.get("subPath").is_some() && mount.get("subPathExpr").is_some() {
            out.push(mount.found(ONE_OF, "a mount must not have both `subPath` and `subPathExpr`"));
        }
        if let Some(name) = mount.str("name").filter(|name| !volumes.contains(name)) {
            let hint = suggest::did_you_mean(name, volumes.iter().copied());
            let message = format!("the pod has no volume `{}`", short(name));
            out.push(mount.found_at("name", UNKNOWN_VOLUME, message).maybe_hint(hint));
        }
    }
}

fn probe(at: &At, key: &str, out: &mut Vec<Finding>) {
    handler(at, &["exec", "grpc", "httpGet", "tcpSocket"], "a probe", out);
    at_least(at, "initialDelaySeconds", 0, out);
    for key in ["periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"] {
        at_least(at, key, 1, out);
    }
    if key != "readinessProbe"
        && let Some(value) = at.int("successThreshold").filter(|value| *value != 1)
    {
        let message = format!("`successThreshold` of a {key} must be 1, but is {value}");
        out.push(at.found_at("successThreshold", INVALID_VALUE, message));
    }
}

fn handler(at: &At, kinds: &[&str], what: &str, out: &mut Vec<Finding>) {
    exactly_one(at, kinds, what, out);
    if let Some(exec) = at.get("exec").filter(|exec| exec.items("command").is_empty()) {
        out.push(exec.found_at("command", MISSING_FIELD, "the required field `command` is missing"));
    }
    ["httpGet", "tcpSocket"].iter().filter_map(|key| at.get(key)).for_each(|at| number_or_name(&at, "port", out));
    at.get("grpc").iter().for_each(|at| number(at, "port", out));
    let scheme = at.get("httpGet").and_then(|get| get.get("scheme"));
    text(
        scheme,
        INVALID_VALUE,
        "the scheme",
        |scheme| if matches!(scheme, "HTTP" | "HTTPS") { Ok(()) } else { Err("must be `HTTP` or `HTTPS`".into()) },
        out,
    );
}

//! What may be allowed, and what an `allow` must be about.

use super::{project, said, shop};

#[test]
fn an_allow_of_no_check() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", allow: {single-repica: batch only}}}
        ",
        "
            error[allow-unknown]: `apps.api` allows `single-repica`, which no check is called
              --> kgen.yaml:4:43
               |
            4 | apps: {api: {image: \"acme/api:1\", allow: {single-repica: batch only}}}
               |                                           ^^^^^^^^^^^^^
            hint: did you mean `single-replica`?
        ",
    );
}

#[test]
fn an_allow_of_what_the_server_refuses() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", allow: {request-over-limit: we need it}}}
        ",
        "
            error[allow-refused]: `apps.api` cannot allow `request-over-limit`
              --> kgen.yaml:4:43
               |
            4 | apps: {api: {image: \"acme/api:1\", allow: {request-over-limit: we need it}}}
               |                                           ^^^^^^^^^^^^^^^^^^
            hint: whatever the reason, it stays wrong: a request above its limit
        ",
    );
}

#[test]
fn an_allow_of_what_is_not_there() {
    said(
        project(
            "
                profiles: {dev: {}, prod: {}}
                apps:
                  api: {image: \"acme/api:1\", allow: {ingress-no-tls: inside}}
                  # Found in one profile.
                  web: {image: \"acme/web:1\", port: 80, ingress: {host: shop.example.com}, allow: {ingress-no-tls: inside}}
            ",
        )
        .args(["render"]),
        "
            warning[allow-unused]: `apps.api` allows `ingress-no-tls`, which finds nothing there
              --> kgen.yaml:5:38
               |
            5 |   api: {image: \"acme/api:1\", allow: {ingress-no-tls: inside}}
               |                                      ^^^^^^^^^^^^^^
            hint: remove it: it would hide the next finding
            13 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_allow_of_what_planning_finds() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  api:
                    image: acme/api:1
                    volumes: {/data: {size: 1Gi, accessModes: [ReadWriteOnce]}}
                    allow: {rwo-many-replicas: a cluster of one node, rwo-not-rwop: the same}
            ",
        )
        .args(["render"]),
        "
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_allow_without_reason() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", allow: {unused: \" \"}}}
        ",
        "
            error[allow-refused]: `apps.api` allows `unused` without a reason
              --> kgen.yaml:4:43
               |
            4 | apps: {api: {image: \"acme/api:1\", allow: {unused: \" \"}}}
               |                                           ^^^^^^
            hint: say why it is right here: the next reader has only that
        ",
    );
}

#[test]
fn a_manifest_that_takes_the_node() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec:
                  hostNetwork: true
                  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                  containers: [{name: a, image: \"acme/agent:1\", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}]
        ",
        "
            error[host-network]: Pod/a `spec.hostNetwork`: `hostNetwork` shares a namespace of the node (profile `dev`)
              --> kgen.yaml:9:20
               |
            9 |       hostNetwork: true
               |                    ^^^^
            hint: a rule of Pod Security `restricted`; the annotation `allow.kgen.dev/host-network: REASON` lifts it
        ",
    );
}

#[test]
fn a_manifest_that_takes_the_node_with_a_reason() {
    said(
        project(
            "
                profiles: {dev: {}}
                manifests:
                  - apiVersion: v1
                    kind: Pod
                    metadata: {name: a, annotations: {allow.kgen.dev/host-network: answers for the node}}
                    spec:
                      hostNetwork: true
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers: [{name: a, image: \"acme/agent:1\", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}]
            ",
        )
        .args(["render"]),
        "
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_annotation_that_allows_no_check() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, annotations: {allow.kgen.dev/host-pth: a, allow.kgen.dev/missing-field: b}}
        ",
        "
            error[allow-unknown]: ConfigMap/a `metadata.annotations[\"allow.kgen.dev/host-pth\"]`: no check is called `host-pth` (profile `dev`)
              --> kgen.yaml:7:64
               |
            7 |     metadata: {name: a, annotations: {allow.kgen.dev/host-pth: a, allow.kgen.dev/missing-field: b}}
               |                                                                ^
            hint: did you mean `host-path`?

            error[allow-refused]: ConfigMap/a `metadata.annotations[\"allow.kgen.dev/missing-field\"]`: a manifest cannot allow `missing-field` (profile `dev`)
              --> kgen.yaml:7:97
               |
            7 |     metadata: {name: a, annotations: {allow.kgen.dev/host-pth: a, allow.kgen.dev/missing-field: b}}
               |                                                                                                 ^
            hint: whatever the reason, it stays wrong: a required field is missing
        ",
    );
}

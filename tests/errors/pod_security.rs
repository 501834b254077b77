//! What Pod Security `restricted` forbids, and how a component goes without.

use super::{project, said, shop};

#[test]
fn a_root_user() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {runAsUser: 0}
        ",
        "
            error[run-as-root]: Deployment/api `spec.template.spec.securityContext.runAsUser`: `runAsUser` must not be 0 (profile `dev`)
              --> kgen.yaml:7:34
               |
            7 |     securityContext: {runAsUser: 0}
               |                                  ^
            hint: a rule of Pod Security `restricted`; `allow: {run-as-root: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_privileged_container() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {privileged: true}
        ",
        "
            error[privileged]: Deployment/api `spec.template.spec.containers[0].securityContext.privileged`: the container `api` is privileged (profile `dev`)
              --> kgen.yaml:7:35
               |
            7 |     securityContext: {privileged: true}
               |                                   ^^^^
            hint: remove `privileged: true`; a rule of Pod Security `restricted`; `allow: {privileged: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_host_path() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {hostPath: {path: /etc}}}
        ",
        "
            error[host-path]: Deployment/api `spec.template.spec.volumes[0].hostPath`: a volume of type `hostPath` is not allowed (profile `dev`)
              --> kgen.yaml:7:40
               |
            7 |     volumes: {/data: {hostPath: {path: /etc}}}
               |                                        ^^^^
            hint: a rule of Pod Security `restricted`; `allow: {host-path: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_pod_that_is_not_restricted() {
    let kgen = project(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec: {containers: [{name: a, image: 'b:1', resources: {limits: {memory: 64Mi}}}]}
        ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[run-as-root]: Pod/a `spec.containers[0].securityContext.runAsNonRoot`: the container `a` may run as root (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1', resources: {limits: {memory: 64Mi}}}]}
               |                                ^

            warning[seccomp]: Pod/a `spec.containers[0].securityContext.seccompProfile`: the container `a` has no seccomp profile (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1', resources: {limits: {memory: 64Mi}}}]}
               |                                ^

            warning[privilege-escalation]: Pod/a `spec.containers[0].securityContext.allowPrivilegeEscalation`: the container `a` may gain privileges (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1', resources: {limits: {memory: 64Mi}}}]}
               |                                ^

            warning[capabilities]: Pod/a `spec.containers[0].securityContext.capabilities`: the container `a` keeps capabilities (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1', resources: {limits: {memory: 64Mi}}}]}
               |                                ^
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn the_network_of_the_node() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                hostNetwork: true
        ",
        "
            error[host-network]: Deployment/api `spec.template.spec.hostNetwork`: `hostNetwork` shares a namespace of the node (profile `dev`)
              --> kgen.yaml:7:18
               |
            7 |     hostNetwork: true
               |                  ^^^^
            hint: a rule of Pod Security `restricted`; `allow: {host-network: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_port_of_the_node() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                ports: {http: {containerPort: 80, hostPort: 80}}
        ",
        "
            error[host-port]: Deployment/api `spec.template.spec.containers[0].ports[0].hostPort`: `hostPort` 80 takes a port of the node (profile `dev`)
              --> kgen.yaml:7:49
               |
            7 |     ports: {http: {containerPort: 80, hostPort: 80}}
               |                                                 ^^
            hint: a rule of Pod Security `restricted`; `allow: {host-port: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_volume_type_that_is_not_allowed() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {nfs: {server: a, path: /}}}
        ",
        "
            error[volume-type]: Deployment/api `spec.template.spec.volumes[0].nfs`: a volume of type `nfs` is not allowed (profile `dev`)
              --> kgen.yaml:7:37
               |
            7 |     volumes: {/data: {nfs: {server: a, path: /}}}
               |                                     ^
            hint: a rule of Pod Security `restricted`; `allow: {volume-type: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn an_selinux_type() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {seLinuxOptions: {type: spc_t}}
        ",
        "
            error[pod-security]: Deployment/api `spec.template.spec.securityContext.seLinuxOptions`: the SELinux type `spc_t` is not allowed (profile `dev`)
              --> kgen.yaml:7:46
               |
            7 |     securityContext: {seLinuxOptions: {type: spc_t}}
               |                                              ^^^^^
            hint: a rule of Pod Security `restricted`; `allow: {pod-security: REASON}` in `apps.api` lifts it
        ",
    );
}

#[test]
fn a_probe_of_another_host() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {httpGet: {path: /, host: example.org}}
        ",
        "
            error[pod-security]: Deployment/api `spec.template.spec.containers[0].livenessProbe.httpGet.host`: a probe or hook must not name the host `example.org` (profile `dev`)
              --> kgen.yaml:8:46
               |
            8 |     livenessProbe: {httpGet: {path: /, host: example.org}}
               |                                              ^^^^^^^^^^^
            hint: a rule of Pod Security `restricted`; `allow: {pod-security: REASON}` in `apps.api` lifts it
        ",
    );
}

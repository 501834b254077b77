//! Replicas, claims, autoscaling, probes and ways in.

use super::shop;

#[test]
fn several_pods_with_one_claim() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                replicas: 2
                volumes: {/data: {size: 1Gi}}
        ",
        "
            error[rwo-many-replicas]: the pods of `apps.api` share one claim at `/data` that one pod at a time may write (profile `dev`)
              --> kgen.yaml:8:15
               |
            8 |     volumes: {/data: {size: 1Gi}}
               |               ^^^^^
            hint: use `workload: StatefulSet` (a claim for each pod), or `accessModes: [ReadWriteMany]`
            hint: or `replicas: 1`
        ",
    );
}

#[test]
fn a_rolling_update_with_a_claim() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                strategy: RollingUpdate
                volumes: {/data: {size: 1Gi}}
        ",
        "
            error[rwo-rolling-update]: `apps.api` replaces its pods with RollingUpdate, but the new pod cannot have the claim at `/data` while the old one holds it
              --> kgen.yaml:7:15
               |
            7 |     strategy: RollingUpdate
               |               ^^^^^^^^^^^^^
            hint: write `strategy: Recreate`
            hint: use `workload: StatefulSet` (a claim for each pod), or `accessModes: [ReadWriteMany]`
        ",
    );
}

#[test]
fn a_daemon_set_with_replicas() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                workload: DaemonSet
                replicas: 2
        ",
        "
            error[workload-field]: `apps.api` is a DaemonSet, which has no `replicas`
              --> kgen.yaml:8:15
               |
            8 |     replicas: 2
               |               ^
            hint: only a Deployment or a StatefulSet has it; remove it (in a profile: `null`)
        ",
    );
}

#[test]
fn replicas_beside_autoscaling() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                replicas: 2
                autoscaling: {maxReplicas: 3, cpu: 70}
        ",
        "
            error[hpa-and-replicas]: `apps.api` has both `replicas` and `autoscaling`: every apply would undo the autoscaler
              --> kgen.yaml:7:15
               |
            7 |     replicas: 2
               |               ^
            hint: remove `replicas` (in a profile: `replicas: null`)
        ",
    );
}

#[test]
fn a_daemon_set_with_autoscaling() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                workload: DaemonSet
                autoscaling: {maxReplicas: 3, cpu: 70}
        ",
        "
            error[hpa-daemonset]: `apps.api` is a DaemonSet, which has one pod a node and cannot be autoscaled
              --> kgen.yaml:8:32
               |
            8 |     autoscaling: {maxReplicas: 3, cpu: 70}
               |                                ^
            hint: remove `autoscaling`
        ",
    );
}

#[test]
fn a_minimum_above_the_maximum() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                autoscaling: {minReplicas: 5, maxReplicas: 3, cpu: 70}
        ",
        "
            error[hpa-min-max]: `apps.api` has minReplicas 5 above maxReplicas 3
              --> kgen.yaml:7:32
               |
            7 |     autoscaling: {minReplicas: 5, maxReplicas: 3, cpu: 70}
               |                                ^
        ",
    );
}

#[test]
fn autoscaling_without_maximum() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                autoscaling: {cpu: 70}
        ",
        "
            error[missing-key]: `apps.api.autoscaling` has no `maxReplicas`
              --> kgen.yaml:7:24
               |
            7 |     autoscaling: {cpu: 70}
               |                        ^^
            hint: add `maxReplicas: 10`
        ",
    );
}

#[test]
fn autoscaling_by_nothing() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                autoscaling: {maxReplicas: 3}
        ",
        "
            error[hpa-no-metric]: `apps.api.autoscaling` has nothing to scale by
              --> kgen.yaml:7:32
               |
            7 |     autoscaling: {maxReplicas: 3}
               |                                ^
            hint: add `cpu: 70`
        ",
    );
}

#[test]
fn autoscaling_by_what_is_not_requested() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                autoscaling: {maxReplicas: 3, memory: 70}
                resources: {requests: {memory: null}}
        ",
        "
            error[hpa-without-request]: `apps.api` is scaled by memory, but requests none: the target is never computed
              --> kgen.yaml:7:43
               |
            7 |     autoscaling: {maxReplicas: 3, memory: 70}
               |                                           ^^
            hint: add `resources.requests.memory`
        ",
    );
}

#[test]
fn a_probe_without_handler() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {periodSeconds: 3}
        ",
        "
            error[probe-handler]: `apps.api.livenessProbe` has no handler
              --> kgen.yaml:8:36
               |
            8 |     livenessProbe: {periodSeconds: 3}
               |                                    ^
            hint: add `httpGet: /path`, `tcpSocket: PORT`, `exec` or `grpc`
        ",
    );
}

#[test]
fn a_probe_without_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                livenessProbe: {httpGet: /health}
        ",
        "
            error[probe-port]: `apps.api.livenessProbe` has no port, and `apps.api` has none
              --> kgen.yaml:7:30
               |
            7 |     livenessProbe: {httpGet: /health}
               |                              ^^^^^^^
            hint: add `port:` to the app or to the probe
        ",
    );
}

#[test]
fn a_rolling_update_that_recreates() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}
        ",
        "
            error[exclusive-keys]: `apps.api.strategy` has `rollingUpdate` beside `type: Recreate`
              --> kgen.yaml:7:58
               |
            7 |     strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}
               |                                                          ^
            hint: remove `rollingUpdate`, or `type`
        ",
    );
}

#[test]
fn a_stateful_set_that_recreates() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                workload: StatefulSet
                strategy: Recreate
        ",
        "
            error[workload-field]: `apps.api` is a StatefulSet, which has no strategy `Recreate`
              --> kgen.yaml:8:15
               |
            8 |     strategy: Recreate
               |               ^^^^^^^^
            hint: only a Deployment has it; remove it (in a profile: `null`)
        ",
    );
}

#[test]
fn a_rollout_that_cannot_move() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
        ",
        "
            error[invalid-value]: Deployment/api `spec.strategy.rollingUpdate`: `maxSurge` and `maxUnavailable` must not both be 0 (profile `dev`)
              --> kgen.yaml:7:42
               |
            7 |     strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
               |                                          ^
        ",
    );
}

#[test]
fn a_liveness_probe_that_succeeds_three_times() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {httpGet: /, successThreshold: 3}
        ",
        "
            error[invalid-value]: Deployment/api `spec.template.spec.containers[0].livenessProbe.successThreshold`: `successThreshold` of a livenessProbe must be 1, but is 3 (profile `dev`)
              --> kgen.yaml:8:51
               |
            8 |     livenessProbe: {httpGet: /, successThreshold: 3}
               |                                                   ^
        ",
    );
}

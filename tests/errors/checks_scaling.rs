//! How many pods there are, may go, and may come.

use super::{project, said, shop};

#[test]
fn a_budget_that_lets_no_pod_go() {
    shop(
        "
            profiles: {prod: {}}
            apps:
              api: {image: \"acme/api:1\", replicas: 2, disruptionBudget: {minAvailable: 2}}
              web: {image: \"acme/web:1\", autoscaling: {minReplicas: 3, maxReplicas: 5, cpu: 70}, disruptionBudget: {maxUnavailable: 0%}}
        ",
        "
            error[pdb-blocks-drain]: PodDisruptionBudget/api `spec.minAvailable`: none of the 2 pods may ever go: no node with one can be drained (profile `prod`)
              --> kgen.yaml:5:76
               |
            5 |   api: {image: \"acme/api:1\", replicas: 2, disruptionBudget: {minAvailable: 2}}
               |                                                                            ^
            hint: write `maxUnavailable: 1`

            error[pdb-blocks-drain]: PodDisruptionBudget/web `spec.maxUnavailable`: none of the 3 pods may ever go: no node with one can be drained (profile `prod`)
              --> kgen.yaml:6:121
               |
            6 |   web: {image: \"acme/web:1\", autoscaling: {minReplicas: 3, maxReplicas: 5, cpu: 70}, disruptionBudget: {maxUnavailable: 0%}}
               |                                                                                                                         ^^
            hint: write `maxUnavailable: 1`
        ",
    );
}

#[test]
fn a_budget_that_is_allowed() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  api: {image: \"acme/api:1\", replicas: 2, disruptionBudget: {minAvailable: 100%}, allow: {pdb-blocks-drain: moved by hand}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_budget_of_a_manifest_for_one_pod() {
    said(
        project(
            "
                profiles: {dev: {}}
                manifests:
                  - apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: a}
                    spec:
                      replicas: 1
                      strategy: {type: Recreate}
                      selector: {matchLabels: {app: a}}
                      template:
                        metadata: {labels: {app: a}}
                        spec:
                          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                          containers:
                            - name: main
                              image: acme/api:1
                              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                              resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
                  - apiVersion: policy/v1
                    kind: PodDisruptionBudget
                    metadata: {name: a}
                    spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}
            ",
        )
        .args(["render"]),
        "
            warning[pdb-single]: PodDisruptionBudget/a `spec.minAvailable`: it keeps the only pod there is: its node cannot be drained (profile `dev`)
               --> kgen.yaml:24:26
                |
            24 |     spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}
                |                          ^
            hint: add a replica, write `maxUnavailable: 1`, or `disruptionBudget: none`
            4 written, 0 removed, 0 unchanged
        ",
    );
}

/// Neither `pdb-single`, nor `no-memory-limit`, nor `no-startup-probe`.
#[test]
fn a_budget_of_two_pods_a_memory_limit_and_a_startup_probe() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  api: {image: \"acme/api:1\", replicas: 2, disruptionBudget: {minAvailable: 1}, resources: {limits: {memory: 1Gi}}, env: {URL: \"${redis.queue.url}\"}}
                redis: {queue: {auth: none, startupProbe: {failureThreshold: 90}}}
            ",
        )
        .args(["render"]),
        "
            9 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_autoscaler_beside_replicas_in_manifests() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  replicas: 1
                  strategy: {type: Recreate}
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: main
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
              - apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: a}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}
                  maxReplicas: 3
                  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
        ",
        "
            error[hpa-and-replicas]: Deployment/a `spec.replicas`: it has an autoscaler too: every apply sets the number back (profile `dev`)
              --> kgen.yaml:9:17
               |
            9 |       replicas: 1
               |                 ^
            hint: remove `replicas`

            error[hpa-without-request]: HorizontalPodAutoscaler/a `spec.metrics[0].resource.target.averageUtilization`: the container `main` requests no cpu: the target is never computed (profile `dev`)
               --> kgen.yaml:27:104
                |
            27 |       metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
                |                                                                                                        ^^
            hint: add `resources.requests.cpu` to each container that runs beside the app
        ",
    );
}

#[test]
fn a_sidecar_without_request() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                autoscaling: {minReplicas: 1, maxReplicas: 3, cpu: 70}
                sidecars: {proxy: {image: \"acme/proxy:1\", resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}}
        ",
        "
            error[hpa-without-request]: HorizontalPodAutoscaler/api `spec.metrics[0].resource.target.averageUtilization`: the container `proxy` requests no cpu: the target is never computed (profile `dev`)
              --> kgen.yaml:7:56
               |
            7 |     autoscaling: {minReplicas: 1, maxReplicas: 3, cpu: 70}
               |                                                        ^^
            hint: add `resources.requests.cpu` to each container that runs beside the app
        ",
    );
}

#[test]
fn one_pod_behind_an_ingress() {
    said(
        project(
            "
                apps: {web: {image: \"acme/web:1\", port: 80, replicas: 1, ingress: {host: shop.example.com, tls: shop}}}
            ",
        )
        .args(["render"]),
        "
            warning[single-replica]: Deployment/web `spec.replicas`: one pod serves Ingress/web: each drain of its node is an outage (profile `prod`)
              --> kgen.yaml:3:55
               |
            3 | apps: {web: {image: \"acme/web:1\", port: 80, replicas: 1, ingress: {host: shop.example.com, tls: shop}}}
               |                                                       ^
            hint: write `replicas: 2` or more
            11 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn one_pod_that_cannot_be_two() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  web: {image: \"acme/web:1\", port: 80, replicas: 1, volumes: {/data: {size: 1Gi}}, ingress: {host: shop.example.com, tls: shop}}
                  page: {image: \"acme/web:1\", port: 80, replicas: 1, ingress: {host: page.example.com, tls: shop}, allow: {single-replica: an internal page}}
            ",
        )
        .args(["render"]),
        "
            11 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_rollout_without_a_free_node() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps: {api: {image: \"acme/api:1\", antiAffinity: required, strategy: {rollingUpdate: {maxSurge: 1}}}}
            ",
        )
        .args(["render"]),
        "
            warning[anti-affinity-rollout]: Deployment/api `spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`: a rollout begins one pod more, which needs a free node of its own: where there is none, it waits forever (profile `prod`)
              --> kgen.yaml:4:8
               |
            4 | apps: {api: {image: \"acme/api:1\", antiAffinity: required, strategy: {rollingUpdate: {maxSurge: 1}}}}
               |        ^^^
            hint: write `strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}`, or `antiAffinity: preferred`
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_rollout_that_takes_a_pod_first() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps: {api: {image: \"acme/api:1\", antiAffinity: required}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn one_pod_over_zones() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    topologySpreadConstraints:
                      - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app.kubernetes.io/name: api}}}
            ",
        )
        .args(["render"]),
        "
            warning[zone-spread-one]: Deployment/api `spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable`: one pod has nothing to be spread over; in a rollout the new one may not start in the zone of the old one (profile `dev`)
              --> kgen.yaml:8:83
               |
            8 |       - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app.kubernetes.io/name: api}}}
               |                                                                                   ^^^^^^^^^^^^^
            hint: write `ScheduleAnyway` (`topologySpread: zone`), or more replicas
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn several_pods_over_zones() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    replicas: 2
                    topologySpreadConstraints:
                      - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app.kubernetes.io/name: api}}}
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

//! Claims and who writes them: each check once where it finds something, and once where it does not.

use super::{project, said, shop};

#[test]
fn a_manifest_that_shares_a_claim() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: files}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  replicas: 2
                  strategy: {type: Recreate}
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, fsGroup: 1000}
                      containers:
                        - name: main
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
                          volumeMounts: [{name: files, mountPath: /files}]
                      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
        ",
        "
            error[rwo-many-replicas]: Deployment/a `spec.replicas`: its pods share the claim `files`, which one pod at a time may write (profile `dev`)
               --> kgen.yaml:13:17
                |
            13 |       replicas: 2
                |                 ^
            hint: use a StatefulSet with a claim for each pod, `ReadWriteMany`, or one replica
        ",
    );
}

#[test]
fn a_manifest_with_a_claim_that_many_may_write() {
    said(
        project(
            "
                profiles: {dev: {}}
                manifests:
                  - apiVersion: v1
                    kind: PersistentVolumeClaim
                    metadata: {name: files}
                    spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
                  - apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: a}
                    spec:
                      replicas: 2
                      strategy: {type: Recreate}
                      selector: {matchLabels: {app: a}}
                      template:
                        metadata: {labels: {app: a}}
                        spec:
                          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, fsGroup: 1000}
                          containers:
                            - name: main
                              image: acme/api:1
                              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                              resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
                              volumeMounts: [{name: files, mountPath: /files}]
                          volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_manifest_that_waits_for_its_own_claim() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: files}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  replicas: 1
                  strategy: {type: RollingUpdate}
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, fsGroup: 1000}
                      containers:
                        - name: main
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
                          volumeMounts: [{name: files, mountPath: /files}]
                      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
        ",
        "
            error[rwo-rolling-update]: Deployment/a `spec.strategy`: the new pod cannot have the claim `files` while the old one holds it (profile `dev`)
               --> kgen.yaml:14:24
                |
            14 |       strategy: {type: RollingUpdate}
                |                        ^^^^^^^^^^^^^
            hint: write `strategy: {type: Recreate}`
        ",
    );
}

#[test]
fn the_old_pod_goes_first() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    volumes: {/data: {size: 1Gi}}
                    strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_claim_for_a_node() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {queue: {persistence: {size: 2Gi, accessModes: [ReadWriteOnce]}}}
            ",
        )
        .args(["render"]),
        "
            warning[rwo-not-rwop]: StatefulSet/queue `spec.volumeClaimTemplates[0].spec.accessModes`: it is for one node, not for one pod: two pods there write one data directory (profile `dev`)
              --> kgen.yaml:4:56
               |
            4 | redis: {queue: {persistence: {size: 2Gi, accessModes: [ReadWriteOnce]}}}
               |                                                        ^^^^^^^^^^^^^
            hint: leave `accessModes` out: kgen writes `ReadWriteOncePod`; drivers without CSI have only this one
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_claim_for_a_node_that_is_allowed() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {queue: {persistence: {size: 2Gi, accessModes: [ReadWriteOnce]}, allow: {rwo-not-rwop: the driver has no other}}}
            ",
        )
        .args(["render"]),
        "
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_claim_that_nobody_may_write() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: files}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
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
                          volumeMounts: [{name: files, mountPath: /files}]
                      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
        ",
        "
            error[fsgroup-missing]: Deployment/a `spec.template.spec.securityContext`: the container `main` is not root and may not write the volume `files` (profile `dev`)
               --> kgen.yaml:19:43
                |
            19 |           securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                |                                           ^^^^
            hint: set `fsGroup`: the kubelet gives the volume to that group
        ",
    );
}

#[test]
fn a_database_on_scratch_space() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  db:
                    image: postgres:18
                    port: 5432
                    volumes: {/var/lib/postgresql: {emptyDir: {}}}
                  other:
                    image: mysql:9
                    port: 3306
            ",
        )
        .args(["render"]),
        "
            warning[emptydir-data]: Deployment/db `spec.template.spec.containers[0].volumeMounts[0]`: `/var/lib/postgresql` is on an emptyDir: the data is lost with the pod (profile `prod`)
              --> kgen.yaml:8:15
               |
            8 |     volumes: {/var/lib/postgresql: {emptyDir: {}}}
               |               ^^^^^^^^^^^^^^^^^^^
            hint: declare the database under `postgres`, or mount a claim there

            warning[emptydir-data]: Deployment/other `spec.template.spec.containers[0].image`: `/var/lib/mysql` is on no volume: the data is lost with the pod (profile `prod`)
               --> kgen.yaml:10:12
                |
            10 |     image: mysql:9
                |            ^^^^^^^
            hint: declare the database under `postgres`, or mount a claim there
            10 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_database_on_a_claim() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  db:
                    image: postgres:18
                    workload: StatefulSet
                    replicas: 1
                    volumes: {/var/lib/postgresql: {size: 1Gi}}
                  client: {image: \"postgres:18\", command: [sleep, infinity]}
            ",
        )
        .args(["render"]),
        "
            8 written, 0 removed, 0 unchanged
        ",
    );
}

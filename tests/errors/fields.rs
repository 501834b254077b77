//! Values of a pod that Kubernetes would refuse.

use super::{project, said, shop};

#[test]
fn an_image_in_capitals() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/API:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        ",
        "
            error[invalid-image]: Deployment/a `spec.template.spec.containers[0].image`: the image `acme/API:1` must have no upper case letters in its name (profile `dev`)
               --> kgen.yaml:16:22
                |
            16 |               image: acme/API:1
                |                      ^^^^^^^^^^
        ",
    );
}

#[test]
fn a_selector_that_selects_other_pods() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: b}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        ",
        "
            error[selector-mismatch]: Deployment/a `spec.selector.matchLabels.app`: the label `app: a` of the selector is not on the pods of the template (profile `dev`)
              --> kgen.yaml:9:37
               |
            9 |       selector: {matchLabels: {app: a}}
               |                                     ^
        ",
    );
}

#[test]
fn a_variable_with_an_equals_sign() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          env: [{name: 1=A, value: x}]
        ",
        "
            error[invalid-env-name]: Deployment/a `spec.template.spec.containers[0].env[0].name`: the variable `1=A` may have only letters, digits, `_`, `-` and `.`, but has `=` (profile `dev`)
               --> kgen.yaml:18:28
                |
            18 |               env: [{name: 1=A, value: x}]
                |                            ^^^
        ",
    );
}

#[test]
fn a_port_out_of_range() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          ports: [{containerPort: 80800}]
        ",
        "
            error[invalid-port]: Deployment/a `spec.template.spec.containers[0].ports[0].containerPort`: `containerPort` 80800 must be from 1 to 65535 (profile `dev`)
               --> kgen.yaml:18:39
                |
            18 |               ports: [{containerPort: 80800}]
                |                                       ^^^^^
        ",
    );
}

#[test]
fn a_quantity_in_gigabytes() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          resources: {limits: {memory: 1GB}}
        ",
        "
            error[invalid-quantity]: Deployment/a `spec.template.spec.containers[0].resources.limits.memory`: the quantity `1GB` has the unknown suffix `GB`; write `G` or `Gi` (profile `dev`)
               --> kgen.yaml:18:44
                |
            18 |               resources: {limits: {memory: 1GB}}
                |                                            ^^^
        ",
    );
}

#[test]
fn a_mount_without_volume() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          volumeMounts: [{name: data, mountPath: data}]
        ",
        "
            error[unknown-volume]: Deployment/a `spec.template.spec.containers[0].volumeMounts[0].name`: the pod has no volume `data` (profile `dev`)
               --> kgen.yaml:18:37
                |
            18 |               volumeMounts: [{name: data, mountPath: data}]
                |                                     ^^^^

            error[invalid-path]: Deployment/a `spec.template.spec.containers[0].volumeMounts[0].mountPath`: the mount path `data` must begin with `/` (profile `dev`)
               --> kgen.yaml:18:54
                |
            18 |               volumeMounts: [{name: data, mountPath: data}]
                |                                                      ^^^^
        ",
    );
}

#[test]
fn a_variable_with_two_values() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        ",
        "
            error[one-of]: Deployment/a `spec.template.spec.containers[0].env[0].valueFrom`: a variable must have `value` or `valueFrom`, but has both (profile `dev`)
               --> kgen.yaml:18:75
                |
            18 |               env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                |                                                                           ^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_config_map_that_is_not_there() {
    let kgen = project(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          envFrom: [{configMapRef: {name: none}}]
                          resources: {limits: {memory: 64Mi}}
        ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[unknown-reference]: Deployment/a `spec.template.spec.containers[0].envFrom[0].configMapRef.name`: there is no ConfigMap `none` among the rendered objects (profile `dev`)
               --> kgen.yaml:18:47
                |
            18 |               envFrom: [{configMapRef: {name: none}}]
                |                                               ^^^^
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_unknown_pull_policy() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          imagePullPolicy: Allways
        ",
        "
            error[invalid-value]: Deployment/a `spec.template.spec.containers[0].imagePullPolicy`: `imagePullPolicy` must be `Always`, `IfNotPresent` or `Never`, but is `Allways` (profile `dev`)
               --> kgen.yaml:18:32
                |
            18 |               imagePullPolicy: Allways
                |                                ^^^^^^^
            hint: did you mean `Always`?
        ",
    );
}

#[test]
fn a_probe_of_an_unknown_port() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}}
                    spec:
                      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: a
                          image: acme/api:1
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                          livenessProbe: {httpGet: {path: /, port: http}}
        ",
        "
            error[probe-port]: Deployment/a `spec.template.spec.containers[0].livenessProbe.httpGet.port`: the container has no port `http` (profile `dev`)
               --> kgen.yaml:18:56
                |
            18 |               livenessProbe: {httpGet: {path: /, port: http}}
                |                                                        ^^^^
        ",
    );
}

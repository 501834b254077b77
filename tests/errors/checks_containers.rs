//! Images, memory, runs of CronJobs, and variables.

use super::{project, said, shop};

#[test]
fn an_image_of_bitnami() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"bitnami/nginx:1.27\", initContainers: {wait: {image: \"docker.io/bitnami/kubectl:1.33\"}}}}
        ",
        "
            error[image-bitnami]: Deployment/api `spec.template.spec.containers[0].image`: `bitnami/nginx` loses its tags: a node without the image cannot pull it (profile `dev`)
              --> kgen.yaml:4:21
               |
            4 | apps: {api: {image: \"bitnami/nginx:1.27\", initContainers: {wait: {image: \"docker.io/bitnami/kubectl:1.33\"}}}}
               |                     ^^^^^^^^^^^^^^^^^^^^
            hint: use the official image of the same software, or a copy in a registry of your own

            error[image-bitnami]: Deployment/api `spec.template.spec.initContainers[0].image`: `bitnami/kubectl` loses its tags: a node without the image cannot pull it (profile `dev`)
              --> kgen.yaml:4:74
               |
            4 | apps: {api: {image: \"bitnami/nginx:1.27\", initContainers: {wait: {image: \"docker.io/bitnami/kubectl:1.33\"}}}}
               |                                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: use the official image of the same software, or a copy in a registry of your own
        ",
    );
}

#[test]
fn an_image_of_bitnami_that_is_allowed() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api: {image: \"bitnami/nginx:1.27\", allow: {image-bitnami: mirrored on each node}}
                  web: {image: \"registry.example.com/bitnami/nginx:1.27\"}
            ",
        )
        .args(["render"]),
        "
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_tag_that_moves() {
    said(
        project(
            "
                apps: {api: {image: \"acme/api:stable\"}, web: {image: \"acme/web:main\", imagePullPolicy: Always}}
            ",
        )
        .args(["render"]),
        "
            warning[image-pull-always]: Deployment/api `spec.template.spec.containers[0].image`: the tag `stable` is moved, but each node keeps the image that it pulled first (profiles `staging` and `prod`)
              --> kgen.yaml:3:21
               |
            3 | apps: {api: {image: \"acme/api:stable\"}, web: {image: \"acme/web:main\", imagePullPolicy: Always}}
               |                     ^^^^^^^^^^^^^^^^^
            hint: name a version, or write `imagePullPolicy: Always`
            18 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_image_of_a_manifest_without_version() {
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
                              image: acme/api
                              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                              resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
            ",
        )
        .args(["render"]),
        "
            warning[image-latest]: Deployment/a `spec.template.spec.containers[0].image`: the image has no tag (profile `dev`)
               --> kgen.yaml:18:22
                |
            18 |               image: acme/api
                |                      ^^^^^^^^
            hint: name a version: what runs must be what was reviewed
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn an_image_without_version_in_dev_that_is_allowed() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api\", allow: {image-latest: built on this machine}}}
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn no_memory_limit() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", resources: {limits: null}}}
            ",
        )
        .args(["render"]),
        "
            warning[no-memory-limit]: Deployment/api `spec.template.spec.containers[0].resources`: the container `api` has no memory limit and may take the node's (profile `dev`)
              --> kgen.yaml:4:8
               |
            4 | apps: {api: {image: \"acme/api:1\", resources: {limits: null}}}
               |        ^^^
            hint: add `resources: {limits: {memory: 256Mi}}`
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn runs_that_may_overlap() {
    said(
        project(
            "
                profiles: {dev: {}}
                manifests:
                  - apiVersion: batch/v1
                    kind: CronJob
                    metadata: {name: a}
                    spec:
                      schedule: \"0 3 * * *\"
                      jobTemplate:
                        spec:
                          template:
                            spec:
                              restartPolicy: Never
                              securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                              containers:
                                - {name: main, image: \"acme/job:1\", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}
            ",
        )
        .args(["render"]),
        "
            warning[cron-overlap]: CronJob/a `spec.concurrencyPolicy`: the next run starts while the last one still goes on (profile `dev`)
              --> kgen.yaml:9:17
               |
            9 |       schedule: \"0 3 * * *\"
               |                 ^^^^^^^^^^^
            hint: write `concurrencyPolicy: Forbid` or `Replace`; or `Allow`, where that is meant
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn runs_that_end() {
    said(
        project(
            "
                profiles: {dev: {}}
                manifests:
                  - apiVersion: batch/v1
                    kind: CronJob
                    metadata: {name: a}
                    spec:
                      schedule: \"0 3 * * *\"
                      jobTemplate:
                        spec:
                          activeDeadlineSeconds: 600
                          template:
                            spec:
                              restartPolicy: Never
                              securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                              containers:
                                - {name: main, image: \"acme/job:1\", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}
            ",
        )
        .args(["render"]),
        "
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_variable_that_stands_further_down() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", env: {URL: \"http://$(HOST):$(PORT)/\", HOST: api, SELF: \"$(SELF):x\"}}}
        ",
        "
            error[env-order]: Deployment/api `spec.template.spec.containers[0].env[0].value`: `$(HOST)` stays as it is written: `HOST` stands further down (profile `dev`)
              --> kgen.yaml:4:46
               |
            4 | apps: {api: {image: \"acme/api:1\", env: {URL: \"http://$(HOST):$(PORT)/\", HOST: api, SELF: \"$(SELF):x\"}}}
               |                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: refer to the setting (`${...}`), or define `HOST` first; `$$(HOST)` means the text

            error[env-order]: Deployment/api `spec.template.spec.containers[0].env[0].value`: `$(PORT)` stays as it is written: the container has no variable `PORT` (profile `dev`)
              --> kgen.yaml:4:46
               |
            4 | apps: {api: {image: \"acme/api:1\", env: {URL: \"http://$(HOST):$(PORT)/\", HOST: api, SELF: \"$(SELF):x\"}}}
               |                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: refer to the setting (`${...}`), or define `PORT` first; `$$(PORT)` means the text

            error[env-order]: Deployment/api `spec.template.spec.containers[0].env[2].value`: `$(SELF)` in `SELF` itself stays as it is written (profile `dev`)
              --> kgen.yaml:4:90
               |
            4 | apps: {api: {image: \"acme/api:1\", env: {URL: \"http://$(HOST):$(PORT)/\", HOST: api, SELF: \"$(SELF):x\"}}}
               |                                                                                          ^^^^^^^^^^^
            hint: refer to the setting (`${...}`), or define `SELF` first; `$$(SELF)` means the text
        ",
    );
}

#[test]
fn a_reference_in_the_brackets_of_kubernetes() {
    shop(
        "
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", env: {URL: $(redis.cache.url)}, args: [$(redis.cache.host), $(app.name)]}}
            redis: {cache: {}}
        ",
        "
            error[env-order]: Deployment/api `spec.template.spec.containers[0].env[0].value`: `$(redis.cache.url)` stays as it is written: the container has no variable `redis.cache.url` (profile `dev`)
              --> kgen.yaml:4:46
               |
            4 | apps: {api: {image: \"acme/api:1\", env: {URL: $(redis.cache.url)}, args: [$(redis.cache.host), $(app.name)]}}
               |                                              ^^^^^^^^^^^^^^^^^^
            hint: a reference has braces: `${redis.cache.url}`

            error[env-order]: Deployment/api `spec.template.spec.containers[0].args[0]`: `$(redis.cache.host)` stays as it is written: `env` has no variable `redis.cache.host` (profile `dev`)
              --> kgen.yaml:4:74
               |
            4 | apps: {api: {image: \"acme/api:1\", env: {URL: $(redis.cache.url)}, args: [$(redis.cache.host), $(app.name)]}}
               |                                                                          ^^^^^^^^^^^^^^^^^^^
            hint: a reference has braces: `${redis.cache.host}`
        ",
    );
}

#[test]
fn a_variable_that_only_the_image_has() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api: {image: \"acme/api:1\", args: [--home, $(HOME), --port, $(PORT)], env: {PORT: \"80\"}}
              web: {image: \"acme/web:1\", command: [sh, -c, 'serve \"$(HOSTNAME)\"'], args: [$(date)]}
        ",
        "
            error[env-order]: Deployment/api `spec.template.spec.containers[0].args[1]`: `$(HOME)` stays as it is written: `env` has no variable `HOME` (profile `dev`)
              --> kgen.yaml:5:45
               |
            5 |   api: {image: \"acme/api:1\", args: [--home, $(HOME), --port, $(PORT)], env: {PORT: \"80\"}}
               |                                             ^^^^^^^
            hint: define `HOME` under `env`, or let a shell read it; `$$(HOME)` means the text
        ",
    );
}

#[test]
fn variables_in_order() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", envFrom: [configs.app], env: {HOST: api, URL: \"http://$(HOST):$(PORT)/$$(NOT)/$(date)\"}}}
                configs: {app: {PORT: \"80\"}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_key_that_is_replaced_wherever_it_is_read() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", envFrom: [configs.app, configs.more], env: {LEVEL: debug}}}
                configs: {app: {LEVEL: info, MODE: a}, more: {MODE: b}}
            ",
        )
        .args(["render"]),
        "
            warning[env-shadowed]: Deployment/api `spec.template.spec.containers[0].envFrom[1]`: `MODE` is in ConfigMap/app and in ConfigMap/more: the last one wins (profile `dev`)
              --> kgen.yaml:4:58
               |
            4 | apps: {api: {image: \"acme/api:1\", envFrom: [configs.app, configs.more], env: {LEVEL: debug}}}
               |                                                          ^^^^^^^^^^^^
            hint: keep one of the two, or give `envFrom` a `prefix`

            warning[env-shadowed]: Deployment/api `spec.template.spec.containers[0].env[0]`: `LEVEL` is in ConfigMap/app too, where nothing reads it: the one of `env` wins (profile `dev`)
              --> kgen.yaml:4:79
               |
            4 | apps: {api: {image: \"acme/api:1\", envFrom: [configs.app, configs.more], env: {LEVEL: debug}}}
               |                                                                               ^^^^^
            hint: keep one of the two, or give `envFrom` a `prefix`
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_key_that_others_read() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api: {image: \"acme/api:1\", envFrom: [configs.app], env: {LEVEL: debug}}
                  web: {image: \"acme/web:1\", envFrom: [configs.app, {ref: configs.more, prefix: MORE_}]}
                configs: {app: {LEVEL: info, MODE: a}, more: {MODE: b}}
            ",
        )
        .args(["render"]),
        "
            8 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_key_that_is_no_variable() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", envFrom: [configs.app]}}
                configs: {app: {1ST: a, app.name: b}}
            ",
        )
        .args(["render"]),
        "
            warning[config-key-env]: Deployment/api `spec.template.spec.containers[0].envFrom[0]`: the key `1ST` of ConfigMap/app is no variable's name: Kubernetes before 1.34 leaves it out (profile `dev`)
              --> kgen.yaml:4:45
               |
            4 | apps: {api: {image: \"acme/api:1\", envFrom: [configs.app]}}
               |                                             ^^^^^^^^^^^
            hint: rename the key, add a `prefix`, or mount it as a file
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_key_that_newer_servers_take() {
    said(
        project(
            "
                kubernetes: \"1.34\"
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", envFrom: [configs.app]}}
                configs: {app: {1ST: a}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_variable_of_a_service_link() {
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
                              env: [{name: CACHE_PORT, value: \"6379\"}]
                redis: {cache: {}}
            ",
        )
        .args(["render"]),
        "
            warning[env-shadowed]: Deployment/a `spec.template.spec.containers[0].env[0]`: Kubernetes makes `CACHE_PORT` of Service/cache too; where this one is missing, it is an address (profile `dev`)
               --> kgen.yaml:21:28
                |
            21 |               env: [{name: CACHE_PORT, value: \"6379\"}]
                |                            ^^^^^^^^^^
            hint: set `enableServiceLinks: false` on the pod
            7 written, 0 removed, 0 unchanged
        ",
    );
}

//! What came after the oldest server.

use super::{project, said, shop};

#[test]
fn fields_that_the_oldest_server_does_not_take() {
    shop(
        "
            kubernetes: \"1.29\"
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {appArmorProfile: {type: RuntimeDefault}}
                lifecycle: {preStop: {sleep: {seconds: 5}}}
                autoscaling: {minReplicas: 1, maxReplicas: 3, cpu: 70, behavior: {scaleUp: {tolerance: \"0.05\"}}}
                volumes: {/models: {image: {reference: \"acme/models:1\"}}}
            manifests:
              - {apiVersion: v1, kind: Service, metadata: {name: near}, spec: {trafficDistribution: PreferSameNode, ports: [{port: 80}]}}
              - {apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: more}, spec: {cidrs: [10.1.0.0/16]}}
        ",
        "
            error[field-too-new]: Deployment/api `spec.template.spec.securityContext.appArmorProfile`: `appArmorProfile` needs Kubernetes 1.30, and `kubernetes` is 1.29 (profile `dev`)
              --> kgen.yaml:8:47
               |
            8 |     securityContext: {appArmorProfile: {type: RuntimeDefault}}
               |                                               ^^^^^^^^^^^^^^
            hint: write `kubernetes: \"1.30\"` if all clusters are so new, or leave it out

            error[field-too-new]: Deployment/api `spec.template.spec.containers[0].lifecycle.preStop.sleep`: `sleep` needs Kubernetes 1.30, and `kubernetes` is 1.29 (profile `dev`)
              --> kgen.yaml:9:44
               |
            9 |     lifecycle: {preStop: {sleep: {seconds: 5}}}
               |                                            ^
            hint: write `kubernetes: \"1.30\"` if all clusters are so new, or leave it out

            error[field-too-new]: HorizontalPodAutoscaler/api `spec.behavior.scaleUp.tolerance`: `tolerance` needs Kubernetes 1.35, and `kubernetes` is 1.29 (profile `dev`)
               --> kgen.yaml:10:92
                |
            10 |     autoscaling: {minReplicas: 1, maxReplicas: 3, cpu: 70, behavior: {scaleUp: {tolerance: \"0.05\"}}}
                |                                                                                            ^^^^^^
            hint: write `kubernetes: \"1.35\"` if all clusters are so new, or leave it out

            error[field-too-new]: Deployment/api `spec.template.spec.volumes[0].image`: `image` needs Kubernetes 1.35, and `kubernetes` is 1.29 (profile `dev`)
               --> kgen.yaml:11:44
                |
            11 |     volumes: {/models: {image: {reference: \"acme/models:1\"}}}
                |                                            ^^^^^^^^^^^^^^^
            hint: write `kubernetes: \"1.35\"` if all clusters are so new, or leave it out

            error[field-too-new]: Service/near `spec.trafficDistribution`: `trafficDistribution: PreferSameNode` needs Kubernetes 1.34, and `kubernetes` is 1.29 (profile `dev`)
               --> kgen.yaml:13:89
                |
            13 |   - {apiVersion: v1, kind: Service, metadata: {name: near}, spec: {trafficDistribution: PreferSameNode, ports: [{port: 80}]}}
                |                                                                                         ^^^^^^^^^^^^^^
            hint: write `kubernetes: \"1.34\"` if all clusters are so new, or leave it out

            error[field-too-new]: ServiceCIDR/more `apiVersion`: `networking.k8s.io/v1 ServiceCIDR` needs Kubernetes 1.33, and `kubernetes` is 1.29 (profile `dev`)
               --> kgen.yaml:14:18
                |
            14 |   - {apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: more}, spec: {cidrs: [10.1.0.0/16]}}
                |                  ^^^^^^^^^^^^^^^^^^^^
            hint: write `kubernetes: \"1.33\"` if all clusters are so new, or leave it out
        ",
    );
}

#[test]
fn fields_that_every_server_takes() {
    said(
        project(
            "
                kubernetes: \"1.35\"
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    securityContext: {appArmorProfile: {type: RuntimeDefault}}
                    lifecycle: {preStop: {sleep: {seconds: 5}}}
                    autoscaling: {minReplicas: 1, maxReplicas: 3, cpu: 70, behavior: {scaleUp: {tolerance: \"0.05\"}}}
                    volumes: {/models: {image: {reference: \"acme/models:1\"}}}
                manifests:
                  - {apiVersion: v1, kind: Service, metadata: {name: near}, spec: {trafficDistribution: PreferSameNode, ports: [{port: 80}]}}
            ",
        )
        .args(["render"]),
        "
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn what_kgen_writes_for_the_oldest_server() {
    said(
        project(
            "
                kubernetes: \"1.29\"
                profiles: {dev: {}}
                apps:
                  agent: {image: \"acme/agent:1\", workload: DaemonSet, strategy: {rollingUpdate: {maxUnavailable: 2}}}
                  api:
                    image: acme/api:1
                    volumes: {/data: {size: 1Gi}}
                    sidecars: {proxy: {image: \"acme/proxy:1\"}}
                    env: {URL: \"${redis.queue.url}\", DB: \"${postgres.db.url}\"}
                    waitFor: [redis.queue]
                jobs: {task: {image: \"acme/task:1\"}}
                redis: {queue: {mode: sentinel}}
                postgres: {db: {backup: {schedule: \"0 2 * * *\", to: {volume: 1Gi}}}}
            ",
        )
        .args(["render"]),
        "
            25 written, 0 removed, 0 unchanged
        ",
    );
}

//! Ingresses beside each other, and names that are looked up in the wrong namespace.

use super::{project, said, shop};

#[test]
fn an_ingress_without_tls() {
    said(
        project(
            "
                apps: {web: {image: \"acme/web:1\", port: 80, replicas: 2, ingress: {host: shop.example.com}}}
            ",
        )
        .args(["render"]),
        "
            warning[ingress-no-tls]: Ingress/web `spec.tls`: without TLS, passwords and cookies travel readable (profiles `staging` and `prod`)
              --> kgen.yaml:3:74
               |
            3 | apps: {web: {image: \"acme/web:1\", port: 80, replicas: 2, ingress: {host: shop.example.com}}}
               |                                                                          ^^^^^^^^^^^^^^^^
            hint: name the Secret of its certificate: `tls: NAME`
            13 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn tls_elsewhere() {
    said(
        project(
            "
                profiles: {prod: {}}
                apps:
                  web: {image: \"acme/web:1\", port: 80, ingress: {host: shop.example.com}, allow: {ingress-no-tls: it ends at the load balancer}}
                  page: {image: \"acme/web:1\", port: 80, ingress: {host: page.example.com, annotations: {networking.gke.io/managed-certificates: page}}}
            ",
        )
        .args(["render"]),
        "
            12 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn two_ingresses_of_one_path() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              web: {image: \"acme/web:1\", port: 80, ingress: {host: shop.example.com}}
              api: {image: \"acme/api:1\", port: 80, ingress: {host: shop.example.com}}
        ",
        "
            error[ingress-conflict]: Ingress/api `spec.rules[0].http.paths[0]`: `shop.example.com/` is in Ingress/web too: which of the two answers, nobody can say (profile `dev`)
              --> kgen.yaml:6:56
               |
            6 |   api: {image: \"acme/api:1\", port: 80, ingress: {host: shop.example.com}}
               |                                                        ^^^^^^^^^^^^^^^^
            hint: give one of the two another host or path
        ",
    );
}

#[test]
fn two_ingresses_of_two_paths() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  web: {image: \"acme/web:1\", port: 80, ingress: {host: shop.example.com}}
                  api: {image: \"acme/api:1\", port: 80, ingress: {host: shop.example.com, path: /api}}
                  old: {image: \"acme/old:1\", port: 80, ingress: {host: shop.example.com, className: traefik}}
            ",
        )
        .args(["render"]),
        "
            14 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_short_name_of_another_namespace() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            apps: {api: {image: \"acme/api:1\", env: {METRICS: \"http://metrics:9090/\"}}}
            manifests:
              - {apiVersion: v1, kind: Service, metadata: {name: metrics, namespace: monitoring}, spec: {ports: [{port: 9090}]}}
        ",
        "
            error[namespace-mixed]: Deployment/api `spec.template.spec.containers[0].env[0].value`: `metrics` is looked up in the pod's own namespace, but the Service is in `monitoring` (profile `dev`)
              --> kgen.yaml:5:50
               |
            5 | apps: {api: {image: \"acme/api:1\", env: {METRICS: \"http://metrics:9090/\"}}}
               |                                                  ^^^^^^^^^^^^^^^^^^^^^^
            hint: write `metrics.monitoring.svc`
        ",
    );
}

#[test]
fn a_long_name_of_another_namespace() {
    said(
        project(
            "
                namespace: shop
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", env: {METRICS: \"http://metrics.monitoring:9090/\", WORD: metrics}}}
                manifests:
                  - {apiVersion: v1, kind: Service, metadata: {name: metrics, namespace: monitoring}, spec: {ports: [{port: 9090}]}}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

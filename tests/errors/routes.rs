//! Ways in: ingresses and routes.

use super::shop;

#[test]
fn an_ingress_without_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                ingress: {host: a.example.org}
        ",
        "
            error[service-no-pods]: `apps.api` has `ingress` but no Service to send requests to
              --> kgen.yaml:7:21
               |
            7 |     ingress: {host: a.example.org}
               |                     ^^^^^^^^^^^^^
            hint: add `port:`
        ",
    );
}

#[test]
fn an_ingress_where_only_a_sidecar_has_a_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                sidecars: {nginx: {image: acme/nginx:1, port: 8080}}
                ingress: {host: a.example.org}
        ",
        "
            error[service-no-pods]: `apps.api` has `ingress` but no Service to send requests to
              --> kgen.yaml:8:21
               |
            8 |     ingress: {host: a.example.org}
               |                     ^^^^^^^^^^^^^
            hint: add `port:`, or name the sidecar's: `service: {ports: {http: 8080}}`
        ",
    );
}

#[test]
fn an_ingress_without_service() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                service: none
                ingress: {host: a.example.org}
        ",
        "
            error[service-no-pods]: `apps.api` has `ingress` but no Service to send requests to
              --> kgen.yaml:9:21
               |
            9 |     ingress: {host: a.example.org}
               |                     ^^^^^^^^^^^^^
            hint: remove `service: none`
        ",
    );
}

#[test]
fn a_route_without_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                gateway: {parentRefs: [{name: a}]}
        ",
        "
            error[service-no-pods]: `apps.api` has `gateway` but no Service to send requests to
              --> kgen.yaml:7:35
               |
            7 |     gateway: {parentRefs: [{name: a}]}
               |                                   ^
            hint: add `port:`
        ",
    );
}

#[test]
fn a_route_without_gateway() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                gateway: {hostnames: [a.example.org]}
        ",
        "
            error[missing-key]: `gateway` has no `parentRefs`
              --> kgen.yaml:8:27
               |
            8 |     gateway: {hostnames: [a.example.org]}
               |                           ^^^^^^^^^^^^^
            hint: name the Gateway: `parentRefs: [{name: public}]`
        ",
    );
}

#[test]
fn sticky_sessions_of_an_unknown_class() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                ingress: {host: a.example.org, className: alb, stickySessions: true}
        ",
        "
            error[sticky-unknown]: `apps.api` wants sticky sessions, but kgen does not know the annotations of class `alb`
              --> kgen.yaml:8:68
               |
            8 |     ingress: {host: a.example.org, className: alb, stickySessions: true}
               |                                                                    ^^^^
            hint: write the controller's own under `ingress.annotations`, without `stickySessions`
        ",
    );
}

#[test]
fn an_ingress_path_that_is_relative() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                ingress: {host: a.example.org, path: api}
        ",
        "
            error[invalid-path]: Ingress/api `spec.rules[0].http.paths[0].path`: the path `api` must begin with `/` (profile `dev`)
              --> kgen.yaml:8:42
               |
            8 |     ingress: {host: a.example.org, path: api}
               |                                          ^^^
        ",
    );
}

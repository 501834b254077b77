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

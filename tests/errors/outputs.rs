//! Outputs that a component does not have, circles, and references of the wrong kind.

use super::{HEAD, project, refused, shop, text};
use crate::support::Kgen;

#[test]
fn a_mode_without_that_output_in_one_profile() {
    shop(
        "
            profiles: {dev: {}, prod: {redis: {cache: {mode: external}}}}
            secretProvider: existing
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache.host}'}
            redis: {cache: {}}
        ",
        "
            error[dangling-reference]: `redis.cache` in mode `external` has no output `host` (profile `prod`)
              --> kgen.yaml:8:15
               |
            8 |     env: {A: '${redis.cache.host}'}
               |               ^^^^^^^^^^^^^^^^^^^
            hint: it has `url`
        ",
    );
}

#[test]
fn the_port_of_an_app_without_one() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${apps.web.port}'}
              web: {image: acme/web:1}
        ",
        "
            error[dangling-reference]: `apps.web` has no Service: it has no `port`
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${apps.web.port}'}
               |               ^^^^^^^^^^^^^^^^
              ==> kgen.yaml:8:3
               |
            8 |   web: {image: acme/web:1}
               |   ^^^ because of this
            hint: add `port:` to `apps.web`
        ",
    );
}

#[test]
fn the_password_of_a_store_without_one() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache.password}'}
            redis: {cache: {auth: none}}
        ",
        "
            error[dangling-reference]: `redis.cache` has `auth: none`, so it has no password (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     env: {A: '${redis.cache.password}'}
               |               ^^^^^^^^^^^^^^^^^^^^^^^
            hint: remove the reference, or `auth: none`
        ",
    );
}

#[test]
fn configs_in_a_circle() {
    shop(
        "
            profiles: {dev: {}}
            configs:
              a: {x: '${configs.b.y}'}
              b: {y: '${configs.a.x}'}
        ",
        "
            error[reference-cycle]: references go in a circle: configs.a.x -> configs.b.y -> configs.a.x
              --> kgen.yaml:5:11
               |
            5 |   a: {x: '${configs.b.y}'}
               |           ^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn secrets_in_a_circle() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.a.x}'}
            secrets:
              a: {x: 'p${secrets.a.y}', y: 'q${secrets.a.x}'}
        ",
        "
            error[reference-cycle]: references go in a circle: secrets.a.x -> secrets.a.y -> secrets.a.x
              --> kgen.yaml:9:12
               |
            9 |   a: {x: ***${secrets.a.y}', y: ***${secrets.a.x}'}
               |             ^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_namespace_that_is_not_there() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env: {A: '${namespace}'}
        ",
        "
            error[no-namespace]: there is no `namespace` (profiles `dev`, `staging` and `prod`)
              --> kgen.yaml:6:15
               |
            6 |     env: {A: '${namespace}'}
               |               ^^^^^^^^^^^^
            hint: add `namespace: NAME` at the top level or to the profile
        ",
    );
}

#[test]
fn a_host_for_a_number() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                replicas: ${redis.cache.host}
            redis: {cache: {}}
        ",
        "
            error[bad-value]: `apps.api.replicas`: expected an integer from 0, found the string `cache`
              --> kgen.yaml:7:15
               |
            7 |     replicas: ${redis.cache.host}
               |               ^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_file_in_a_text() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
            env: {A: 'x${configs.app.f}'}
        configs: {app: {f: {file: a.txt}}}
    ",
    );
    let kgen = kgen.file("a.txt", &text("x"));
    refused(
        kgen.args(["render"]),
        "
            error[file-here]: key `f` is a file, which can be mounted but not put into a text
              --> kgen.yaml:7:16
               |
            7 |     env: {A: 'x${configs.app.f}'}
               |                ^^^^^^^^^^^^^^^^
              ==> kgen.yaml:8:27
               |
            8 | configs: {app: {f: {file: a.txt}}}
               |                           ^^^^^ because of this
            hint: under `files`, a value that is this one reference mounts it
        ",
    );
}

#[test]
fn env_from_an_unknown_config() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                envFrom: [configs.ap]
            configs: {app: {A: b}}
        ",
        "
            error[dangling-reference]: `envFrom` names no config or secret: `configs.ap`
              --> kgen.yaml:7:15
               |
            7 |     envFrom: [configs.ap]
               |               ^^^^^^^^^^
            hint: did you mean `configs.app`?
            hint: write `configs.NAME` or `secrets.NAME`
        ",
    );
}

#[test]
fn env_from_without_section() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                envFrom: [app]
        ",
        "
            error[dangling-reference]: `envFrom` names no config or secret: `app`
              --> kgen.yaml:7:15
               |
            7 |     envFrom: [app]
               |               ^^^
            hint: write `configs.NAME` or `secrets.NAME`
        ",
    );
}

#[test]
fn wait_for_an_unknown_store() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                waitFor: [postgres.dbb]
            postgres: {db: {}}
        ",
        "
            error[dangling-reference]: `waitFor` names no redis or postgres: `postgres.dbb`
              --> kgen.yaml:7:15
               |
            7 |     waitFor: [postgres.dbb]
               |               ^^^^^^^^^^^^
            hint: did you mean `postgres.db`?
        ",
    );
}

#[test]
fn wait_for_an_app() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                waitFor: [apps.api]
        ",
        "
            error[dangling-reference]: `waitFor` names no redis or postgres: `apps.api`
              --> kgen.yaml:7:15
               |
            7 |     waitFor: [apps.api]
               |               ^^^^^^^^
        ",
    );
}

#[test]
fn a_probe_of_an_unknown_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {httpGet: {path: /, port: htp}}
        ",
        "
            error[dangling-reference]: `apps.api.livenessProbe.httpGet.port` names no port: `htp`
              --> kgen.yaml:8:46
               |
            8 |     livenessProbe: {httpGet: {path: /, port: htp}}
               |                                              ^^^
            hint: did you mean `http`?
        ",
    );
}

#[test]
fn an_ingress_to_an_unknown_port() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                ingress: {host: a.example.org, port: htp}
        ",
        "
            error[dangling-reference]: `apps.api.ingress.port` names no port: `htp`
              --> kgen.yaml:8:42
               |
            8 |     ingress: {host: a.example.org, port: htp}
               |                                          ^^^
            hint: did you mean `http`?
        ",
    );
}

#[test]
fn an_ingress_to_the_port_of_a_sidecar() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                sidecars: {proxy: {image: acme/proxy:1, ports: {web: 8080}}}
                ingress: {host: a.example.org, port: web}
        ",
        "
            error[dangling-reference]: `apps.api.ingress.port` names no port: `web`
              --> kgen.yaml:9:42
               |
            9 |     ingress: {host: a.example.org, port: web}
               |                                          ^^^
            hint: add the sidecar's: `service: {ports: {web: 8080}}`
        ",
    );
}

#[test]
fn a_service_port_of_an_unknown_name() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                service: {ports: {htp: 80}}
        ",
        "
            error[dangling-reference]: `apps.api.service.ports` names no port: `htp`
              --> kgen.yaml:8:23
               |
            8 |     service: {ports: {htp: 80}}
               |                       ^^^
            hint: did you mean `http`?
        ",
    );
}

#[test]
fn references_that_lead_through_too_many_others() {
    let keys: String = (1..34).map(|at| format!(" k{at}: '${{configs.c.k{}}}',", at - 1)).collect();
    let line = format!("configs: {{c: {{k0: x,{keys}}}}}\n");
    let said = Kgen::new().file("kgen.yaml", &format!("{HEAD}{line}")).args(["render"]).said();
    let expected = [
        "error[reference-too-long]: `${configs.c.k0}` leads through too many other references\n",
        "hint: at most 32 behind each other and 1000 in all: refer to what is meant itself",
    ];
    assert!(expected.iter().all(|words| said.stderr.contains(words)), "{}", said.stderr);
    assert_eq!((said.status, said.stderr.matches("error[").count()), (Some(2), 1));
}

#[test]
fn a_text_that_its_references_make_too_large() {
    let half = "x".repeat(600_000);
    let twice = "two: '${configs.c.one} ${configs.c.one}'";
    refused(
        project(&format!("configs:\n  c:\n    one: {half}\n    {twice}\n")).args(["render"]),
        "
            error[too-large]: with what its references stand for this text has more than 1048576 bytes
              --> kgen.yaml:6:10
               |
            6 |     two: '${configs.c.one} ${configs.c.one}'
               |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: neither a ConfigMap nor a Secret takes more
        ",
    );
}

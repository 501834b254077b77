//! Commands of probes and hooks that do not do what they read like.

use super::{project, said, shop};

#[test]
fn a_variable_in_a_probe() {
    shop(
        "
            profiles: {staging: {secretProvider: existing}}
            secrets: {cache: {password: {}}}
            apps:
              api:
                image: acme/api:1
                env: {PASSWORD: '${secrets.cache.password}', URL: 'redis://:${secrets.cache.password}@cache', LEVEL: info}
                startupProbe: {exec: {command: [ask, $(PASSWORD), $(LEVEL)]}}
                readinessProbe: {exec: {command: [ask, --url=$(URL)]}}
        ",
        "
            error[probe-var]: Deployment/api `spec.template.spec.containers[0].startupProbe.exec.command[1]`: `$(PASSWORD)` is the empty string in a probe, which sees no value from elsewhere (profile `staging`)
              --> kgen.yaml:9:42
               |
            9 |     startupProbe: {exec: {command: [ask, $(PASSWORD), $(LEVEL)]}}
               |                                          ^^^^^^^^^^^
            hint: let a shell read it: `[sh, -c, '... \"$PASSWORD\" ...']`

            error[probe-var]: Deployment/api `spec.template.spec.containers[0].readinessProbe.exec.command[1]`: `$(URL)` is put into a probe without the variables that it is made of (profile `staging`)
               --> kgen.yaml:10:44
                |
            10 |     readinessProbe: {exec: {command: [ask, --url=$(URL)]}}
                |                                            ^^^^^^^^^^^^
            hint: let a shell read it: `[sh, -c, '... \"$URL\" ...']`
        ",
    );
}

#[test]
fn a_variable_in_a_hook() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {LEVEL: info}
                lifecycle: {preStop: {exec: {command: [say, $(LEVEL)]}}}
        ",
        "
            error[probe-var]: Deployment/api `spec.template.spec.containers[0].lifecycle.preStop.exec.command[1]`: `$(LEVEL)` stays as it is written in a hook, where no variable is put in (profile `dev`)
              --> kgen.yaml:8:49
               |
            8 |     lifecycle: {preStop: {exec: {command: [say, $(LEVEL)]}}}
               |                                                 ^^^^^^^^
            hint: let a shell read it: `[sh, -c, '... \"$LEVEL\" ...']`
        ",
    );
}

#[test]
fn liveness_of_another_service() {
    let kgen = project(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {DATABASE_URL: 'postgresql://db/app'}
                livenessProbe: {exec: {command: [sh, -c, psql \"$DATABASE_URL\" -c 'SELECT 1']}, timeoutSeconds: 5}
              worker:
                image: acme/api:1
                livenessProbe: {exec: {command: [/usr/bin/mysqladmin, -h, db, ping]}, timeoutSeconds: 5}
        ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[liveness-equals-readiness-remote]: Deployment/api `spec.template.spec.containers[0].livenessProbe.exec.command`: liveness asks another service by `psql`: when that is away, every pod restarts (profile `dev`)
              --> kgen.yaml:8:38
               |
            8 |     livenessProbe: {exec: {command: [sh, -c, psql \"$DATABASE_URL\" -c 'SELECT 1']}, timeoutSeconds: 5}
               |                                      ^^
            hint: let liveness ask the app itself; `waitFor` waits for the service at the start

            warning[liveness-equals-readiness-remote]: Deployment/worker `spec.template.spec.containers[0].livenessProbe.exec.command`: liveness asks another service by `mysqladmin`: when that is away, every pod restarts (profile `dev`)
               --> kgen.yaml:11:38
                |
            11 |     livenessProbe: {exec: {command: [/usr/bin/mysqladmin, -h, db, ping]}, timeoutSeconds: 5}
                |                                      ^^^^^^^^^^^^^^^^^^^
            hint: let liveness ask the app itself; `waitFor` waits for the service at the start
            6 written, 0 removed, 0 unchanged
        ",
    );
}

/// A server's own client, a shell's own `$(...)` and what is escaped are nobody's mistake.
#[test]
fn commands_that_do_what_they_read_like() {
    let kgen = project(
        "
            profiles: {dev: {}}
            secrets: {cache: {password: {}}}
            apps:
              api:
                image: acme/api:1
                env: {PASSWORD: '${secrets.cache.password}', LEVEL: info}
                livenessProbe: {exec: {command: [sh, -c, 'redis-cli -a \"$PASSWORD\" ping; echo $(date)']}, timeoutSeconds: 5}
                readinessProbe: {exec: {command: [say, $(LEVEL), $$(PASSWORD)]}, timeoutSeconds: 5}
                lifecycle: {preStop: {exec: {command: [sh, -c, 'psql -h 127.0.0.1 -c \"$(cat /stop.sql)\"']}}}
        ",
    );
    said(kgen.args(["render"]), "5 written, 0 removed, 0 unchanged\n");
}

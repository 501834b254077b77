//! The times of probes and hooks beside each other, and variables in commands.

use super::{project, said, shop};

#[test]
fn a_command_with_a_second() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [alive]}}}}
            ",
        )
        .args(["render"]),
        "
            warning[probe-timeout]: Deployment/api `spec.template.spec.containers[0].livenessProbe.exec.command`: a command has one second unless said, which a busy node takes to start it (profile `dev`)
              --> kgen.yaml:4:68
               |
            4 | apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [alive]}}}}
               |                                                                    ^^^^^
            hint: add `timeoutSeconds: 5`
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_command_that_is_killed_before_it_answers() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [sh, -c, timeout 5 alive]}, timeoutSeconds: 5}}}
            ",
        )
        .args(["render"]),
        "
            warning[probe-timeout]: Deployment/api `spec.template.spec.containers[0].livenessProbe.timeoutSeconds`: the command waits 5 s, but is killed after 5 s: its own answer never comes (profile `dev`)
              --> kgen.yaml:4:111
               |
            4 | apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [sh, -c, timeout 5 alive]}, timeoutSeconds: 5}}}
               |                                                                                                               ^
            hint: write `timeoutSeconds: 7`
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_command_with_time() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [sh, -c, timeout 5 alive]}, timeoutSeconds: 6}}}
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn liveness_before_readiness() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    port: 8000
                    livenessProbe: {httpGet: /, periodSeconds: 10}
                    readinessProbe: {httpGet: /, initialDelaySeconds: 60}
            ",
        )
        .args(["render"]),
        "
            warning[liveness-too-early]: Deployment/api `spec.template.spec.containers[0].livenessProbe`: it restarts the container after 30 s, but readiness expects it after 60 s only (profile `dev`)
              --> kgen.yaml:8:30
               |
            8 |     livenessProbe: {httpGet: /, periodSeconds: 10}
               |                              ^
            hint: add a `startupProbe` with the time that the start may take: liveness begins after it
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn liveness_behind_a_startup_probe() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    port: 8000
                    startupProbe: {httpGet: /, failureThreshold: 30}
                    livenessProbe: {httpGet: /, periodSeconds: 10}
                    readinessProbe: {httpGet: /, initialDelaySeconds: 60}
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn liveness_of_a_page_elsewhere() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [curl, -f, \"http://db.example.org/health\"]}, timeoutSeconds: 5}}}
            ",
        )
        .args(["render"]),
        "
            warning[liveness-equals-readiness-remote]: Deployment/api `spec.template.spec.containers[0].livenessProbe.exec.command`: liveness asks `db.example.org`: when that is away, every pod restarts (profile `dev`)
              --> kgen.yaml:4:68
               |
            4 | apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [curl, -f, \"http://db.example.org/health\"]}, timeoutSeconds: 5}}}
               |                                                                    ^^^^
            hint: let liveness ask the app itself; `waitFor` waits for the service at the start
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn liveness_of_its_own_page() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", livenessProbe: {exec: {command: [curl, -f, \"http://localhost:8000/health\"]}, timeoutSeconds: 5}}}
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_hook_as_long_as_the_grace_period() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api: {image: \"acme/api:1\", lifecycle: {preStop: {exec: {command: [sh, -c, sleep 20; sleep 10]}}}}
                  web: {image: \"acme/web:1\", terminationGracePeriodSeconds: 10, lifecycle: {preStop: {sleep: {seconds: 15}}}}
            ",
        )
        .args(["render"]),
        "
            warning[grace-too-short]: Deployment/api `spec.template.spec.containers[0].lifecycle.preStop`: it sleeps 30 s of the 30 s that the pod has to end: the process is killed unasked (profile `dev`)
              --> kgen.yaml:5:69
               |
            5 |   api: {image: \"acme/api:1\", lifecycle: {preStop: {exec: {command: [sh, -c, sleep 20; sleep 10]}}}}
               |                                                                     ^^
            hint: write `terminationGracePeriodSeconds: 60`, or sleep less

            warning[grace-too-short]: Deployment/web `spec.template.spec.containers[0].lifecycle.preStop`: it sleeps 15 s of the 10 s that the pod has to end: the process is killed unasked (profile `dev`)
              --> kgen.yaml:6:104
               |
            6 |   web: {image: \"acme/web:1\", terminationGracePeriodSeconds: 10, lifecycle: {preStop: {sleep: {seconds: 15}}}}
               |                                                                                                        ^^
            hint: write `terminationGracePeriodSeconds: 45`, or sleep less
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_hook_within_the_grace_period() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api: {image: \"acme/api:1\", lifecycle: {preStop: {exec: {command: [sleep, \"10\"]}}}}
            ",
        )
        .args(["render"]),
        "
            4 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_secret_in_a_script() {
    shop(
        "
            profiles: {dev: {}}
            secrets: {app: {token: {}}}
            apps:
              api:
                image: acme/api:1
                env: {TOKEN: \"${secrets.app.token}\"}
                command: [sh, -c, \"serve --token $(TOKEN)\"]
        ",
        "
            error[probe-var]: Deployment/api `spec.template.spec.containers[0].command[2]`: the value of `$(TOKEN)` becomes part of the shell's script: a quote in it ends the text, the rest runs (profile `dev`)
              --> kgen.yaml:9:23
               |
            9 |     command: [sh, -c, \"serve --token $(TOKEN)\"]
               |                       ^^^^^^^^^^^^^^^^^^^^^^^^
            hint: let a shell read it: `[sh, -c, '... \"$TOKEN\" ...']`
        ",
    );
}

#[test]
fn an_optional_secret_in_an_argument() {
    shop(
        "
            profiles: {dev: {}}
            secrets: {app: {token: {}}}
            apps:
              api:
                image: acme/api:1
                env: {TOKEN: {ref: \"${secrets.app.token}\", optional: true}}
                args: [--token, $(TOKEN)]
        ",
        "
            error[probe-var]: Deployment/api `spec.template.spec.containers[0].args[1]`: `$(TOKEN)` is optional: without its key, the argument is the text `$(TOKEN)` (profile `dev`)
              --> kgen.yaml:9:21
               |
            9 |     args: [--token, $(TOKEN)]
               |                     ^^^^^^^^
            hint: remove `optional: true`, or let a shell read it
        ",
    );
}

#[test]
fn a_secret_in_an_argument() {
    said(
        project(
            "
                profiles: {dev: {}}
                secrets: {app: {token: {}}}
                apps:
                  api:
                    image: acme/api:1
                    env: {TOKEN: \"${secrets.app.token}\", LEVEL: info}
                    command: [sh, -c, 'serve --level $(LEVEL) \"$TOKEN\" \"$@\"', serve]
                    args: [--token, $(TOKEN)]
            ",
        )
        .args(["render"]),
        "
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn numbers_beyond_all_bounds() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps:
                  api:
                    image: acme/api:1
                    port: 80
                    lifecycle: {preStop: {exec: {command: [sh, -c, sleep 9223372036854775807; sleep 9223372036854775807]}}}
                    livenessProbe: {exec: {command: [timeout, \"9223372036854775807\", x]}, timeoutSeconds: 2147483647, initialDelaySeconds: 2147483647, periodSeconds: 2147483647, failureThreshold: 2147483647}
                    readinessProbe: {httpGet: /, initialDelaySeconds: 1}
            ",
        )
        .args(["render"]),
        "
            warning[grace-too-short]: Deployment/api `spec.template.spec.containers[0].lifecycle.preStop`: it sleeps 9223372036854775807 s of the 30 s that the pod has to end: the process is killed unasked (profile `dev`)
              --> kgen.yaml:8:44
               |
            8 |     lifecycle: {preStop: {exec: {command: [sh, -c, sleep 9223372036854775807; sleep 9223372036854775807]}}}
               |                                            ^^
            hint: write `terminationGracePeriodSeconds: 9223372036854775807`, or sleep less

            warning[probe-timeout]: Deployment/api `spec.template.spec.containers[0].livenessProbe.timeoutSeconds`: the command waits 9223372036854775807 s, but is killed after 2147483647 s: its own answer never comes (profile `dev`)
              --> kgen.yaml:9:91
               |
            9 | ssProbe: {exec: {command: [timeout, \"9223372036854775807\", x]}, timeoutSeconds: 2147483647, initialDelaySeconds: 2147483647, periodSeconds: 2147483647, failureT
               |                                                                                 ^^^^^^^^^^
            hint: write `timeoutSeconds: 9223372036854775807`
            5 written, 0 removed, 0 unchanged
        ",
    );
}

//! What CloudNativePG would refuse, or cannot do.

use super::{project, said, shop};

#[test]
fn docker_s_image_for_cloudnativepg() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg, image: 'postgres:17.5-bookworm'}
        ",
        "
            error[cnpg-image]: `postgres.db`: CloudNativePG does not run the image `postgres:17.5-bookworm`, whose user and tools are not its own (profile `dev`)
              --> kgen.yaml:5:27
               |
            5 |   db: {mode: cnpg, image: 'postgres:17.5-bookworm'}
               |                           ^^^^^^^^^^^^^^^^^^^^^^^^
            hint: write `image: ghcr.io/cloudnative-pg/postgresql:17.5-system-bookworm` beside `mode: cnpg`
        ",
    );
}

#[test]
fn an_image_of_the_server_in_a_profile_of_the_operator() {
    shop(
        "
            profiles: {dev: {}, prod: {postgres: {db: {mode: cnpg}}}}
            postgres:
              db: {image: 'docker.io/library/postgres:16'}
        ",
        "
            error[cnpg-image]: `postgres.db`: CloudNativePG does not run the image `docker.io/library/postgres:16`, whose user and tools are not its own (profile `prod`)
              --> kgen.yaml:5:15
               |
            5 |   db: {image: 'docker.io/library/postgres:16'}
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: write `image: ghcr.io/cloudnative-pg/postgresql:16-system-trixie` beside `mode: cnpg`
        ",
    );
}

#[test]
fn the_operator_s_image_for_a_single_server() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {image: 'ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie'}
        ",
        "
            error[postgres-image]: `postgres.db` is standalone, and the image `ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie` starts no server by itself (profile `dev`)
              --> kgen.yaml:5:15
               |
            5 |   db: {image: 'ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie'}
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: it is CloudNativePG's: write `image: postgres:18-trixie` here, or `mode: cnpg`
        ",
    );
}

#[test]
fn two_instances_are_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {}}
        postgres:
          db: {mode: cnpg, instances: 2}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[cnpg-two]: `postgres.db` has two instances: a failover may lose the last transactions (profile `dev`)
              --> kgen.yaml:5:31
               |
            5 |   db: {mode: cnpg, instances: 2}
               |                               ^
            hint: with three, each commit is on two instances before it is confirmed; with two, to wait for the replica would stop all writes when it is lost
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn parameters_that_the_operator_keeps() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                config: {archive_mode: 'on', work_mem: 8MB, recovery_target_time: now}
        ",
        "
            error[cnpg-parameter]: `postgres.db.config.archive_mode` is a parameter that CloudNativePG keeps for itself (profile `dev`)
              --> kgen.yaml:7:28
               |
            7 |     config: {archive_mode: 'on', work_mem: 8MB, recovery_target_time: now}
               |                            ^^^^
            hint: remove it (in a profile: `null`)

            error[cnpg-parameter]: `postgres.db.config.recovery_target_time` is a parameter that CloudNativePG keeps for itself (profile `dev`)
              --> kgen.yaml:7:71
               |
            7 |     config: {archive_mode: 'on', work_mem: 8MB, recovery_target_time: now}
               |                                                                       ^^^
            hint: remove it (in a profile: `null`)
        ",
    );
}

#[test]
fn a_name_that_the_operator_cannot_use() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              1st: {mode: cnpg}
              a-cluster-with-a-name-of-more-than-fifty-characters: {mode: cnpg}
        ",
        "
            error[cnpg-name]: the name of `postgres.1st` must begin with a letter: the operator makes Services of it
              --> kgen.yaml:5:3
               |
            5 |   1st: {mode: cnpg}
               |   ^^^
            hint: rename it

            error[cnpg-name]: the name of `postgres.a-cluster-with-a-name-of-more-than-fifty-characters` has 51 characters, 50 are allowed: the operator makes Services of it
              --> kgen.yaml:6:3
               |
            6 |   a-cluster-with-a-name-of-more-than-fifty-characters: {mode: cnpg}
               |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: rename it
        ",
    );
}

#[test]
fn names_that_the_operator_gives() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg}
            apps:
              db-rw: {image: 'acme/api:1', port: 80}
            secrets:
              db-app: {token: {}}
        ",
        "
            error[duplicate-name]: `apps.db-rw` has the name of what the operator makes for `postgres.db`
              --> kgen.yaml:7:3
               |
            7 |   db-rw: {image: 'acme/api:1', port: 80}
               |   ^^^^^
              ==> kgen.yaml:5:3
               |
            5 |   db: {mode: cnpg}
               |   ^^ of this
            hint: rename one of the two

            error[duplicate-name]: `secrets.db-app` has the name of what the operator makes for `postgres.db`
              --> kgen.yaml:9:3
               |
            9 |   db-app: {token: {}}
               |   ^^^^^^
              ==> kgen.yaml:5:3
               |
            5 |   db: {mode: cnpg}
               |   ^^ of this
            hint: rename one of the two
        ",
    );
}

#[test]
fn an_owner_s_password_that_nobody_puts_into_one_secret() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            postgres:
              db: {mode: cnpg, password: '${secrets.db.pw}'}
            secrets: {db: {pw: {}}}
        ",
        "
            error[cnpg-owner]: CloudNativePG takes the owner of `postgres.db` from one Secret with the keys `username` and `password`, which nobody creates here (profile `prod`)
              --> kgen.yaml:5:30
               |
            5 |   db: {mode: cnpg, password: '${secrets.db.pw}'}
               |                              ^^^^^^^^^^^^^^^^^^
            hint: declare both, `secrets: {NAME: {username: {}, password: {}}}`, and write `password: ${secrets.NAME.password}`
            hint: or remove `password`: the operator makes one, and `url` is taken from its Secret
        ",
    );
}

#[test]
fn the_operator_s_url_in_another_url() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg}
            apps:
              api:
                image: acme/api:1
                env: {PROXY: 'https://proxy.example.org/?to=${postgres.db.url}'}
        ",
        "
            error[operator-url]: `PROXY` holds a URL that CloudNativePG delivers inside another URL, which nobody can encode
              --> kgen.yaml:9:18
               |
            9 |     env: {PROXY: 'https://proxy.example.org/?to=${postgres.db.url}'}
               |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: give the app the two as variables of their own, or the URL's parts (`host`, `user`, ...)
        ",
    );
}

#[test]
fn the_operator_s_url_in_a_file() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg}
            apps:
              api:
                image: acme/api:1
                files: {/etc/app.conf: 'url = ${postgres.db.url}'}
        ",
        "
            error[file-composed]: file `/etc/app.conf` of `apps.api` is composed of what CloudNativePG delivers, which no provider can deliver as a file
              --> kgen.yaml:9:28
               |
            9 |     files: {/etc/app.conf: 'url = ${postgres.db.url}'}
               |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: mount the value alone, or give it to the app as a variable
        ",
    );
}

#[test]
fn the_operator_s_own_role() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg, user: streaming_replica}
        ",
        "
            error[postgres-reserved]: `postgres.db` cannot have the role `streaming_replica`, which is CloudNativePG's own
              --> kgen.yaml:5:26
               |
            5 |   db: {mode: cnpg, user: streaming_replica}
               |                          ^^^^^^^^^^^^^^^^^
            hint: the app gets a role and a database of its own; leave it out for `app`
        ",
    );
}

#[test]
fn a_cluster_without_size() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {mode: cnpg, storage: {size: null}}
        ",
        "
            error[missing-key]: `postgres.db.storage` has no `size`
              --> kgen.yaml:5:3
               |
            5 |   db: {mode: cnpg, storage: {size: null}}
               |   ^^
            hint: add `storage: 10Gi`
        ",
    );
}

#[test]
fn a_cluster_s_backup_to_a_volume() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {volume: 20Gi}}
        ",
        "
            error[cnpg-backup]: `postgres.db.backup.to.volume`: CloudNativePG backs up to object storage only (profile `dev`)
              --> kgen.yaml:7:50
               |
            7 |     backup: {schedule: '0 2 * * *', to: {volume: 20Gi}}
               |                                                  ^^^^
            hint: a claim is of one pod, and the log is archived by whichever instance is the primary
            hint: write `to: {s3: {bucket: NAME}}`
        ",
    );
}

#[test]
fn a_bucket_without_name() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {s3: {region: eu-central-1}}}
        ",
        "
            error[missing-key]: `postgres.db.backup.to.s3` has no `bucket`
              --> kgen.yaml:7:55
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {region: eu-central-1}}}
               |                                                       ^^^^^^^^^^^^
            hint: add `bucket: NAME`; it must exist
        ",
    );
}

#[test]
fn a_bucket_of_no_name() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {s3: {bucket: My_Bucket, prefix: /a, endpoint: minio, region: 'eu central'}}}
        ",
        "
            error[bad-value]: `postgres.db.backup.to.s3.bucket`: expected 3 to 63 lower case letters, digits, `-` and `.`, found `My_Bucket`
              --> kgen.yaml:7:55
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: My_Bucket, prefix: /a, endpoint: minio, region: 'eu central'}}}
               |                                                       ^^^^^^^^^

            error[bad-value]: `postgres.db.backup.to.s3.prefix`: expected folders such as `backups/db`, found `/a`
              --> kgen.yaml:7:74
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: My_Bucket, prefix: /a, endpoint: minio, region: 'eu central'}}}
               |                                                                          ^^

            error[bad-value]: `postgres.db.backup.to.s3.endpoint`: expected a URL such as `https://minio.example.org:9000`, found `minio`
              --> kgen.yaml:7:88
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: My_Bucket, prefix: /a, endpoint: minio, region: 'eu central'}}}
               |                                                                                        ^^^^^

            error[bad-value]: `postgres.db.backup.to.s3.region`: expected letters, digits and `-`, found `eu central`
              --> kgen.yaml:7:103
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: My_Bucket, prefix: /a, endpoint: minio, region: 'eu central'}}}
               |                                                                                                       ^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_key_of_s3_that_is_spelled_out() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, accessKeyId: AKIAcanary, secretAccessKey: 's3cr3tcanary'}}}
        ",
        "
            error[password-literal]: `postgres.db.backup.to.s3.accessKeyId` must name a secret
              --> kgen.yaml:7:75
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, accessKeyId: ***, secretAccessKey: ***}}}
               |                                                                           ^^^
            hint: declare it under `secrets` and write `${secrets.NAME.KEY}`

            error[password-literal]: `postgres.db.backup.to.s3.secretAccessKey` must name a secret
              --> kgen.yaml:7:104
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, accessKeyId: ***, secretAccessKey: ***}}}
               |                                                                                                 ^^^
            hint: declare it under `secrets` and write `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_key_of_s3_that_is_composed() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, accessKeyId: 'A${secrets.s3.id}', secretAccessKey: '${secrets.s3.key}'}}}
            secrets: {s3: {id: {}, key: {}}}
        ",
        "
            error[password-composed]: `postgres.db.backup.to.s3.accessKeyId` is composed, and must be one key of a Secret
              --> kgen.yaml:7:75
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, accessKeyId: ***${secrets.s3.id}', secretAccessKey: '${secrets.s3.key}'}}}
               |                                                                           ^^^^^^^^^^^^^^^^^^^^
            hint: name one key: `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn an_unknown_word_of_s3() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, regoin: eu-central-1}}}
        ",
        "
            error[unknown-key]: unknown key `regoin` in `postgres.db.backup.to.s3`
              --> kgen.yaml:7:62
               |
            7 |     backup: {schedule: '0 2 * * *', to: {s3: {bucket: dumps, regoin: ***}}}
               |                                                              ^^^^^^
            hint: did you mean `region`?
        ",
    );
}

//! What a backup must say.

use super::shop;

#[test]
fn a_backup_without_schedule_and_target() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {retain: 3}
        ",
        "
            error[missing-key]: `postgres.db.backup` has no `schedule`
              --> kgen.yaml:6:14
               |
            6 |     backup: {retain: 3}
               |              ^^^^^^
            hint: add `schedule: \"0 2 * * *\"`

            error[missing-key]: `postgres.db.backup` has no `to`
              --> kgen.yaml:6:14
               |
            6 |     backup: {retain: 3}
               |              ^^^^^^
            hint: add `to: {volume: 20Gi}` or `to: {s3: {bucket: NAME}}`
        ",
    );
}

#[test]
fn a_backup_to_nowhere() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {}}
        ",
        "
            error[missing-key]: `postgres.db.backup` has no `to`
              --> kgen.yaml:6:14
               |
            6 |     backup: {schedule: '0 2 * * *', to: {}}
               |              ^^^^^^^^
            hint: add `to: {volume: 20Gi}` or `to: {s3: {bucket: NAME}}`
        ",
    );
}

#[test]
fn a_backup_to_two_places() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {volume: 1Gi, s3: {bucket: dumps}}}
        ",
        "
            error[exclusive-keys]: `volume` and `s3` exclude each other in `postgres.db.backup.to`
              --> kgen.yaml:6:55
               |
            6 |     backup: {schedule: '0 2 * * *', to: {volume: 1Gi, s3: {bucket: dumps}}}
               |                                                       ^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn a_backup_volume_without_size() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {volume: {storageClassName: fast}}}
        ",
        "
            error[missing-key]: `postgres.db.backup.to.volume` has no `size`
              --> kgen.yaml:6:69
               |
            6 |     backup: {schedule: '0 2 * * *', to: {volume: {storageClassName: fast}}}
               |                                                                     ^^^^
            hint: add `size: 20Gi`, or `claim: NAME` for one that exists
        ",
    );
}

#[test]
fn a_backup_volume_of_no_size() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {volume: lots}}
        ",
        "
            error[bad-value]: `postgres.db.backup.to.volume`: must begin with a number, as in `500m` or `1.5Gi`
              --> kgen.yaml:6:50
               |
            6 |     backup: {schedule: '0 2 * * *', to: {volume: lots}}
               |                                                  ^^^^
        ",
    );
}

#[test]
fn an_unknown_backup_target() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {volum: 1Gi}}
        ",
        "
            error[unknown-key]: unknown key `volum` in `postgres.db.backup.to`
              --> kgen.yaml:6:42
               |
            6 |     backup: {schedule: '0 2 * * *', to: {volum: ***}}
               |                                          ^^^^^
            hint: did you mean `volume`?
        ",
    );
}

#[test]
fn seconds_for_a_cron_job() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 0 2 * * *', to: {volume: 1Gi}}
        ",
        "
            error[bad-value]: `postgres.db.backup.schedule`: must have five fields (minute, hour, day of the month, month, day of the week), but has 6
              --> kgen.yaml:6:24
               |
            6 |     backup: {schedule: '0 0 2 * * *', to: {volume: 1Gi}}
               |                        ^^^^^^^^^^^^^
            hint: a CronJob counts no seconds; only `mode: cnpg` does
        ",
    );
}

#[test]
fn a_backup_at_no_time() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 25 * * *', to: {volume: 1Gi}}
        ",
        "
            error[bad-value]: `postgres.db.backup.schedule`: has the hour `25`, which is not from 0 to 23
              --> kgen.yaml:6:24
               |
            6 |     backup: {schedule: '0 25 * * *', to: {volume: 1Gi}}
               |                        ^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_backup_of_an_external_database() {
    shop(
        "
            profiles: {dev: {}, prod: {secretProvider: existing, postgres: {db: {mode: external}}}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {volume: 1Gi}}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: external`, which has no use for `backup` (profile `prod`)
              --> kgen.yaml:6:24
               |
            6 |     backup: {schedule: '0 2 * * *', to: {volume: 1Gi}}
               |                        ^^^^^^^^^^^
            hint: its provider makes them; write `backup: none` in this profile
        ",
    );
}

#[test]
fn a_backup_name_that_is_too_long() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              a-database-with-a-name-of-more-than-forty-five-letters:
                backup: {schedule: '0 2 * * *', to: {volume: 1Gi}}
        ",
        "
            error[name-too-long]: StatefulSet/a-database-with-a-name-of-more-than-forty-five-letters `metadata.name`: the name `a-database-with-a-name-of-more-than-forty-five-letters` has 54 characters, 52 are allowed: the label `controller-revision-hash` of its pods appends eleven characters (profile `dev`)
              --> kgen.yaml:5:3
               |
            5 |   a-database-with-a-name-of-more-than-forty-five-letters:
               |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: shorten the component's or the project's name

            error[name-too-long]: CronJob/a-database-with-a-name-of-more-than-forty-five-letters-backup `metadata.name`: the name `a-database-with-a-name-of-more-than-forty-five-letters-backup` has 61 characters, 52 are allowed: each run appends eleven characters (profile `dev`)
              --> kgen.yaml:5:3
               |
            5 |   a-database-with-a-name-of-more-than-forty-five-letters:
               |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: shorten the component's or the project's name
        ",
    );
}

#[test]
fn a_dump_to_a_bucket_without_name() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                backup: {schedule: '0 2 * * *', to: {s3: {prefix: dumps}}}
        ",
        "
            error[missing-key]: `postgres.db.backup.to.s3` has no `bucket`
              --> kgen.yaml:6:55
               |
            6 |     backup: {schedule: '0 2 * * *', to: {s3: {prefix: dumps}}}
               |                                                       ^^^^^
            hint: add `bucket: NAME`; it must exist
        ",
    );
}

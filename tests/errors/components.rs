//! What a component needs, may not be, and cannot be yet.

use super::{project, said, shop};

#[test]
fn an_app_without_image() {
    shop(
        "
            apps:
              api: {port: 80}
        ",
        "
            error[missing-key]: `apps.api` has no `image`
              --> kgen.yaml:4:3
               |
            4 |   api: {port: 80}
               |   ^^^
            hint: add `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_job_without_image() {
    shop(
        "
            profiles: {dev: {}}
            jobs:
              m: {command: [a]}
        ",
        "
            error[missing-key]: `jobs.m` has no `image`
              --> kgen.yaml:5:3
               |
            5 |   m: {command: [a]}
               |   ^
            hint: add `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_sidecar_without_image() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                sidecars: {proxy: {port: 1}}
        ",
        "
            error[missing-key]: `apps.api.sidecars.proxy` has no `image`
              --> kgen.yaml:7:16
               |
            7 |     sidecars: {proxy: {port: 1}}
               |                ^^^^^
            hint: add `image: registry/name:tag`
        ",
    );
}

#[test]
fn an_image_without_tag() {
    shop(
        "
            apps:
              api: {image: acme/api}
        ",
        "
            warning[image-latest]: image `acme/api` of `apps.api` has no tag (profile `dev`)
              --> kgen.yaml:4:16
               |
            4 |   api: {image: acme/api}
               |                ^^^^^^^^
            hint: name a version: what runs must be what was reviewed

            error[image-latest]: image `acme/api` of `apps.api` has no tag (profiles `staging` and `prod`)
              --> kgen.yaml:4:16
               |
            4 |   api: {image: acme/api}
               |                ^^^^^^^^
            hint: name a version: what runs must be what was reviewed
        ",
    );
}

#[test]
fn the_tag_latest_in_prod() {
    shop(
        "
            profiles: {prod: {}}
            apps:
              api: {image: 'acme/api:latest'}
        ",
        "
            error[image-latest]: image `acme/api:latest` of `apps.api` has the tag `latest` (profile `prod`)
              --> kgen.yaml:5:16
               |
            5 |   api: {image: 'acme/api:latest'}
               |                ^^^^^^^^^^^^^^^^^
            hint: name a version: what runs must be what was reviewed
        ",
    );
}

#[test]
fn the_tag_latest_in_dev_is_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api: {image: 'acme/api:latest'}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[image-latest]: image `acme/api:latest` of `apps.api` has the tag `latest` (profile `dev`)
              --> kgen.yaml:5:16
               |
            5 |   api: {image: 'acme/api:latest'}
               |                ^^^^^^^^^^^^^^^^^
            hint: name a version: what runs must be what was reviewed
            4 written, 0 removed, 0 unchanged
        ",
    );
}

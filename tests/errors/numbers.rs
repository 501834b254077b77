//! Numbers out of range, and the forms of Kubernetes' shapes.

use super::shop;

#[test]
fn a_port_out_of_range() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80800
        ",
        "
            error[bad-value]: `apps.api.port`: expected an integer from 1 to 65535, found `80800`
              --> kgen.yaml:6:11
               |
            6 |     port: 80800
               |           ^^^^^
        ",
    );
}

#[test]
fn port_zero() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 0
        ",
        "
            error[bad-value]: `apps.api.port`: expected an integer from 1 to 65535, found `0`
              --> kgen.yaml:6:11
               |
            6 |     port: 0
               |           ^
        ",
    );
}

#[test]
fn fewer_than_no_replicas() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: -1
        ",
        "
            error[bad-value]: `apps.api.replicas`: expected an integer from 0, found `-1`
              --> kgen.yaml:6:15
               |
            6 |     replicas: -1
               |               ^^
        ",
    );
}

#[test]
fn more_replicas_than_fit() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: 99999999999
        ",
        "
            error[bad-value]: `apps.api.replicas`: expected an integer from 0, found `99999999999`
              --> kgen.yaml:6:15
               |
            6 |     replicas: 99999999999
               |               ^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_map_for_a_list_of_kubernetes() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                tolerations: {key: a}
        ",
        "
            error[wrong-type]: `apps.api.tolerations`: expected a list (Kubernetes Toleration list), found a map
              --> kgen.yaml:6:18
               |
            6 |     tolerations: {key: a}
               |                  ^
            hint: write a list: `[{...}]`
        ",
    );
}

#[test]
fn a_list_for_a_map_of_kubernetes() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                affinity: [a]
        ",
        "
            error[wrong-type]: `apps.api.affinity`: expected a map (Affinity), found a list
              --> kgen.yaml:6:15
               |
            6 |     affinity: [a]
               |               ^
        ",
    );
}

#[test]
fn a_word_for_a_map_of_kubernetes() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                affinity: none
        ",
        "
            error[wrong-type]: `apps.api.affinity`: expected a map (Affinity), found a string
              --> kgen.yaml:6:15
               |
            6 |     affinity: ***
               |               ^^^
        ",
    );
}

//! What delivers the profiles.

use super::shop;

#[test]
fn an_applicationset_without_repository() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {argocd: {}}
        ",
        "
            error[missing-key]: `delivery.argocd` has no `repoURL`
              --> kgen.yaml:5:12
               |
            5 | delivery: {argocd: {}}
               |            ^^^^^^
            hint: name the repository that the tree is in: `repoURL: https://git.example.org/shop.git`
        ",
    );
}

#[test]
fn delivered_without_namespace() {
    shop(
        "
            profiles: {dev: {}, prod: {namespace: shop}}
            delivery: {flux: {}}
        ",
        "
            error[no-namespace]: what is delivered needs a namespace, and there is none (profile `dev`)
              --> kgen.yaml:4:12
               |
            4 | delivery: {flux: {}}
               |            ^^^^
            hint: add `namespace: NAME`
        ",
    );
}

#[test]
fn two_profiles_in_one_place() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}, prod: {}}
            delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\"}}
        ",
        "
            error[delivery-target]: `dev` and `prod` are delivered to one namespace, `shop`, of one cluster
              --> kgen.yaml:5:12
               |
            5 | delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\"}}
               |            ^^^^^^
            hint: they would undo each other: give each a cluster or a `namespace` of its own; `delivery: null` in a profile leaves it out
        ",
    );
}

#[test]
fn two_profiles_in_one_place_of_flux() {
    shop(
        "
            namespace: shop
            delivery: {flux: {kubeConfig: {secretRef: cluster}}}
            profiles: {dev: {}, prod: {}}
        ",
        "
            error[delivery-target]: `dev` and `prod` are delivered to one namespace, `shop`, of one cluster
              --> kgen.yaml:4:12
               |
            4 | delivery: {flux: {kubeConfig: {secretRef: cluster}}}
               |            ^^^^
            hint: they would undo each other: give each a cluster or a `namespace` of its own; `delivery: null` in a profile leaves it out
        ",
    );
}

#[test]
fn an_applicationset_in_two_namespaces() {
    shop(
        "
            namespace: shop-${profile}
            delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\"}}
            profiles:
              dev: {}
              prod: {delivery: {argocd: {namespace: gitops}}}
        ",
        "
            error[one-output]: `delivery.argocd.namespace` differs between profiles, but one ApplicationSet has them all
              --> kgen.yaml:7:41
               |
            7 |   prod: {delivery: {argocd: {namespace: gitops}}}
               |                                         ^^^^^^
            hint: write it at the top level only
        ",
    );
}

#[test]
fn health_checks_that_nobody_waits_for() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery:
              flux:
                healthChecks: [{kind: Deployment, name: api}]
        ",
        "
            error[delivery-ignored]: Flux takes no notice of `healthChecks` with `wait: true`, which waits for all objects (profile `dev`)
              --> kgen.yaml:7:27
               |
            7 |     healthChecks: [{kind: Deployment, name: api}]
               |                           ^^^^^^^^^^
            hint: remove them, or write `wait: false`
        ",
    );
}

#[test]
fn a_key_for_nothing() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {flux: {decryption: {secretRef: keys}}}
        ",
        "
            error[delivery-ignored]: there is nothing to decrypt: no secret has `secretProvider: sops` (profile `dev`)
              --> kgen.yaml:5:43
               |
            5 | delivery: {flux: {decryption: {secretRef: keys}}}
               |                                           ^^^^
            hint: move `decryption` to the profiles that use SOPS
        ",
    );
}

#[test]
fn sops_and_argo_cd() {
    let kgen = super::project(
        "
        namespace: shop
        profiles: {prod: {secretProvider: {sops: {}}}}
        secrets: {sentry: {dsn: {}}}
        apps: {api: {image: a/b:1, replicas: 2, env: {DSN: \"${secrets.sentry.dsn}\"}}}
        delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\"}}
    ",
    );
    let file = include_str!("../../golden/delivery-flux/secrets/prod/sentry.sops.yaml");
    super::refused(
        kgen.file("secrets/prod/sentry.sops.yaml", file).args(["render"]),
        "
            error[delivery-sops]: Argo CD does not decrypt the files of `secretProvider: sops` (profile `prod`)
              --> kgen.yaml:7:12
               |
            7 | delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\"}}
               |            ^^^^^^
            hint: Flux does: `delivery: {flux: {}}`; or take another provider, `sealed` or `external`
        ",
    );
}

#[test]
fn a_profile_called_delivery() {
    shop(
        "
            namespace: shop
            profiles: {delivery: {preset: dev}}
            delivery: {flux: {}}
        ",
        "
            error[delivery-profile]: a profile is called `delivery`, as the folder of what delivers the tree
              --> kgen.yaml:5:1
               |
            5 | delivery: {flux: {}}
               | ^^^^^^^^
            hint: rename the profile
        ",
    );
}

#[test]
fn an_interval_that_flux_does_not_take() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {flux: {interval: 10}}
        ",
        "
            error[wrong-type]: `delivery.flux.interval`: expected a duration such as `10m`, found a number
              --> kgen.yaml:5:29
               |
            5 | delivery: {flux: {interval: 10}}
               |                             ^^
            hint: quote it: \"10\"
        ",
    );
}

#[test]
fn an_interval_without_unit() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {flux: {interval: 1h30}}
        ",
        "
            error[bad-value]: `delivery.flux.interval`: expected a duration such as `10m`, found `1h30`
              --> kgen.yaml:5:29
               |
            5 | delivery: {flux: {interval: 1h30}}
               |                             ^^^^
        ",
    );
}

#[test]
fn a_repository_that_is_none() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {argocd: {repoURL: \"the repo\"}}
        ",
        "
            error[bad-value]: `delivery.argocd.repoURL`: expected a URL, found `the repo`
              --> kgen.yaml:5:30
               |
            5 | delivery: {argocd: {repoURL: \"the repo\"}}
               |                              ^^^^^^^^^^
        ",
    );
}

#[test]
fn an_unknown_sync_option() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\", syncPolicy: {syncOptions: {PrunLast: true}}}}
        ",
        "
            error[unknown-key]: unknown key `PrunLast` in `delivery.argocd.syncPolicy.syncOptions`
              --> kgen.yaml:5:93
               |
            5 | delivery: {argocd: {repoURL: \"https://git.example.org/shop.git\", syncPolicy: {syncOptions: {PrunLast: true}}}}
               |                                                                                             ^^^^^^^^
            hint: did you mean `PruneLast`?
        ",
    );
}

#[test]
fn a_field_that_the_crd_does_not_have() {
    shop(
        "
            namespace: shop
            profiles: {dev: {}}
            delivery: {flux: {wait: false, healthChecks: [{kind: Deployment, nam: api}]}}
        ",
        "
            error[missing-field]: Kustomization/shop-dev `spec.healthChecks[0].name`: the required field `name` is missing
              --> kgen.yaml:5:54
               |
            5 | delivery: {flux: {wait: false, healthChecks: [{kind: Deployment, nam: api}]}}
               |                                                      ^^^^^^^^^^

            error[unknown-field]: Kustomization/shop-dev `spec.healthChecks[0].nam`: unknown field `nam`
              --> kgen.yaml:5:66
               |
            5 | delivery: {flux: {wait: false, healthChecks: [{kind: Deployment, nam: api}]}}
               |                                                                  ^^^
            hint: did you mean `name`?
        ",
    );
}

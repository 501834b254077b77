//! Fields that the API refuses to change: the object must be deleted and made anew.
//!
//! Owns: the table. Sources are functions of Kubernetes 1.34, `pkg/apis/*/validation` and `pkg/registry/*/strategy.go`.

use super::{Case, Rule, always, begins};
use crate::diff::Impact::{Live, Recreate};
use crate::diff::pairing::How;
use crate::resource::Body;
use crate::tree::Tree;

/// A Job with a hash in its name is another Job, not a changed one.
fn same_name(case: &Case) -> bool {
    case.how == How::Name
}

fn was_immutable(case: &Case) -> bool {
    same_name(case) && case.old.get("immutable").and_then(Tree::as_bool) == Some(true)
}

/// A Job that has not begun: its pods may still be sent elsewhere.
fn is_waiting(case: &Case) -> bool {
    const MAY: [&str; 7] = [
        "spec.template.spec.containers.*.resources",
        "spec.template.spec.nodeSelector",
        "spec.template.spec.affinity",
        "spec.template.spec.tolerations",
        "spec.template.spec.schedulingGates",
        "spec.template.metadata.labels",
        "spec.template.metadata.annotations",
    ];
    let waits = |object: &Body| object.at(&["spec", "suspend"]).and_then(Tree::as_bool) == Some(true);
    waits(case.old) && MAY.iter().any(|start| begins(&case.at, start))
}

/// An indexed Job grows and shrinks where both of its numbers do: `validateCompletions` of `pkg/apis/batch/validation`.
fn is_elastic(case: &Case) -> bool {
    let word = |key: &str| case.new.at(&["spec", key]).map(ToString::to_string);
    case.at == ["spec", "completions"]
        && word("completionMode").as_deref() == Some("Indexed")
        && word("completions") == word("parallelism")
}

/// What the server writes into a claim template.
fn is_status(case: &Case) -> bool {
    case.at.get(3) == Some(&"status") && (case.found.old.is_none() || case.found.new.is_none())
}

pub static RULES: &[Rule] = &[
    // `defaultOnRead` and the defaults of an update in `pkg/registry/core/service/storage`: what is not said is copied from
    // what is there.
    Rule {
        id: "service-keeps",
        impact: Live,
        text: "the server keeps it where it is only left out, in silence: write what it should be",
        kinds: &["Service"],
        at: &["spec.ipFamilyPolicy", "spec.ipFamilies"],
        when: |case| case.found.new.is_none(),
    },
    // Measured on 1.36: the defaults of `rollingUpdate` stay beside the new type; ValidateDeploymentStrategy,
    // ValidateStatefulSetSpec: "may not be specified when strategy `type` is ...".
    Rule {
        id: "strategy-stays",
        impact: Recreate,
        text: "the API refuses it, as the old strategy's `rollingUpdate` is the server's and stays: take it away by \
               `kubectl patch` first, or apply without `--server-side` (a Deployment)",
        kinds: &["Deployment", "StatefulSet"],
        at: &["spec.strategy", "spec.updateStrategy"],
        when: |case| {
            let of = |object: &Body, key: &str| {
                let strategy = ["strategy", "updateStrategy"].iter().find_map(|name| object.at(&["spec", name]));
                strategy.and_then(|strategy| strategy.get(key)).map(ToString::to_string)
            };
            let other = |object: &Body| matches!(of(object, "type").as_deref(), Some("Recreate" | "OnDelete"));
            other(case.new) && !other(case.old) && of(case.old, "rollingUpdate").is_none()
        },
    },
    // Measured on 1.36, under both kinds of apply: what was merged into `data` has no owner.
    Rule {
        id: "secret-keeps",
        impact: Live,
        text: "a key taken out of `stringData` stays in the cluster, in silence: write `data`, or delete the Secret first",
        kinds: &["Secret"],
        at: &["stringData"],
        when: |case| case.found.new.is_none(),
    },
    // Measured on 1.36: the deprecated `serviceAccount` restores it.
    Rule {
        id: "account-kept",
        impact: Live,
        text: "the server keeps the old account where it is only left out, in silence: write `serviceAccountName: default`",
        kinds: &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"],
        at: &["spec.template.spec.serviceAccountName", "spec.jobTemplate.spec.template.spec.serviceAccountName"],
        when: |case| case.found.new.is_none(),
    },
    // deploymentStrategy.ValidateUpdate, daemonSetStrategy, rsStrategy: ValidateImmutableField(spec.selector).
    Rule {
        id: "selector",
        impact: Recreate,
        text: "a selector never changes: the object is deleted and made anew, with all its pods",
        kinds: &["Deployment", "DaemonSet", "ReplicaSet"],
        at: &["spec.selector"],
        when: always,
    },
    // ValidateStatefulSetUpdate: "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',
    // 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden".
    Rule {
        id: "claim-template-grows",
        impact: Recreate,
        text: "no data is lost: grow the claims, then `kubectl delete --cascade=orphan` the set and apply again",
        kinds: &["StatefulSet"],
        at: &["spec.volumeClaimTemplates.*.spec.resources.requests.storage"],
        when: always,
    },
    Rule {
        id: "claim-template",
        impact: Recreate,
        text: "claim templates never change: the set is made anew (`--cascade=orphan` keeps its pods); claims that exist stay as they are",
        kinds: &["StatefulSet"],
        at: &["spec.volumeClaimTemplates"],
        when: |case| !is_status(case),
    },
    Rule {
        id: "statefulset-spec",
        impact: Recreate,
        text: "the API refuses it: `kubectl delete --cascade=orphan` the set and apply again; its claims stay",
        kinds: &["StatefulSet"],
        at: &["spec"],
        when: |case| {
            const MAY: [&str; 7] = [
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
                "revisionHistoryLimit",
            ];
            !is_status(case) && case.at.get(1).is_none_or(|key| !MAY.contains(key))
        },
    },
    // ValidateServiceUpdate, ValidateServiceClusterIPsRelatedFields: the primary address is kept unless the old or the new
    // type is ExternalName.
    Rule {
        id: "cluster-ip",
        impact: Recreate,
        text: "a Service keeps its address, or its lack of one: an apply without it changes nothing, in silence; delete the Service first",
        kinds: &["Service"],
        at: &["spec.clusterIP", "spec.clusterIPs"],
        when: |case| {
            let external = |object: &Body| object.at(&["spec", "type"]).and_then(Tree::as_str) == Some("ExternalName");
            !external(case.old) && !external(case.new)
        },
    },
    // ValidateServiceClusterIPsRelatedFields: the primary family may not change.
    Rule {
        id: "ip-family",
        impact: Recreate,
        text: "the first address family of a Service never changes",
        kinds: &["Service"],
        at: &["spec.ipFamilies"],
        when: |case| {
            let first = |object: &Body| {
                let list = object.at(&["spec", "ipFamilies"]).and_then(Tree::as_list)?;
                list.first().and_then(Tree::as_str).map(str::to_owned)
            };
            first(case.old).zip(first(case.new)).is_some_and(|(a, b)| a != b)
        },
    },
    // validateLoadBalancerClassField: "may not change once set"; ValidateServiceUpdate: healthCheckNodePort.
    Rule {
        id: "load-balancer-class",
        impact: Recreate,
        text: "the API refuses it while the Service is a load balancer",
        kinds: &["Service"],
        at: &["spec.loadBalancerClass", "spec.healthCheckNodePort"],
        when: |case| {
            let kind = |object: &Body| object.at(&["spec", "type"]).and_then(Tree::as_str) == Some("LoadBalancer");
            kind(case.old) && kind(case.new)
        },
    },
    // ValidatePersistentVolumeClaimUpdate: "spec is immutable after creation except resources.requests and
    // volumeAttributesClassName for bound claims".
    Rule {
        id: "claim-spec",
        impact: Recreate,
        text: "a claim never changes but to grow: a new one is empty, so move the data first",
        kinds: &["PersistentVolumeClaim"],
        at: &["spec"],
        when: |case| {
            let size = ["spec", "resources", "requests", "storage"];
            let class = case.at == ["spec", "storageClassName"] && case.found.old.is_none();
            case.at != size && !class && case.at.get(1) != Some(&"volumeAttributesClassName")
        },
    },
    // ValidatePersistentVolumeUpdate: "spec.persistentvolumesource is immutable after creation"; ValidateImmutableField of
    // volumeMode; nodeAffinity.
    Rule {
        id: "volume-source",
        impact: Recreate,
        text: "where a volume's data is never changes",
        kinds: &["PersistentVolume"],
        at: &["spec"],
        when: |case| {
            const MAY: [&str; 8] = [
                "capacity",
                "accessModes",
                "claimRef",
                "persistentVolumeReclaimPolicy",
                "storageClassName",
                "mountOptions",
                "volumeAttributesClassName",
                "nodeAffinity",
            ];
            // It may be said once.
            let bound = case.at.get(1) == Some(&"nodeAffinity") && case.old.at(&["spec", "nodeAffinity"]).is_some();
            bound || case.at.get(1).is_none_or(|key| !MAY.contains(key))
        },
    },
    // ValidateJobUpdate: ValidateImmutableField of completions (but for elastic indexed Jobs), selector, template,
    // completionMode, podFailurePolicy, backoffLimitPerIndex, maxFailedIndexes, managedBy, successPolicy.
    Rule {
        id: "job-spec",
        impact: Recreate,
        text: "a Job never changes what it runs: it is deleted and made anew, and runs again",
        kinds: &["Job"],
        // validatePodTemplateUpdate of `pkg/apis/batch/validation`: a suspended Job may change where its pods will run.
        at: &[
            "spec.template",
            "spec.completions",
            "spec.selector",
            "spec.completionMode",
            "spec.podFailurePolicy",
            "spec.backoffLimitPerIndex",
            "spec.maxFailedIndexes",
            "spec.managedBy",
            "spec.successPolicy",
        ],
        when: |case| same_name(case) && !is_waiting(case) && !is_elastic(case),
    },
    // ValidateConfigMapUpdate, ValidateSecretUpdate: "field is immutable when `immutable` is set".
    Rule {
        id: "immutable-data",
        impact: Recreate,
        text: "it says `immutable: true`: it is deleted and made anew",
        kinds: &["ConfigMap", "Secret"],
        at: &["data", "binaryData", "stringData", "immutable"],
        when: was_immutable,
    },
    // ValidateSecretUpdate: ValidateImmutableField(type).
    Rule {
        id: "secret-type",
        impact: Recreate,
        text: "the type of a Secret never changes",
        kinds: &["Secret"],
        at: &["type"],
        when: always,
    },
    // ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate: "cannot change roleRef".
    Rule {
        id: "role-ref",
        impact: Recreate,
        text: "a binding never changes its role: it is deleted and made anew",
        kinds: &["RoleBinding", "ClusterRoleBinding"],
        at: &["roleRef"],
        when: always,
    },
    // ValidateStorageClassUpdate: parameters, provisioner, reclaimPolicy, volumeBindingMode.
    Rule {
        id: "storage-class",
        impact: Recreate,
        text: "the API refuses it: the class is deleted and made anew; volumes that exist stay as they are",
        kinds: &["StorageClass"],
        at: &["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
        when: always,
    },
    // ValidatePriorityClassUpdate: value, preemptionPolicy.
    Rule {
        id: "priority-class",
        impact: Recreate,
        text: "the API refuses it: the class is deleted and made anew",
        kinds: &["PriorityClass"],
        at: &["value", "preemptionPolicy"],
        when: always,
    },
    // ValidateIngressClassUpdate, ValidateRuntimeClassUpdate, ValidateVolumeAttributesClassUpdate.
    Rule {
        id: "class-driver",
        impact: Recreate,
        text: "what stands behind a class never changes",
        kinds: &["IngressClass", "RuntimeClass", "VolumeAttributesClass", "GatewayClass.gateway.networking.k8s.io"],
        at: &["spec.controller", "handler", "driverName", "parameters", "spec.controllerName"],
        when: always,
    },
    // ValidateCSIDriverUpdate: attachRequired, volumeLifecycleModes.
    Rule {
        id: "csi-driver",
        impact: Recreate,
        text: "the API refuses it: the driver's object is deleted and made anew",
        kinds: &["CSIDriver"],
        at: &["spec.attachRequired", "spec.volumeLifecycleModes"],
        when: always,
    },
    // ValidateEndpointSliceUpdate; ValidateControllerRevisionUpdate; ValidateResourceClaimUpdate and its template's;
    // ValidateVolumeAttachmentUpdate; ValidateCertificateSigningRequestUpdate.
    Rule {
        id: "never-changes",
        impact: Recreate,
        text: "the API refuses it: such an object is made once, and never changes",
        kinds: &[
            "EndpointSlice",
            "ControllerRevision",
            "ResourceClaim",
            "ResourceClaimTemplate",
            "VolumeAttachment",
            "CertificateSigningRequest",
        ],
        at: &["addressType", "data", "spec"],
        when: always,
    },
    // ValidateResourceQuotaUpdate: scopes.
    Rule {
        id: "quota-scopes",
        impact: Recreate,
        text: "the scopes of a quota never change",
        kinds: &["ResourceQuota"],
        at: &["spec.scopes", "spec.scopeSelector"],
        when: always,
    },
    // ValidatePodUpdate: only images, activeDeadlineSeconds, terminationGracePeriodSeconds, tolerations, scheduling gates.
    Rule {
        id: "pod-spec",
        impact: Recreate,
        text: "a pod never changes but for its images: it is deleted and made anew",
        kinds: &["Pod"],
        at: &["spec"],
        when: |case| !case.ends("image") && !matches!(case.at.get(1), Some(&"tolerations" | &"activeDeadlineSeconds")),
    },
    // CloudNativePG's webhook: "storage class / walStorage can not be removed"; bootstrap is read once.
    Rule {
        id: "cnpg-storage",
        impact: Recreate,
        text: "CloudNativePG refuses it: the volume for the write-ahead log stays once it is there",
        kinds: &["Cluster.postgresql.cnpg.io"],
        at: &["spec.walStorage"],
        when: |case| case.found.new.is_none() && case.at.len() == 2,
    },
];

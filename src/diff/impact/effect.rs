//! What the controllers make of a change that the API takes.
//!
//! Owns: which changes replace pods, which take effect by themselves, and which nothing notices.
//! Sources: <https://kubernetes.io/docs/concepts/workloads/controllers/>: a rollout begins when `spec.template` changes, and
//! for nothing else.

use super::{Case, Rule, always};
use crate::diff::Impact::{Live, None, Restart};
use crate::diff::pairing::How;
use crate::resource::Body;
use crate::tree::Tree;

const ROLLED: &[&str] = &["Deployment", "StatefulSet", "DaemonSet"];

pub static OTHER: Rule =
    Rule { id: "live", impact: Live, text: "takes effect by itself", kinds: &[], at: &[], when: always };

pub static FILLED: Rule = Rule {
    id: "default-written",
    impact: None,
    text: "the server fills this in anyway",
    kinds: &[],
    at: &[],
    when: |case| case.found.filled,
};

pub static RULES: &[Rule] = &[
    Rule {
        id: "claim-status",
        impact: None,
        text: "the server writes it itself",
        kinds: &["StatefulSet"],
        at: &["spec.volumeClaimTemplates.*.status"],
        when: |case| case.found.old.is_none() || case.found.new.is_none(),
    },
    Rule {
        id: "api-version",
        impact: None,
        text: "another version of the same object",
        kinds: &[],
        at: &["apiVersion"],
        when: always,
    },
    Rule {
        id: "namespace-of-profile",
        impact: None,
        text: "the profiles live in different namespaces",
        kinds: &["Namespace"],
        at: &["metadata.name", "metadata.labels.name"],
        when: |case| case.mode.across,
    },
    Rule {
        id: "job-anew",
        impact: Live,
        text: "another Job, which runs once; the old one stays as it is",
        kinds: &["Job"],
        at: &[],
        when: |case| case.how == How::Hash,
    },
    Rule {
        id: "name-by-content",
        impact: None,
        text: "the name follows the content",
        kinds: &["ConfigMap"],
        at: &["metadata.name"],
        when: |case| case.how == How::Hash,
    },
    // A set that waits for its pods to be deleted.
    Rule {
        id: "on-delete",
        impact: Live,
        text: "pods take it when they are deleted (`updateStrategy: OnDelete`)",
        kinds: &["StatefulSet", "DaemonSet"],
        at: &["spec.template"],
        when: |case| case.new.at(&["spec", "updateStrategy", "type"]).and_then(Tree::as_str) == Some("OnDelete"),
    },
    Rule {
        id: "checksum-unseen",
        impact: Restart,
        text: "what the pods read has changed where it is not shown: their pods are replaced",
        kinds: ROLLED,
        at: &["spec.template.metadata.annotations"],
        when: |case| case.at.last().is_some_and(|key| key.starts_with(crate::diff::fold::CHECKSUM)),
    },
    Rule {
        id: "held-back",
        impact: Live,
        text: "no pod takes it yet: the workload is paused, has no pod, or its partition is above all of them",
        kinds: ROLLED,
        at: &["spec.template"],
        when: |case| is_held(case.new),
    },
    Rule {
        id: "order",
        impact: Restart,
        text: "another order is another template to a controller: pods are replaced",
        kinds: ROLLED,
        at: &["spec.template"],
        when: |case| case.found.order.is_some(),
    },
    Rule {
        id: "pod-template",
        impact: Restart,
        text: "the pod template changes: pods are replaced",
        kinds: ROLLED,
        at: &["spec.template"],
        when: always,
    },
    Rule {
        id: "job-suspended",
        impact: Restart,
        text: "its pods are deleted until it goes on",
        kinds: &["Job"],
        at: &["spec.suspend"],
        when: |case| case.found.new.and_then(Tree::as_bool) == Some(true),
    },
    Rule {
        id: "ordinals",
        impact: Restart,
        text: "pods of other numbers are made, and those of the old ones end",
        kinds: &["StatefulSet"],
        at: &["spec.ordinals"],
        when: always,
    },
    Rule {
        id: "pod-image",
        impact: Restart,
        text: "the container is started anew",
        kinds: &["Pod"],
        at: &["spec.containers.*.image", "spec.initContainers.*.image"],
        when: always,
    },
    // https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
    Rule {
        id: "replicas-default",
        impact: Restart,
        text: "the server writes 1 in its place, and all other pods end before an autoscaler adds any: hand the number over first, \
               as `kgen notes` says",
        kinds: &["Deployment", "StatefulSet", "ReplicaSet"],
        at: &["spec.replicas"],
        when: |case| case.found.new.is_none() && case.found.old.and_then(Tree::as_i64) > Some(1),
    },
    // What waited in the old template reaches the pods now.
    Rule {
        id: "rollout-released",
        impact: Restart,
        text: "pods that were held back at an older template are replaced now",
        kinds: ROLLED,
        at: &["spec.paused", "spec.updateStrategy"],
        when: released,
    },
    Rule {
        id: "scaled-to-zero",
        impact: Restart,
        text: "no pod is left",
        kinds: &["Deployment", "StatefulSet", "ReplicaSet"],
        at: &["spec.replicas"],
        when: |case| case.found.new.and_then(Tree::as_i64) == Some(0),
    },
    Rule {
        id: "scaled",
        impact: Live,
        text: "pods are added or taken away",
        kinds: &["Deployment", "StatefulSet", "ReplicaSet"],
        at: &["spec.replicas"],
        when: always,
    },
    Rule {
        id: "history",
        impact: None,
        text: "only how much of the past is kept, and how long a rollout may take",
        kinds: &["Deployment", "StatefulSet", "DaemonSet", "CronJob"],
        at: &[
            "spec.revisionHistoryLimit",
            "spec.progressDeadlineSeconds",
            "spec.successfulJobsHistoryLimit",
            "spec.failedJobsHistoryLimit",
        ],
        when: always,
    },
    Rule {
        id: "next-rollout",
        impact: None,
        text: "how the next rollout goes; this change alone is none",
        kinds: ROLLED,
        at: &["spec.strategy", "spec.updateStrategy", "spec.minReadySeconds"],
        when: always,
    },
    // ValidatePersistentVolumeClaimUpdate: a class that the admission filled in is the claim's own.
    Rule {
        id: "claim-class",
        impact: Live,
        text: "nothing changes where this is the class that the claim has, as the cluster's default; the API refuses any other",
        kinds: &["PersistentVolumeClaim"],
        at: &["spec.storageClassName"],
        when: |case| case.found.old.is_none(),
    },
    Rule {
        id: "next-run",
        impact: Live,
        text: "from the next run on",
        kinds: &["CronJob", "ScheduledBackup.postgresql.cnpg.io"],
        at: &["spec"],
        when: always,
    },
    // ExpandInUsePersistentVolumes; refused where the class does not allow it.
    Rule {
        id: "claim-grows",
        impact: Live,
        text: "the volume grows while it is used, if its storage class allows it",
        kinds: &["PersistentVolumeClaim"],
        at: &["spec.resources.requests.storage"],
        when: always,
    },
    // https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
    Rule {
        id: "config-data",
        impact: Live,
        text: "mounted files follow within a minute, unless by `subPath`; those and variables at the next start",
        kinds: &["ConfigMap", "Secret"],
        at: &["data", "binaryData", "stringData"],
        when: always,
    },
    Rule {
        id: "namespace-labels",
        impact: Live,
        text: "admission (Pod Security, policies) follows the labels of a namespace",
        kinds: &["Namespace"],
        at: &["metadata.labels"],
        when: always,
    },
    Rule {
        id: "labels",
        impact: None,
        text: "labels of the object, not of its pods",
        kinds: &[],
        at: &["metadata.labels"],
        when: always,
    },
    Rule {
        id: "annotations",
        impact: None,
        text: "annotations of the object, not of its pods",
        kinds: &[
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "Job",
            "CronJob",
            "ConfigMap",
            "Secret",
            "PodDisruptionBudget",
            "HorizontalPodAutoscaler",
            "NetworkPolicy",
            "PersistentVolumeClaim",
        ],
        at: &["metadata.annotations"],
        when: always,
    },
    Rule {
        id: "account",
        impact: Live,
        text: "pods get it when they are made",
        kinds: &["ServiceAccount"],
        at: &[],
        when: always,
    },
    Rule {
        id: "selector-of-service",
        impact: Live,
        text: "the traffic goes to other pods at once",
        kinds: &["Service"],
        at: &["spec.selector"],
        when: always,
    },
    Rule {
        id: "policy",
        impact: Live,
        text: "connections are allowed or refused at once",
        kinds: &["NetworkPolicy"],
        at: &["spec"],
        when: always,
    },
    Rule {
        id: "cnpg-bootstrap",
        impact: None,
        text: "read only when the cluster is made",
        kinds: &["Cluster.postgresql.cnpg.io"],
        at: &["spec.bootstrap"],
        when: always,
    },
    Rule {
        id: "cnpg-scaled",
        impact: Live,
        text: "the operator adds or removes instances, each with its volume",
        kinds: &["Cluster.postgresql.cnpg.io", "RedisReplication.redis.redis.opstreelabs.in"],
        at: &["spec.instances", "spec.clusterSize"],
        when: always,
    },
    // https://cloudnative-pg.io/documentation/current/rolling_update/
    Rule {
        id: "operator-restarts",
        impact: Restart,
        text: "the operator replaces the pods one by one",
        kinds: &["Cluster.postgresql.cnpg.io", "RedisReplication.redis.redis.opstreelabs.in"],
        at: &[
            "spec.imageName",
            "spec.resources",
            "spec.postgresql",
            "spec.affinity",
            "spec.kubernetesConfig",
            "spec.redisConfig",
            "spec.podSecurityContext",
            "spec.env",
            "spec.plugins",
        ],
        when: always,
    },
    Rule {
        id: "custom",
        impact: Live,
        text: "its controller decides what it does",
        kinds: &[],
        at: &[],
        when: |case: &Case| !crate::diff::schema::is_native(case.id.group()),
    },
];

fn number(object: &Body, path: &[&str], default: i64) -> i64 {
    object.at(path).and_then(Tree::as_i64).unwrap_or(default)
}

const PARTITION: [&str; 4] = ["spec", "updateStrategy", "rollingUpdate", "partition"];

/// Whether a new template reaches no pod.
fn is_held(object: &Body) -> bool {
    let replicas = number(object, &["spec", "replicas"], 1);
    let paused = object.at(&["spec", "paused"]).and_then(Tree::as_bool) == Some(true);
    let daemon = object.get("kind").and_then(Tree::as_str) == Some("DaemonSet");
    let first = number(object, &["spec", "ordinals", "start"], 0);
    !daemon && (paused || replicas == 0 || number(object, &PARTITION, 0) >= first + replicas)
}

fn released(case: &Case) -> bool {
    let is = |object: &Body, path: &[&str], word: &str| object.at(path).is_some_and(|node| node.to_string() == word);
    let ends = |path: &[&str], word: &str| is(case.old, path, word) && !is(case.new, path, word);
    let lower = number(case.new, &PARTITION, 0) < number(case.old, &PARTITION, 0);
    match case.at.get(1) {
        Some(&"paused") => ends(&["spec", "paused"], "true"),
        _ if case.ends("partition") || case.found.new.is_none() => {
            lower || ends(&["spec", "updateStrategy", "type"], "OnDelete")
        }
        _ => ends(&["spec", "updateStrategy", "type"], "OnDelete"),
    }
}

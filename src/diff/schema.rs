//! What stands where in Kubernetes' own kinds, as far as equality depends on it.
//!
//! Owns: which lists are merged by key (also the younger ones that kustomize does not know), where quantities and ports
//! stand, and what the API server fills in.
//! Does not own: the comparison (`compare.rs`), what the server owns (`server.rs`), kustomize's idea of lists
//! (`output/lists.rs`, which is older).
//!
//! Sources: `x-kubernetes-list-type`, `x-kubernetes-list-map-keys` and `x-kubernetes-patch-merge-key` of Kubernetes 1.34's
//! `api/openapi-spec/swagger.json`; `SetDefaults_*` of `pkg/apis/{core,apps,batch,networking,autoscaling,rbac}/*/defaults.go`.

use super::identity::Kin;
use crate::tree::{Map, Tree};

/// Key and the value that it has where it is not written.
pub type Keys = &'static [(&'static str, &'static str)];

#[derive(Clone, Copy)]
pub enum Field {
    /// Compared as it is written; a list item by item.
    Plain,
    Quantity,
    /// A map of quantities.
    Quantities,
    /// `80` is `"80"`.
    IntOrString,
    Object(&'static Type),
    /// A map of objects, by names that its author chose.
    Objects(&'static Type),
    /// A list by key; its order does not count.
    Keyed(&'static Type, Keys),
    /// A list of what is known by more than its name.
    Known(&'static Type, Kin),
    /// A list of objects as a whole; its order counts.
    Items(&'static Type),
    /// A list of scalars whose order does not count.
    Set,
}

pub struct Type {
    pub fields: &'static [(&'static str, Field)],
    /// What the server fills in.
    pub defaults: &'static [(&'static str, Value)],
}

/// A value that the server fills in.
#[derive(Clone, Copy)]
pub enum Value {
    Int(i64),
    Text(&'static str),
    Bool(bool),
    /// A struct that is there with its own defaults, or an empty map.
    Empty,
    /// What another field of the same object says.
    Like(&'static str),
    /// As JSON: what has parts, and stands whole or not at all.
    Whole(&'static str),
    /// As JSON, by what else the object says.
    Shaped(fn(&Map<crate::resource::Origin>) -> Option<&'static str>),
    Made(fn(&Map<crate::resource::Origin>) -> Option<&'static str>),
}

impl Type {
    pub fn field(&self, key: &str) -> Field {
        self.fields.iter().find(|(name, _)| *name == key).map_or(Field::Plain, |(_, field)| *field)
    }

    pub fn default(&self, key: &str) -> Option<Value> {
        self.defaults.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}

use Field::{IntOrString, Items, Keyed, Known, Object, Objects, Quantities, Quantity, Set};
use Value::{Bool, Empty, Int, Like, Made, Shaped, Text, Whole};

const NAME: Keys = &[("name", "")];

pub static PLAIN: Type = Type { fields: &[], defaults: &[] };

static META: Type = Type {
    fields: &[("ownerReferences", Keyed(&PLAIN, &[("uid", "")])), ("finalizers", Set)],
    defaults: &[("labels", Empty), ("annotations", Empty)],
};

macro_rules! object {
    ($name:ident, $spec:ident) => {
        static $name: Type = Type { fields: &[("metadata", Object(&META)), ("spec", Object(&$spec))], defaults: &[] };
    };
}

/// The type of an object by what it says of itself; `PLAIN` with metadata for any other.
pub fn of(group: &str, kind: &str) -> &'static Type {
    match (group, kind) {
        ("", "Pod") => &POD_OBJECT,
        ("", "PodTemplate") => &TEMPLATE_OBJECT,
        ("", "Service") => &SERVICE_OBJECT,
        ("", "ServiceAccount") => &ACCOUNT_OBJECT,
        ("", "Secret") => &SECRET_OBJECT,
        ("", "PersistentVolumeClaim") => &CLAIM_OBJECT,
        ("", "PersistentVolume") => &VOLUME_OBJECT,
        ("", "ResourceQuota") => &QUOTA_OBJECT,
        ("", "LimitRange") => &RANGE_OBJECT,
        ("", "ReplicationController") => &DEPLOYMENT_OBJECT,
        ("apps", "Deployment" | "ReplicaSet") => &DEPLOYMENT_OBJECT,
        ("apps", "StatefulSet") => &SET_OBJECT,
        ("apps", "DaemonSet") => &DAEMON_OBJECT,
        ("batch", "Job") => &JOB_OBJECT,
        ("batch", "CronJob") => &CRON_OBJECT,
        ("networking.k8s.io", "Ingress") => &INGRESS_OBJECT,
        ("networking.k8s.io", "NetworkPolicy") => &POLICY_OBJECT,
        ("policy", "PodDisruptionBudget") => &BUDGET_OBJECT,
        ("autoscaling", "HorizontalPodAutoscaler") => &SCALER_OBJECT,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => &BINDING_OBJECT,
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            &WEBHOOK_OBJECT
        }
        ("storage.k8s.io", "StorageClass") => &CLASS_OBJECT,
        ("scheduling.k8s.io", "PriorityClass") => &PRIORITY_OBJECT,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => &DEFINITION_OBJECT,
        ("postgresql.cnpg.io", "Cluster") => &CLUSTER_OBJECT,
        _ => &ANY_OBJECT,
    }
}

/// Whether a group is Kubernetes' own: its server drops empty lists, a custom resource keeps them.
pub fn is_native(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io"
}

static ANY_OBJECT: Type = Type { fields: &[("metadata", Object(&META))], defaults: &[("metadata", Empty)] };

// --- pods

static PROBE: Type = Type {
    fields: &[("httpGet", Object(&HTTP_GET)), ("tcpSocket", Object(&TCP)), ("grpc", Object(&GRPC))],
    // SetDefaults_Probe
    defaults: &[
        ("timeoutSeconds", Int(1)),
        ("periodSeconds", Int(10)),
        ("successThreshold", Int(1)),
        ("failureThreshold", Int(3)),
        ("initialDelaySeconds", Int(0)),
    ],
};
static HTTP_GET: Type = Type {
    fields: &[("port", IntOrString), ("httpHeaders", Items(&HEADER))],
    // SetDefaults_HTTPGetAction
    defaults: &[("path", Text("/")), ("scheme", Text("HTTP"))],
};
static HEADER: Type = Type { fields: &[], defaults: &[("value", Text(""))] };
static TCP: Type = Type { fields: &[("port", IntOrString)], defaults: &[] };
static GRPC: Type = Type { fields: &[], defaults: &[("service", Text(""))] };
static HANDLER: Type = Type { fields: &[("httpGet", Object(&HTTP_GET)), ("tcpSocket", Object(&TCP))], defaults: &[] };
static LIFECYCLE: Type =
    Type { fields: &[("postStart", Object(&HANDLER)), ("preStop", Object(&HANDLER))], defaults: &[] };

static RESOURCES: Type = Type {
    fields: &[("requests", Quantities), ("limits", Quantities), ("claims", Keyed(&PLAIN, NAME))],
    // SetDefaults_Pod would copy limits to requests; kgen always writes both.
    defaults: &[],
};

static CONTAINER: Type = Type {
    fields: &[
        ("env", Keyed(&VARIABLE, NAME)),
        ("ports", Keyed(&PORT, &[("containerPort", ""), ("protocol", "TCP")])),
        ("volumeMounts", Keyed(&MOUNT, &[("mountPath", "")])),
        ("volumeDevices", Keyed(&PLAIN, &[("devicePath", "")])),
        ("resizePolicy", Items(&PLAIN)),
        ("resources", Object(&RESOURCES)),
        ("livenessProbe", Object(&PROBE)),
        ("readinessProbe", Object(&PROBE)),
        ("startupProbe", Object(&PROBE)),
        ("lifecycle", Object(&LIFECYCLE)),
        ("envFrom", Items(&PLAIN)),
        ("securityContext", Object(&SECURITY)),
    ],
    // SetDefaults_Container
    defaults: &[
        ("terminationMessagePath", Text("/dev/termination-log")),
        ("terminationMessagePolicy", Text("File")),
        ("imagePullPolicy", Made(pull_policy)),
        ("resources", Empty),
        ("stdin", Bool(false)),
        ("tty", Bool(false)),
    ],
};
static SECURITY: Type = Type { fields: &[], defaults: &[("capabilities", Empty)] };

/// SetDefaults_Container: `Always` for `latest` and for no tag.
fn pull_policy(container: &Map<crate::resource::Origin>) -> Option<&'static str> {
    let image = container.get("image").and_then(Tree::as_str)?;
    let last = image.rsplit('/').next().unwrap_or(image);
    let floating = !last.contains('@') && (!last.contains(':') || last.ends_with(":latest"));
    Some(if floating { "Always" } else { "IfNotPresent" })
}

static PORT: Type = Type { fields: &[], defaults: &[("protocol", Text("TCP"))] };
static MOUNT: Type = Type { fields: &[], defaults: &[("readOnly", Bool(false)), ("subPath", Text(""))] };
static VARIABLE: Type = Type { fields: &[("valueFrom", Object(&VALUE_FROM))], defaults: &[("value", Text(""))] };
static VALUE_FROM: Type =
    Type { fields: &[("resourceFieldRef", Object(&RESOURCE_REF)), ("fieldRef", Object(&FIELD_REF))], defaults: &[] };
// SetDefaults_ObjectFieldSelector
static FIELD_REF: Type = Type { fields: &[], defaults: &[("apiVersion", Text("v1"))] };
static RESOURCE_REF: Type = Type { fields: &[("divisor", Quantity)], defaults: &[("divisor", Text("0"))] };

static POD: Type = Type {
    fields: &[
        ("containers", Known(&CONTAINER, Kin::Containers)),
        ("initContainers", Known(&CONTAINER, Kin::Steps)),
        ("ephemeralContainers", Keyed(&CONTAINER, NAME)),
        ("volumes", Known(&VOLUME, Kin::Volumes)),
        ("imagePullSecrets", Keyed(&PLAIN, NAME)),
        ("hostAliases", Keyed(&PLAIN, &[("ip", "")])),
        ("topologySpreadConstraints", Keyed(&SPREAD, &[("topologyKey", ""), ("whenUnsatisfiable", "")])),
        ("resourceClaims", Keyed(&PLAIN, NAME)),
        ("schedulingGates", Keyed(&PLAIN, NAME)),
        ("overhead", Quantities),
        ("resources", Object(&RESOURCES)),
        ("securityContext", Object(&POD_SECURITY)),
    ],
    // SetDefaults_PodSpec
    defaults: &[
        ("dnsPolicy", Text("ClusterFirst")),
        ("restartPolicy", Text("Always")),
        ("terminationGracePeriodSeconds", Int(30)),
        ("schedulerName", Text("default-scheduler")),
        ("enableServiceLinks", Bool(true)),
        ("securityContext", Empty),
        ("serviceAccount", Like("serviceAccountName")),
        ("hostNetwork", Bool(false)),
        ("hostPID", Bool(false)),
        ("hostIPC", Bool(false)),
    ],
};
static POD_SECURITY: Type = Type { fields: &[("sysctls", Items(&PLAIN))], defaults: &[] };
static SPREAD: Type = Type { fields: &[], defaults: &[] };

static VOLUME: Type = Type {
    fields: &[
        ("emptyDir", Object(&EMPTY_DIR)),
        ("configMap", Object(&MODE)),
        ("secret", Object(&MODE)),
        ("projected", Object(&PROJECTED)),
        ("downwardAPI", Object(&MODE)),
        ("ephemeral", Object(&EPHEMERAL)),
        ("hostPath", Object(&HOST_PATH)),
    ],
    // SetDefaults_Volume
    defaults: &[("emptyDir", Shaped(|volume| (volume.len() < 2).then_some("{}")))],
};
static EMPTY_DIR: Type = Type { fields: &[("sizeLimit", Quantity)], defaults: &[("medium", Text(""))] };
// SetDefaults_{SecretVolumeSource,ConfigMapVolumeSource,DownwardAPIVolumeSource,ProjectedVolumeSource}: 0644
static MODE: Type = Type { fields: &[("items", Items(&DOWNWARD))], defaults: &[("defaultMode", Int(420))] };
static DOWNWARD: Type =
    Type { fields: &[("fieldRef", Object(&FIELD_REF)), ("resourceFieldRef", Object(&RESOURCE_REF))], defaults: &[] };
static PROJECTED: Type = Type { fields: &[("sources", Items(&PLAIN))], defaults: &[("defaultMode", Int(420))] };
static HOST_PATH: Type = Type { fields: &[], defaults: &[("type", Text(""))] };
static EPHEMERAL: Type = Type { fields: &[("volumeClaimTemplate", Object(&CLAIM_OBJECT))], defaults: &[] };

static TEMPLATE: Type =
    Type { fields: &[("metadata", Object(&META)), ("spec", Object(&POD))], defaults: &[("metadata", Empty)] };
static TEMPLATE_OBJECT: Type =
    Type { fields: &[("metadata", Object(&META)), ("template", Object(&TEMPLATE))], defaults: &[] };
object!(POD_OBJECT, POD);

// --- workloads

static DEPLOYMENT: Type = Type {
    fields: &[("template", Object(&TEMPLATE)), ("strategy", Object(&STRATEGY))],
    // SetDefaults_Deployment
    defaults: &[
        ("replicas", Int(1)),
        ("revisionHistoryLimit", Int(10)),
        ("progressDeadlineSeconds", Int(600)),
        ("minReadySeconds", Int(0)),
        ("paused", Bool(false)),
        ("strategy", Empty),
    ],
};
static STRATEGY: Type = Type {
    fields: &[("rollingUpdate", Object(&ROLLING))],
    defaults: &[("type", Text("RollingUpdate")), ("rollingUpdate", Empty)],
};
static ROLLING: Type = Type {
    fields: &[("maxSurge", IntOrString), ("maxUnavailable", IntOrString)],
    defaults: &[("maxSurge", Text("25%")), ("maxUnavailable", Text("25%"))],
};
object!(DEPLOYMENT_OBJECT, DEPLOYMENT);

static SET: Type = Type {
    fields: &[
        ("template", Object(&TEMPLATE)),
        // Atomic to the API: an order of their own is a change that it refuses.
        ("volumeClaimTemplates", Known(&CLAIM_OBJECT, Kin::Claims)),
        ("updateStrategy", Object(&SET_STRATEGY)),
        ("persistentVolumeClaimRetentionPolicy", Object(&RETENTION)),
    ],
    // SetDefaults_StatefulSet
    defaults: &[
        ("replicas", Int(1)),
        ("revisionHistoryLimit", Int(10)),
        ("podManagementPolicy", Text("OrderedReady")),
        ("serviceName", Text("")),
        ("minReadySeconds", Int(0)),
        ("updateStrategy", Empty),
        ("persistentVolumeClaimRetentionPolicy", Empty),
    ],
};
static SET_STRATEGY: Type = Type {
    fields: &[("rollingUpdate", Object(&SET_ROLLING))],
    defaults: &[("type", Text("RollingUpdate")), ("rollingUpdate", Empty)],
};
static SET_ROLLING: Type = Type { fields: &[("maxUnavailable", IntOrString)], defaults: &[("partition", Int(0))] };
static RETENTION: Type =
    Type { fields: &[], defaults: &[("whenDeleted", Text("Retain")), ("whenScaled", Text("Retain"))] };
object!(SET_OBJECT, SET);

static DAEMON: Type = Type {
    fields: &[("template", Object(&TEMPLATE)), ("updateStrategy", Object(&DAEMON_STRATEGY))],
    // SetDefaults_DaemonSet
    defaults: &[("revisionHistoryLimit", Int(10)), ("minReadySeconds", Int(0)), ("updateStrategy", Empty)],
};
static DAEMON_STRATEGY: Type = Type {
    fields: &[("rollingUpdate", Object(&DAEMON_ROLLING))],
    defaults: &[("type", Text("RollingUpdate")), ("rollingUpdate", Empty)],
};
static DAEMON_ROLLING: Type = Type {
    fields: &[("maxSurge", IntOrString), ("maxUnavailable", IntOrString)],
    defaults: &[("maxSurge", Int(0)), ("maxUnavailable", Int(1))],
};
object!(DAEMON_OBJECT, DAEMON);

static JOB: Type = Type {
    fields: &[("template", Object(&TEMPLATE))],
    // SetDefaults_Job
    defaults: &[
        ("completions", Int(1)),
        ("parallelism", Int(1)),
        ("backoffLimit", Int(6)),
        ("completionMode", Text("NonIndexed")),
        ("suspend", Bool(false)),
        ("manualSelector", Bool(false)),
        ("podReplacementPolicy", Text("TerminatingOrFailed")),
    ],
};
object!(JOB_OBJECT, JOB);
static JOB_TEMPLATE: Type =
    Type { fields: &[("metadata", Object(&META)), ("spec", Object(&JOB))], defaults: &[("metadata", Empty)] };
static CRON: Type = Type {
    fields: &[("jobTemplate", Object(&JOB_TEMPLATE))],
    // SetDefaults_CronJob
    defaults: &[
        ("concurrencyPolicy", Text("Allow")),
        ("suspend", Bool(false)),
        ("successfulJobsHistoryLimit", Int(3)),
        ("failedJobsHistoryLimit", Int(1)),
    ],
};
object!(CRON_OBJECT, CRON);

// --- the rest

static SERVICE: Type = Type {
    fields: &[("ports", Keyed(&SERVICE_PORT, &[("port", ""), ("protocol", "TCP")]))],
    // SetDefaults_Service
    defaults: &[
        ("type", Text("ClusterIP")),
        ("sessionAffinity", Text("None")),
        ("sessionAffinityConfig", Whole(r#"{"clientIP":{"timeoutSeconds":10800}}"#)),
        ("internalTrafficPolicy", Text("Cluster")),
        ("externalTrafficPolicy", Made(traffic)),
        ("allocateLoadBalancerNodePorts", Bool(true)),
        ("publishNotReadyAddresses", Bool(false)),
    ],
};
/// Of a Service that answers outside of the cluster.
fn traffic(service: &Map<crate::resource::Origin>) -> Option<&'static str> {
    matches!(service.get("type")?.as_str()?, "NodePort" | "LoadBalancer").then_some("Cluster")
}

static SERVICE_PORT: Type = Type {
    fields: &[("targetPort", IntOrString)],
    defaults: &[("protocol", Text("TCP")), ("targetPort", Like("port"))],
};
object!(SERVICE_OBJECT, SERVICE);

// SetDefaults_Secret
static SECRET_OBJECT: Type = Type { fields: &[("metadata", Object(&META))], defaults: &[("type", Text("Opaque"))] };
static ACCOUNT_OBJECT: Type = Type {
    fields: &[("metadata", Object(&META)), ("secrets", Keyed(&PLAIN, NAME)), ("imagePullSecrets", Keyed(&PLAIN, NAME))],
    defaults: &[],
};

static CLAIM: Type = Type {
    fields: &[("resources", Object(&RESOURCES))],
    // SetDefaults_PersistentVolumeClaimSpec
    defaults: &[("volumeMode", Text("Filesystem"))],
};
static CLAIM_OBJECT: Type = Type {
    fields: &[("metadata", Object(&META)), ("spec", Object(&CLAIM))],
    // A claim template's header: the server writes it.
    defaults: &[
        ("apiVersion", Text("v1")),
        ("kind", Text("PersistentVolumeClaim")),
        ("metadata", Empty),
        ("spec", Empty),
    ],
};
static PERSISTENT: Type = Type {
    fields: &[("capacity", Quantities)],
    // SetDefaults_PersistentVolume
    defaults: &[("persistentVolumeReclaimPolicy", Text("Retain")), ("volumeMode", Text("Filesystem"))],
};
object!(VOLUME_OBJECT, PERSISTENT);
static QUOTA: Type = Type { fields: &[("hard", Quantities)], defaults: &[] };
object!(QUOTA_OBJECT, QUOTA);
static RANGE: Type = Type { fields: &[("limits", Items(&LIMITS))], defaults: &[] };
static LIMITS: Type = Type {
    fields: &[
        ("default", Quantities),
        ("defaultRequest", Quantities),
        ("max", Quantities),
        ("min", Quantities),
        ("maxLimitRequestRatio", Quantities),
    ],
    // SetDefaults_LimitRangeItem
    defaults: &[("default", Like("max")), ("defaultRequest", Like("default"))],
};
object!(RANGE_OBJECT, RANGE);

static INGRESS: Type = Type { fields: &[("rules", Items(&PLAIN)), ("tls", Items(&PLAIN))], defaults: &[] };
object!(INGRESS_OBJECT, INGRESS);
static POLICY: Type = Type {
    fields: &[("ingress", Items(&RULE)), ("egress", Items(&RULE))],
    // SetDefaults_NetworkPolicy
    defaults: &[
        ("podSelector", Empty),
        (
            "policyTypes",
            Shaped(|policy| {
                let both = policy.get("egress").is_some_and(|rules| !rules.is_null());
                Some(if both { r#"["Ingress","Egress"]"# } else { r#"["Ingress"]"# })
            }),
        ),
    ],
};

static RULE: Type =
    Type { fields: &[("ports", Items(&POLICY_PORT)), ("from", Items(&PLAIN)), ("to", Items(&PLAIN))], defaults: &[] };
// SetDefaults_NetworkPolicyPort
static POLICY_PORT: Type = Type { fields: &[("port", IntOrString)], defaults: &[("protocol", Text("TCP"))] };
object!(POLICY_OBJECT, POLICY);
static BUDGET: Type = Type { fields: &[("minAvailable", IntOrString), ("maxUnavailable", IntOrString)], defaults: &[] };
object!(BUDGET_OBJECT, BUDGET);
static SCALER: Type = Type {
    fields: &[("metrics", Items(&METRIC)), ("behavior", Object(&BEHAVIOR))],
    // SetDefaults_HorizontalPodAutoscaler
    defaults: &[
        ("minReplicas", Int(1)),
        (
            "metrics",
            Whole(
                r#"[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]"#,
            ),
        ),
    ],
};
// SetDefaults_HorizontalPodAutoscalerBehavior: GenerateHPAScaleUpRules, GenerateHPAScaleDownRules
static BEHAVIOR: Type = Type {
    fields: &[("scaleUp", Object(&UP)), ("scaleDown", Object(&DOWN))],
    defaults: &[
        (
            "scaleUp",
            Whole(
                r#"{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]}"#,
            ),
        ),
        (
            "scaleDown",
            Whole(r#"{"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}"#),
        ),
    ],
};
static UP: Type = Type {
    fields: &[],
    defaults: &[
        ("stabilizationWindowSeconds", Int(0)),
        ("selectPolicy", Text("Max")),
        (
            "policies",
            Whole(
                r#"[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]"#,
            ),
        ),
    ],
};
static DOWN: Type = Type {
    fields: &[],
    defaults: &[
        ("selectPolicy", Text("Max")),
        ("policies", Whole(r#"[{"type":"Percent","value":100,"periodSeconds":15}]"#)),
    ],
};
static METRIC: Type = Type {
    fields: &[
        ("resource", Object(&TARGETED)),
        ("containerResource", Object(&TARGETED)),
        ("pods", Object(&TARGETED)),
        ("object", Object(&TARGETED)),
        ("external", Object(&TARGETED)),
    ],
    defaults: &[],
};
static TARGETED: Type = Type { fields: &[("target", Object(&TARGET))], defaults: &[] };
static TARGET: Type = Type { fields: &[("value", Quantity), ("averageValue", Quantity)], defaults: &[] };
object!(SCALER_OBJECT, SCALER);

static BINDING_OBJECT: Type = Type {
    fields: &[("metadata", Object(&META)), ("roleRef", Object(&ROLE_REF)), ("subjects", Items(&SUBJECT))],
    defaults: &[],
};
// SetDefaults_{RoleBinding,ClusterRoleBinding,Subject}
static ROLE_REF: Type = Type { fields: &[], defaults: &[("apiGroup", Text("rbac.authorization.k8s.io"))] };
static SUBJECT: Type = Type { fields: &[], defaults: &[("apiGroup", Made(subject_group))] };

fn subject_group(subject: &Map<crate::resource::Origin>) -> Option<&'static str> {
    match subject.get("kind").and_then(Tree::as_str)? {
        "ServiceAccount" => Some(""),
        _ => Some("rbac.authorization.k8s.io"),
    }
}

static WEBHOOK_OBJECT: Type =
    Type { fields: &[("metadata", Object(&META)), ("webhooks", Keyed(&WEBHOOK, NAME))], defaults: &[] };
static WEBHOOK: Type = Type { fields: &[("matchConditions", Keyed(&PLAIN, NAME))], defaults: &[] };
static CLASS_OBJECT: Type = Type {
    fields: &[("metadata", Object(&META))],
    // SetDefaults_StorageClass
    defaults: &[("reclaimPolicy", Text("Delete")), ("volumeBindingMode", Text("Immediate"))],
};

static DEFINITION: Type = Type {
    fields: &[("versions", Keyed(&DEFINED, NAME)), ("names", Object(&NAMES))],
    // SetDefaults_CustomResourceDefinitionSpec
    defaults: &[("preserveUnknownFields", Bool(false)), ("conversion", Empty)],
};
static NAMES: Type = Type { fields: &[("shortNames", Set), ("categories", Set)], defaults: &[] };
static DEFINED: Type = Type { fields: &[("schema", Object(&SCHEMA))], defaults: &[] };
static SCHEMA: Type = Type { fields: &[("openAPIV3Schema", Object(&SHAPE))], defaults: &[] };
/// A part of a structural schema: the sets in it are in no order.
static SHAPE: Type = Type {
    fields: &[
        ("required", Set),
        ("enum", Set),
        ("properties", Objects(&SHAPE)),
        ("items", Object(&SHAPE)),
        ("additionalProperties", Object(&SHAPE)),
    ],
    defaults: &[],
};
object!(DEFINITION_OBJECT, DEFINITION);

static PRIORITY_OBJECT: Type = Type {
    fields: &[("metadata", Object(&META))],
    // SetDefaults_PriorityClass
    defaults: &[("preemptionPolicy", Text("PreemptLowerPriority")), ("globalDefault", Bool(false)), ("value", Int(0))],
};

/// CloudNativePG's own quantities: its server keeps them as written, its operator compares values.
static CLUSTER: Type = Type {
    fields: &[("resources", Object(&RESOURCES)), ("storage", Object(&SIZED)), ("walStorage", Object(&SIZED))],
    defaults: &[],
};
static SIZED: Type = Type { fields: &[("size", Quantity)], defaults: &[] };
object!(CLUSTER_OBJECT, CLUSTER);

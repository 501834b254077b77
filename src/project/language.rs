//! The language of the project file: every key, its type and one sentence about it.
//!
//! Owns: the tables. They are what decodes a file, what `kgen schema` and the reference are made from.
//! Does not own: how a table is checked (`schema.rs`) or merged (`settings`), nor what a value leads to (`plan`).
//! Rule of the language: Kubernetes' own words and shapes; a shorthand is a scalar where Kubernetes wants a map.

use super::rule;
use super::schema::{Field, MapType, Object, Switch, Type};

// Macros, not functions: only literals may hold references to other tables in a static.
macro_rules! field {
    ($key:expr, $ty:expr, $doc:expr $(,)?) => {
        Field { key: $key, ty: $ty, doc: $doc }
    };
}

macro_rules! object {
    ($groups:expr $(,)?) => {
        Object { groups: $groups, shorthand: None, union: &[], switch: Switch::Replace }
    };
}

macro_rules! short {
    ($groups:expr, $key:expr $(,)?) => {
        Object { groups: $groups, shorthand: Some($key), union: &[], switch: Switch::Replace }
    };
}

macro_rules! map {
    ($key:expr, $value:expr $(,)?) => {
        MapType { key: $key, value: $value, defaults: None, null_is_empty: false }
    };
}

macro_rules! components {
    ($value:expr, $defaults:expr $(,)?) => {
        MapType { key: &rule::COMPONENT_NAME, value: $value, defaults: $defaults, null_is_empty: true }
    };
}

const INT_MAX: i64 = i32::MAX as i64;

const STRING: Type = Type::String(&rule::STRING);
const NAME: Type = Type::String(&rule::NAME);
const SUBDOMAIN: Type = Type::String(&rule::OBJECT_NAME);
const QUANTITY: Type = Type::Word(&rule::QUANTITY);
const COUNT0: Type = Type::Integer(0, INT_MAX);
const COUNT1: Type = Type::Integer(1, INT_MAX);
const PORT: Type = Type::Integer(1, 65_535);
const NONE: Type = Type::Enum(&["none"]);
const TEXT_MAP: Type = Type::Map(&map!(&rule::ANY_KEY, Type::Text));
const LABELS: Type = Type::Map(&map!(&rule::LABEL_KEY, Type::Text));
const ANNOTATIONS: Type = Type::Map(&map!(&rule::ANNOTATION_KEY, Type::Text));
const TEXTS: Type = Type::List(&Type::Text);

/// The whole project file.
pub static PROJECT: Object = object!(&[HEAD, BODY, PROFILES]);

/// One of the embedded `profiles/*.yaml`.
pub static PRESET: Object = object!(&[BODY, PRESET_DEFAULTS]);

/// What is left when the layers of a profile are merged.
pub static SETTINGS: Object = object!(&[HEAD, BODY]);

/// Whether a project file has this key anywhere.
pub fn has(key: &str) -> bool {
    fn holds(ty: &Type, key: &str, depth: usize) -> bool {
        match ty {
            _ if depth == 0 => false,
            Type::Object(object) => object.fields().any(|f| f.key == key || holds(&f.ty, key, depth - 1)),
            Type::Map(map_type) => holds(&map_type.value, key, depth - 1),
            Type::List(item) => holds(item, key, depth - 1),
            Type::OneOf(types) => types.iter().any(|ty| holds(ty, key, depth - 1)),
            _ => false,
        }
    }
    const DEPTH: usize = 12;
    holds(&Type::Object(&PROJECT), key, DEPTH)
}

const HEAD: &[Field] = &[
    field!("apiVersion", Type::Enum(&["kgen.dev/v1"]), "The version of this language."),
    field!("project", NAME, "The project's name; becomes `app.kubernetes.io/part-of`."),
];

const BODY: &[Field] = &[
    field!("namespace", Type::Object(&NAMESPACE), "Where the objects live; usually differs by profile."),
    field!(
        "kubernetes",
        Type::Word(&rule::VERSION),
        "The lowest server version to support; a field newer than it is an error."
    ),
    field!("output", Type::String(&rule::OUTPUT), "The folder that `kgen render` writes."),
    field!(
        "layout",
        Type::Enum(&["overlays", "flat"]),
        "A Kustomize base with overlays, or one rendered folder per profile."
    ),
    field!("labels", LABELS, "Labels on every object's metadata; never on selectors."),
    field!("annotations", ANNOTATIONS, "Annotations on every object's metadata."),
    field!("secretProvider", PROVIDER_TYPE, "How secret values reach the cluster."),
    field!(
        "rollout",
        Type::Enum(&["checksum", "hash"]),
        "How a changed ConfigMap reaches its readers: an annotation on their pods, or a name that holds a hash."
    ),
    field!("templates", Type::String(&rule::PATH), "A folder whose files replace or add to the built-in templates."),
    field!("apps", Type::Map(&components!(Type::Object(&APP), Some("app"))), "Workloads of your own, by name."),
    field!("jobs", Type::Map(&components!(Type::Object(&JOB), Some("job"))), "Jobs and CronJobs, by name."),
    field!("redis", Type::Map(&components!(Type::Object(&REDIS), Some("redis"))), "Redis stores, by name."),
    field!(
        "postgres",
        Type::Map(&components!(Type::Object(&POSTGRES), Some("postgres"))),
        "PostgreSQL databases, by name."
    ),
    field!("configs", Type::Map(&CONFIGS), "ConfigMaps, by name."),
    field!(
        "secrets",
        Type::Map(&SECRETS),
        "Secrets, by name: their keys and where the values come from, never values of staging and prod."
    ),
    field!(
        "manifests",
        Type::List(&Type::Kubernetes("object")),
        "Raw Kubernetes objects, or `{file: path}`; checked and passed through."
    ),
    field!(
        "patches",
        Type::List(&Type::Object(&PATCH)),
        "Changes to rendered objects; one that matches nothing is an error."
    ),
    field!("delivery", Type::Object(&DELIVERY), "Objects that deliver the tree, for Argo CD or Flux."),
];

pub static DELIVERY: Object = object!(&[&[
    field!("argocd", Type::Object(&ARGOCD), "An ApplicationSet of Argo CD with an Application for each profile."),
    field!("flux", Type::Object(&FLUX), "A Kustomization of Flux for each profile."),
]]);

static ARGOCD: Object = object!(&[&[
    field!("repoURL", Type::String(&rule::REPOSITORY), "The repository that the tree is in."),
    field!("targetRevision", STRING, "The branch, tag or commit of it."),
    field!("path", Type::String(&rule::PATH), "The folder of the tree in the repository; `output` unless said."),
    field!("namespace", NAME, "Where the ApplicationSet and its Applications live."),
    field!("project", NAME, "The AppProject."),
    field!("destination", Type::Object(&DESTINATION), "The cluster."),
    field!("syncPolicy", Type::Object(&SYNC_POLICY), "When and how Argo CD applies what it finds."),
    field!(
        "ignoreDifferences",
        Type::Kubernetes("ResourceIgnoreDifferences list"),
        "Fields that others may change, as in an Application."
    ),
    field!("info", Type::Kubernetes("Info list"), "What Argo CD shows of the Applications: names with values."),
    field!("revisionHistoryLimit", COUNT0, "How many syncs an Application remembers; 10 unless said."),
    field!(
        "preserveResourcesOnDeletion",
        Type::Bool,
        "Whether what an Application has applied outlives it; claims and namespaces always do."
    ),
    field!("labels", LABELS, "Labels on the Applications."),
    field!("annotations", ANNOTATIONS, "Annotations on the Applications."),
]]);
static DESTINATION: Object = Object {
    groups: &[&[
        field!("name", STRING, "The name under which Argo CD knows the cluster."),
        field!("server", Type::String(&rule::REPOSITORY), "The URL of its API server."),
    ]],
    shorthand: Some("name"),
    union: &["name", "server"],
    switch: Switch::Replace,
};
static SYNC_POLICY: Object = object!(&[&[
    field!("automated", Type::OneOf(&[NONE, Type::Object(&AUTOMATED)]), "`none`: a person syncs."),
    field!("syncOptions", Type::Object(&SYNC_OPTIONS), "By name; Argo CD's list of `NAME=value` is made of them."),
    field!("retry", Type::Object(&RETRY), "What happens after a sync that failed."),
    field!(
        "managedNamespaceMetadata",
        Type::Object(&NAMESPACE_METADATA),
        "Of a namespace that Argo CD creates, because the tree has none."
    ),
]]);
static AUTOMATED: Object = object!(&[&[
    field!("prune", Type::Bool, "Whether what has left the tree is deleted; claims and namespaces never are."),
    field!("selfHeal", Type::Bool, "Whether changes made in the cluster are undone."),
    field!("allowEmpty", Type::Bool, "Whether everything may be deleted at once."),
]]);
static SYNC_OPTIONS: Object = object!(&[&[
    field!("ServerSideApply", Type::Bool, "`kubectl apply --server-side`."),
    field!(
        "CreateNamespace",
        Type::Bool,
        "Whether Argo CD creates the namespace; where the tree has none unless said."
    ),
    field!("PruneLast", Type::Bool, "Whether what has left the tree is deleted after all else is healthy."),
    field!("PrunePropagationPolicy", Type::Enum(&["background", "foreground", "orphan"]), "As in Kubernetes."),
    field!("ApplyOutOfSyncOnly", Type::Bool, "Whether only what differs is applied."),
    field!("RespectIgnoreDifferences", Type::Bool, "Whether `ignoreDifferences` counts for a sync too."),
    field!("FailOnSharedResource", Type::Bool, "Whether an object of two Applications is an error."),
    field!("SkipDryRunOnMissingResource", Type::Bool, "Whether kinds may come in the same sync as their objects."),
    field!("Validate", Type::Bool, "`kubectl apply --validate`."),
    field!("Replace", Type::Bool, "`kubectl replace` in place of an apply."),
    field!("ClientSideApplyMigration", Type::Bool, "Whether fields of a client-side apply are taken over."),
]]);
static RETRY: Object = object!(&[&[
    field!("limit", Type::Integer(-1, INT_MAX), "How often; -1 is for ever."),
    field!("backoff", Type::Object(&BACKOFF), "How long between two tries."),
]]);
static BACKOFF: Object = object!(&[&[
    field!("duration", Type::String(&rule::INTERVAL), "Before the second try."),
    field!("factor", COUNT1, "By which it grows."),
    field!("maxDuration", Type::String(&rule::INTERVAL), "At most."),
]]);
static NAMESPACE_METADATA: Object =
    object!(&[&[field!("labels", LABELS, "Its labels."), field!("annotations", ANNOTATIONS, "Its annotations."),]]);

static FLUX: Object = object!(&[&[
    field!("sourceRef", Type::Object(&SOURCE_REF), "Where the tree comes from."),
    field!("path", Type::String(&rule::PATH), "The folder of the tree in the source; `output` unless said."),
    field!("namespace", NAME, "Where the Kustomizations live."),
    field!("interval", Type::String(&rule::INTERVAL), "How often the tree is applied."),
    field!("retryInterval", Type::String(&rule::INTERVAL), "How soon after a failure."),
    field!("timeout", Type::String(&rule::INTERVAL), "How long an apply may take until all is healthy."),
    field!("prune", Type::Bool, "Whether what has left the tree is deleted; claims and namespaces never are."),
    field!("wait", Type::Bool, "Whether a Kustomization is ready when all that it applied is healthy."),
    field!(
        "healthChecks",
        Type::Kubernetes("NamespacedObjectKindReference list"),
        "The objects that must be healthy, with `wait: false`."
    ),
    field!("healthCheckExprs", Type::Kubernetes("CustomHealthCheck list"), "When custom resources are healthy."),
    field!("dependsOn", Type::List(&Type::Object(&DEPENDS_ON)), "Kustomizations that must be ready before: operators."),
    field!("serviceAccountName", SUBDOMAIN, "The account that Flux applies with."),
    field!("kubeConfig", Type::Object(&KUBE_CONFIG), "Another cluster than Flux's own."),
    field!("decryption", Type::Object(&DECRYPTION), "Keys for `secretProvider: sops`; Secret `sops-age` unless said."),
    field!(
        "deletionPolicy",
        Type::Enum(&["MirrorPrune", "Delete", "WaitForTermination", "Orphan"]),
        "What becomes of the objects when the Kustomization goes; claims and namespaces always stay."
    ),
    field!("force", Type::Bool, "Whether an object whose immutable field changes is made anew."),
    field!("suspend", Type::Bool, "Whether Flux does nothing for now."),
    field!("labels", LABELS, "Labels on the Kustomizations."),
    field!("annotations", ANNOTATIONS, "Annotations on the Kustomizations."),
]]);
static SOURCE_REF: Object = short!(
    &[&[
        field!(
            "kind",
            Type::Enum(&["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"]),
            "Its kind; `GitRepository` unless said."
        ),
        field!("name", SUBDOMAIN, "Its name."),
        field!("namespace", NAME, "Its namespace; the Kustomization's unless said."),
    ]],
    "name",
);
static DEPENDS_ON: Object = short!(
    &[&[
        field!("name", SUBDOMAIN, "The Kustomization."),
        field!("namespace", NAME, "Its namespace; the same unless said."),
        field!("readyExpr", STRING, "When it counts as ready, in CEL."),
    ]],
    "name",
);
static KUBE_CONFIG: Object = Object {
    groups: &[&[
        field!("secretRef", Type::Object(&SECRET_KEY_REF), "A Secret with a kubeconfig."),
        field!("configMapRef", Type::Object(&CONFIG_MAP_REF), "A ConfigMap with the cluster and its provider."),
    ]],
    shorthand: None,
    union: &["secretRef", "configMapRef"],
    switch: Switch::Replace,
};
static CONFIG_MAP_REF: Object = short!(&[&[field!("name", SUBDOMAIN, "The ConfigMap's name.")]], "name");
static SECRET_KEY_REF: Object = short!(
    &[&[field!("name", SUBDOMAIN, "The Secret."), field!("key", STRING, "The key; `value` unless said.")]],
    "name",
);
static DECRYPTION: Object = object!(&[&[
    field!("provider", Type::Enum(&["sops"]), "What encrypted the files."),
    field!("secretRef", Type::Object(&LOCAL_REFERENCE), "The Secret with the keys."),
    field!("serviceAccountName", SUBDOMAIN, "The account that a cloud's key service knows."),
]]);

const PROFILES: &[Field] = &[field!("profiles", Type::Map(&PROFILE_MAP), "What differs between environments.")];
static PROFILE_MAP: MapType = components!(Type::Object(&PROFILE), None);
static PROFILE: Object = object!(&[
    &[
        field!("preset", Type::Enum(&["dev", "staging", "prod"]), "The built-in preset below this profile."),
        field!("extends", NAME, "Another profile, whose settings this one inherits."),
    ],
    BODY,
]);

const PRESET_DEFAULTS: &[Field] = &[field!("defaults", Type::Object(&DEFAULTS), "What components inherit.")];
static DEFAULTS: Object = object!(&[&[
    field!("app", Type::Object(&APP), "What every app inherits."),
    field!("job", Type::Object(&JOB), "What every job inherits."),
    field!("redis", Type::Object(&REDIS), "What every redis inherits."),
    field!("sentinel", Type::Object(&REDIS), "What a redis with `mode: sentinel` inherits before that."),
    field!("operator", Type::Object(&REDIS), "What a redis with `mode: operator` inherits before that."),
    field!("postgres", Type::Object(&POSTGRES), "What every postgres inherits."),
    field!("argocd", Type::Object(&ARGOCD), "What `delivery.argocd` inherits."),
    field!("flux", Type::Object(&FLUX), "What `delivery.flux` inherits."),
]]);

static NAMESPACE: Object = short!(
    &[&[
        field!("name", NAME, "The namespace's name."),
        field!("create", Type::Bool, "Whether the tree has the Namespace object."),
        field!(
            "podSecurity",
            Type::Enum(&["privileged", "baseline", "restricted"]),
            "The Pod Security Standard that the namespace enforces."
        ),
    ]],
    "name",
);

const PROVIDER_TYPE: Type = Type::OneOf(&[Type::Enum(&["local", "existing"]), Type::Object(&PROVIDER)]);
static PROVIDER: Object = Object {
    groups: &[&[
        field!("external", Type::Object(&EXTERNAL), "External Secrets Operator fetches the values."),
        field!("sealed", Type::Object(&SEALED), "Sealed Secrets: ciphertext in the repository."),
        field!("sops", Type::Object(&SOPS), "SOPS-encrypted files, which Flux decrypts."),
    ]],
    shorthand: None,
    union: &["external", "sealed", "sops"],
    switch: Switch::Replace,
};

static EXTERNAL: Object = object!(&[&[
    field!("store", SUBDOMAIN, "The name of the SecretStore."),
    field!("kind", Type::Enum(&["SecretStore", "ClusterSecretStore"]), "Its kind."),
    field!("prefix", STRING, "Where the secrets are found: `<prefix>/<secret>#<key>`."),
    field!("refreshInterval", Type::String(&rule::DURATION), "How often the values are fetched."),
    field!("reloader", Type::Bool, "Whether Reloader restarts what reads a value that changed in place."),
]]);

static SEALED: Object = short!(
    &[&[
        field!("certificate", Type::String(&rule::PATH), "The controller's certificate, for `kgen secret set`."),
        field!(
            "scope",
            Type::Enum(&["strict", "namespace-wide", "cluster-wide"]),
            "What a sealed value is bound to; `strict` unless said: namespace and name."
        ),
        field!("folder", Type::String(&rule::PATH), "Where the sealed files are; `secrets` unless said."),
    ]],
    "certificate",
);
static SOPS: Object = short!(
    &[&[field!("folder", Type::String(&rule::PATH), "Where the encrypted files are; `secrets` unless said.")]],
    "folder",
);

static CONFIGS: MapType = components!(Type::Map(&map!(&rule::DATA_KEY, Type::Object(&CONTENT))), None);
static CONTENT: Object = Object {
    groups: &[&[
        field!("value", Type::Text, "The text."),
        field!("file", Type::String(&rule::PATH), "The file whose content it is."),
    ]],
    shorthand: Some("value"),
    union: &["value", "file"],
    switch: Switch::Replace,
};

static SECRETS: MapType = components!(Type::Map(&SECRET_KEYS), None);
static SECRET_KEYS: MapType =
    MapType { key: &rule::DATA_KEY, value: Type::Object(&SECRET), defaults: None, null_is_empty: true };
static SECRET: Object = Object {
    groups: &[&[
        field!("value", Type::Password, "A literal (dev only), or composed from references."),
        field!("env", Type::String(&rule::VARIABLE), "From the environment of `kgen render`; in the stream only."),
        field!("file", STRING, "From a file; in the stream only."),
        field!("remote", STRING, "Where the provider finds it, as `key#property`."),
        field!("provider", PROVIDER_TYPE, "Another provider than the profile's."),
        field!("minLength", COUNT1, "The least number of characters."),
        field!("revision", Type::Text, "Changed when the value has changed elsewhere, to restart what reads it."),
    ]],
    shorthand: Some("value"),
    union: &["value", "env", "file"],
    switch: Switch::Keep,
};

static PATCH: Object = object!(&[&[
    field!("target", Type::Object(&TARGET), "Which objects."),
    field!("patch", Type::Kubernetes("patch"), "A map is a strategic-merge patch, a list JSON-6902 operations."),
]]);
static TARGET: Object = object!(&[&[
    field!("kind", STRING, "Their kind."),
    field!("name", STRING, "Their name."),
    field!("apiVersion", STRING, "Their group and version."),
]]);

/// What a container has, wherever it stands.
const CONTAINER: &[Field] = &[
    field!("image", Type::String(&rule::IMAGE), "With a tag or a digest."),
    field!("imagePullPolicy", Type::Enum(&["Always", "IfNotPresent", "Never"]), "As in Kubernetes."),
    field!("command", TEXTS, "Replaces the image's entrypoint."),
    field!("args", TEXTS, "Replaces the image's arguments."),
    field!("workingDir", STRING, "As in Kubernetes."),
    field!("env", Type::Map(&map!(&rule::ENV_NAME_KEY, Type::Object(&ENV))), "Environment variables, by name."),
    field!("envFrom", Type::List(&Type::Object(&ENV_FROM)), "All keys of a config or secret as variables."),
    field!("files", Type::Map(&map!(&rule::MOUNT_PATH, Type::Object(&FILE))), "Files in the container, by path."),
    field!(
        "volumes",
        Type::Map(&map!(&rule::MOUNT_PATH, Type::Object(&VOLUME))),
        "Volumes, by the path they are mounted at."
    ),
    field!("resources", Type::Object(&RESOURCES), "Requests and limits."),
    field!("lifecycle", Type::Kubernetes("Lifecycle"), "Hooks, as in Kubernetes."),
    field!("stdin", Type::Bool, "As in Kubernetes."),
    field!("tty", Type::Bool, "As in Kubernetes."),
    field!("terminationMessagePolicy", Type::Enum(&["File", "FallbackToLogsOnError"]), "As in Kubernetes."),
];

const PORTS: &[Field] = &[
    field!("port", PORT, "Short for `ports: {http: ...}`."),
    field!(
        "ports",
        Type::Map(&map!(&rule::PORT_NAME, Type::Object(&CONTAINER_PORT))),
        "Ports of the container, by name."
    ),
];

const PROBES: &[Field] = &[
    field!("livenessProbe", Type::OneOf(&[NONE, Type::Object(&PROBE)]), "Restarts the container when it fails."),
    field!(
        "readinessProbe",
        Type::OneOf(&[NONE, Type::Object(&PROBE)]),
        "Takes the pod out of its Services when it fails."
    ),
    field!(
        "startupProbe",
        Type::OneOf(&[NONE, Type::Object(&PROBE)]),
        "Holds the other probes back until it succeeds."
    ),
];

/// Where and how pods run.
const POD: &[Field] = &[
    field!(
        "antiAffinity",
        Type::Enum(&["none", "preferred", "required"]),
        "Whether pods of one app avoid each other's host."
    ),
    field!("affinity", Type::Kubernetes("Affinity"), "As in Kubernetes; takes the place of `antiAffinity`."),
    field!("topologySpread", Type::Enum(&["none", "host", "zone"]), "Over what pods are spread."),
    field!(
        "topologySpreadConstraints",
        Type::Kubernetes("TopologySpreadConstraint list"),
        "As in Kubernetes; takes the place of `topologySpread`."
    ),
    field!("nodeSelector", TEXT_MAP, "Labels a node must have."),
    field!("tolerations", Type::Kubernetes("Toleration list"), "As in Kubernetes."),
    field!("priorityClassName", SUBDOMAIN, "As in Kubernetes."),
    field!("runtimeClassName", SUBDOMAIN, "As in Kubernetes."),
    field!("schedulerName", STRING, "As in Kubernetes."),
    field!(
        "imagePullSecrets",
        Type::List(&Type::Object(&LOCAL_REFERENCE)),
        "Names of Secrets with registry credentials."
    ),
    field!("hostAliases", Type::Kubernetes("HostAlias list"), "As in Kubernetes."),
    field!("dnsConfig", Type::Kubernetes("PodDNSConfig"), "As in Kubernetes."),
    field!(
        "dnsPolicy",
        Type::Enum(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
        "As in Kubernetes."
    ),
    field!("hostNetwork", Type::Bool, "As in Kubernetes; breaks Pod Security `restricted`."),
    field!("shareProcessNamespace", Type::Bool, "As in Kubernetes."),
    field!("terminationGracePeriodSeconds", COUNT0, "Time to shut down."),
    field!("serviceAccount", Type::Object(&SERVICE_ACCOUNT), "The pods' identity."),
    field!(
        "securityContext",
        Type::Kubernetes("security context"),
        "Fields of the pod's and the container's, merged over the restricted default."
    ),
    field!("podAnnotations", ANNOTATIONS, "Annotations on the pods."),
    field!("podLabels", LABELS, "Labels on the pods."),
    field!("annotations", ANNOTATIONS, "Annotations on the component's objects."),
    field!("labels", LABELS, "Labels on the component's objects."),
    field!("allow", TEXT_MAP, "Checks that are silenced here, each with the reason."),
];

const APP_ONLY: &[Field] = &[
    field!("workload", Type::Enum(&["Deployment", "StatefulSet", "DaemonSet"]), "The kind of workload."),
    field!("replicas", COUNT0, "How many pods."),
    field!("autoscaling", Type::Object(&AUTOSCALING), "A HorizontalPodAutoscaler; `replicas` is then omitted."),
    field!("service", Type::OneOf(&[NONE, Type::Object(&SERVICE)]), "The app's Service; `none` for none."),
    field!("ingress", Type::OneOf(&[NONE, Type::Object(&INGRESS)]), "An Ingress."),
    field!("gateway", Type::Object(&GATEWAY), "An HTTPRoute."),
    field!("waitFor", Type::List(&Type::Text), "Components that must answer before the app starts."),
    field!("strategy", Type::Object(&STRATEGY), "How pods are replaced."),
    field!("podManagementPolicy", Type::Enum(&["OrderedReady", "Parallel"]), "Of a StatefulSet."),
    field!("minReadySeconds", COUNT0, "As in Kubernetes."),
    field!("revisionHistoryLimit", COUNT0, "As in Kubernetes."),
    field!("progressDeadlineSeconds", COUNT1, "As in Kubernetes."),
    field!(
        "disruptionBudget",
        Type::OneOf(&[NONE, Type::Object(&DISRUPTION)]),
        "A PodDisruptionBudget, where there are at least two pods."
    ),
    field!("networkPolicy", Type::Enum(&["none", "wiring"]), "`wiring`: only what is wired to it may connect."),
    field!("egress", Type::Enum(&["open", "wiring"]), "`wiring`: it may connect only to what it is wired to, and DNS."),
    field!(
        "initContainers",
        Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&INIT_CONTAINER))),
        "Run before the app, in this order."
    ),
    field!(
        "sidecars",
        Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&SIDECAR))),
        "Run beside the app; started before it."
    ),
];

pub static APP_TYPE: Type = Type::Object(&APP);
pub static JOB_TYPE: Type = Type::Object(&JOB);
pub static REDIS_TYPE: Type = Type::Object(&REDIS);
pub static POSTGRES_TYPE: Type = Type::Object(&POSTGRES);

static APP: Object = object!(&[CONTAINER, PORTS, PROBES, APP_ONLY, POD]);
static INIT_CONTAINER: Object = object!(&[CONTAINER, CONTAINER_SECURITY]);
static SIDECAR: Object = object!(&[CONTAINER, PORTS, PROBES, CONTAINER_SECURITY]);
const CONTAINER_SECURITY: &[Field] =
    &[field!("securityContext", Type::Kubernetes("security context"), "Merged over the restricted default.")];

static JOB: Object = object!(&[
    CONTAINER,
    &[
        field!("schedule", Type::String(&rule::CRON), "Makes it a CronJob."),
        field!("timeZone", STRING, "Of the schedule; `Etc/UTC` unless said."),
        field!(
            "concurrencyPolicy",
            Type::Enum(&["Allow", "Forbid", "Replace"]),
            "What happens when the last run is still going."
        ),
        field!("startingDeadlineSeconds", COUNT0, "As in Kubernetes."),
        field!("suspend", Type::Bool, "As in Kubernetes."),
        field!("successfulJobsHistoryLimit", COUNT0, "As in Kubernetes."),
        field!("failedJobsHistoryLimit", COUNT0, "As in Kubernetes."),
        field!("backoffLimit", COUNT0, "How often a failed pod is tried again."),
        field!("activeDeadlineSeconds", COUNT1, "As in Kubernetes."),
        field!("ttlSecondsAfterFinished", COUNT0, "As in Kubernetes."),
        field!("completions", COUNT1, "As in Kubernetes."),
        field!("parallelism", COUNT0, "As in Kubernetes."),
        field!("restartPolicy", Type::Enum(&["Never", "OnFailure"]), "As in Kubernetes."),
        field!("waitFor", Type::List(&Type::Text), "Components that must answer before the job starts."),
        field!(
            "initContainers",
            Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&INIT_CONTAINER))),
            "Run before the job, in this order."
        ),
    ],
    POD,
]);

static ENV: Object = Object {
    groups: &[
        &[
            field!("value", Type::Wired, "The text, with references."),
            field!("ref", Type::Wired, "One reference, where options are needed."),
            field!("optional", Type::Bool, "The pod starts without it."),
            field!("valueFrom", Type::Object(&ENV_SOURCE), "As in Kubernetes; its sources may stand without it."),
        ],
        SOURCES,
    ],
    shorthand: Some("value"),
    union: &["value", "ref", "valueFrom", "fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"],
    switch: Switch::Replace,
};
const SOURCES: &[Field] = &[
    field!("fieldRef", Type::Object(&FIELD_REF), "A field of the pod (Downward API)."),
    field!(
        "resourceFieldRef",
        Type::Object(&RESOURCE_FIELD_REF),
        "A request or limit of the container (Downward API)."
    ),
    field!("secretKeyRef", Type::Kubernetes("SecretKeySelector"), "A key of a Secret that exists outside the project."),
    field!(
        "configMapKeyRef",
        Type::Kubernetes("ConfigMapKeySelector"),
        "A key of a ConfigMap that exists outside the project."
    ),
];
static ENV_SOURCE: Object = Object {
    groups: &[SOURCES],
    shorthand: None,
    union: &["fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"],
    switch: Switch::Replace,
};
static FIELD_REF: Object = short!(
    &[&[
        field!("fieldPath", Type::String(&rule::FIELD_PATH), "As in Kubernetes."),
        field!("apiVersion", STRING, "As in Kubernetes.")
    ]],
    "fieldPath",
);

static RESOURCE_FIELD_REF: Object = short!(
    &[&[
        field!("resource", Type::String(&rule::RESOURCE), "As in Kubernetes."),
        field!("containerName", STRING, "As in Kubernetes."),
        field!("divisor", QUANTITY, "As in Kubernetes."),
    ]],
    "resource",
);
static ENV_FROM: Object = Object {
    groups: &[&[
        field!("ref", Type::Text, "`configs.NAME` or `secrets.NAME`."),
        field!("configMapRef", Type::Object(&OBJECT_REF), "As in Kubernetes: a ConfigMap by its name."),
        field!("secretRef", Type::Object(&OBJECT_REF), "As in Kubernetes: a Secret by its name."),
        field!("prefix", STRING, "Put before every name."),
        field!("optional", Type::Bool, "The pod starts without it."),
    ]],
    shorthand: Some("ref"),
    union: &["ref", "configMapRef", "secretRef"],
    switch: Switch::Replace,
};
static OBJECT_REF: Object = short!(
    &[&[field!("name", SUBDOMAIN, "Its name."), field!("optional", Type::Bool, "The pod starts without it."),]],
    "name",
);
static FILE: Object = Object {
    groups: &[&[
        field!("value", Type::Wired, "The text, with references."),
        field!("file", Type::String(&rule::PATH), "The file whose content it is."),
        field!("mode", COUNT0, "Its permission bits."),
    ]],
    shorthand: Some("value"),
    union: &["value", "file"],
    switch: Switch::Keep,
};

static VOLUME: Object = Object {
    groups: &[&[
        field!("size", QUANTITY, "A claim of this size."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!(
            "accessModes",
            Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"])),
            "Of the claim; `ReadWriteOncePod` unless said."
        ),
        field!("claim", SUBDOMAIN, "The name of the claim, or of one that exists when there is no `size`."),
        field!("emptyDir", Type::Kubernetes("EmptyDirVolumeSource"), "Scratch space."),
        field!("configMap", Type::Kubernetes("ConfigMapVolumeSource"), "As in Kubernetes."),
        field!("secret", Type::Kubernetes("SecretVolumeSource"), "As in Kubernetes."),
        field!("projected", Type::Kubernetes("ProjectedVolumeSource"), "As in Kubernetes."),
        field!("persistentVolumeClaim", Type::Kubernetes("PersistentVolumeClaimVolumeSource"), "As in Kubernetes."),
        field!("ephemeral", Type::Kubernetes("EphemeralVolumeSource"), "As in Kubernetes."),
        field!("csi", Type::Kubernetes("CSIVolumeSource"), "As in Kubernetes."),
        field!("nfs", Type::Kubernetes("NFSVolumeSource"), "As in Kubernetes."),
        field!(
            "hostPath",
            Type::Kubernetes("HostPathVolumeSource"),
            "As in Kubernetes; breaks Pod Security `restricted`."
        ),
        field!("downwardAPI", Type::Kubernetes("DownwardAPIVolumeSource"), "As in Kubernetes."),
        field!("image", Type::Kubernetes("ImageVolumeSource"), "As in Kubernetes."),
        field!("readOnly", Type::Bool, "Of the mount."),
        field!("subPath", STRING, "Of the mount."),
        field!("mountPropagation", STRING, "Of the mount."),
    ]],
    shorthand: None,
    union: &[
        "size",
        "emptyDir",
        "configMap",
        "secret",
        "projected",
        "persistentVolumeClaim",
        "ephemeral",
        "csi",
        "nfs",
        "hostPath",
        "downwardAPI",
        "image",
    ],
    switch: Switch::Replace,
};

static RESOURCES: Object = object!(&[&[
    field!("requests", Type::Map(&map!(&rule::RESOURCE_NAME, QUANTITY)), "What the scheduler reserves."),
    field!("limits", Type::Map(&map!(&rule::RESOURCE_NAME, QUANTITY)), "What the container may use."),
    field!("claims", Type::Kubernetes("ResourceClaim list"), "As in Kubernetes."),
]]);

static CONTAINER_PORT: Object = short!(
    &[&[
        field!("containerPort", PORT, "The port."),
        field!("protocol", Type::Enum(&["TCP", "UDP", "SCTP"]), "`TCP` unless said."),
        field!("hostPort", PORT, "As in Kubernetes; breaks Pod Security `restricted`."),
        field!("appProtocol", STRING, "Of the Service's port."),
    ]],
    "containerPort",
);

const PROBE_TIMINGS: &[Field] = &[
    field!("initialDelaySeconds", COUNT0, "As in Kubernetes."),
    field!("periodSeconds", COUNT1, "As in Kubernetes."),
    field!("timeoutSeconds", COUNT1, "As in Kubernetes."),
    field!("successThreshold", COUNT1, "As in Kubernetes."),
    field!("failureThreshold", COUNT1, "As in Kubernetes."),
    field!("terminationGracePeriodSeconds", COUNT1, "As in Kubernetes."),
];
static PROBE: Object = Object {
    groups: &[
        &[
            field!("httpGet", Type::Object(&HTTP_GET), "A path, or the Kubernetes map; the port is the first port."),
            field!(
                "tcpSocket",
                Type::Object(&TCP_SOCKET),
                "A port, or the Kubernetes map; the first port unless said."
            ),
            field!("exec", Type::OneOf(&[Type::Object(&EXEC), TEXTS]), "A command; no shell."),
            field!("grpc", Type::Object(&GRPC), "A port, or the Kubernetes map."),
        ],
        PROBE_TIMINGS,
    ],
    shorthand: None,
    union: &["httpGet", "tcpSocket", "exec", "grpc"],
    switch: Switch::Keep,
};
static STORE_PROBE: Object = object!(&[PROBE_TIMINGS]);
const PORT_OR_NAME: Type = Type::OneOf(&[PORT, Type::String(&rule::PORTS_NAME)]);
static HTTP_GET: Object = short!(
    &[&[
        field!("path", STRING, "The path."),
        field!("port", PORT_OR_NAME, "The port or its name."),
        field!("scheme", Type::Enum(&["HTTP", "HTTPS"]), "`HTTP` unless said."),
        field!("host", STRING, "As in Kubernetes; breaks Pod Security `restricted` from 1.34."),
        field!("httpHeaders", Type::Kubernetes("HTTPHeader list"), "As in Kubernetes."),
    ]],
    "path",
);
static TCP_SOCKET: Object = short!(
    &[&[field!("port", PORT_OR_NAME, "The port or its name."), field!("host", STRING, "As in Kubernetes.")]],
    "port",
);
static EXEC: Object = object!(&[&[field!("command", TEXTS, "The command; no shell.")]]);
static GRPC: Object =
    short!(&[&[field!("port", PORT, "The port."), field!("service", STRING, "As in Kubernetes.")]], "port");

static LOCAL_REFERENCE: Object = short!(&[&[field!("name", SUBDOMAIN, "The Secret's name.")]], "name");

static SERVICE_ACCOUNT: Object = short!(
    &[&[
        field!("create", Type::Bool, "Whether the tree has the ServiceAccount."),
        field!("name", SUBDOMAIN, "Its name; the component's unless said."),
        field!("annotations", ANNOTATIONS, "For instance a cloud identity."),
        field!("automount", Type::Bool, "Whether pods get its token."),
    ]],
    "name",
);

static AUTOSCALING: Object = object!(&[&[
    field!("minReplicas", COUNT1, "The least number of pods."),
    field!("maxReplicas", COUNT1, "The greatest number of pods."),
    field!("cpu", Type::Integer(1, 1000), "Target use of the cpu request, in percent."),
    field!("memory", Type::Integer(1, 1000), "Target use of the memory request, in percent."),
    field!("metrics", Type::Kubernetes("MetricSpec list"), "Further metrics, as in Kubernetes."),
    field!("behavior", Type::Kubernetes("HorizontalPodAutoscalerBehavior"), "As in Kubernetes."),
]]);

static SERVICE: Object = object!(&[&[
    field!("type", Type::Enum(&["ClusterIP", "NodePort", "LoadBalancer"]), "`ClusterIP` unless said."),
    field!("port", PORT, "The Service's port for the first container port; the same unless said."),
    field!(
        "ports",
        Type::Map(&map!(&rule::PORT_NAME, PORT)),
        "Service ports by the name of the container's port, or of a sidecar's, which the Service has only where it is named here."
    ),
    field!("nodePort", PORT, "Of the first port."),
    field!("annotations", ANNOTATIONS, "For instance a cloud load balancer's."),
    field!("clusterIP", STRING, "As in Kubernetes; `None` for a headless Service."),
    field!("externalTrafficPolicy", Type::Enum(&["Cluster", "Local"]), "As in Kubernetes."),
    field!("internalTrafficPolicy", Type::Enum(&["Cluster", "Local"]), "As in Kubernetes."),
    field!("loadBalancerClass", STRING, "As in Kubernetes."),
    field!("loadBalancerSourceRanges", TEXTS, "As in Kubernetes."),
    field!("sessionAffinity", Type::Enum(&["None", "ClientIP"]), "As in Kubernetes."),
    field!("publishNotReadyAddresses", Type::Bool, "As in Kubernetes."),
]]);

static INGRESS: Object = object!(&[&[
    field!(
        "host",
        Type::OneOf(&[Type::String(&rule::HOST), Type::List(&Type::String(&rule::HOST))]),
        "The host name, or several."
    ),
    field!("path", STRING, "`/` unless said."),
    field!("pathType", Type::Enum(&["Prefix", "Exact", "ImplementationSpecific"]), "`Prefix` unless said."),
    field!("paths", TEXTS, "Several paths."),
    field!("port", PORT_OR_NAME, "The app's port; the first unless said."),
    field!("className", SUBDOMAIN, "The ingress class."),
    field!("tls", Type::String(&rule::TLS_SECRET), "The Secret with the certificate."),
    field!("stickySessions", Type::Bool, "Requests of one client reach one pod, by cookie."),
    field!("annotations", ANNOTATIONS, "For the controller."),
]]);

static GATEWAY: Object = object!(&[&[
    field!("parentRefs", Type::Kubernetes("ParentReference list"), "The Gateways."),
    field!("hostnames", Type::List(&Type::String(&rule::HOST)), "The host names."),
    field!("path", STRING, "`/` unless said."),
    field!("port", PORT_OR_NAME, "The app's port; the first unless said."),
    field!("annotations", ANNOTATIONS, "For the controller."),
]]);

static STRATEGY: Object = short!(
    &[&[
        field!("type", Type::Enum(&["RollingUpdate", "Recreate", "OnDelete"]), "As in Kubernetes."),
        field!("rollingUpdate", Type::Object(&ROLLING), "As in Kubernetes."),
    ]],
    "type",
);
static ROLLING: Object = object!(&[&[
    field!("maxSurge", Type::Count, "As in Kubernetes."),
    field!("maxUnavailable", Type::Count, "As in Kubernetes."),
    field!("partition", COUNT0, "As in Kubernetes, of a StatefulSet."),
]]);

static DISRUPTION: Object = Object {
    groups: &[&[
        field!("minAvailable", Type::Count, "As in Kubernetes."),
        field!("maxUnavailable", Type::Count, "As in Kubernetes."),
        field!("unhealthyPodEvictionPolicy", Type::Enum(&["IfHealthyBudget", "AlwaysAllow"]), "As in Kubernetes."),
    ]],
    shorthand: None,
    union: &["minAvailable", "maxUnavailable"],
    switch: Switch::Keep,
};

/// What the two kinds of store have in common.
const STORE: &[Field] = &[
    field!("image", Type::String(&rule::IMAGE), "With a tag or a digest."),
    field!("imagePullPolicy", Type::Enum(&["Always", "IfNotPresent", "Never"]), "As in Kubernetes."),
    field!("service", Type::String(&rule::SERVICE_NAME), "The Service's name; the component's unless said."),
    field!(
        "password",
        Type::Password,
        "`${secrets.NAME.KEY}`; the key `password` of a Secret of the component's name unless said."
    ),
    field!("url", Type::Password, "Of an external one: `${secrets.NAME.KEY}`."),
    field!("host", Type::Text, "Of an external one."),
    field!("port", PORT, "Of an external one."),
    field!("resources", Type::Object(&RESOURCES), "Requests and limits."),
    field!("livenessProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's."),
    field!("readinessProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's."),
    field!("startupProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's."),
    field!("env", Type::Map(&map!(&rule::ENV_NAME_KEY, Type::Object(&ENV))), "Further environment variables."),
    field!(
        "metrics",
        Type::Enum(&["none", "annotations", "exporter"]),
        "Prometheus annotations, or an exporter beside it."
    ),
    field!(
        "disruptionBudget",
        Type::OneOf(&[NONE, Type::Object(&DISRUPTION)]),
        "A PodDisruptionBudget, where there are at least two pods."
    ),
    field!("networkPolicy", Type::Enum(&["none", "wiring"]), "`wiring`: only what is wired to it may connect."),
];

static REDIS: Object = object!(&[
    &[
        field!("mode", Type::Enum(&["standalone", "sentinel", "operator", "external"]), "How it runs."),
        field!("auth", Type::Enum(&["password", "none"]), "Whether clients need a password."),
        field!("persistence", Type::OneOf(&[NONE, Type::Object(&PERSISTENCE)]), "What survives a restart."),
        field!(
            "workload",
            Type::Enum(&["StatefulSet", "Deployment"]),
            "StatefulSet with persistence, Deployment without, unless said."
        ),
        field!(
            "strategy",
            Type::Object(&STRATEGY),
            "Of a Deployment, which must be `Recreate`: two servers never share a volume."
        ),
        field!("replicas", COUNT1, "Of `sentinel` and `operator`."),
        field!("maxMemory", Type::String(&rule::MEMORY), "From the memory limit unless said."),
        field!(
            "evictionPolicy",
            Type::Enum(&[
                "noeviction",
                "allkeys-lru",
                "allkeys-lfu",
                "allkeys-random",
                "volatile-lru",
                "volatile-lfu",
                "volatile-random",
                "volatile-ttl"
            ]),
            "What is dropped when memory is full."
        ),
        field!("config", Type::Map(&map!(&rule::DIRECTIVE, Type::Text)), "Further redis.conf directives."),
        field!("tls", Type::Bool, "Of an external one: `rediss://`."),
        field!("username", Type::Text, "Of an external one; `default` unless said."),
    ],
    STORE,
    POD,
]);

static PERSISTENCE: Object = object!(&[&[
    field!("aof", Type::Enum(&["everysec", "always", "no"]), "When writes reach the disk; `everysec` unless said."),
    field!("snapshots", Type::List(&Type::Text), "RDB save points, as `900 1`."),
    field!("size", QUANTITY, "Of the claim."),
    field!("storageClassName", SUBDOMAIN, "Of the claim."),
    field!(
        "accessModes",
        Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce"])),
        "Of the claim; `ReadWriteOncePod` unless said."
    ),
    field!("claim", SUBDOMAIN, "The claim's name, with `workload: Deployment`."),
]]);

static POSTGRES: Object = object!(&[
    &[
        field!("mode", Type::Enum(&["standalone", "cnpg", "external"]), "How it runs."),
        field!("major", COUNT1, "The major version of the image, where its tag does not say it."),
        field!("database", Type::String(&rule::DATABASE), "`app` unless said."),
        field!("user", Type::String(&rule::ROLE), "The app's role, without superuser; `app` unless said."),
        field!("storage", Type::Object(&STORAGE), "The claim."),
        field!(
            "walStorage",
            Type::OneOf(&[NONE, Type::Object(&STORAGE)]),
            "Of `cnpg`: a claim of its own for the write-ahead log."
        ),
        field!("config", Type::Map(&map!(&rule::PARAMETER, Type::Text)), "postgresql.conf parameters."),
        field!(
            "initSql",
            Type::Object(&CONTENT),
            "SQL that runs once, as the app's role, when the database is made; behind `RESET ROLE;` as the superuser, as `CREATE EXTENSION postgis;` wants it."
        ),
        field!(
            "backup",
            Type::OneOf(&[NONE, Type::Object(&BACKUP)]),
            "Dumps by a CronJob; with `cnpg`, base backups and WAL by the operator."
        ),
        field!("instances", COUNT1, "Of `cnpg`."),
        field!("replicas", COUNT1, "A standalone PostgreSQL has one; more is an error that says why."),
        field!(
            "sslmode",
            Type::Enum(&["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
            "Of an external one."
        ),
    ],
    STORE,
    POD,
]);

static STORAGE: Object = short!(
    &[&[
        field!("size", QUANTITY, "Of the claim."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!(
            "accessModes",
            Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce"])),
            "Of the claim; `ReadWriteOncePod` unless said."
        ),
    ]],
    "size",
);

static BACKUP: Object = object!(&[&[
    field!(
        "schedule",
        Type::String(&rule::CRON_OR_SECONDS),
        "When: five fields, or six with seconds first for `cnpg`."
    ),
    field!("retain", COUNT1, "How many dumps are kept (for `cnpg`: for how many days one can go back); 7 unless said."),
    field!("to", Type::Object(&BACKUP_TARGET), "`{volume: 20Gi}` or `{s3: {bucket: NAME}}`."),
]]);
static BACKUP_TARGET: Object = Object {
    groups: &[&[
        field!("volume", Type::Object(&BACKUP_VOLUME), "A claim of this size, of a standalone PostgreSQL."),
        field!("s3", Type::Object(&S3), "A bucket of S3, or of what speaks like it."),
    ]],
    shorthand: None,
    union: &["volume", "s3"],
    switch: Switch::Replace,
};
static BACKUP_VOLUME: Object = short!(
    &[&[
        field!("size", QUANTITY, "Of the claim."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!(
            "accessModes",
            Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce", "ReadWriteMany"])),
            "Of the claim; `ReadWriteOncePod` unless said."
        ),
        field!("claim", SUBDOMAIN, "The name of the claim, or of one that exists when there is no `size`."),
    ]],
    "size",
);
static S3: Object = object!(&[&[
    field!("bucket", Type::String(&rule::BUCKET), "The bucket, which must exist."),
    field!("prefix", Type::String(&rule::PREFIX), "The folder in it; the component's name unless said."),
    field!("endpoint", Type::String(&rule::ENDPOINT), "Of what is not Amazon's: `https://minio.example.org`."),
    field!("region", Type::String(&rule::REGION), "As `eu-central-1`."),
    field!(
        "accessKeyId",
        Type::Password,
        "`${secrets.NAME.KEY}`; the key `ACCESS_KEY_ID` of a Secret `<component>-backup` unless said."
    ),
    field!(
        "secretAccessKey",
        Type::Password,
        "`${secrets.NAME.KEY}`; the key `SECRET_ACCESS_KEY` of a Secret `<component>-backup` unless said."
    ),
]]);

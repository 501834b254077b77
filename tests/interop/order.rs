//! The order of a stream, against the order in which kustomize prints the same objects.

use kgen::output::order;
use kgen::resource::Id;

use crate::kubectl;
use crate::random::Random;

const KINDS: [&str; 52] = [
    "v1 Namespace",
    "v1 ResourceQuota",
    "storage.k8s.io/v1 StorageClass",
    "apiextensions.k8s.io/v1 CustomResourceDefinition",
    "v1 ServiceAccount",
    "rbac.authorization.k8s.io/v1 Role",
    "rbac.authorization.k8s.io/v1 ClusterRole",
    "rbac.authorization.k8s.io/v1 RoleBinding",
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
    "v1 ConfigMap",
    "v1 Secret",
    "v1 Endpoints",
    "v1 Service",
    "serving.knative.dev/v1 Service",
    "v1 LimitRange",
    "scheduling.k8s.io/v1 PriorityClass",
    "v1 PersistentVolume",
    "v1 PersistentVolumeClaim",
    "apps/v1 Deployment",
    "apps/v1 StatefulSet",
    "apps/v1 DaemonSet",
    "apps/v1 ReplicaSet",
    "batch/v1 CronJob",
    "batch/v1 Job",
    "policy/v1 PodDisruptionBudget",
    "autoscaling/v2 HorizontalPodAutoscaler",
    "autoscaling/v1 HorizontalPodAutoscaler",
    "networking.k8s.io/v1 NetworkPolicy",
    "networking.k8s.io/v1 Ingress",
    "networking.k8s.io/v1 IngressClass",
    "gateway.networking.k8s.io/v1 HTTPRoute",
    "gateway.networking.k8s.io/v1 Gateway",
    "external-secrets.io/v1 ExternalSecret",
    "external-secrets.io/v1beta1 ExternalSecret",
    "external-secrets.io/v1 SecretStore",
    "generators.external-secrets.io/v1alpha1 Password",
    "bitnami.com/v1alpha1 SealedSecret",
    "postgresql.cnpg.io/v1 Cluster",
    "postgresql.cnpg.io/v1 ScheduledBackup",
    "redis.redis.opstreelabs.in/v1beta2 Redis",
    "monitoring.coreos.com/v1 ServiceMonitor",
    "monitoring.coreos.com/v1 PodMonitor",
    "monitoring.coreos.com/v1 PrometheusRule",
    "argoproj.io/v1alpha1 Application",
    "kustomize.toolkit.fluxcd.io/v1 Kustomization",
    "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
    "v1 Pod",
    "foo.example.com/v1 Deployment",
    "foo.example.com/v1 ConfigMap",
    "aaa.example.com/v1 Cluster",
    "zzz.example.com/v1 Cluster",
];

#[test]
fn the_order_is_kustomizes() {
    let mut random = Random::new(5);
    let mut all = Vec::new();
    for kind in KINDS {
        let (api_version, kind) = kind.split_once(' ').unwrap();
        for name in ["b", "a", "a-b", "ab", "a.b", "a1", "a10", "a2", "z"] {
            for namespace in ["", "a", "z"] {
                all.push(format!(
                    "---\napiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}{namespace}\n"
                ));
                if !namespace.is_empty() {
                    *all.last_mut().unwrap() += &format!("  namespace: {namespace}\n");
                }
            }
        }
    }
    random.shuffle(&mut all);
    let folder = kubectl::folder("order");
    kubectl::text(&folder.join("all.yaml"), &all.concat());
    kubectl::text(&folder.join("kustomization.yaml"), "resources:\n- all.yaml\n");
    let printed: Vec<_> = kubectl::build(&folder).unwrap().iter().filter_map(Id::of).collect();
    assert_eq!(printed.len(), all.len());
    // kustomize spares cluster-scoped kinds their namespace when it compares.
    let mut sorted = printed.clone();
    sorted.sort_by(order::compare);
    let wrong = printed.iter().zip(&sorted).find(|(a, b)| a != b);
    assert_eq!(wrong, None);
}

//! The kinds of objects that kgen writes for a profile.

/// Group and kind.
pub const WRITTEN: [(&str, &str); 22] = [
    ("", "Namespace"),
    ("", "ServiceAccount"),
    ("", "ConfigMap"),
    ("", "Secret"),
    ("", "Service"),
    ("", "PersistentVolumeClaim"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("policy", "PodDisruptionBudget"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("external-secrets.io", "ExternalSecret"),
    ("bitnami.com", "SealedSecret"),
    ("postgresql.cnpg.io", "Cluster"),
    ("postgresql.cnpg.io", "ScheduledBackup"),
    ("barmancloud.cnpg.io", "ObjectStore"),
    ("redis.redis.opstreelabs.in", "RedisReplication"),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// `kgen diff --live` and `kgen prune` look for these only.
    #[test]
    fn every_kind_of_a_template_is_here() {
        let mut found = Vec::new();
        for folder in ["app", "config", "job", "partial", "postgres", "project", "redis", "secret"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(folder);
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let text = fs::read_to_string(entry.unwrap().path()).unwrap();
                found.extend(text.lines().filter_map(|line| Some(line.strip_prefix("kind: ")?.to_owned())));
            }
        }
        assert!(found.len() > 20, "{found:?}");
        let missing: Vec<_> = found.iter().filter(|kind| !WRITTEN.iter().any(|(_, known)| known == kind)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

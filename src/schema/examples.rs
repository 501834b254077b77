//! Examples that editors show: one a key that a first project file is likely to have.

use serde_json::{Value, json};

/// `place` is the name of the object's definition.
pub fn of(place: &str, key: &str) -> Option<Value> {
    let one = match (place, key) {
        ("project", "apiVersion") => json!("kgen.dev/v1"),
        ("project", "project") => json!("shop"),
        ("project", "namespace") => json!("shop-${profile}"),
        ("project", "kubernetes") => json!("1.33"),
        ("project", "apps") => json!({"api": {"image": "ghcr.io/acme/shop-api:1.4.2", "port": 8000}}),
        ("project", "jobs") => {
            json!({"migrate": {"image": "ghcr.io/acme/shop-api:1.4.2", "command": ["alembic", "upgrade", "head"]}})
        }
        ("project", "redis") => json!({"cache": {}}),
        ("project", "postgres") => json!({"db": {"storage": "10Gi"}}),
        ("project", "configs") => json!({"settings": {"app.toml": {"file": "app.toml"}}}),
        ("project", "secrets") => json!({"app": {"API_KEY": {}}}),
        ("project", "profiles") => json!({"dev": {}, "prod": {"secretProvider": "existing"}}),
        ("project", "manifests") => json!([{"file": "extra/grafana.yaml"}]),
        ("project", "secretProvider") => {
            json!({"external": {"store": "vault", "kind": "ClusterSecretStore", "prefix": "shop/${profile}"}})
        }
        ("apps" | "jobs", "image") => json!("ghcr.io/acme/shop-api:1.4.2"),
        ("apps" | "jobs", "command") => json!(["celery", "-A", "shop", "worker"]),
        ("apps" | "jobs", "env") => json!({"DATABASE_URL": "${postgres.db.url}", "LOG_LEVEL": "info"}),
        ("apps" | "jobs", "envFrom") => json!(["configs.settings", "secrets.app"]),
        ("apps" | "jobs", "files") => json!({"/etc/app/app.toml": "${configs.settings.app.toml}"}),
        ("apps" | "jobs", "volumes") => json!({"/data": {"size": "1Gi"}, "/tmp": {"emptyDir": {}}}),
        ("apps" | "jobs", "waitFor") => json!(["postgres.db", "redis.cache"]),
        ("apps" | "jobs" | "redis" | "postgres", "resources") => {
            json!({"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}})
        }
        ("apps", "port") => json!(8000),
        ("apps", "ports") => json!({"http": 8000, "metrics": 9090}),
        ("apps", "readinessProbe") => json!({"httpGet": "/ready"}),
        ("apps", "autoscaling") => json!({"minReplicas": 2, "maxReplicas": 6, "cpu": 80}),
        ("apps", "ingress") => json!({"host": "shop.example.com", "tls": "shop-tls"}),
        ("apps", "disruptionBudget") => json!({"maxUnavailable": 1}),
        ("apps", "tolerations") => {
            json!([{"key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule"}])
        }
        ("jobs", "schedule") => json!("0 3 * * *"),
        ("redis", "image") => json!("redis:8.2-alpine"),
        ("redis", "mode") => json!("sentinel"),
        ("redis", "persistence") => json!({"aof": "everysec", "size": "5Gi"}),
        ("redis", "config") => json!({"hz": "20"}),
        ("postgres", "image") => json!("postgres:17-alpine"),
        ("postgres", "storage") => json!("10Gi"),
        ("postgres", "config") => json!({"max_connections": "200"}),
        ("postgres", "backup") => json!({"schedule": "0 3 * * *", "to": {"volume": "20Gi"}}),
        _ => return None,
    };
    Some(json!([one]))
}

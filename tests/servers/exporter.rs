//! Exporters beside their stores, with every password. They are Debian's, older than the images: the driver is the same.

use crate::hostile;
use crate::kubelet::{Container, Network, Pod, Stream, needs};

fn needed() {
    needs(&["prometheus-postgres-exporter", "prometheus-redis-exporter"]);
}

/// The page of an exporter, once it answers.
#[track_caller]
fn page(exporter: &mut Container, port: &str, path: &str) -> String {
    let url = format!("http://127.0.0.1:{port}{path}");
    exporter.wait("its page", 20, |exporter| exporter.exec(&["busybox", "wget", "-qO-", &url]).status.success());
    exporter.says(&["busybox", "wget", "-qO-", &url]) + "\n"
}

#[test]
fn a_postgres_exporter_logs_in_with_every_password() {
    needed();
    let network = Network::new();
    let project = |user: &str| {
        format!(
            "secrets: {{pw: {{password: {{env: PW}}}}}}
postgres: {{db: {{user: '{user}', database: 'legacy app=1', metrics: exporter, password: \"${{secrets.pw.password}}\"}}}}\n"
        )
    };
    for user in ["app", "o''hara \"x\" $(PGUSER) %41"] {
        let stream = Stream::render(&project(user), &[("PW", "first")]);
        let pod = Pod::new(&stream, &network, "db");
        let mut db = pod.start("postgres");
        db.wait_started(60);
        let superuser = stream.secret("db", "superuser-password");
        let name = user.replace("''", "'");
        for password in hostile::passwords() {
            let alter = "\\set pw `printf '%s' \"$NEW\"`\nALTER ROLE :\"role\" PASSWORD :'pw';\n";
            let env = [("PGPASSWORD", superuser.as_str()), ("NEW", &password), ("ROLE", &name), ("SQL", alter)];
            let run = "printf '%s' \"$SQL\" | psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres -d postgres --set role=\"$ROLE\"";
            assert!(db.exec_with(&["sh", "-c", run], &env).status.success());
            let stream = Stream::render(&project(user), &[("PW", &password)]);
            let pod = Pod::new(&stream, &network, "db");
            let mut exporter = pod.start("exporter");
            let metrics = page(&mut exporter, "9187", "/metrics");
            assert!(metrics.contains("\npg_up 1\n"), "{password:?} {}", exporter.log());
            assert!(metrics.contains("pg_stat_database_xact_commit{datid="), "{metrics}");
            let said = exporter.log();
            assert!(password.len() < 6 || !said.contains(&password), "{said}");
            let arguments = exporter.says(&["sh", "-c", "cat /proc/1/cmdline | tr '\\0' ' '"]);
            assert_eq!(arguments, "prometheus-postgres-exporter");
        }
    }
}

#[test]
fn an_exporter_without_its_store_goes_on() {
    needed();
    let network = Network::new();
    let stream = Stream::render(
        "postgres: {db: {metrics: exporter}}\nredis: {cache: {image: \"redis:7\", metrics: exporter}}\n",
        &[],
    );
    for (store, port, up) in [("db", "9187", "\npg_up 0\n"), ("cache", "9121", "\nredis_up 0\n")] {
        let pod = Pod::new(&stream, &network, store);
        let mut exporter = pod.start("exporter");
        // Alive, and it says that the store is not.
        page(&mut exporter, port, "/");
        let metrics = page(&mut exporter, port, "/metrics");
        assert!(metrics.contains(up), "{metrics}");
        assert_eq!(exporter.wait_end(1), None, "{}", exporter.log());
    }
}

#[test]
fn a_redis_exporter_logs_in_with_every_password() {
    needed();
    let network = Network::new();
    for password in hostile::passwords() {
        let stream = Stream::render(
            "secrets: {pw: {password: {env: PW}}}
redis: {cache: {image: \"redis:7\", persistence: none, metrics: exporter, password: \"${secrets.pw.password}\"}}\n",
            &[("PW", &password)],
        );
        let pod = Pod::new(&stream, &network, "cache");
        let mut redis = pod.start("redis");
        redis.wait_started(20);
        let mut exporter = pod.start("exporter");
        let metrics = page(&mut exporter, "9121", "/metrics");
        assert!(metrics.contains("\nredis_up 1\n"), "{password:?} {}", exporter.log());
        let said = exporter.log();
        assert!(password.len() < 6 || !said.contains(&password), "{said}");
    }
}

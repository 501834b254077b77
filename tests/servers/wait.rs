//! `waitFor`: the init container waits, says for what, and gives up. Under dash (Debian's images) and busybox (alpine's).

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::hostile;
use crate::kubelet::{Network, Pod, Stream, machine, needs};

const IMAGES: [(&str, &str); 2] = [("redis:7", "postgres:18-trixie"), ("redis:7-alpine", "postgres:18-alpine")];

fn stores(redis: &str, postgres: &str) -> Stream {
    Stream::render(
        &format!(
            "secrets: {{pw: {{password: {{env: PW}}}}}}
redis: {{cache: {{image: \"{redis}\", password: \"${{secrets.pw.password}}\"}}}}
postgres: {{db: {{image: \"{postgres}\", password: \"${{secrets.pw.password}}\"}}}}
apps: {{api: {{image: a/b:1, waitFor: [redis.cache, postgres.db]}}}}\n"
        ),
        &[("PW", "s3 c\"ret")],
    )
}

#[test]
fn succeeds_when_the_store_answers() {
    let network = Network::new();
    for (redis, postgres) in IMAGES {
        let stream = stores(redis, postgres);
        let api = Pod::new(&stream, &network, "api");
        for (store, target, container) in [("cache", "redis.cache", "redis"), ("db", "postgres.db", "postgres")] {
            let pod = Pod::new(&stream, &network, store);
            let mut wait = api.start(&format!("wait-for-{store}"));
            let first = format!("waiting for {target} (1 of 150): no answer\n");
            wait.wait("first try", 10, |wait| wait.log() == first);
            let mut server = pod.start(container);
            assert_eq!(wait.wait_end(60), Some(0), "{}", wait.log());
            assert!(wait.log().ends_with(&format!("\n{target} answers\n")), "{}", wait.log());
            server.wait_started(60);
            // At once, when it is there already.
            let mut wait = api.start(&format!("wait-for-{store}"));
            assert_eq!(wait.wait_end(5), Some(0), "{}", wait.log());
            assert_eq!(wait.log(), format!("{target} answers\n"));
            // A server that hangs: each try ends by itself.
            server.signal("STOP");
            let wait = api.start(&format!("wait-for-{store}"));
            sleep(Duration::from_secs(4));
            // (Busybox says `Terminated` of the client it ended.)
            assert!(wait.log().ends_with(&first), "{}", wait.log());
        }
    }
}

#[test]
fn gives_up_and_says_on_what() {
    let network = Network::new();
    for (redis, postgres) in IMAGES {
        let stream = stores(redis, postgres);
        let api = Pod::new(&stream, &network, "api");
        for (store, target) in [("cache", "redis.cache"), ("db", "postgres.db")] {
            let mut wait = api.start_fast(&format!("wait-for-{store}"), &[]);
            assert_eq!(wait.wait_end(60), Some(1), "{}", wait.log());
            let log = wait.log();
            assert!(log.starts_with(&format!("waiting for {target} (1 of 150): no answer\nsleep 2\n")), "{log}");
            assert!(log.ends_with(&format!("(150 of 150): no answer\nsleep 2\n{target} did not answer\n")), "{log}");
            assert_eq!(log.lines().count(), 301);
        }
    }
}

#[test]
fn a_wrong_password_is_named() {
    let network = Network::new();
    let stream = stores(IMAGES[1].0, IMAGES[1].1);
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let api = Pod::new(&stream, &network, "api");
    let mut wait = api.start_fast("wait-for-cache", &[("REDISCLI_AUTH", "wrong")]);
    assert_eq!(wait.wait_end(60), Some(1), "{}", wait.log());
    assert!(wait.log().contains("(150 of 150): NOAUTH Authentication required."), "{}", wait.log());
}

/// An external store by its URL, with each password.
#[test]
fn by_url() {
    let network = Network::new();
    let stream = stores(IMAGES[1].0, IMAGES[1].1);
    let (cache, db) = (Pod::new(&stream, &network, "cache"), Pod::new(&stream, &network, "db"));
    let (mut redis, mut postgres) = (cache.start("redis"), db.start("postgres"));
    redis.wait_started(10);
    postgres.wait_started(60);
    let mut old = stream.secret("pw", "password");
    for password in hostile::passwords() {
        let project = "secrets: {pw: {password: {env: PW}}}
redis: {cache: {mode: external, image: \"redis:7-alpine\", host: 127.0.0.1, password: \"${secrets.pw.password}\"}}
postgres: {db: {mode: external, host: 127.0.0.1, password: \"${secrets.pw.password}\"}}
apps: {api: {image: a/b:1, waitFor: [redis.cache, postgres.db]}}\n";
        let outside = Stream::render(project, &[("PW", &password)]);
        let set = ["sh", "-c", "printf %s \"$NEW\" | redis-cli -x config set requirepass"];
        let said = redis.exec_with(&set, &[("NEW", &password), ("REDISCLI_AUTH", &old)]);
        assert_eq!(said.stdout, b"OK\n", "{password:?} after {old:?}");
        old.clone_from(&password);
        let api = Pod::new(&outside, &network, "api");
        for (store, target) in [("cache", "redis.cache"), ("db", "postgres.db")] {
            let mut wait = api.start(&format!("wait-for-{store}"));
            assert_eq!(wait.wait_end(10), Some(0), "{password:?} {}", wait.log());
            assert_eq!(wait.log(), format!("{target} answers\n"));
        }
    }
}

/// Whether a store answers does not depend on its certificate, whose authority only the app may have.
#[test]
fn by_url_with_a_certificate_of_nobody() {
    needs(&["openssl"]);
    let network = Network::new();
    let stream = Stream::render(
        "redis: {cache: {image: \"redis:7\", config: {tls-port: 6380, tls-cert-file: /data/cert.pem,
    tls-key-file: /data/key.pem, tls-auth-clients: \"no\"}}}
postgres: {db: {image: \"postgres:18\", config: {ssl: \"on\", ssl_cert_file: /var/lib/postgresql/cert.pem,
    ssl_key_file: /var/lib/postgresql/key.pem}}}\n",
        &[],
    );
    let (cache, db) = (Pod::new(&stream, &network, "cache"), Pod::new(&stream, &network, "db"));
    certificate(&cache.volume("data"));
    certificate(&db.volume("data"));
    let (mut redis, mut postgres) = (cache.start("redis"), db.start("postgres"));
    redis.wait("up", 10, |redis| redis.log().contains("Ready to accept connections"));
    postgres.wait_started(60);
    let project = "redis: {cache: {mode: external, tls: true, image: \"redis:7\", host: 127.0.0.1, port: 6380, password: \"${secrets.pw.redis}\"}}
postgres: {db: {mode: external, host: 127.0.0.1, sslmode: verify-full, password: \"${secrets.pw.redis}\"}}
secrets: {pw: {redis: {env: PW}}}
apps: {api: {image: a/b:1, waitFor: [redis.cache, postgres.db]}}\n";
    let outside = Stream::render(project, &[("PW", &stream.secret("cache", "password"))]);
    let api = Pod::new(&outside, &network, "api");
    for (store, target) in [("cache", "redis.cache"), ("db", "postgres.db")] {
        let mut wait = api.start(&format!("wait-for-{store}"));
        assert_eq!(wait.wait_end(10), Some(0), "{}", wait.log());
        assert_eq!(wait.log(), format!("{target} answers\n"));
    }
}

/// Self-signed, for a name that is not the server's, for the user 999.
fn certificate(folder: &Path) {
    let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
    let place = |path: &Path| path.to_str().unwrap().to_owned();
    let (key_place, cert_place) = (place(&key), place(&cert));
    let new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=nobody", "-keyout"];
    machine(&[&new[..], &[key_place.as_str(), "-out", cert_place.as_str()]].concat());
    chown(&key, None, Some(999)).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
}

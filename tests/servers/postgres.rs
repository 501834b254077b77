//! PostgreSQL as rendered: first start and restart, who may do what, what its probes answer in each state.
//!
//! The server is Debian's, of whatever major version; the layout of the volume follows the image that a project names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Output};
use std::thread::sleep;
use std::time::Duration;

use crate::hostile;
use crate::kubelet::{Container, Network, Pod, Stream, end};

/// A database with these further keys.
fn database(more: &str) -> Stream {
    Stream::render(&project(more), &[("PW", PASSWORD)])
}

const PASSWORD: &str = "p@ss:/?#[]% 'x\"";

fn project(more: &str) -> String {
    format!(
        "secrets: {{db: {{password: {{env: PW}}}}}}
apps: {{api: {{image: a/b:1, env: {{URL: \"${{postgres.db.url}}\"}}}}}}
postgres:
  db:
    password: ${{secrets.db.password}}
{more}"
    )
}

const READY: [bool; 3] = [true, true, true];
/// It has not started, gets no traffic and is not killed.
const BUSY: [bool; 3] = [false, false, true];
const DEAD: [bool; 3] = [false, false, false];

/// One value, as the role of the URL that kgen composed.
fn ask(db: &Container, url: &str, sql: &str) -> Output {
    db.exec(&["psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-Atq", "-c", sql, url])
}

#[track_caller]
fn answer(db: &Container, url: &str, sql: &str) -> String {
    let said = ask(db, url, sql);
    assert!(said.status.success(), "{sql}: {said:?}\n{}", db.log());
    String::from_utf8(said.stdout).unwrap().trim_end().to_owned()
}

/// The superuser, whose password only the pod has.
fn admin(stream: &Stream, database: &str) -> String {
    format!("postgresql://postgres:{}@127.0.0.1/{database}", stream.secret("db", "superuser-password"))
}

fn refused(said: &Output, why: &str) {
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stderr).contains(why), "{said:?}");
}

/// A client that is connected and asks nothing.
fn idle(db: &Container, url: &str) -> Child {
    db.spawn(&["sh", "-c", "sleep 60 | psql \"$URL\""], &[("URL", url)])
}

#[test]
fn first_start_and_restart() {
    let network = Network::new();
    // Each statement that ran twice would fail.
    let stream = database("    initSql: \"CREATE TABLE once (n int); INSERT INTO once VALUES (1)\"\n");
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait_started(60);
    assert_eq!(db.probes(), READY);
    let url = stream.secret("db", "url");
    assert_eq!(answer(&db, &url, "SELECT count(*) FROM once"), "1");
    assert_eq!(answer(&db, &url, "SHOW data_checksums"), "on");
    assert!(db.log().contains("ignoring /docker-entrypoint-initdb.d/app.sql.once"), "{}", db.log());
    // A planned stop ends with status 0 though a client is there.
    let mut client = idle(&db, &url);
    sleep(Duration::from_millis(300));
    assert_eq!(db.stop(20), Some(0), "{}", db.log());
    end(&mut client);
    pod.again();
    let mut db = pod.start("postgres");
    db.wait_started(30);
    assert!(db.log().contains("Skipping initialization"), "{}", db.log());
    assert!(!db.log().contains("automatic recovery"), "{}", db.log());
    assert_eq!(answer(&db, &url, "SELECT count(*) FROM once"), "1");
    // Killed: no time to write anything. What was committed is there.
    answer(&db, &url, "INSERT INTO once VALUES (2)");
    db.kill();
    // The container alone is started again: its socket and lock files are still there. Then the whole pod.
    let mut db = pod.start("postgres");
    db.wait_started(30);
    assert!(db.log().contains("automatic recovery in progress"), "{}", db.log());
    assert_eq!(answer(&db, &url, "SELECT count(*) FROM once"), "2");
    db.kill();
    pod.again();
    let mut db = pod.start("postgres");
    db.wait_started(30);
    assert_eq!(answer(&db, &url, "SELECT count(*) FROM once"), "2");
}

#[test]
fn who_may_do_what() {
    let network = Network::new();
    let sql = "CREATE TABLE t AS SELECT 1 AS n; RESET ROLE; CREATE EXTENSION dblink;";
    let stream = database(&format!("    database: legacy app=1\n    user: web-app\n    initSql: \"{sql}\"\n"));
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait_started(60);
    let (url, admin_url) = (stream.secret("db", "url"), admin(&stream, "postgres"));
    let role = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles \
        WHERE rolname = current_user";
    assert_eq!(answer(&db, &url, role), "f|f|f|f|f");
    assert_eq!(answer(&db, &url, "SELECT current_user, current_database()"), "web-app|legacy app=1");
    let owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()";
    assert_eq!(answer(&db, &url, owner), "web-app");
    // initSql ran as the app's role, in the app's database.
    assert_eq!(answer(&db, &url, "SELECT tableowner FROM pg_tables WHERE tablename = 't'"), "web-app");
    // Behind RESET ROLE it ran as the superuser: only one may make this extension.
    assert_eq!(answer(&db, &url, "SELECT count(*) FROM pg_extension WHERE extname = 'dblink'"), "1");
    answer(&db, &url, "CREATE SCHEMA own; CREATE TABLE own.t (n int); CREATE TABLE public.u (n int)");
    let read = ask(&db, &url, "SELECT pg_read_file('/etc/passwd')");
    assert_eq!(read.status.code(), Some(1), "{read:?}");
    // No other role reaches the app's database.
    answer(&db, &admin_url, "CREATE ROLE other LOGIN PASSWORD 'other'");
    let other = "postgresql://other:other@127.0.0.1/legacy%20app%3D1";
    refused(&ask(&db, other, "SELECT 1"), "permission denied for database");
    // A wrong password is refused on each way in.
    for host in ["127.0.0.1", "db", "%2Fvar%2Frun%2Fpostgresql"] {
        for user in ["web-app", "postgres"] {
            let wrong = format!("postgresql://{user}:wrong@{host}/postgres");
            refused(&ask(&db, &wrong, "SELECT 1"), "password authentication failed");
            let none = format!("postgresql://{user}@{host}/postgres");
            refused(&db.exec(&["psql", "-w", "-c", "SELECT 1", &none]), "no password supplied");
        }
    }
    let stored = "SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'";
    assert_eq!(answer(&db, &admin_url, stored), "0");
    // The passwords are in files that only the server's user can read, and in no process list or log.
    let mode = fs::metadata(pod.volume("secrets").join("password")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o440);
    assert!(!db.log().contains(PASSWORD), "{}", db.log());
}

/// A first start that fails is never taken for one that did not.
#[test]
fn a_broken_first_start_is_not_ready() {
    let network = Network::new();
    for image in ["postgres:18-trixie", "postgres:17-alpine"] {
        let sql = "CREATE TABLE a (n int); SELECT pg_sleep(1); SELECT 1/0;";
        let stream = database(&format!("    image: {image}\n    initSql: \"{sql}\"\n"));
        let pod = Pod::new(&stream, &network, "db");
        // An error: each start says it again, and nothing is left that a later one would trust.
        for _ in 0..2 {
            let mut db = pod.start("postgres");
            let status = db.wait_end(60);
            assert!(status.is_some_and(|status| status != 0), "{status:?} {}", db.log());
            assert!(db.log().contains("division by zero"), "{}", db.log());
            assert!(!db.log().contains("Skipping initialization"), "{}", db.log());
            pod.again();
        }
        // A kill while it is at it: the next start stops, and says at what.
        let mut db = pod.start("postgres");
        db.wait("init script", 60, |db| db.log().contains("running /docker-entrypoint-initdb.d/10-app.sh"));
        sleep(Duration::from_millis(500));
        db.kill();
        pod.again();
        let mut db = pod.start("postgres");
        assert!(db.wait_end(30).is_some_and(|status| status != 0), "{}", db.log());
        assert!(db.log().contains("exists but is not empty"), "{}", db.log());
    }
}

/// Role and database are called what the project says, whatever shells, SQL, URLs and Kubernetes would make of it.
#[test]
fn names_arrive() {
    let network = Network::new();
    for name in ["o'hara \"x\" %41;", "$(PGDATA)$$`id`\\", "-d ünïcødé"] {
        let quoted = name.replace('\'', "''");
        let stream = database(&format!("    user: '{quoted}'\n    database: 'db {quoted}'\n    initSql: SELECT 1\n"));
        let pod = Pod::new(&stream, &network, "db");
        let mut db = pod.start("postgres");
        db.wait_started(60);
        let said = answer(&db, &stream.secret("db", "url"), "SELECT current_user, current_database()");
        assert_eq!(said, format!("{name}|db {name}"));
    }
}

/// Names that the server has itself: its first start would fail.
#[test]
fn names_of_the_server_are_refused() {
    for (key, name) in [("user", "postgres"), ("user", "pg_app"), ("database", "postgres"), ("database", "template1")] {
        let said = Stream::try_render(&project(&format!("    {key}: {name}\n")), &[("PW", "x")]).map(|_| ());
        let said = said.expect_err(name);
        assert!(said.contains("error[postgres-reserved]") && said.contains(&format!("`{name}`")), "{said}");
    }
}

#[test]
fn config_and_layouts() {
    let network = Network::new();
    for (image, mount, pgdata) in [
        ("postgres:15", "/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata"),
        ("postgres:17-alpine", "/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata"),
        ("postgres:18-trixie", "/var/lib/postgresql", "/var/lib/postgresql/18/docker"),
    ] {
        let config = "{max_connections: 33, work_mem: 6MB, log_line_prefix: \"%m [%p] $(APP_USER) $$ 'q' \", \
            shared_preload_libraries: \"pg_stat_statements\", log_statement: all}";
        let stream = database(&format!("    image: {image}\n    config: {config}\n"));
        let pod = Pod::new(&stream, &network, "db");
        let mut db = pod.start("postgres");
        db.wait_started(60);
        assert_eq!(db.probes(), READY);
        let admin = admin(&stream, "postgres");
        let show = |name: &str| db.exec(&["psql", &admin, "-Atqc", &format!("SHOW {name}")]).stdout;
        assert_eq!(show("data_directory"), format!("{pgdata}\n").as_bytes());
        assert_eq!(show("max_connections"), b"33\n");
        assert_eq!(show("work_mem"), b"6MB\n");
        assert_eq!(show("shared_preload_libraries"), b"pg_stat_statements\n");
        // `$(VAR)` and `$$` are Kubernetes', as in every argument.
        assert_eq!(String::from_utf8(show("log_line_prefix")).unwrap(), "%m [%p] app $ 'q' \n", "{image}");
        assert!(db.log().contains("SHOW work_mem"), "{}", db.log());
        assert!(!db.log().contains(&stream.secret("db", "superuser-password")), "{}", db.log());
        assert!(!db.log().contains("p@ss:"), "the app's password is in the log: {}", db.log());
        // The volume is where the data is: nothing of it is lost with the container.
        let inside = pgdata.strip_prefix(mount).unwrap().trim_start_matches('/');
        assert!(pod.volume("data").join(inside).join("PG_VERSION").exists());
        // Room for parallel work in /dev/shm, and the root cannot be written.
        let write = db.exec(&["sh", "-c", "echo x > /etc/x || echo x > /x"]);
        assert!(!write.status.success(), "{write:?}");
        assert_eq!(db.stop(20), Some(0));
    }
}

#[test]
fn probes_while_it_initialises() {
    let network = Network::new();
    let stream = database("    initSql: \"SELECT pg_sleep(4);\"\n");
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait("temporary server", 60, |db| db.exec(&["pg_isready", "-q"]).status.success());
    // It answers on its socket, which is not the server to wait for. Nobody asks for liveness before startup.
    assert!(!db.probe("startupProbe").ok());
    assert!(!db.probe("readinessProbe").ok());
    assert!(db.exec(&["pg_isready", "-q"]).status.success());
    assert!(!db.log().contains("init process complete"), "{}", db.log());
    db.wait_started(60);
    assert_eq!(db.probes(), READY);
}

#[test]
fn probes_when_no_connection_is_left_or_it_hangs() {
    let network = Network::new();
    let stream = database("    config: {max_connections: 5, superuser_reserved_connections: 1}\n");
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait_started(60);
    let url = stream.secret("db", "url");
    let mut clients = vec![];
    db.wait("full", 30, |db| {
        let full = ask(db, &url, "SELECT 1").status.code() == Some(2);
        if !full {
            clients.push(idle(db, &url));
            sleep(Duration::from_millis(200));
        }
        full
    });
    assert_eq!(db.probes(), READY, "a busy server is neither dead nor to be taken out");
    db.signal("STOP");
    assert_eq!(db.probes(), DEAD);
    db.signal("CONT");
    clients.iter_mut().for_each(end);
    db.wait("room", 20, |db| ask(db, &url, "SELECT 1").status.success());
    assert_eq!(db.probes(), READY);
}

#[test]
fn probes_when_it_shuts_down() {
    let network = Network::new();
    let stream = database("");
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait_started(60);
    let url = stream.secret("db", "url");
    let mut client = idle(&db, &url);
    sleep(Duration::from_millis(300));
    // SIGTERM waits for its clients and lets nobody in: not ready, and not to be killed.
    db.signal("TERM");
    sleep(Duration::from_millis(300));
    assert_eq!(db.probes(), BUSY);
    assert_eq!(db.stop(20), Some(0));
    end(&mut client);
}

/// Each password reaches the server by its file, and a client by the URL that kgen composed.
#[test]
fn passwords_arrive() {
    let network = Network::new();
    for chunk in hostile::passwords().chunks(13) {
        // One server to a chunk: the init scripts of the others are run beside the first one's.
        let stores: String = (0..chunk.len()).map(store).collect();
        let apps: String =
            (0..chunk.len()).map(|number| format!(", U{number}: \"${{postgres.db{number}.url}}\"")).collect();
        let keys: String = (0..chunk.len()).map(|number| format!("p{number}: {{env: PW{number}}}, ")).collect();
        let project = format!(
            "secrets: {{pw: {{{keys}}}}}\npostgres:\n{stores}apps: {{api: {{image: a/b:1, env: {{A: b{apps}}}}}}}\n"
        );
        let names: Vec<String> = (0..chunk.len()).map(|number| format!("PW{number}")).collect();
        let env: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(chunk.iter().map(String::as_str)).collect();
        let stream = Stream::render(&project, &env);
        let first = Pod::new(&stream, &network, "db0");
        let mut db = first.start("postgres");
        db.wait_started(60);
        for (number, password) in chunk.iter().enumerate() {
            let name = format!("db{number}");
            let url = stream.secret(&name, "url");
            let pod = Pod::new(&stream, &network, &name);
            if number > 0 {
                make_role(&stream, &pod, &db, &name);
            }
            assert_eq!(fs::read_to_string(pod.volume("secrets").join("password")).unwrap(), *password);
            let here = url.replace(&format!("@{name}:"), "@db0:");
            assert_eq!(answer(&db, &here, "SELECT current_user"), format!("app{number}"), "{password:?} {url}");
            let said = db.exec_with(
                &["psql", "-w", "-h", "127.0.0.1", "-U", &format!("app{number}"), "-c", "SELECT 1"],
                &[("PGPASSWORD", password), ("PGDATABASE", &format!("app{number}"))],
            );
            assert!(said.status.success(), "{password:?} {said:?}");
        }
        assert_eq!(db.stop(20), Some(0));
    }
}

fn store(number: usize) -> String {
    format!("  db{number}: {{password: \"${{secrets.pw.p{number}}}\", user: app{number}, database: app{number}}}\n")
}

/// The rendered init script of another store, with its environment and its password, against the running server.
fn make_role(stream: &Stream, pod: &Pod, db: &Container, name: &str) {
    let script = stream.key("ConfigMap", &format!("{name}-init"), "10-app.sh").unwrap();
    let password = fs::read_to_string(pod.volume("secrets").join("password")).unwrap();
    let admin = stream.secret("db0", "superuser-password");
    let own = name.replace("db", "app");
    let env = [
        ("PGPASSWORD", admin.as_str()),
        ("PW", &password),
        ("SCRIPT", &script),
        ("APP_PASSWORD_FILE", "/tmp/password"),
        ("APP_USER", &own),
        ("APP_DATABASE", &own),
    ];
    let said = db.exec_with(&["sh", "-c", "printf %s \"$PW\" > /tmp/password && exec sh -c \"$SCRIPT\""], &env);
    assert!(said.status.success(), "{said:?}");
}

/// CloudNativePG runs `initSql` as the superuser, all of it as one query: what it makes is the app's all the same.
#[test]
fn the_init_sql_of_a_cluster_is_the_apps() {
    let network = Network::new();
    for user in ["app", "o''hara \"x\""] {
        let more = format!(
            "    user: '{user}'\n    initSql: \"CREATE TABLE first (n int); CREATE TABLE second (n int); RESET ROLE; \
             CREATE EXTENSION dblink -- end\"\n"
        );
        let cluster = Stream::render(&format!("postgres:\n  db:\n    mode: cnpg\n{more}"), &[]);
        let sql = cluster.key("ConfigMap", "db-init", "app.sql").unwrap();
        let stream = database(&format!("    user: '{user}'\n"));
        let pod = Pod::new(&stream, &network, "db");
        let mut db = pod.start("postgres");
        db.wait_started(60);
        let admin = admin(&stream, "app");
        let said = db.exec(&["psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qc", &sql, &admin]);
        assert!(said.status.success(), "{sql} {said:?}");
        let owners =
            "SELECT string_agg(DISTINCT tableowner, ',') || count(*) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(answer(&db, &admin, owners), format!("{}2", user.replace("''", "'")));
        assert_eq!(answer(&db, &admin, "SELECT count(*) FROM pg_extension WHERE extname = 'dblink'"), "1");
    }
}

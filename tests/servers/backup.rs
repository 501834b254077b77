//! Backups of a standalone PostgreSQL: the rendered CronJob's pod against the rendered, running server.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::hostile;
use crate::kubelet::{Container, Network, Pod, Stream, machine, needs};

/// Debian's shell, and busybox'.
const IMAGES: [&str; 2] = ["postgres:18-trixie", "postgres:17-alpine"];

fn stream(image: &str, more: &str, password: &str) -> Stream {
    let project = format!(
        "secrets: {{pw: {{password: {{env: PW}}}}}}
postgres:
  db:
    image: {image}
    password: ${{secrets.pw.password}}
    backup: {{schedule: \"0 2 * * *\", retain: 2, to: {{volume: 1Gi}}}}
    initSql: \"CREATE TABLE t AS SELECT n, md5(n::text) AS word FROM generate_series(1, 1000) n\"
{more}"
    );
    Stream::render(&project, &[("PW", password)])
}

/// The names of the files of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut out: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "lost+found")
        .collect();
    out.sort();
    out
}

/// Runs the container to its end, which must be a good one; what it said.
#[track_caller]
fn backs_up(pod: &Pod) -> String {
    let mut dump = pod.start("dump");
    let status = dump.wait_end(60);
    assert_eq!(status, Some(0), "{}", dump.log());
    dump.log()
}

#[track_caller]
fn fails(pod: &Pod, env: &[(&str, &str)]) -> String {
    let mut dump = pod.start_with("dump", env);
    let status = dump.wait_end(60);
    assert!(status.is_some_and(|status| status != 0), "{status:?} {}", dump.log());
    dump.log()
}

/// A database of the superuser's, restored from a file: what it answers.
fn restored(db: &Container, stream: &Stream, dump: &Path, sql: &str) -> String {
    let superuser = stream.secret("db", "superuser-password");
    let env =
        [("PGPASSWORD", superuser.as_str()), ("PGHOST", "127.0.0.1"), ("PGUSER", "postgres"), ("PGDATABASE", "copy")];
    let create = "DROP DATABASE IF EXISTS copy";
    for (command, database) in [(create, "postgres"), ("CREATE DATABASE copy", "postgres")] {
        let said = db.exec_with(&["psql", "-q", "-c", command], &[&env[..3], &[("PGDATABASE", database)]].concat());
        assert!(said.status.success(), "{said:?}");
    }
    let place = fs::canonicalize(dump).unwrap();
    let inside =
        format!("cat > /tmp/dump && pg_restore --exit-on-error --dbname=copy /tmp/dump && psql -Atqc \"{sql}\"");
    let text = fs::read(&place).unwrap();
    let said = db.exec_fed(&["sh", "-c", &inside], &env, &text);
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn a_dump_restores_and_old_ones_go() {
    let network = Network::new();
    for image in IMAGES {
        let stream = stream(image, "", "p@ss:/?#[]% 'x\"");
        let server = Pod::new(&stream, &network, "db");
        let mut db = server.start("postgres");
        db.wait_started(60);
        let pod = Pod::new(&stream, &network, "db-backup");
        let folder = pod.volume("backup");
        // Of another database, of a person, and of a run that was killed.
        for name in ["other-20250101T020000Z.dump", "db-2-20250101T020000Z.dump", "notes.txt", "db.partial"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        let others = ["db-2-20250101T020000Z.dump", "notes.txt", "other-20250101T020000Z.dump"];
        let mut made: Vec<String> = Vec::new();
        for number in 1..=4 {
            let said = backs_up(&pod);
            let own: Vec<_> = names(&folder).into_iter().filter(|name| !others.contains(&name.as_str())).collect();
            let newest = own.last().unwrap().clone();
            assert!(said.starts_with(&format!("wrote /backup/{newest}: ")), "{said}");
            assert!(!made.contains(&newest), "{own:?}");
            made.push(newest);
            assert_eq!(own, made[made.len().saturating_sub(2)..], "run {number}: two are kept");
            assert_eq!(said.contains("removed "), number > 2, "{said}");
        }
        assert_eq!(names(&folder).len(), 2 + others.len());
        let newest = folder.join(made.last().unwrap());
        assert_eq!(
            restored(&db, &stream, &newest, "SELECT count(*), min(word) FROM t"),
            "1000|00411460f7c92d2124a67ea0f4cb5f85"
        );
    }
}

/// The clock may go back: what was just made is never what goes.
#[test]
fn the_newest_stays_whatever_its_name() {
    let network = Network::new();
    let stream = stream(IMAGES[1], "", "x");
    let server = Pod::new(&stream, &network, "db");
    let mut db = server.start("postgres");
    db.wait_started(60);
    let pod = Pod::new(&stream, &network, "db-backup");
    let folder = pod.volume("backup");
    let later = ["db-29990101T020000Z.dump", "db-29990102T020000Z.dump", "db-29990103T020000Z.dump"];
    later.iter().for_each(|name| fs::write(folder.join(name), "x").unwrap());
    backs_up(&pod);
    let left = names(&folder);
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(!left[0].starts_with("db-2999"), "{left:?}");
    assert_eq!(left[1..], later[1..], "{left:?}");
}

/// Earlier dumps, which a run that fails must not touch.
fn earlier(pod: &Pod) -> (PathBuf, Vec<String>) {
    let folder = pod.volume("backup");
    for day in 1..=3 {
        fs::write(folder.join(format!("db-2025010{day}T020000Z.dump")), "whole").unwrap();
    }
    (folder.clone(), names(&folder))
}

#[test]
fn a_failure_harms_no_earlier_dump() {
    let network = Network::new();
    for image in IMAGES {
        let stream = stream(image, "", "x");
        let pod = Pod::new(&stream, &network, "db-backup");
        let (folder, before) = earlier(&pod);
        // No server.
        let said = fails(&pod, &[]);
        assert!(said.contains("Connection refused"), "{said}");
        assert_eq!(names(&folder), before);
        let server = Pod::new(&stream, &network, "db");
        let mut db = server.start("postgres");
        db.wait_started(60);
        // A wrong password.
        let said = fails(&pod, &[("PGPASSWORD", "wrong")]);
        assert!(said.contains("password authentication failed"), "{said}");
        assert_eq!(names(&folder), before);
        // The server goes down while it is dumped.
        let url = format!("postgresql://postgres:{}@127.0.0.1/app", stream.secret("db", "superuser-password"));
        let hold = ["psql", &url, "-qc", "BEGIN; LOCK TABLE t; SELECT pg_sleep(6)"];
        let mut holder = db.spawn(&hold, &[]);
        sleep(Duration::from_millis(500));
        let mut dump = pod.start("dump");
        dump.wait("dump", 20, |_| folder.join("db.partial").exists());
        db.kill();
        crate::kubelet::end(&mut holder);
        let status = dump.wait_end(30);
        assert!(status.is_some_and(|status| status != 0), "{}", dump.log());
        assert_eq!(names(&folder), before);
        // Killed in the middle: what it has left goes with the next run.
        let mut db = server.start("postgres");
        db.wait_started(60);
        let mut holder = db.spawn(&hold, &[]);
        sleep(Duration::from_millis(500));
        let mut dump = pod.start("dump");
        dump.wait("dump", 20, |_| folder.join("db.partial").exists());
        dump.kill();
        crate::kubelet::end(&mut holder);
        assert_eq!(names(&folder).len(), before.len() + 1);
        db.wait("unlocked", 20, |db| db.exec(&["psql", &url, "-qc", "SELECT 1 FROM t"]).status.success());
        backs_up(&pod);
        let left = names(&folder);
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(left[0], before[2]);
    }
}

/// A file system of one mebibyte, up to the end of the test.
struct Small(PathBuf);

impl Small {
    fn over(folder: &Path) -> Self {
        machine(&["mount", "-t", "tmpfs", "-o", "size=1m,mode=2777", "tmpfs", folder.to_str().unwrap()]);
        Self(folder.to_owned())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        machine(&["umount", "-l", self.0.to_str().unwrap()]);
    }
}

#[test]
fn a_full_disk_harms_no_earlier_dump() {
    let network = Network::new();
    let stream = stream(IMAGES[0], "", "x");
    let server = Pod::new(&stream, &network, "db");
    let mut db = server.start("postgres");
    db.wait_started(60);
    let url = format!("postgresql://postgres:{}@127.0.0.1/app", stream.secret("db", "superuser-password"));
    let fill =
        "CREATE TABLE big AS SELECT md5(n::text) AS a FROM generate_series(1, 100000) n; ALTER TABLE big OWNER TO app";
    assert!(db.exec(&["psql", &url, "-qc", fill]).status.success());
    let pod = Pod::new(&stream, &network, "db-backup");
    let small = Small::over(&pod.volume("backup"));
    let (folder, before) = earlier(&pod);
    let said = fails(&pod, &[]);
    assert!(said.contains("No space left on device"), "{said}");
    assert_eq!(names(&folder), before);
    drop(small);
}

/// Names and passwords reach the server by variables that libpq reads.
#[test]
fn names_and_passwords_arrive() {
    let network = Network::new();
    for name in ["o'hara \"x\" %41;", "legacy app=1", "$(PGDATA)$$`id`\\", "-d ünïcødé"] {
        let quoted = name.replace('\'', "''");
        let stream = stream(IMAGES[1], &format!("    user: '{quoted}'\n    database: 'db {quoted}'\n"), "x");
        let server = Pod::new(&stream, &network, "db");
        let mut db = server.start("postgres");
        db.wait_started(60);
        let pod = Pod::new(&stream, &network, "db-backup");
        backs_up(&pod);
        // Each password against the same server.
        let superuser = stream.secret("db", "superuser-password");
        for password in hostile::passwords().iter().filter(|_| name.starts_with("o'")) {
            let alter = "\\set pw `printf '%s' \"$NEW\"`\nALTER ROLE :\"role\" PASSWORD :'pw';\n";
            let env = [("PGPASSWORD", superuser.as_str()), ("NEW", password), ("ROLE", name), ("SQL", alter)];
            let run = "printf '%s' \"$SQL\" | psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres -d postgres --set role=\"$ROLE\"";
            let said = db.exec_with(&["sh", "-c", run], &env);
            assert!(said.status.success(), "{said:?}");
            let project =
                self::stream(IMAGES[1], &format!("    user: '{quoted}'\n    database: 'db {quoted}'\n"), password);
            let pod = Pod::new(&project, &network, "db-backup");
            backs_up(&pod);
        }
    }
}

/// No password is where another process can read it.
#[test]
fn the_password_is_in_no_argument() {
    let network = Network::new();
    let stream = stream(IMAGES[0], "", "s3cretCanary");
    let server = Pod::new(&stream, &network, "db");
    let mut db = server.start("postgres");
    db.wait_started(60);
    let url = format!("postgresql://postgres:{}@127.0.0.1/app", stream.secret("db", "superuser-password"));
    let mut holder = db.spawn(&["psql", &url, "-qc", "BEGIN; LOCK TABLE t; SELECT pg_sleep(6)"], &[]);
    sleep(Duration::from_millis(500));
    let pod = Pod::new(&stream, &network, "db-backup");
    let mut dump = pod.start("dump");
    dump.wait("dump", 20, |_| pod.volume("backup").join("db.partial").exists());
    let arguments = dump.says(&["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]);
    assert!(arguments.contains("pg_dump") && !arguments.contains("s3cretCanary"), "{arguments}");
    crate::kubelet::end(&mut holder);
    assert_eq!(dump.wait_end(60), Some(0), "{}", dump.log());
    assert!(!dump.log().contains("s3cretCanary"), "{}", dump.log());
}

/// To S3: the dump first, then its upload by the real client. The bucket is a folder, which the client treats alike.
#[test]
fn a_dump_is_uploaded_and_old_ones_go() {
    needs(&["rclone"]);
    let network = Network::new();
    for image in IMAGES {
        let stream = Stream::render(
            &format!(
                "postgres:
  db:
    image: {image}
    backup: {{schedule: \"0 2 * * *\", retain: 2, to: {{s3: {{bucket: dumps, endpoint: \"http://127.0.0.1:1\"}}}}}}
    initSql: \"CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n\"\n"
            ),
            &[],
        );
        let server = Pod::new(&stream, &network, "db");
        let mut db = server.start("postgres");
        db.wait_started(60);
        let pod = Pod::new(&stream, &network, "db-backup");
        let (folder, bucket) = (pod.volume("backup"), pod.volume("tmp").join("bucket"));
        let here = [("RCLONE_CONFIG_DUMPS_TYPE", "local"), ("TO", "/tmp/bucket")];
        let upload = |env: &[(&str, &str)]| {
            let mut upload = pod.start_with("upload", env);
            let status = upload.wait_end(60);
            (status, upload.log())
        };
        let empty = || names(&folder).iter().for_each(|name| fs::remove_file(folder.join(name)).unwrap());
        let mut made: Vec<String> = Vec::new();
        for number in 1..=4 {
            // Two dumps of one second would have one name.
            sleep(Duration::from_secs(1));
            empty();
            backs_up(&pod);
            let [name] = &names(&folder)[..] else { panic!("{:?}", names(&folder)) };
            made.push(name.clone());
            let (status, said) = upload(&here);
            assert_eq!(status, Some(0), "{said}");
            assert!(said.contains(&format!("uploaded /tmp/bucket/{name}: ")), "{said}");
            assert_eq!(names(&bucket), made[made.len().saturating_sub(2)..], "run {number}: two are kept");
            if number == 1 {
                made.remove(0);
                fs::remove_file(bucket.join(name)).unwrap();
                // Of another database, and one of a clock that was ahead.
                for name in ["db-2-20250101T020000Z.dump", "db-29990101T020000Z.dump", "x.txt"] {
                    fs::write(bucket.join(name), "x").unwrap();
                }
                let (status, said) = upload(&here);
                assert_eq!((status, names(&bucket).len()), (Some(0), 4), "{said}");
                ["db-2-20250101T020000Z.dump", "db-29990101T020000Z.dump", "x.txt", name]
                    .iter()
                    .for_each(|name| fs::remove_file(bucket.join(name)).unwrap());
            }
        }
        let newest = bucket.join(made.last().unwrap());
        assert_eq!(restored(&db, &stream, &newest, "SELECT count(*) FROM t"), "1000");
        // Nobody answers, or there is no dump: what is there stays.
        let before = names(&bucket);
        let (status, said) = upload(&[("RCLONE_RETRIES", "1"), ("RCLONE_LOW_LEVEL_RETRIES", "1")]);
        assert!(status.is_some_and(|status| status != 0) && said.contains("connection refused"), "{status:?} {said}");
        empty();
        let (status, said) = upload(&here);
        assert!(status.is_some_and(|status| status != 0), "{said}");
        assert_eq!(names(&bucket), before);
    }
}

/// What stands in the page of PostgreSQL between two texts.
fn of_page(start: &str, end: &str) -> &'static str {
    let rest = include_str!("../../docs/guide/postgresql.md").split_once(start).unwrap().1;
    rest.split_once(end).unwrap().0
}

/// Both ways that the page shows, as the app's role, over what is there: the dump, whole, and nothing else.
#[test]
fn the_page_restores() {
    let network = Network::new();
    let job = of_page("\"sh\", \"-c\",\n    \"", "\"]}]'");
    let file = format!("/tmp/{}.dump", of_page("$FOLDER/$NAME", ".dump\"]}]'").replacen("-", "db-", 1));
    let bucket = of_page("-c postgres -- sh -c '", "'\n```");
    assert!(job.starts_with("exec pg_restore ") && bucket.contains("exec pg_restore "), "{job}\n{bucket}");
    let names = [("app", "app"), ("o''hara \"x\"", "legacy app=1")];
    for (user, database) in names {
        let stream = stream(IMAGES[0], &format!("    user: '{user}'\n    database: '{database}'\n"), "p@ss 'x\"");
        let server = Pod::new(&stream, &network, "db");
        let mut db = server.start("postgres");
        db.wait_started(60);
        let pod = Pod::new(&stream, &network, "db-backup");
        backs_up(&pod);
        let [name] = &self::names(&pod.volume("backup"))[..] else { panic!() };
        let dump = fs::read(pod.volume("backup").join(name)).unwrap();
        let user = user.replace("''", "'");
        let env = [
            ("PGPASSWORD", "p@ss 'x\""),
            ("PGHOST", "127.0.0.1"),
            ("PGUSER", &user),
            ("PGDATABASE", database),
            ("FOLDER", "/tmp"),
            ("NAME", "db"),
            ("JOB", job),
        ];
        let ask = |sql: &str| {
            let said = db.exec_with(&["psql", "-Atqc", sql], &env);
            assert!(said.status.success(), "{sql} {said:?}");
            String::from_utf8(said.stdout).unwrap().trim_end().to_owned()
        };
        let (count, harm) =
            ("SELECT count(*) FROM t", "DELETE FROM t WHERE n > 10; CREATE TABLE IF NOT EXISTS later (n int)");
        ask(harm);
        assert_eq!(ask(count), "10");
        let run = format!("cat > {file} && exec sh -c \"$JOB\"");
        let said = db.exec_fed(&["sh", "-c", &run], &env, &dump);
        assert!(said.status.success(), "{said:?}");
        assert_eq!(ask(count), "1000");
        ask(harm);
        let said = db.exec_fed(&["sh", "-c", bucket], &[], &dump);
        assert!(said.status.success(), "{said:?}");
        assert_eq!(ask(count), "1000");
        let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 't'";
        assert_eq!(ask(owner), user);
        // A dump that was cut off changes nothing.
        ask(harm);
        let said = db.exec_fed(&["sh", "-c", bucket], &[], &dump[..dump.len() - 1000]);
        assert!(!said.status.success(), "{said:?}");
        assert_eq!(ask(count), "10");
    }
}

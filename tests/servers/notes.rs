//! The commands of `kgen notes` that run in a container, in the rendered containers: sh reads each line, and what
//! `kubectl exec` would run is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::kubelet::{Container, Network, Pod, Stream};
use crate::support::{KGEN, Temp, executable, inherited, run};

/// The lines of the notes that begin so, each as the words that sh makes of it.
fn calls(project: &str, env: &[(&str, &str)], start: &str) -> Vec<Vec<String>> {
    let temp = Temp::new();
    let text = format!("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}}}\n{project}");
    fs::write(temp.path().join("kgen.yaml"), text).unwrap();
    executable(&temp.path().join("bin/kubectl"), "#!/bin/sh\nprintf '%s\\0' \"$@\" > \"$HOME/call\"\n");
    let mut env: BTreeMap<String, String> = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let path = inherited("PATH").unwrap().into_string().unwrap();
    env.insert("PATH".into(), format!("{}:{path}", temp.path().join("bin").display()));
    let notes = run(
        Path::new(KGEN),
        temp.path(),
        &["notes".into(), "dev".into(), "--format".into(), "markdown".into()],
        &env,
        "",
    );
    assert_eq!(notes.status, Some(0), "{}", notes.stderr);
    // Alone, where it is in the middle of a pipeline.
    let lines = notes.stdout.lines().filter(|line| line.starts_with(start)).map(|line| line.trim_end_matches(" |"));
    lines
        .map(|line| {
            let said = run(Path::new("/bin/sh"), temp.path(), &["-eu".into(), "-c".into(), line.into()], &env, "");
            assert_eq!(said.status, Some(0), "{line}: {}", said.stderr);
            let call = fs::read_to_string(temp.path().join("call")).unwrap();
            call.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
        })
        .collect()
}

/// What it answers.
#[track_caller]
fn exec(container: &Container, call: &[String]) -> String {
    let at = call.iter().position(|word| word == "--").unwrap();
    let command: Vec<&str> = call[at + 1..].iter().map(String::as_str).collect();
    let said = container.exec(&command);
    assert!(said.status.success(), "{command:?}: {said:?}");
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn redis_answers_without_the_password_on_a_command_line() {
    let project = "secrets: {cache: {password: {env: PW}}}\nredis: {cache: {image: \"redis:7-alpine\", password: \"${secrets.cache.password}\"}}\n";
    let env = [("PW", "s3cret 'x\"")];
    let network = Network::new();
    let stream = Stream::render(project, &env);
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let calls = calls(project, &env, "kubectl exec");
    assert!(calls.iter().flatten().all(|word| !word.contains("s3cret")), "{calls:?}");
    assert_eq!(exec(&redis, &calls[0]), "PONG\n");
    assert!(exec(&redis, &calls[1]).contains("maxmemory:"));
    redis.says(&["redis-cli", "set", "a", "1"]);
    assert!(exec(&redis, &calls[2]).contains("db0:keys=1"));
    assert_eq!(
        exec(&redis, &[calls[3].clone(), vec!["get".into(), "a".into()]].concat()),
        "1\n",
        "the prompt's client"
    );
}

#[test]
fn postgresql_is_asked_as_the_apps_role_and_restored() {
    let project = "secrets: {db: {password: {env: PW}}}
postgres:
  db:
    user: web-app
    database: legacy app=1
    password: ${secrets.db.password}
    backup: {schedule: \"0 2 * * *\", to: {volume: 1Gi}}
";
    let env = [("PW", "p@ss:/?#[]% 'x\"")];
    let network = Network::new();
    let stream = Stream::render(project, &env);
    let pod = Pod::new(&stream, &network, "db");
    let mut db = pod.start("postgres");
    db.wait_started(60);
    let asked = calls(project, &env, "kubectl exec");
    assert!(asked.iter().flatten().all(|word| !word.contains("p@ss")), "{asked:?}");
    assert!(exec(&db, &asked[0]).contains("accepting connections"));
    let said = exec(&db, &asked[1]);
    assert!(said.contains("web-app") && said.contains("PostgreSQL"), "{said}");
    // The prompt's client, with what one would type.
    let prompt = asked[2].last().unwrap();
    let typed = |sql: &str| {
        let said = db.exec_fed(&["sh", "-c", prompt], &[], sql.as_bytes());
        assert!(said.status.success(), "{said:?}");
        String::from_utf8(said.stdout).unwrap()
    };
    typed("create table t as select 7 as n;\n");
    // A dump of the schedule's own pod, a mistake, and the way back.
    let mut cron = stream.workload("db-backup").clone();
    let container = &mut cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let name = container["name"].as_str().unwrap().to_owned();
    let dump: Vec<String> = serde_yaml::from_value(container["command"].clone()).unwrap();
    // Both run in the container as it is rendered: its image, names, password and volumes.
    container["command"] = serde_yaml::to_value(["sleep", "300"]).unwrap();
    let secrets =
        ["Secret", "ConfigMap", "Service"].map(|kind| stream.kind(kind).cloned().collect::<Vec<_>>()).concat();
    let documents =
        secrets.iter().chain([&cron]).map(|object| format!("---\n{}", serde_yaml::to_string(object).unwrap()));
    let waiting = Stream::read(&documents.collect::<String>());
    let job = Pod::new(&waiting, &network, "db-backup");
    let mut job = job.start(&name);
    // It runs before all its volumes are there.
    job.wait("volumes", 10, |job| job.exec(&["test", "-d", "/backup"]).status.success());
    let inside = |command: &[&str]| {
        let said = job.exec(command);
        assert!(said.status.success(), "{command:?}: {said:?}");
    };
    inside(&dump.iter().map(String::as_str).collect::<Vec<_>>());
    typed("drop table t;\n");
    let notes = calls(project, &env, "  kubectl patch");
    let patch: serde_yaml::Value = serde_yaml::from_str(notes[0].last().unwrap()).unwrap();
    let command: Vec<&str> =
        patch[0]["value"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    inside(&command);
    assert!(typed("select n from t;\n").contains('7'));
}

//! Texts with references, in every place that takes one: each is refused with a place, or reaches the container as it
//! was written, and no secret value is anywhere but in its Secret.

use kgen::output::{self, Reveal};
use kgen::tree::Tree;
use serde_json::json;

use super::bytes::Bytes;
use super::project::{self, CANARY};

const WORDS: [&str; 40] = [
    "${",
    "}",
    "$${",
    "$",
    "$(",
    ")",
    "$(A)",
    "$$(A)",
    "${redis.cache.host}",
    "${redis.cache.port}",
    "${redis.cache.url/1}",
    "${redis.cache.password}",
    "${postgres.db.url}",
    "${postgres.db.readHost}",
    "${apps.web.url}",
    "${apps.web.host}",
    "${secrets.app.token}",
    "${configs.conf.KEY}",
    "${configs.conf.LOOP}",
    "${project}",
    "${profile}",
    "${namespace}",
    "redis://",
    ":",
    "@",
    "/",
    "?",
    "#",
    "%",
    " ",
    "\n",
    "a",
    "1",
    "é",
    "\u{0}",
    "{{ x }}",
    "{%",
    "'",
    "\"",
    "${a.b.c}",
];

/// Without the project's mistakes the stream has this text where the app's variable is.
pub fn check(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let mut texts: Vec<String> = Vec::new();
    for _ in 0..4 {
        let mut text = String::new();
        for _ in 0..bytes.below(6) {
            match bytes.rarely(4) {
                true => text.push_str(&bytes.text()),
                false => text.push_str(bytes.word(&WORDS)),
            }
        }
        texts.push(text);
    }
    let mut app =
        json!({"image": "a/b:1", "port": 80, "env": {"A": texts[0]}, "envFrom": ["configs.conf", "secrets.app"]});
    match bytes.below(8) {
        0 => app["args"] = json!([texts[1]]),
        1 => app["podAnnotations"] = json!({"a": texts[1]}),
        2 => app["files"] = json!({"/etc/a": texts[1]}),
        3 => app["env"]["B"] = json!({"ref": texts[1], "optional": true}),
        4 => app["waitFor"] = json!([texts[1]]),
        5 => app["port"] = json!(texts[1]),
        _ => {}
    }
    let mut project = json!({
        "apiVersion": "kgen.dev/v1", "project": "shop", "profiles": {"dev": {}},
        "apps": {"web": app},
        "configs": {"conf": {"KEY": texts[2], "LOOP": "x"}},
        "secrets": {"app": {"token": {"env": "TOKEN"}, "url": texts[3]}},
    });
    // What nothing refers to is a warning, and costs a second run.
    for (component, name) in [("redis", "cache"), ("postgres", "db")] {
        if texts.iter().any(|text| text.contains(component)) {
            project[component] = json!({name: {}});
        }
    }
    let text = project.to_string();
    let answer = project::answer(text.as_bytes(), project::fourth(data));
    project::hold(&answer);
    let Ok(streams) = &answer.streams else { return };
    // A plain text arrives as it was written (but for what Kubernetes would expand).
    let plain = |text: &str| !text.contains(['$', '\0']);
    let Some(objects) = streams.first().map(|profile| &profile.resources) else { return };
    if plain(&texts[0]) {
        let web = objects.iter().find(|object| object.id.kind == "Deployment" && object.id.name == "web");
        let env = web
            .and_then(|web| web.body.at(&["spec", "template", "spec", "containers"])?.as_list()?.first()?.get("env"));
        let is_a = |item: &&Tree<_>| item.get("name").and_then(Tree::as_str) == Some("A");
        let value = env.and_then(|env| env.as_list()?.iter().find(is_a)?.get("value"));
        assert_eq!(value.and_then(Tree::as_str).unwrap_or_default(), texts[0]);
    }
    for object in objects.iter().filter(|object| object.id.kind != "Secret") {
        let text = output::document(&object.body, Reveal::Yes).unwrap().text;
        assert!(!text.contains(CANARY), "{text}");
    }
}

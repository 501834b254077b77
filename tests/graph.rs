//! What `kgen graph` draws: exact texts of the shop, and names that would break each language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kgen::graph::{self, Edge, Graph, Kind, Node, Style};

use crate::support::{KGEN, Kgen, Temp, inherited, put, run};

mod wiring; // every wire of every golden case is in the picture, and nothing else

const SHOP: &str = include_str!("../golden/example-shop/kgen.yaml");
const SENTINEL: &str = include_str!("../golden/redis-sentinel/kgen.yaml");

fn shop(args: &[&str]) -> Kgen {
    Kgen::new().file("kgen.yaml", SHOP).args(["graph"]).args(args.iter().copied())
}

/// What is drawn is a file of the repository; `KGEN_UPDATE=1` writes it anew.
fn is(args: &[&str], path: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if inherited("KGEN_UPDATE").is_some_and(|value| value == "1") {
        put(&path, drawn(SHOP, args));
    }
    shop(args).stdout(&fs::read_to_string(&path).unwrap()).run();
}

#[test]
fn mermaid_is_written_without_being_asked_for() {
    is(&["prod"], "tests/graph/shop.mermaid");
}

#[test]
fn all_profiles_are_drawn_together() {
    is(&[], "tests/graph/shop-all.mermaid");
}

#[test]
fn dot_is_what_graphviz_reads() {
    is(&["prod", "--format", "dot"], "tests/graph/shop.dot");
}

#[test]
fn the_picture_of_the_readme_is_what_kgen_draws() {
    is(&["prod", "--format", "svg"], "docs/shop.svg");
}

#[test]
fn a_part_is_a_component_and_what_it_is_wired_to() {
    let expected = "digraph kgen {
  label=\"shop, prod\"
  labelloc=t
  rankdir=LR
  node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=11 margin=\"0.15,0.08\"]
  edge [fontname=\"Helvetica\" fontsize=9 color=\"#6b7280\" fontcolor=\"#4b5563\"]
  \"apps.web\" [label=\"web\\napp\\nDeployment ×3\" fillcolor=\"#dbe9fb\" color=\"#2c66aa\"]
  \"apps.api\" [label=\"api\\napp\\nDeployment ×3\" fillcolor=\"#dbe9fb\" color=\"#2c66aa\"]
  \"redis.cache\" [label=\"cache\\nredis\\nstandalone\" fillcolor=\"#fbe0dd\" color=\"#ab4237\"]
  \"postgres.db\" [label=\"db\\npostgres\\nstandalone\" fillcolor=\"#dcefe9\" color=\"#287362\"]
  \"apps.web\" -> \"apps.api\" [label=\"API_URL\"]
  \"apps.api\" -> \"redis.cache\" [label=\"REDIS_URL\"]
  \"apps.api\" -> \"postgres.db\" [label=\"DATABASE_URL\"]
}
";
    shop(&["prod", "--format", "dot", "--only", "component=apps.api"]).stdout(expected).run();
}

#[test]
fn a_part_that_is_not_there_is_a_slip() {
    let said = "error: `component=redis.cahce` selects nothing\nhint: did you mean `component=redis.cache`?\n";
    shop(&["prod", "--only", "component=redis.cahce"]).stderr(said).status(2).run();
}

#[test]
fn a_profile_that_is_not_there_is_a_slip() {
    let said = "error: there is no profile `prd`\nhint: did you mean `prod`?\n";
    shop(&["prd"]).stderr(said).status(2).run();
}

/// Texts that are markup, or a word of the language, somewhere.
const HOSTILE: [&str; 14] = [
    "end",
    "subgraph",
    "a\"] --> b; click a",
    "</title></svg><script>alert(1)</script>",
    "]]> &amp; &#38; &lt; %%{init}%%",
    "\\ \\N \\\" \\l",
    "`**b**` _i_ #35; #quot;",
    "{{x}} [/y/] ((z)) |q|",
    "über → 数据 \u{1f600} \u{202e}abc",
    "http://a.example/?b=c&d='e'",
    "",
    "---",
    "a: b # c",
    "\u{fffe}\u{ffff}",
];

fn hostile() -> Graph {
    let node = |text: &&str| Node {
        id: format!("id {text}"),
        kind: Kind::App,
        title: (*text).to_owned(),
        lines: vec![(*text).to_owned()],
        outside: false,
        namespace: (text.len() > 20).then(|| (*text).to_owned()),
    };
    let edge = |(at, text): (usize, &&str)| Edge {
        from: at,
        to: (at + 1) % HOSTILE.len(),
        style: Style::Solid,
        labels: vec![(*text).to_owned()],
    };
    let title = HOSTILE.join(" ");
    Graph { title, nodes: HOSTILE.iter().map(node).collect(), edges: HOSTILE.iter().enumerate().map(edge).collect() }
}

fn drawn(text: &str, args: &[&str]) -> String {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), text);
    let args: Vec<String> = ["graph", "-q"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
    assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)));
    said.stdout
}

#[test]
fn a_text_is_only_a_text_in_the_picture() {
    let svg = graph::svg::write(&hostile());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let titles: Vec<&str> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("name"))
        .map(|n| n.text().unwrap_or(""))
        .collect();
    let expected = HOSTILE.map(|text| text.replace(['\u{202e}', '\u{fffe}', '\u{ffff}'], "\u{fffd}"));
    assert_eq!(titles, expected);
    let known = ["svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "g"];
    for element in document.descendants().filter(|node| node.is_element()) {
        assert!(known.contains(&element.tag_name().name()), "{element:?}");
        assert!(element.attributes().all(|attribute| !attribute.name().starts_with("on")), "{element:?}");
    }
}

/// Mermaid's own parser has read each of these: what is not plain is an entity.
#[test]
fn a_text_is_only_a_text_in_mermaid() {
    let mermaid = graph::mermaid::write(&hostile());
    assert!(mermaid.contains("n0[\"<b>end</b><br/>app<br/>end\"]"), "{mermaid}");
    assert!(mermaid.contains("<b>a#34;#93; --#62; b#59; click a</b>"), "{mermaid}");
    assert!(mermaid.contains("#60;/title#62;#60;/svg#62;#60;script#62;alert(1)"), "{mermaid}");
    assert!(mermaid.contains("#37;#37;#123;init#125;#37;#37;"), "{mermaid}");
    assert!(mermaid.contains("#35;35#59; #35;quot#59;"), "{mermaid}");
}

#[test]
fn a_text_is_only_a_text_in_dot() {
    let dot = graph::dot::write(&hostile());
    assert!(dot.contains(r#"label="a\"] --> b; click a"#), "{dot}");
    assert!(dot.contains(r#"label="]]> &amp;amp; &amp;#38; &amp;lt; %%{init}%%"#), "{dot}");
    assert!(dot.contains(r#"label="\\ \\N \\\" \\l"#), "{dot}");
}

#[test]
fn what_mermaid_would_not_draw_is_said() {
    let apps: String = (0..260)
        .map(|at| format!("  a{at}: {{image: a/b:1, env: {{A: \"${{redis.r.host}}\", B: \"${{redis.s.host}}\"}}}}\n"))
        .collect();
    let project = format!(
        "apiVersion: kgen.dev/v1\nproject: p\napps:\n{apps}redis: {{r: {{auth: none}}, s: {{auth: none}}}}\nprofiles: {{dev: {{}}}}\n"
    );
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), &project);
    let said = run(Path::new(KGEN), temp.path(), &["graph".to_owned()], &BTreeMap::new(), "");
    let expected = "note: Mermaid draws no more than 500 edges or 50000 characters where nobody configured it otherwise
hint: `--format svg` has no such limit; `--only component=SECTION.NAME` draws a part
";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(0)));
}

/// What an SVG on a foreign page may not have.
#[test]
fn the_picture_refers_to_nothing_outside_and_runs_nothing() {
    for text in [SHOP, SENTINEL] {
        let svg = drawn(text, &["--format", "svg"]);
        let links = svg.matches("://").count();
        assert_eq!(links, 1, "only the namespace: {svg}");
        for word in ["<script>", "href", "<image", "<foreignObject", " on", "@import", "@font-face"] {
            let found = svg.find(&format!("{word}=")).or_else(|| svg.find(word).filter(|_| word != " on"));
            assert_eq!(found, None, "{word}");
        }
        assert!(svg.contains("prefers-color-scheme:dark") && svg.contains("<desc id=\"kgen-desc\">"));
    }
}

#[test]
fn the_picture_is_the_same_every_time() {
    for format in ["mermaid", "dot", "svg"] {
        assert_eq!(drawn(SHOP, &["--format", format]), drawn(SHOP, &["--format", format]));
    }
}

/// What no reference says: a Service's name in a text, an address outside, raw objects in a namespace of their own.
#[test]
fn a_service_named_in_a_text_is_a_wire() {
    let project = r#"apiVersion: kgen.dev/v1
project: p
namespace: shop
apps:
  api: {image: a/b:1, port: 80, service: {type: LoadBalancer}}
  web:
    image: a/b:1
    env: {API: "http://api/v1", USER: api, OTHER: "http://api.elsewhere.svc/"}
    envFrom: [configs.web]
configs: {web: {CACHE_HOST: metrics.tools, LOG: info}}
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: metrics, namespace: tools}
    spec:
      selector: {matchLabels: {a: b}}
      template:
        metadata: {labels: {a: b}}
        spec: {containers: [{name: m, image: "a/b:1", env: [{name: UPSTREAM, value: "api.shop.svc:80"}]}]}
  - {apiVersion: v1, kind: Service, metadata: {name: metrics, namespace: tools}, spec: {selector: {a: b}, ports: [{port: 80}]}}
profiles: {dev: {}}
"#;
    let dot = drawn(project, &["--format", "dot"]);
    let edges: Vec<&str> = dot.lines().filter(|line| line.contains(" -> ")).map(str::trim).collect();
    let expected = [
        r#""service/api" -> "apps.api" [label="api:80"]"#,
        r#""apps.web" -> "apps.api" [label="API"]"#,
        r#""apps.web" -> "configs.web" [label="envFrom"]"#,
        r#""apps.web" -> "Deployment/tools/metrics" [label="CACHE_HOST"]"#,
        r#""Deployment/tools/metrics" -> "apps.api" [label="UPSTREAM"]"#,
    ];
    assert_eq!(edges, expected);
    assert!(dot.contains("subgraph \"cluster tools\" {\n    label=\"namespace tools\"\n"), "{dot}");
    let svg = drawn(project, &["--format", "svg"]);
    assert!(svg.contains("<g class=\"group\">") && svg.contains(">namespace tools</text></g>"), "{svg}");
}

/// Plain clients meet HAProxy, those that ask Sentinel meet the members; `waitFor` is no wire of its own.
#[test]
fn what_stands_before_a_store_is_on_the_way() {
    let dot = drawn(SENTINEL, &["dev", "--format", "dot"]);
    for edge in [
        r#""apps.web" -> "redis.cache/proxy" [label="REDIS_URL"]"#,
        r#""apps.web" -> "redis.cache/proxy" [label="waitFor" style=dashed]"#,
        r#""redis.cache/proxy" -> "redis.cache" [label="the primary"]"#,
        r#""apps.worker" -> "redis.queue" [label="MASTER_NAME\nREDIS_PASSWORD\nSENTINELS"]"#,
        r#""redis.queue/exporter" -> "redis.queue" [label="metrics"]"#,
    ] {
        assert!(dot.contains(&format!("  {edge}\n")), "{edge}: {dot}");
    }
}

/// What only some profiles have says so, once.
#[test]
fn what_differs_between_profiles_is_marked() {
    let dot = drawn(include_str!("../golden/example-darwin/kgen.yaml"), &["--format", "dot"]);
    for text in [
        r#"[label="redis\nredis\ndev: standalone\nstaging, prod: sentinel ×3""#,
        r#"[label="redis-proxy\nproxy\nHAProxy ×2\nonly staging, prod""#,
        r#"-> "redis.redis" [label="REDIS_HOST (dev)\nREDIS_PASSWORD (dev)\nREDIS_PORT (dev)"]"#,
        r#"-> "redis.redis/proxy" [label="REDIS_HOST\nREDIS_PASSWORD\nREDIS_PORT"]"#,
        r#"[label="data\nvolume\ndev: data-redis-0, 2Gi\nstaging: data-redis-0…2, 10Gi, fast\nprod: data-redis-0…2, 20Gi, fast""#,
    ] {
        assert!(dot.contains(text), "{text}: {dot}");
    }
}

/// A config or secret that is read by its key, or mounted, leads to what stands in it; the policy of the store says the same.
#[test]
fn what_is_read_through_a_config_or_secret_is_wired() {
    let project = r#"apiVersion: kgen.dev/v1
project: p
secretProvider: local
apps:
  by-key: {image: a/b:1, env: {X: {configMapKeyRef: {name: c, key: HOST}}}}
  mounts: {image: a/b:1, volumes: {/etc/c: {configMap: {name: c}}}}
  other: {image: a/b:1, files: {/etc/o: "${configs.c.OTHER}"}, env: {Y: {configMapKeyRef: {name: c, key: OTHER}}}}
  secret: {image: a/b:1, env: {URL: {secretKeyRef: {name: s, key: url}}}}
  projected: {image: a/b:1, volumes: {/etc/s: {projected: {sources: [{secret: {name: s}}]}}}}
configs: {c: {HOST: "${redis.r.host}", OTHER: x}}
secrets: {s: {url: "${redis.r.url}"}}
redis: {r: {networkPolicy: wiring}}
profiles: {dev: {}}
"#;
    let dot = drawn(project, &["--format", "dot", "--only", "component=redis.r"]);
    let edges: Vec<&str> = dot.lines().filter(|line| line.contains("-> \"redis.r\"")).map(str::trim).collect();
    let expected = [
        r#""apps.by-key" -> "redis.r" [label="X"]"#,
        r#""apps.mounts" -> "redis.r" [label="/etc/c"]"#,
        r#""apps.secret" -> "redis.r" [label="URL"]"#,
        r#""apps.projected" -> "redis.r" [label="/etc/s"]"#,
    ];
    assert_eq!(edges, expected);
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), project);
    let args = ["render", "dev", "--only", "NetworkPolicy"].map(str::to_owned);
    let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
    let allowed: Vec<&str> = said
        .stdout
        .split("  - from:")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once("/name: "))
        .map(|(_, name)| name)
        .collect();
    assert_eq!(allowed, ["by-key", "mounts", "projected", "secret"]);
}

/// A secret that an app takes whole may be composed of stores that it does not wait for.
#[test]
fn only_waits_that_exist_are_drawn() {
    let project = r#"apiVersion: kgen.dev/v1
project: shop
namespace: shop
apps: {web: {image: "a/a:1", port: 80, envFrom: [secrets.e], files: {/etc/plain: "x"}, waitFor: [redis.cache]}}
redis: {cache: {}, broker: {}}
secrets: {e: {CACHE_URL: "${redis.cache.url}", BROKER_URL: "${redis.broker.url}"}}
profiles: {dev: {}}
"#;
    let said = Kgen::new().file("kgen.yaml", project).args(["graph", "dev", "--format", "mermaid"]).says();
    assert_eq!(said.matches("waitFor").count(), 1, "{said}");
    assert_eq!(said.matches("/etc/plain").count(), 0, "{said}");
}

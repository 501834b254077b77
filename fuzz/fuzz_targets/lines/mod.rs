//! A project file changed by a line or a value at a time.

use kgen::project::language;
use kgen::project::schema::Type;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

const VALUES: [&str; 64] = [
    "none", "null", "~", "{}", "[]", "\"\"", "true", "0", "1", "-1", "1.5", "99999999999999999999", "1Gi", "100m", "x",
    "a/b:1", "a/b", "a/b:latest", "${redis.cache.url}", "${postgres.db.url}", "${secrets.app.token}", "${apps.web.url}",
    "\"${configs.conf.KEY}\"", "\"${\"", "$${x}", "\"$(A)\"", "[a, b]", "{a: b}", "{file: x}", "{env: X}", "{size: 1Gi}",
    "\"* * * * *\"", "external", "sentinel", "operator", "cnpg", "standalone", "Deployment", "StatefulSet", "DaemonSet",
    "{value: x, optional: true}", "\"\\t\"", "|\n  text", "&a x", "*a", "{<<: *a}", "dev", "staging", "prod", "flat",
    "overlays", "sealed", "sops", "{sealed: {certificate: c}}", "{externalSecrets: {store: s}}", "\"é\"", "0644", "1e3",
    "hash", "wiring", "required", "{minReplicas: 1, maxReplicas: 3, cpu: 70}", "exporter", "sha256:00",
];

/// The keys of the language, all objects of it.
fn keys() -> &'static [&'static str] {
    static KEYS: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    KEYS.get_or_init(|| {
        let mut out = Vec::new();
        collect(&Type::Object(&language::PROJECT), 6, &mut out);
        out.extend(["cache", "db", "web", "app", "conf", "token", "KEY", "<<"]);
        out.sort_unstable();
        out.dedup();
        out
    })
}

fn collect(ty: &Type, depth: usize, out: &mut Vec<&'static str>) {
    match ty {
        _ if depth == 0 => {}
        Type::Object(object) => {
            for field in object.fields() {
                out.push(field.key);
                collect(&field.ty, depth - 1, out);
            }
        }
        Type::Map(map) => collect(&map.value, depth - 1, out),
        Type::List(item) => collect(item, depth - 1, out),
        Type::OneOf(types) => types.iter().for_each(|ty| collect(ty, depth - 1, out)),
        _ => {}
    }
}

pub fn mutated(text: &str, seed: u32) -> String {
    let mut random = Random(u64::from(seed));
    random.below(1);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        one(&mut lines, &mut random);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn one(lines: &mut Vec<String>, random: &mut Random) {
    if lines.is_empty() {
        lines.push("apiVersion: kgen.dev/v1".into());
        lines.push("project: shop".into());
    }
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    let indent = lines[at].len() - lines[at].trim_start().len();
    let key = keys()[random.below(keys().len())];
    let value = VALUES[random.below(VALUES.len())];
    match random.below(10) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines[at] = format!("  {}", lines[at]),
        4 => lines[at] = lines[at].strip_prefix("  ").unwrap_or(&lines[at]).to_owned(),
        5 | 6 => {
            if let Some((before, _)) = lines[at].split_once(": ") {
                lines[at] = format!("{before}: {value}");
            }
        }
        7 => {
            if let Some((_, after)) = lines[at].trim_start().split_once(':') {
                lines[at] = format!("{}{key}:{after}", " ".repeat(indent));
            }
        }
        8 => lines.insert(at + 1, format!("{}{key}: {value}", " ".repeat(indent))),
        _ => {
            // A block of lines, somewhere else.
            let end = (at + 1 + random.below(8)).min(lines.len());
            let block: Vec<String> = lines[at..end].to_vec();
            let to = random.below(lines.len() + 1);
            lines.splice(to..to, block);
        }
    }
}

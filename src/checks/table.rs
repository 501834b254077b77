//! Every message that kgen has, in one table: its id, how grave it is, whether a project may allow it, and in a line what it
//! is about. The page of each stands in `pages/`, by family.
//!
//! Owns: what is known of an id apart from the place where it is found.
//! Does not own: the checks, which are where they can see what they need (`plan`, `resource`, `checks`).

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
    /// By profile, or by how far a value is off.
    Either,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Either => "error or warning",
        })
    }
}

#[derive(Debug)]
pub struct Check {
    pub id: &'static str,
    pub level: Level,
    /// Whether `allow: {ID: REASON}` of a component silences it. Never what the API refuses, nor what leaks a secret.
    pub allow: bool,
    pub summary: &'static str,
}

impl Check {
    /// The page's text: what it means, why, the way out, the source.
    pub fn text(&self) -> &'static str {
        PAGES.iter().find_map(|pages| section(pages, self.id)).unwrap_or_default()
    }
}

/// What `kgen explain ID` prints.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allow = if self.allow { "; a component may allow it, with a reason" } else { "" };
        writeln!(f, "{}: {}\n{}{allow}\n\n{}", self.id, self.summary, self.level, self.text())
    }
}

/// The page of an id; `None` where there is no such check.
pub fn page(id: &str) -> Option<&'static Check> {
    TABLE.iter().find(|check| check.id == id)
}

const PAGES: [&str; 7] = [
    include_str!("pages/project.md"),
    include_str!("pages/references.md"),
    include_str!("pages/secrets.md"),
    include_str!("pages/stores.md"),
    include_str!("pages/apps.md"),
    include_str!("pages/security.md"),
    include_str!("pages/objects.md"),
];

/// What stands below `## ID`.
fn section(pages: &'static str, id: &str) -> Option<&'static str> {
    let mut sections = pages.split("## ");
    let section = sections.find(|section| section.split_once('\n').is_some_and(|(head, _)| head == id))?;
    section.split_once('\n').map(|(_, text)| text.trim_end())
}

const fn error(id: &'static str, summary: &'static str) -> Check {
    Check { id, level: Level::Error, allow: false, summary }
}

const fn warning(id: &'static str, summary: &'static str) -> Check {
    Check { id, level: Level::Warning, allow: true, summary }
}

const fn either(id: &'static str, summary: &'static str) -> Check {
    Check { id, level: Level::Either, allow: false, summary }
}

impl Check {
    const fn allowable(self) -> Self {
        Self { allow: true, ..self }
    }

    const fn strict(self) -> Self {
        Self { allow: false, ..self }
    }
}

#[rustfmt::skip]
pub const TABLE: &[Check] = &[
    // The project file.
    error("yaml", "the file is no YAML"),
    error("not-utf8", "the file is not UTF-8"),
    error("empty-project", "the file holds no project"),
    error("other-file", "the file is another tool's"),
    error("duplicate-key", "a map has one key twice"),
    error("unknown-key", "the language has no such key here"),
    error("missing-key", "a key is needed and not there"),
    error("wrong-type", "a value of another type than its place"),
    error("bad-value", "a value that its place does not take"),
    error("bad-name", "a name that cannot name an object"),
    error("exclusive-keys", "two keys contradict each other"),
    error("nothing-to-remove", "`null` where nothing is inherited"),
    error("bad-set", "an argument of `--set` that cannot be read"),
    error("file-missing", "a file that the project names is not there"),
    error("file-outside", "a path leads out of the project"),
    error("file-here", "a file's key stands inside a text"),
    error("one-output", "profiles differ in what all of them share"),
    error("output-folder", "the tree would be written over what kgen reads"),
    error("delivery-profile", "a profile has the name of what delivers them"),
    error("delivery-target", "two profiles are delivered to one place"),
    error("delivery-ignored", "a word of `delivery` that would have no effect"),
    error("delivery-sops", "Argo CD is given what only Flux decrypts"),
    error("no-preset", "a profile stands on no preset"),
    error("unknown-profile", "a profile extends one that is not there"),
    error("profile-cycle", "profiles extend each other in a circle"),
    error("kubernetes-version", "older servers than kgen writes for"),
    error("field-too-new", "a field that came after the oldest server"),
    error("duplicate-name", "two things of one name"),
    error("allow-unknown", "`allow` names no check"),
    error("allow-refused", "`allow` names a check that nothing silences"),
    warning("allow-unused", "`allow` of a check that finds nothing").strict(),
    // A Compose file, for `kgen init --from`.
    error("compose-no-services", "a Compose file without services"),
    error("compose-type", "a value of another type than Compose takes"),
    error("compose-value", "a value that Compose cannot read"),
    error("compose-variable", "a `$` that begins no variable"),
    error("compose-env-file", "a file of variables that cannot be read"),
    error("compose-reference", "a Compose file names what is not there"),
    error("compose-cycle", "Compose files or services lead back to themselves"),
    error("compose-name", "a service's name that no object can have"),
    // References.
    error("bad-reference", "`${...}` that is no reference"),
    error("dangling-reference", "a reference to what is not there"),
    error("reference-cycle", "references lead back to where they began"),
    error("reference-too-long", "a reference leads through too many others"),
    error("no-namespace", "a name that needs a namespace, without one"),
    error("env-no-value", "a variable without value and source"),
    error("env-order", "`$(NAME)` of a variable that comes later or nowhere").allowable(),
    warning("env-shadowed", "two sources bring one variable"),
    warning("config-key-env", "`envFrom` of a key that is no variable's name"),
    either("unknown-reference", "an object names one that is not there"),
    either("unknown-data-key", "an object names a key that is not there"),
    warning("unused", "nothing refers to it"),
    // Secrets.
    error("allow-secret-reason", "a secret is allowed without a reason"),
    either("secret-in-text", "a secret stands in a text"),
    either("url-credentials", "a URL with its password stands in a text"),
    either("secret-placeholder", "a secret has a value that everybody knows"),
    error("secret-literal", "a secret is spelled out outside dev"),
    warning("secret-optional", "an optional secret outside dev"),
    error("secret-here", "a secret stands where everybody reads it"),
    error("secret-provider", "nothing says how secrets reach the cluster"),
    error("secret-missing", "an encrypted value is missing"),
    error("secret-mixed", "two providers write one Secret"),
    warning("secret-unused", "an encrypted value that nothing needs").strict(),
    error("password-form", "a password that its server cannot take"),
    error("password-literal", "a store's password is spelled out"),
    error("password-composed", "a password that nobody can put together"),
    error("file-composed", "a file that nobody can put together"),
    error("operator-url", "an operator's URL inside another URL"),
    either("certificate", "the certificate for sealing cannot be used"),
    error("sealed-file", "a file of sealed values in another form"),
    error("sealed-for", "values sealed for another name or namespace"),
    error("sealed-form", "a value that is not sealed"),
    warning("sealed-with", "values sealed with another certificate").strict(),
    error("sops-form", "a file that is not encrypted"),
    // Stores.
    error("redis-replicas-standalone", "several independent servers behind one Service"),
    error("mode-field", "a setting for another mode of the store"),
    error("claim-name", "a StatefulSet names its claims itself"),
    either("maxmemory-limit", "data takes too much of the memory limit").allowable(),
    warning("eviction-policy", "what a full Redis does does not fit its use"),
    warning("claim-too-small", "a claim without room for a rewrite of the AOF"),
    error("no-startup-probe", "a store with data and without startup probe").allowable(),
    warning("emptydir-data", "a database on storage that is lost with the pod"),
    error("redis-config", "a directive that kgen writes itself"),
    error("sentinel-even", "Sentinels without a majority"),
    error("sentinel-persistence", "Sentinel over a primary that forgets"),
    error("sentinel-service", "a Service over a primary and its replicas"),
    error("operator-image", "an image that the operator cannot start"),
    error("postgres-image", "an image that starts no server"),
    error("postgres-version", "an image without its major version"),
    error("postgres-reserved", "a name that is PostgreSQL's own"),
    warning("cnpg-two", "two instances may lose transactions"),
    error("cnpg-backup", "CloudNativePG backs up to object storage only"),
    error("cnpg-image", "an image that CloudNativePG does not run"),
    error("cnpg-name", "a name that the operator cannot use"),
    error("cnpg-owner", "an owner's Secret that nobody creates"),
    error("cnpg-parameter", "a parameter that CloudNativePG sets itself"),
    // Apps.
    error("workload-field", "a field that this kind of workload has not"),
    error("service-no-port", "a Service without a port"),
    either("service-no-pods", "a Service that selects no pods, or others'"),
    either("selector-no-pods", "a selector that selects no pods"),
    error("selector-mismatch", "a workload that does not select its own pods"),
    error("service-type", "a field for another type of Service"),
    error("volume-kind", "a volume of nothing"),
    error("unknown-volume", "a mount of a volume that is not there"),
    error("sticky-unknown", "sticky sessions of an unknown controller"),
    error("probe-handler", "a probe that asks nothing"),
    error("probe-port", "a port that no container has"),
    error("probe-var", "`$(NAME)` where it becomes nothing, or part of a script"),
    warning("probe-timeout", "a probe that fails on a busy node"),
    warning("liveness-equals-readiness-remote", "a liveness probe that asks another service"),
    warning("liveness-too-early", "liveness gives up before the app is expected to be ready"),
    warning("grace-too-short", "a preStop hook as long as the grace period"),
    error("hpa-and-replicas", "autoscaling together with `replicas`"),
    error("hpa-without-request", "a target in percent of no request"),
    error("hpa-min-max", "`minReplicas` above `maxReplicas`"),
    error("hpa-no-metric", "autoscaling by nothing"),
    error("hpa-daemonset", "autoscaling of a DaemonSet"),
    error("pdb-daemonset", "a budget of a DaemonSet"),
    error("pdb-blocks-drain", "a budget that lets no pod go").allowable(),
    warning("pdb-single", "a budget that keeps the only pod"),
    warning("single-replica", "one pod serves an Ingress in prod"),
    warning("anti-affinity-rollout", "a rollout that may need one node more"),
    warning("zone-spread-one", "one pod that must be spread over zones"),
    error("rwo-rolling-update", "a rollout that waits for its own claim").allowable(),
    error("rwo-many-replicas", "several pods on a claim for one writer").allowable(),
    warning("rwo-not-rwop", "a claim for one node where one pod is meant"),
    error("fsgroup-missing", "a claim that the container may not write").allowable(),
    warning("no-memory-limit", "a container may take the node's memory"),
    error("request-over-limit", "a request above its limit"),
    either("image-latest", "an image without a version").allowable(),
    error("image-bitnami", "an image whose tags are going away").allowable(),
    warning("image-pull-always", "a moving tag that is pulled once"),
    warning("cron-overlap", "runs of a CronJob that may overlap"),
    warning("ingress-no-tls", "an Ingress without TLS outside dev"),
    error("ingress-conflict", "two Ingresses of one host and path").allowable(),
    either("namespace-mixed", "a short host name of another namespace"),
    // Pod Security.
    error("host-path", "a volume of the node's files").allowable(),
    either("volume-type", "a volume of a type that is not allowed").allowable(),
    error("host-network", "a namespace of the node is shared").allowable(),
    either("host-port", "a port of the node is taken").allowable(),
    error("privileged", "a privileged container").allowable(),
    either("run-as-root", "a container that may run as root").allowable(),
    either("seccomp", "a container without seccomp profile").allowable(),
    either("privilege-escalation", "a container that may gain rights").allowable(),
    either("capabilities", "a container with capabilities of root").allowable(),
    either("pod-security", "a further rule of Pod Security").allowable(),
    // Objects.
    error("unknown-field", "a field that the kind has not"),
    error("missing-field", "a required field is missing"),
    either("unknown-kind", "a kind without schema, or of a removed version"),
    error("wrong-value", "a word that the field does not take"),
    error("one-of", "not exactly one of several fields"),
    error("invalid-name", "a name that Kubernetes refuses"),
    error("invalid-label", "a label that Kubernetes refuses"),
    error("invalid-annotation", "an annotation that Kubernetes refuses"),
    error("invalid-key", "a key that Kubernetes refuses"),
    error("invalid-env-name", "a name that no variable can have"),
    error("invalid-image", "a text that is no image"),
    error("invalid-port", "a port that is none"),
    error("invalid-path", "a path that the field does not take"),
    error("invalid-quantity", "a quantity that is none"),
    error("invalid-duration", "a duration that is none"),
    error("invalid-schedule", "a schedule that is none"),
    error("invalid-value", "a value that Kubernetes refuses"),
    error("invalid-json", "a text that is no JSON"),
    error("invalid-base64", "data that is no base64"),
    error("name-too-long", "a name that is too long"),
    error("too-large", "an object that is too large"),
    error("nameless-object", "an object without kind or name"),
    error("duplicate-object", "two objects of one name"),
    error("manifest-yaml", "a manifest that is no YAML"),
    error("template", "a template that fails"),
    error("template-yaml", "a template that writes no YAML"),
    error("template-size", "a template that writes too much"),
    error("unused-template", "a template that nothing takes"),
    error("secret-elsewhere", "a secret value that would leave its Secret"),
    error("kustomize", "what kustomize cannot build"),
    error("patch-matches-nothing", "a patch of no object"),
    error("patch-changes-nothing", "a patch without effect"),
    error("patch-identity", "a patch of what an object is called"),
    error("patch-fails", "a patch that cannot be applied"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_check_has_one_page() {
        let rows: Vec<&str> = TABLE.iter().map(|check| check.id).collect();
        let pages: Vec<&str> =
            PAGES.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("## ")).collect();
        let set = |list: &[&'static str]| list.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(set(&rows), set(&pages));
        assert_eq!((set(&rows).len(), set(&pages).len()), (rows.len(), pages.len()), "an id stands twice");
        TABLE.iter().for_each(|check| assert!(check.text().len() > 20, "`{}` has no text", check.id));
    }

    #[test]
    fn a_page_reads_as_a_page() {
        let page = page("hpa-min-max").map(ToString::to_string);
        let expected = "hpa-min-max: `minReplicas` above `maxReplicas`\nerror\n\n`minReplicas` is above `maxReplicas`, which the API refuses.\n";
        assert_eq!(page.as_deref(), Some(expected));
        assert!(super::page("hpa").is_none());
    }

    /// Whatever makes a message names its id as a text, and every id of the table is named somewhere.
    #[test]
    fn every_id_of_the_sources_is_in_the_table() {
        let mut texts = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        let known: BTreeSet<&str> = TABLE.iter().map(|check| check.id).collect();
        let made: BTreeSet<&str> = texts.iter().flat_map(|text| ids(text)).collect();
        let unknown: Vec<_> = made.iter().filter(|id| !known.contains(*id)).collect();
        assert!(unknown.is_empty(), "without a row in `checks/table.rs` and a page in `checks/pages`: {unknown:?}");
        let quoted = |id: &str| texts.iter().any(|text| text.contains(&format!("\"{id}\"")));
        let unmade: Vec<_> = known.iter().filter(|id| !quoted(id)).collect();
        assert!(unmade.is_empty(), "nothing in the sources makes {unmade:?}");
    }

    /// The program's own lines; of a file, what stands above its tests.
    fn sources(folder: &Path, out: &mut Vec<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                sources(&path, out);
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "table.rs" {
                let text = fs::read_to_string(&path).unwrap();
                out.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
            }
        }
    }

    /// The first text among the arguments of what makes a message that looks like an id.
    fn ids(text: &str) -> Vec<&str> {
        const MAKERS: [&str; 8] = [
            "Diagnostic::error(",
            "Diagnostic::warning(",
            "Finding::error(",
            "Finding::warning(",
            ".error(",
            ".warning(",
            ".error_at(",
            ".warning_at(",
        ];
        let mut out = Vec::new();
        for maker in MAKERS {
            for (at, _) in text.match_indices(maker) {
                let mut arguments = &text[at + maker.len()..];
                // The key of `error_at` stands before the id.
                if maker.ends_with("_at(") {
                    arguments = arguments.split_once(',').map_or("", |(_, rest)| rest);
                }
                let Some(quoted) = arguments.trim_start().strip_prefix('"') else { continue };
                let Some((id, _)) = quoted.split_once('"') else { continue };
                if !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                    out.push(id);
                }
            }
        }
        out
    }
}

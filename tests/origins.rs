//! Every leaf of every rendered object knows where it came from.
//!
//! For all golden cases: a leaf has a template line (or the project's own file), and what was read from the settings
//! there exists. A leaf that no setting reached is a template's own text: that line is its origin.

use std::fs;
use std::path::{Path, PathBuf};

use kgen::cli::{Color, Global};
use kgen::commands::load::{self, Workspace};
use kgen::commands::project::With;
use kgen::source::Sources;
use kgen::tree::{Tree, path_text};

/// A golden case, rendered with origins; `None` for one whose project is wrong on purpose.
pub fn rendered(folder: &Path) -> Option<(kgen::pipeline::Rendered, Workspace)> {
    let global = Global { file: Some(folder.join("kgen.yaml")), color: Color::Never, quiet: true, ..Global::default() };
    let set = arguments(folder);
    let mut sources = Sources::default();
    let (root, loaded, input) = load::open(&global, &set, &mut sources).ok()?.ok()?;
    let mut workspace = Workspace::new(root, sources, loaded, input);
    let rendered = workspace.render(With { origins: true, ..With::default() }).ok()?;
    Some((rendered, workspace))
}

/// The arguments of `--set` of a case.
pub fn arguments(folder: &Path) -> Vec<String> {
    let args = fs::read_to_string(folder.join("args")).unwrap_or_default();
    args.lines().collect::<Vec<_>>().windows(2).filter(|w| w[0] == "--set").map(|w| w[1].to_owned()).collect()
}

pub fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Deep projects need more stack than a test thread has.
pub fn with_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn every_leaf_of_every_case_has_an_origin() {
    with_stack(|| {
        let mut leaves = 0;
        for case in cases() {
            let Some((rendered, workspace)) = rendered(&case) else { continue };
            for profile in rendered.all() {
                for resource in &profile.resources {
                    resource.body.leaves(&mut |path, leaf| {
                        leaves += 1;
                        let name = || {
                            format!(
                                "{}: {} {} {}",
                                case.display(),
                                profile.settings.profile,
                                resource.id,
                                path_text(path)
                            )
                        };
                        let place = leaf.from.as_ref().unwrap_or_else(|| panic!("{} has no origin", name()));
                        assert!(place.line > 0 && !place.file.is_empty(), "{}", name());
                        for id in &place.settings {
                            let entry = profile.settings.entries.get(*id as usize);
                            let entry =
                                entry.unwrap_or_else(|| panic!("{} comes from a setting that is not there", name()));
                            assert!(!entry.layers.is_empty(), "{}: {}", name(), entry.path);
                            for (_, span) in entry.layers.iter() {
                                assert!(workspace.sources.place(*span).line > 0);
                            }
                        }
                    });
                }
            }
        }
        assert!(leaves > 1000, "only {leaves} leaves were seen");
    });
}

/// What `explain` will say of some fields, as a person would check it.
#[test]
fn a_field_names_the_setting_that_wins() {
    with_stack(|| {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/example-shop");
        let (rendered, workspace) = rendered(&case).unwrap();
        let prod = rendered.profiles.iter().find(|p| *p.settings.profile == *"prod").unwrap();
        let body = |id: &str| &prod.resources.iter().find(|r| r.id.to_string() == id).unwrap().body;
        let said = |tree: &Tree<kgen::resource::Origin>| {
            let place = tree.from.as_ref().unwrap();
            let settings: Vec<_> = place
                .settings
                .iter()
                .map(|id| {
                    let entry = &prod.settings.entries[*id as usize];
                    let (layer, span) = &entry.layers[0];
                    format!("{} = {} ({layer})", entry.path, workspace.sources.text(*span))
                })
                .collect();
            format!("{}: {}", place.file, settings.join(", "))
        };
        let replicas = body("Deployment/api").at(&["spec", "replicas"]).unwrap();
        assert_eq!(said(replicas), "templates/app/deployment.yaml: apps.api.replicas = 3 (preset prod)");
        let host = &body("Ingress/web").at(&["spec", "rules"]).unwrap().as_list().unwrap()[0];
        assert_eq!(
            said(host.get("host").unwrap()),
            "templates/app/ingress.yaml: apps.web.ingress.host = shop.example.com (project)"
        );
        let kind = body("Ingress/web").get("kind").unwrap();
        assert_eq!(said(kind), "templates/app/ingress.yaml: ");
        let args =
            body("StatefulSet/cache").at(&["spec", "template", "spec", "containers"]).unwrap().as_list().unwrap()[0]
                .get("args")
                .unwrap();
        let args = args.as_list().unwrap();
        let memory = args.iter().position(|arg| arg.as_str() == Some("--maxmemory")).unwrap();
        assert_eq!(
            said(&args[memory + 1]),
            "templates/redis/container.yaml: redis.cache.resources.limits.memory = 1Gi (preset prod)"
        );
    });
}

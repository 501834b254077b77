//! What `kgen template` lists and copies, and that a copy takes the built-in one's place.

use std::fs;

use crate::support::{Kgen, Said, Temp, run};

const PROJECT: &str = "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nprofiles: {dev: {}}\napps: {web: {image: \"a/b:1\", port: 80}}\n";

struct Room(Temp);

impl Room {
    fn new(project: &str) -> Self {
        let temp = Temp::new();
        fs::write(temp.path().join("kgen.yaml"), project).unwrap();
        Self(temp)
    }

    fn kgen(&self, args: &[&str]) -> Said {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        run(crate::support::KGEN.as_ref(), self.0.path(), &args, &Default::default(), "")
    }

    #[track_caller]
    fn says(&self, args: &[&str]) -> String {
        let said = self.kgen(args);
        assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)), "{args:?}");
        said.stdout
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.0.path().join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

#[test]
fn the_list_is_there_without_a_project() {
    let text = Kgen::new().args(["template", "list"]).says();
    assert!(text.contains("\n  app/deployment.yaml               Deployment of an app\n"), "{text}");
    assert!(text.contains("\n  partial/networkpolicy.yaml        NetworkPolicy\n"), "{text}");
}

#[test]
fn an_ejected_template_changes_nothing_until_it_is_changed() {
    let room = Room::new(&format!("{PROJECT}templates: tpl\n"));
    let said = room.kgen(&["template", "eject", "app/service"]);
    let wrote = "wrote `tpl/app/service.yaml`, which takes the place of the built-in template\n";
    assert_eq!((said.stderr.as_str(), said.status), (wrote, Some(0)));
    let before = Kgen::new().file("kgen.yaml", PROJECT).args(["render", "dev"]).says();
    assert_eq!(room.says(&["render", "dev"]), before);
    let own = "* app/service.yaml  Service of an app  tpl/app/service.yaml: ";
    assert_eq!(room.says(&["template", "list", "--own"]), format!("{own}same as built-in\n"));

    room.edit(
        "tpl/app/service.yaml",
        "  type: {{ type }}\n",
        "  type: {{ type }}\n  trafficDistribution: PreferClose\n",
    );
    assert!(room.says(&["render", "dev"]).contains("\n  trafficDistribution: PreferClose\n"));
    assert_eq!(room.says(&["template", "list", "--own"]), format!("{own}changed\n"));
    let why = room.says(&["explain", "dev", "svc/web", "spec.trafficDistribution"]);
    let file = fs::read_to_string(room.0.path().join("tpl/app/service.yaml")).unwrap();
    let line = file.lines().position(|line| line.contains("PreferClose")).unwrap() + 1;
    assert!(why.starts_with(&format!("PreferClose\n  rendered by  tpl/app/service.yaml:{line}\n")), "{why}");
    // A value of the template keeps its setting.
    let port = room.says(&["explain", "dev", "svc/web", "spec.ports[0].port"]);
    assert!(port.contains("\n  setting      apps.web.port\n"), "{port}");
}

#[test]
fn one_of_an_older_kgen_is_listed_as_such() {
    let room = Room::new(&format!("{PROJECT}templates: tpl\n"));
    room.kgen(&["template", "eject", "app/service"]);
    // As if another text had been built in: the copy is of a text with the hash of `old`.
    let head = "# kgen: app/service.yaml as built into kgen 0.0.9 (b6ea2cf44caf); `kgen template list` tells\n";
    fs::write(room.0.path().join("tpl/app/service.yaml"), format!("{head}kind: Service\n")).unwrap();
    let list = room.says(&["template", "list", "--own"]);
    assert!(list.ends_with(": changed from kgen 0.0.9; the built-in one has changed since\n"), "{list}");
    let json = room.says(&["template", "list", "--own", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["state"], &json[0]["ejectedFrom"]), (&"changed-older".into(), &"0.0.9".into()));
}

#[test]
fn a_template_of_the_projects_own_is_listed_too() {
    let room = Room::new(&format!("{PROJECT}templates: tpl\n"));
    fs::create_dir_all(room.0.path().join("tpl/partial")).unwrap();
    fs::write(room.0.path().join("tpl/partial/mine.yaml"), "a: b\n").unwrap();
    let list = room.says(&["template", "list", "--own"]);
    assert_eq!(list, "* partial/mine.yaml  lines for others  tpl/partial/mine.yaml: the project's own\n");
}

#[test]
fn nothing_is_overwritten() {
    let kgen =
        Kgen::new().file("kgen.yaml", &format!("{PROJECT}templates: tpl\n")).file("tpl/app/service.yaml", "mine\n");
    kgen.args(["template", "eject", "app/service.yaml"])
        .stderr("error: `tpl/app/service.yaml` is there already\nhint: `kgen template show app/service.yaml` prints the built-in one, to compare\n")
        .status(2)
        .tree_file("tpl/app/service.yaml", "mine\n")
        .run();
}

#[test]
fn a_project_without_a_folder_is_told_how_to_name_one() {
    Kgen::new()
        .file("kgen.yaml", PROJECT)
        .args(["template", "eject", "templates/partial/pod.yaml"])
        .stderr("wrote `templates/partial/pod.yaml`, which takes the place of the built-in template\nhint: add `templates: templates` to `kgen.yaml`, which has no folder of templates yet\n")
        .run();
}

#[test]
fn a_template_that_is_not_there() {
    Kgen::new()
        .args(["template", "show", "app/servce"])
        .stderr("error: there is no template `app/servce`\nhint: did you mean `app/service.yaml`?\n")
        .status(2)
        .run();
}

/// Every built-in template can be ejected, and the example renders as before.
#[test]
fn all_of_them_ejected_render_what_the_built_in_ones_do() {
    let example = include_str!("../golden/example-shop/kgen.yaml");
    let before = Kgen::new().file("kgen.yaml", example).args(["render", "prod"]).said();
    assert_eq!(before.status, Some(0), "{}", before.stderr);
    let room = Room::new(&format!("{example}\ntemplates: tpl\n"));
    for (name, _) in kgen::render::templates::BUILT_IN {
        assert_eq!(room.kgen(&["template", "eject", name]).status, Some(0), "{name}");
    }
    let list = room.says(&["template", "list"]);
    assert!(list.lines().all(|line| line.starts_with("* ") && line.ends_with(": same as built-in")), "{list}");
    assert_eq!(room.kgen(&["render", "prod"]).stdout, before.stdout);
}

/// The project names the folder: a stranger's commit could lead it anywhere.
#[cfg(unix)]
#[test]
fn no_template_is_written_through_a_link_or_into_a_folder_of_git() {
    for (folder, link, said) in [
        ("tpl", "tpl", "`tpl` is no folder; kgen writes only into real folders of the project"),
        ("a/tpl", "a", "`a` is no folder; kgen writes only into real folders of the project"),
        (
            "tpl",
            "tpl/app",
            "`tpl/app` leads out of the project, by a symbolic link to `AWAY`\nhint: copy the file into the project; a link inside the project is relative",
        ),
        (".git/hooks", "x", "`.git/hooks/app/service.yaml` is no path that kgen writes to"),
        (".GitHub/workflows", "x", "`.GitHub/workflows/app/service.yaml` is no path that kgen writes to"),
    ] {
        let (room, away) = (Room::new(&format!("{PROJECT}templates: {folder}\n")), Temp::new());
        let link = room.0.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(away.path(), &link).unwrap();
        let found = room.kgen(&["template", "eject", "app/service"]);
        let said = said.replace("AWAY", &away.path().display().to_string());
        assert_eq!((found.stderr, found.status), (format!("error: {said}\n"), Some(2)), "{folder}");
        assert_eq!(fs::read_dir(away.path()).unwrap().count(), 0);
        assert!(!room.0.path().join(folder).join("app/service.yaml").exists());
    }
}

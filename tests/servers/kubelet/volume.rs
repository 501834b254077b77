//! The volumes of a pod, as folders of this machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use serde_yaml::Value;

use super::pod::Pod;
use super::stream::{list, word};

impl Pod<'_> {
    pub fn fill(&self, volume: &Value) {
        let folder = self.volume(word(volume, "name"));
        if volume.get("emptyDir").is_some() {
            make(&folder, 0o777);
        } else if volume.get("persistentVolumeClaim").is_some() {
            make(&folder, 0o755);
        } else {
            make(&folder, 0o755);
            let projected = volume.get("projected");
            let sources: Vec<&Value> = projected.map_or(vec![volume], |p| list(p, "sources").collect());
            for source in sources {
                self.project(&folder, projected, source);
            }
        }
    }

    /// The keys of one Secret or ConfigMap as files.
    fn project(&self, folder: &Path, projected: Option<&Value>, source: &Value) {
        let (kind, reference) = match (source.get("secret"), source.get("configMap")) {
            (Some(secret), _) => ("Secret", secret),
            (_, Some(config)) => ("ConfigMap", config),
            _ => panic!("the emulation has no volume {source:?}"),
        };
        let name = reference.get("secretName").or(reference.get("name")).and_then(Value::as_str).unwrap();
        let data = self.stream.data(kind, name);
        let default = projected.unwrap_or(reference).get("defaultMode").and_then(Value::as_u64).unwrap_or(0o644);
        let mut files: Vec<(String, String, u64)> = list(reference, "items")
            .map(|item| {
                let key = word(item, "key");
                let text = data.get(key).unwrap_or_else(|| panic!("{kind} {name} has no {key}")).clone();
                (word(item, "path").to_owned(), text, item.get("mode").and_then(Value::as_u64).unwrap_or(default))
            })
            .collect();
        if reference.get("items").is_none() {
            files = data.into_iter().map(|(key, text)| (key, text, default)).collect();
        }
        for (path, text, mode) in files {
            fs::write(folder.join(&path), text).unwrap();
            fs::set_permissions(folder.join(&path), Permissions::from_mode(mode.try_into().unwrap())).unwrap();
        }
    }

    /// `fsGroup`: the group may do what the user may, and new files are the group's. With `OnRootMismatch` what lies
    /// below a folder that already is the group's is left alone.
    pub fn own(&self, folder: &Path) {
        let Some(group) = self.security("fsGroup") else { return };
        let mode = fs::metadata(folder).unwrap().permissions().mode();
        if fs::read_dir(folder).unwrap().count() > 0 && mode & 0o2070 == 0o2070 {
            return;
        }
        give(folder, group);
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() { self.own(&entry.path()) } else { give(&entry.path(), group) }
        }
    }
}

pub fn make(folder: &Path, mode: u32) {
    fs::create_dir_all(folder).unwrap();
    fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
}

fn give(path: &Path, group: u32) {
    chown(path, None, Some(group)).unwrap();
    let metadata = fs::metadata(path).unwrap();
    let mode = metadata.permissions().mode() | if metadata.is_dir() { 0o2770 } else { 0o440 };
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

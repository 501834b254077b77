//! Where a tree goes and whose it is.
//!
//! Owns: that no file which the project reads is in the tree's folder, also where a link leads there.
//! Does not own: where paths of the project file meet as they are written (`pipeline/inputs.rs`), and what stands in the
//! folder (`output/write`).

use std::path::{Component, Components, Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::commands::load::Workspace;
use crate::commands::select::Select;
use crate::diag::Diagnostic;
use crate::diag::failure::Told;
use crate::format;
use crate::output::write::manifest;
use crate::output::write::{Owner, Target};
use crate::pipeline::{Rendered, inputs};

/// Of all profiles. The mistake is the project file's.
pub fn whole(workspace: &Workspace, rendered: &Rendered) -> std::result::Result<Target, Diagnostic> {
    let (folder, _) = rendered.output();
    let root = resolved(&workspace.root);
    if let (Some(how), Some(profile)) = (met(workspace, &root, &root.join(&folder)), rendered.profiles.first()) {
        return Err(inputs::mistake(&profile.settings, &how));
    }
    let above = |path: &&Path| root.join(path).join(manifest::NAME).symlink_metadata().is_ok();
    let mut outer = Path::new(&folder).ancestors().skip(1).filter(|path| !path.as_os_str().is_empty());
    if let (Some(outer), Some(profile)) = (outer.find(above), rendered.profiles.first()) {
        return Err(inputs::mistake(&profile.settings, &format!("is inside of the tree in `{}`", outer.display())));
    }
    let owner = owner(workspace, Path::new(&folder));
    Ok(Target { root: workspace.root.clone(), folder, owner })
}

/// Of one profile, in a folder that a person names.
pub fn one(workspace: &Workspace, profile: &str, select: &Select, folder: &Path) -> Result<Target> {
    let (root, output) = (resolved(&workspace.root), resolved(folder));
    let shown = folder.display();
    if is_gits(folder, &root, &output) {
        return Err(anyhow!("`{shown}` is in a folder of git, which runs or obeys what is in there")
            .hint("name another folder"));
    }
    if let Some(how) = met(workspace, &root, &output) {
        return Err(anyhow!("`{shown}` {how}").hint("name another folder: kgen overwrites and removes files there"));
    }
    let list = |selectors: &[String]| selectors.iter().cloned().collect();
    let (only, skip) = (list(&select.only), list(&select.skip));
    let below = output.strip_prefix(&root).unwrap_or(Path::new(""));
    let owner = Owner { profile: Some(profile.to_owned()), only, skip, ..owner(workspace, below) };
    Ok(Target { root: folder.to_owned(), folder: String::new(), owner })
}

/// `folder`: where the tree is below the project's folder; empty where it is elsewhere.
pub fn owner(workspace: &Workspace, folder: &Path) -> Owner {
    let project = workspace.project().get("project").map(ToString::to_string).unwrap_or_default();
    let up = "../".repeat(folder.components().count());
    Owner { project, file: format!("{up}{}", workspace.name), ..Owner::default() }
}

/// As it is typed, or where it leads; the project may itself be in such a folder.
fn is_gits(folder: &Path, root: &Path, output: &Path) -> bool {
    let any = |mut parts: Components| parts.any(|part| format::is_gits(&part.as_os_str().to_string_lossy()));
    let common = root.components().zip(output.components()).take_while(|(a, b)| a == b).count();
    let mut beyond = output.components();
    beyond.by_ref().take(common).for_each(drop);
    any(folder.components()) || any(beyond)
}

/// What is to be said of `output` where the project reads something there.
fn met(workspace: &Workspace, root: &Path, output: &Path) -> Option<String> {
    workspace.named().iter().find_map(|named| {
        let path = root.join(&named.path);
        named.meets(&path, output).or_else(|| named.meets(&resolved(&path), output))
    })
}

/// Absolute and through no link, as far as there is something.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| std::path::absolute(".").unwrap_or_default().join(path));
    let found = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, mut out)) = found else { return path };
    for part in path.strip_prefix(above).unwrap_or(Path::new("")).components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

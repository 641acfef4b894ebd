//! The files of the repository as the walls see them: by their paths relative to the root, in order,
//! without what is built or fetched.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::{DirEntry, WalkDir};

/// Folders whose content is not written by us.
const NOT_OURS: [&str; 5] = [".git", "target", "node_modules", "dist", "__pycache__"];

/// The root of the repository and the paths of its files.
pub(crate) struct Repository {
    root: PathBuf,
    files: Vec<String>,
}

impl Repository {
    /// Lists the files under `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_ours) {
            let entry = entry.context("cannot list the repository")?;
            if entry.file_type().is_file() {
                files.push(slashed(entry.path().strip_prefix(root)?)?);
            }
        }
        Ok(Self { root: root.to_owned(), files })
    }

    /// All files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The Rust files.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &str> {
        self.files().filter(|file| file.ends_with(".rs"))
    }

    /// Whether `path` is a file or a folder that exists, be it ours or built.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("cannot read {file}"))
    }

    /// A Rust file, parsed.
    pub(crate) fn parsed(&self, file: &str) -> Result<syn::File> {
        syn::parse_file(&self.text(file)?).with_context(|| format!("cannot parse {file}"))
    }
}

/// The nearest folder at or above `start` whose `Cargo.toml` is a workspace.
pub(crate) fn find_root(start: &Path) -> Result<PathBuf> {
    for folder in start.ancestors() {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if manifest.lines().any(|line| line.trim() == "[workspace]") {
            return Ok(folder.to_owned());
        }
    }
    bail!("no workspace at or above {}", start.display())
}

fn is_ours(entry: &DirEntry) -> bool {
    let ours = |name: &str| !NOT_OURS.contains(&name);
    !entry.file_type().is_dir()
        || entry.depth() == 0
        || entry.file_name().to_str().is_some_and(ours)
}

fn slashed(path: &Path) -> Result<String> {
    let parts: Option<Vec<_>> = path.iter().map(|part| part.to_str()).collect();
    Ok(parts.with_context(|| format!("{} is not UTF-8", path.display()))?.join("/"))
}

/// A repository in a temporary folder, for the tests of the walls.
#[cfg(test)]
pub(crate) mod fixture {
    use super::Repository;

    /// The files of a little repository: path and content.
    pub(crate) fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let repository = Repository::read(folder.path()).unwrap();
        (folder, repository)
    }
}

#[cfg(test)]
mod tests {
    use super::{find_root, fixture};

    #[test]
    fn built_and_fetched_files_are_not_listed() {
        let files = [("a.rs", ""), ("target/b.rs", ""), ("web/node_modules/c/d.js", "")];
        let (_folder, repository) = fixture::repository(&files);
        assert_eq!(repository.files().collect::<Vec<_>>(), ["a.rs"]);
        assert!(repository.has("target/b.rs"));
    }

    #[test]
    fn the_root_is_found_from_below() {
        let files = [("Cargo.toml", "[workspace]\n"), ("crates/a/Cargo.toml", "[package]\n")];
        let (folder, _) = fixture::repository(&files);
        assert_eq!(find_root(&folder.path().join("crates/a")).unwrap(), folder.path());
    }
}

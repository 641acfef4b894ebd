//! The modules of one crate, and which module a mentioned name leads to.

use std::collections::BTreeMap;

use anyhow::Result;

use super::collect::{Facts, How, Mention, Name, collect};
use crate::repository::Repository;

/// A module by its way from the crate's root.
pub(crate) type Module = Vec<String>;

/// One module and its file; inline modules belong to the module around them.
struct Leaf {
    file: String,
    facts: Facts,
}

/// All modules of a crate that others than tests see.
pub(crate) struct Tree {
    modules: BTreeMap<Module, Leaf>,
}

/// A module names something in another one.
pub(crate) struct Edge {
    pub(crate) from: Module,
    pub(crate) to: Module,
    /// File, line and name of the first mention.
    pub(crate) witness: String,
}

/// A chain of re-exports longer than this is a circle of its own, which the compiler refuses.
const DEEPEST: usize = 16;

impl Tree {
    /// Reads the modules of the crate in `folder`.
    pub(crate) fn build(repository: &Repository, folder: &str) -> Result<Self> {
        let mut modules: BTreeMap<Module, Leaf> = BTreeMap::new();
        let source = format!("{folder}/src/");
        for file in repository.rust_files() {
            let Some(module) = file.strip_prefix(&source).and_then(module_of) else { continue };
            let leaf = modules
                .entry(module.clone())
                .or_insert_with(|| Leaf { file: file.to_owned(), facts: Facts::default() });
            collect(&mut leaf.facts, &repository.parsed(file)?, file, &module);
        }
        let tests: Vec<_> =
            modules.values().flat_map(|leaf| &leaf.facts.test_modules).cloned().collect();
        modules.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Ok(Self { modules })
    }

    /// The modules that have modules below them, each with its direct children.
    pub(crate) fn folders(&self) -> BTreeMap<&[String], Vec<&Module>> {
        let mut folders: BTreeMap<&[String], Vec<&Module>> = BTreeMap::new();
        for module in self.modules.keys() {
            if let Some((_, above)) = module.split_last() {
                folders.entry(above).or_default().push(module);
            }
        }
        folders
    }

    /// The file of a module.
    pub(crate) fn file(&self, module: &[String]) -> Option<&str> {
        self.modules.get(module).map(|leaf| leaf.file.as_str())
    }

    /// Every edge between two different modules.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (from, leaf) in &self.modules {
            for mention in &leaf.facts.mentions {
                let Some(to) = self.lead(from, &mention.name, 0) else { continue };
                if to != *from && !is_plate(mention, from, &to) && !is_way(mention, from, &to) {
                    let witness = witness(mention);
                    edges.push(Edge { from: from.clone(), to, witness });
                }
            }
        }
        edges
    }

    /// The module in which the thing behind `name`, as seen from `at`, is defined.
    fn lead(&self, at: &[String], name: &Name, depth: usize) -> Option<Module> {
        let (first, rest) = name.parts.split_first()?;
        if depth > DEEPEST {
            return None;
        }
        if name.from_root {
            return self.lead_from_root(&name.parts, depth);
        }
        let child = [at, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.lead_from_root(&[&child[..], rest].concat(), depth);
        }
        let imported = self.modules.get(at)?.facts.imports.get(first)?;
        self.lead(at, &extended(imported, rest), depth + 1)
    }

    fn lead_from_root(&self, parts: &[String], depth: usize) -> Option<Module> {
        let known = (0..=parts.len()).rev().find(|n| self.modules.contains_key(&parts[..*n]))?;
        let (module, rest) = parts.split_at(known);
        let Some((first, rest)) = rest.split_first() else { return Some(module.to_vec()) };
        let facts = &self.modules.get(module)?.facts;
        if facts.items.contains(first) {
            return Some(module.to_vec());
        }
        if let Some(imported) = facts.imports.get(first) {
            return self.lead(module, &extended(imported, rest), depth + 1);
        }
        for all in &facts.imports_all {
            let behind =
                self.lead(module, all, depth + 1).filter(|behind| self.shows(behind, first));
            if let Some(behind) = behind.filter(|behind| behind != module) {
                let parts = [&behind[..], std::slice::from_ref(first), rest].concat();
                return self.lead(module, &Name { from_root: true, parts }, depth + 1);
            }
        }
        Some(module.to_vec())
    }

    fn shows(&self, module: &Module, name: &str) -> bool {
        self.modules.get(module).is_some_and(|leaf| {
            leaf.facts.items.contains(name) || leaf.facts.imports.contains_key(name)
        })
    }
}

/// A door-plate shows what is behind it.
fn is_plate(mention: &Mention, from: &Module, to: &Module) -> bool {
    mention.shown && to.starts_with(from)
}

/// An import of a module above, to name things through it, needs nothing by itself.
fn is_way(mention: &Mention, from: &Module, to: &Module) -> bool {
    mention.how == How::Import && from.starts_with(to) && mention.name.parts == *to
}

fn extended(name: &Name, rest: &[String]) -> Name {
    Name { from_root: name.from_root, parts: [&name.parts[..], rest].concat() }
}

fn witness(mention: &Mention) -> String {
    let root = if mention.name.from_root { "crate::" } else { "" };
    let all = if mention.how == How::ImportAll { "::*" } else { "" };
    let name = mention.name.parts.join("::");
    format!("{}:{} names {root}{name}{all}", mention.file, mention.line)
}

/// The module that a file below `src` is, if it is one of the crate's: programs in `bin` are crates of
/// their own.
fn module_of(file: &str) -> Option<Module> {
    let path = file.strip_suffix(".rs")?;
    let mut parts: Module = path.split('/').map(str::to_owned).collect();
    if parts[0] == "bin" {
        return None;
    }
    let last = parts.last().map(String::as_str);
    if last == Some("mod") || (parts.len() == 1 && matches!(last, Some("lib" | "main"))) {
        parts.pop();
    }
    Some(parts)
}

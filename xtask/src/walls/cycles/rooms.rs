//! Folds the edges between modules into edges between the rooms of each folder, and puts a circle
//! into words.

use std::collections::BTreeMap;

use super::graph;
use super::tree::{Edge, Module, Tree};
use crate::walls::offence::Offence;

/// One offence per tangle of rooms in any folder of the tree.
pub(crate) fn tangles(tree: &Tree) -> Vec<Offence> {
    let edges = tree.edges();
    let mut offences = Vec::new();
    for (folder, children) in tree.folders() {
        let between = fold(folder, &children, &edges);
        let labels = labels(tree, folder, &children);
        let circles = graph::circles(labels.len(), &between.keys().copied().collect());
        offences.extend(circles.iter().map(|circle| tell(tree, folder, circle, &labels, &between)));
    }
    offences
}

/// The edges between the rooms of a folder, each with its first witness. Room 0 is the folder's own
/// file, the children follow.
fn fold<'a>(
    folder: &[String],
    children: &[&Module],
    edges: &'a [Edge],
) -> BTreeMap<(usize, usize), &'a str> {
    let room = |module: &Module| match module.strip_prefix(folder) {
        Some([]) => Some(0),
        Some(_) => children.iter().position(|child| module.starts_with(child)).map(|i| i + 1),
        None => None,
    };
    let mut between = BTreeMap::new();
    for edge in edges {
        if let (Some(from), Some(to)) = (room(&edge.from), room(&edge.to))
            && from != to
        {
            between.entry((from, to)).or_insert(edge.witness.as_str());
        }
    }
    between
}

/// What the rooms are called: a file, or a folder with a slash.
fn labels(tree: &Tree, folder: &[String], children: &[&Module]) -> Vec<String> {
    let own = tree.file(folder).and_then(|file| file.rsplit('/').next()).unwrap_or("mod.rs");
    let folders = tree.folders();
    let label = |child: &&Module| {
        let name = child.last().map_or("", String::as_str);
        let end = if folders.contains_key(child.as_slice()) { "/" } else { ".rs" };
        format!("{name}{end}")
    };
    std::iter::once(own.to_owned()).chain(children.iter().map(label)).collect()
}

fn tell(
    tree: &Tree,
    folder: &[String],
    circle: &[usize],
    labels: &[String],
    between: &BTreeMap<(usize, usize), &str>,
) -> Offence {
    let closed = || circle.iter().chain(circle.first());
    let way: Vec<_> = closed().map(|room| labels[*room].as_str()).collect();
    let mut what = format!("the rooms need each other: {}", way.join(" -> "));
    for (from, to) in closed().zip(closed().skip(1)) {
        if let Some(witness) = between.get(&(*from, *to)) {
            what.push_str("\n    ");
            what.push_str(witness);
        }
    }
    let place = tree.file(folder).and_then(|file| file.rsplit_once('/')).map_or("?", |(at, _)| at);
    Offence::of(place, what)
}

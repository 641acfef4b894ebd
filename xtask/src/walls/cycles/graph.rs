//! Finds circles among numbered nodes.

use std::collections::{BTreeSet, VecDeque};

type Edges = BTreeSet<(usize, usize)>;

/// The shortest circle of each tangle (strongly connected component) of the graph.
pub(crate) fn circles(nodes: usize, edges: &Edges) -> Vec<Vec<usize>> {
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut circles = Vec::new();
    for node in 0..nodes {
        if told.contains(&node) {
            continue;
        }
        let tangle: Vec<_> = (0..nodes)
            .filter(|other| {
                way(node, *other, edges).is_some() && way(*other, node, edges).is_some()
            })
            .collect();
        told.extend(tangle.iter().copied());
        circles.extend(tangle.iter().filter_map(|n| way(*n, *n, edges)).min_by_key(Vec::len));
    }
    circles
}

/// The shortest way of at least one edge, with its start and without its end.
fn way(from: usize, to: usize, edges: &Edges) -> Option<Vec<usize>> {
    let mut seen = BTreeSet::new();
    let mut waiting = VecDeque::from([vec![from]]);
    while let Some(way) = waiting.pop_front() {
        let last = *way.last()?;
        for (_, next) in edges.range((last, 0)..=(last, usize::MAX)) {
            if *next == to {
                return Some(way);
            }
            if seen.insert(*next) {
                waiting.push_back([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn each_tangle_gives_its_shortest_circle() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 1), (3, 4), (4, 3), (4, 5)].into();
        assert_eq!(circles(6, &edges), [vec![1, 2], vec![3, 4]]);
    }

    #[test]
    fn a_graph_without_circles_gives_none() {
        assert_eq!(circles(3, &[(0, 1), (0, 2), (1, 2)].into()), [[0; 0]; 0]);
    }
}

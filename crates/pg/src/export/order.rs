//! An order in which everything can be made: what is needed comes first, and beyond that kind by kind
//! and name by name, so that the same schema always gives the same list.

use std::collections::{BTreeSet, HashSet};

use super::catalog;
use super::entry::{Entry, Section};
use crate::error::{PgError, Situation};

/// Sorts entries whose `needs` are places in the list as it is given.
pub(super) fn sort(mut entries: Vec<Entry>) -> Result<Vec<Entry>, PgError> {
    keep_views_early(&mut entries);
    loop {
        let order = order(&mut entries);
        if order.len() == entries.len() {
            return Ok(rearranged(entries, &order));
        }
        let done: HashSet<usize> = order.into_iter().collect();
        let stuck: Vec<usize> = (0..entries.len()).filter(|place| !done.contains(place)).collect();
        // something is made of a view, and the view of it
        let view = stuck
            .iter()
            .copied()
            .find(|place| entries[*place].early.is_some() && reaches_itself(&entries, *place));
        let Some(view) = view else {
            let names = stuck.iter().map(|p| format!("{} {}", entries[*p].kind, entries[*p].tag));
            let names = names.collect::<Vec<_>>().join(", ");
            return Err(PgError::new(
                Situation::Refused,
                format!("these need each other in a circle: {names}"),
            ));
        };
        split(&mut entries, view);
    }
}

/// As many places as can be put in order.
fn order(entries: &mut [Entry]) -> Vec<usize> {
    let mut needed_by = vec![Vec::new(); entries.len()];
    let mut open: Vec<usize> = vec![0; entries.len()];
    for (place, entry) in entries.iter().enumerate() {
        open[place] = entry.needs.len();
        for need in &entry.needs {
            needed_by[*need].push(place);
        }
    }
    let key = |entries: &[Entry], place: usize| {
        let entry = &entries[place];
        let (_, rank) = Entry::rank(&entry.kind);
        (entry.section, rank, entry.tag.clone(), entry.create.clone(), place)
    };
    let mut ready: BTreeSet<_> =
        (0..entries.len()).filter(|p| open[*p] == 0).map(|p| key(entries, p)).collect();
    let mut order = Vec::with_capacity(entries.len());
    while let Some((section, _, _, _, place)) = ready.pop_first() {
        order.push(place);
        for later in &needed_by[place] {
            // what needs a primary key can only be made behind it
            if section == Section::PostData && entries[*later].section < section {
                entries[*later].section = section;
            }
            open[*later] -= 1;
            if open[*later] == 0 {
                ready.insert(key(entries, *later));
            }
        }
    }
    order
}

/// A view that needs a primary key is there early all the same, with its columns only.
fn keep_views_early(entries: &mut Vec<Entry>) {
    let mut late: HashSet<usize> =
        (0..entries.len()).filter(|p| entries[*p].section == Section::PostData).collect();
    loop {
        let next = (0..entries.len()).find(|place| {
            let entry = &entries[*place];
            entry.section == Section::PreData
                && !late.contains(place)
                && entry.needs.iter().any(|need| late.contains(need))
        });
        match next {
            Some(view) if entries[view].early.is_some() => {
                split(entries, view);
                late.insert(entries.len() - 1);
            }
            Some(other) => {
                late.insert(other);
            }
            None => return,
        }
    }
}

/// Makes two entries of a view: its columns, and then what it reads, which `pg_dump` lists as its rule.
fn split(entries: &mut Vec<Entry>, view: usize) {
    let Some(early) = entries[view].early.take() else { return };
    let whole = &mut entries[view];
    let create = std::mem::replace(&mut whole.create, early.create);
    let mut needs = std::mem::replace(&mut whole.needs, early.needs);
    needs.push(view);
    let rule = Entry {
        kind: "RULE".into(),
        tag: format!("{} _RETURN", whole.tag),
        section: Section::PostData,
        create: create.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1),
        drop: String::new(),
        object: (catalog::REWRITE, whole.object.1),
        needs,
        ..whole.clone()
    };
    entries.push(rule);
}

fn reaches_itself(entries: &[Entry], start: usize) -> bool {
    let mut open = entries[start].needs.clone();
    let mut seen = HashSet::new();
    while let Some(place) = open.pop() {
        if place == start {
            return true;
        }
        if seen.insert(place) {
            open.extend(&entries[place].needs);
        }
    }
    false
}

fn rearranged(entries: Vec<Entry>, order: &[usize]) -> Vec<Entry> {
    let mut new_place = vec![0; entries.len()];
    for (new, old) in order.iter().enumerate() {
        new_place[*old] = new;
    }
    let mut slots: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|old| slots[*old].take())
        .map(|mut entry| {
            entry.needs.iter_mut().for_each(|need| *need = new_place[*need]);
            entry.needs.sort_unstable();
            entry
        })
        .collect()
}

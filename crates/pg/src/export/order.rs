//! An order in which everything can be made: what is needed comes first, and beyond that kind by kind
//! and name by name, so that the same schema always gives the same list.

use std::collections::BTreeSet;

use super::entry::{Entry, Section};
use crate::error::{PgError, Situation};

/// Sorts entries whose `needs` are places in the list as it is given.
pub(super) fn sort(mut entries: Vec<Entry>) -> Result<Vec<Entry>, PgError> {
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
        (entry.section, rank, entry.tag.clone(), place)
    };
    let mut ready: BTreeSet<_> =
        (0..entries.len()).filter(|p| open[*p] == 0).map(|p| key(&entries, p)).collect();
    let mut order = Vec::with_capacity(entries.len());
    while let Some((section, _, _, place)) = ready.pop_first() {
        order.push(place);
        for later in &needed_by[place] {
            // a view that needs a primary key can only be made behind it
            if section == Section::PostData && entries[*later].section < section {
                entries[*later].section = section;
            }
            open[*later] -= 1;
            if open[*later] == 0 {
                ready.insert(key(&entries, *later));
            }
        }
    }
    if order.len() < entries.len() {
        let stuck: Vec<_> = (0..entries.len())
            .filter(|place| !order.contains(place))
            .map(|place| format!("{} {}", entries[place].kind, entries[place].tag))
            .collect();
        return Err(PgError::new(
            Situation::Refused,
            format!("these need each other in a circle: {}", stuck.join(", ")),
        ));
    }
    Ok(rearranged(entries, &order))
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

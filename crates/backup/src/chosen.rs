//! What of an archive is restored when only some tables are wanted: their form, what that needs, their rows,
//! and the constraints and indexes on them that need no other table.

use std::collections::{HashMap, HashSet};

use crate::archive::Item;

/// What is restored of an archive.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// By place in the list: whether it is made.
    pub(crate) made: Vec<bool>,
    /// What is about the wanted tables and is not made, in the archive's words.
    pub(crate) left_out: Vec<String>,
}

/// Everything.
pub(crate) fn all(items: &[Item]) -> Chosen {
    Chosen { made: vec![true; items.len()], left_out: Vec::new() }
}

/// The tables of these names, with the partitions of those that are partitioned.
///
/// # Errors
/// The names of which there is no table.
pub(crate) fn only(items: &[Item], names: &[String]) -> Result<Chosen, Vec<String>> {
    let is_there = |name: &&String| !items.iter().any(|i| i.kind == "TABLE" && i.tag == **name);
    let missing: Vec<String> = names.iter().filter(is_there).cloned().collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut choice = Choice::new(items);
    choice.take_tables(names);
    while choice.take_more() {}
    Ok(choice.finish())
}

struct Choice<'a> {
    items: &'a [Item],
    /// What each needs, by places; the schema is always there.
    needs: Vec<Vec<usize>>,
    tables: HashSet<usize>,
    made: HashSet<usize>,
}

impl<'a> Choice<'a> {
    fn new(items: &'a [Item]) -> Self {
        let places: HashMap<i32, usize> =
            items.iter().enumerate().map(|(place, item)| (item.id, place)).collect();
        let of = |item: &Item| {
            let places = item.needs.iter().filter_map(|id| places.get(id).copied());
            places.filter(|place| items[*place].kind != "SCHEMA").collect()
        };
        let needs = items.iter().map(of).collect();
        Self { items, needs, tables: HashSet::new(), made: HashSet::new() }
    }

    fn take_tables(&mut self, names: &[String]) {
        let wanted = |item: &Item| item.kind == "TABLE" && names.contains(&item.tag);
        self.tables = (0..self.items.len()).filter(|place| wanted(&self.items[*place])).collect();
        loop {
            let before = self.tables.len();
            for (place, item) in self.items.iter().enumerate() {
                let attached = item.kind == "TABLE ATTACH"
                    && self.needs[place].iter().any(|need| {
                        self.tables.contains(need) && self.items[*need].tag != item.tag
                    });
                if attached {
                    let child =
                        self.needs[place].iter().filter(|need| self.items[**need].tag == item.tag);
                    self.tables.extend(child);
                }
            }
            if self.tables.len() == before {
                break;
            }
        }
        for table in self.tables.clone() {
            let needed = self.with_needs(table);
            self.made.extend(needed);
        }
    }

    /// A place and everything that it needs, on whatever way.
    fn with_needs(&self, place: usize) -> HashSet<usize> {
        let (mut seen, mut open) = (HashSet::new(), vec![place]);
        while let Some(place) = open.pop() {
            if seen.insert(place) {
                open.extend(&self.needs[place]);
            }
        }
        seen
    }

    /// Goes through all once and says whether there was more to take.
    fn take_more(&mut self) -> bool {
        let before = self.made.len();
        for place in 0..self.items.len() {
            if self.made.contains(&place) {
                continue;
            }
            match self.items[place].kind.as_str() {
                "TABLE DATA" if self.is_about_tables(place) => {
                    self.made.insert(place);
                }
                "SEQUENCE" | "DEFAULT" | "CHECK CONSTRAINT" | "CONSTRAINT" | "INDEX"
                | "STATISTICS"
                    if self.is_about_tables(place) =>
                {
                    let all = self.with_needs(place);
                    let more =
                        all.iter().any(|p| is_relation(&self.items[*p]) && !self.made.contains(p));
                    if !more {
                        self.made.extend(all);
                    }
                }
                "FK CONSTRAINT" | "CHECK CONSTRAINT" | "SEQUENCE OWNED BY" | "SEQUENCE SET"
                | "TABLE ATTACH" | "INDEX ATTACH" | "COMMENT"
                    if !self.needs[place].is_empty()
                        && self.needs[place].iter().all(|need| self.made.contains(need)) =>
                {
                    self.made.insert(place);
                }
                _ => {}
            }
        }
        self.made.len() > before
    }

    fn is_about_tables(&self, place: usize) -> bool {
        self.needs[place].iter().any(|need| self.tables.contains(need))
    }

    fn finish(self) -> Chosen {
        let told = |place: &usize| {
            let item = &self.items[*place];
            !self.made.contains(place)
                && self.is_about_tables(*place)
                && !is_relation(item)
                && !matches!(item.kind.as_str(), "ACL" | "COMMENT" | "FUNCTION" | "PROCEDURE")
        };
        let name = |place: usize| format!("{} {}", self.items[place].kind, self.items[place].tag);
        let left_out = (0..self.items.len()).filter(told).map(name).collect();
        let made = (0..self.items.len()).map(|place| self.made.contains(&place)).collect();
        Chosen { made, left_out }
    }
}

/// Whether it is something that rows are read from.
fn is_relation(item: &Item) -> bool {
    matches!(item.kind.as_str(), "TABLE" | "FOREIGN TABLE" | "VIEW" | "MATERIALIZED VIEW")
}

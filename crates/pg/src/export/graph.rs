//! What needs what: the catalogs' own dependencies, with the parts of a thing taken for the thing.

use std::collections::{HashMap, HashSet};

use sqlx::postgres::types::Oid;
use sqlx::{FromRow, PgConnection};

use super::catalog;
use super::entry::Entry;
use super::members::Members;
use crate::error::PgError;

/// A catalog row: the catalog and the OID.
type Object = (Oid, Oid);

/// Defaults and checks that stand apart from their tables and domains.
pub(super) struct Apart {
    /// In `pg_attrdef`.
    pub(super) defaults: Vec<Oid>,
    /// In `pg_constraint`.
    pub(super) checks: Vec<Oid>,
}

/// A default or check, and what it is a part of; whether it stands apart, none for never.
#[derive(FromRow)]
struct Part {
    catalog: Oid,
    object: Oid,
    of_catalog: Oid,
    of_object: Oid,
    apart: Option<bool>,
}

/// What needs what, and what is a part of what.
pub(super) struct Graph {
    needs: HashMap<Object, Vec<Object>>,
    aliases: HashMap<Object, Object>,
    parts: Vec<Part>,
}

impl Graph {
    /// Asks what the members of a schema, and their parts, need.
    pub(super) async fn read(
        session: &mut PgConnection,
        members: &Members,
    ) -> Result<Self, PgError> {
        let (relations, types) = (members.of(catalog::CLASS), members.of(catalog::TYPE));
        let parts: Vec<Part> = sqlx::query_as(include_str!("../../sql/export/parts.sql"))
            .bind(&relations)
            .bind(&types)
            .fetch_all(&mut *session)
            .await?;
        let aliases: Vec<(Oid, Oid, Oid, Oid)> =
            sqlx::query_as(include_str!("../../sql/export/aliases.sql"))
                .bind(&relations)
                .bind(&types)
                .bind(members.of(catalog::OPFAMILY))
                .bind(members.of(catalog::OPCLASS))
                .fetch_all(&mut *session)
                .await?;
        let aliases: HashMap<Object, Object> =
            aliases.into_iter().map(|(c, o, of_c, of_o)| ((c, o), (of_c, of_o))).collect();
        let mut graph = Self { needs: HashMap::new(), aliases, parts };
        let mut all: HashSet<Object> = members.own().collect();
        all.extend(graph.aliases.keys());
        all.extend(graph.parts.iter().map(|part| (part.catalog, part.object)));
        graph.ask(session, all).await?;
        Ok(graph)
    }

    /// Learns what the rest needs, which is known only now.
    pub(super) async fn learn(
        &mut self,
        session: &mut PgConnection,
        entries: &[Entry],
    ) -> Result<(), PgError> {
        let new = entries.iter().map(|entry| entry.object);
        let new = new.filter(|object| !self.needs.contains_key(object)).collect();
        self.ask(session, new).await
    }

    async fn ask(
        &mut self,
        session: &mut PgConnection,
        objects: HashSet<Object>,
    ) -> Result<(), PgError> {
        let (catalogs, oids): (Vec<Oid>, Vec<Oid>) = objects.iter().copied().unzip();
        let edges: Vec<(Oid, Oid, Oid, Oid)> =
            sqlx::query_as(include_str!("../../sql/export/dependencies.sql"))
                .bind(catalogs)
                .bind(oids)
                .fetch_all(session)
                .await?;
        for object in objects {
            self.needs.entry(object).or_default();
        }
        for (c, o, of_c, of_o) in edges {
            self.needs.entry((c, o)).or_default().push((of_c, of_o));
        }
        Ok(())
    }

    /// Every catalog row that was asked about: what the schema is made of.
    pub(super) fn objects(&self) -> Vec<Object> {
        self.needs.keys().copied().collect()
    }

    /// What a catalog row is a part of, as far as that goes.
    fn whole(&self, mut object: Object, inline: &HashMap<Object, Object>) -> Object {
        while let Some(of) = self.aliases.get(&object).or_else(|| inline.get(&object)) {
            object = *of;
        }
        object
    }

    /// What of defaults and checks cannot be written with its table or domain: what needs, on whatever
    /// way, the very thing that it is a part of. The default of a serial column does.
    pub(super) fn apart(&mut self) -> Apart {
        let inline: HashMap<Object, Object> = self
            .parts
            .iter()
            .map(|part| ((part.catalog, part.object), (part.of_catalog, part.of_object)))
            .collect();
        let mut members: HashMap<Object, Vec<Object>> = HashMap::new();
        for part in inline.keys().chain(self.aliases.keys()) {
            members.entry(self.whole(*part, &inline)).or_default().push(*part);
        }
        for place in 0..self.parts.len() {
            let part = &self.parts[place];
            let (object, of) = ((part.catalog, part.object), (part.of_catalog, part.of_object));
            if part.apart == Some(false) && self.reaches(object, of, &inline, &members) {
                self.parts[place].apart = Some(true);
            }
        }
        let of = |class: Oid| {
            let apart =
                self.parts.iter().filter(move |p| p.apart == Some(true) && p.catalog == class);
            apart.map(|part| part.object).collect()
        };
        Apart { defaults: of(catalog::ATTRDEF), checks: of(catalog::CONSTRAINT) }
    }

    fn reaches(
        &self,
        part: Object,
        goal: Object,
        inline: &HashMap<Object, Object>,
        members: &HashMap<Object, Vec<Object>>,
    ) -> bool {
        let none = Vec::new();
        let direct = self.needs.get(&part).unwrap_or(&none).iter();
        // its own columns are there when it is written
        let mut open: Vec<Object> =
            direct.map(|need| self.whole(*need, inline)).filter(|need| *need != goal).collect();
        let mut seen = HashSet::new();
        while let Some(object) = open.pop() {
            if object == goal {
                return true;
            }
            if !seen.insert(object) {
                continue;
            }
            for piece in members.get(&object).unwrap_or(&none).iter().chain([&object]) {
                let needs = self.needs.get(piece).unwrap_or(&none);
                open.extend(
                    needs.iter().map(|need| self.whole(*need, inline)).filter(|n| *n != object),
                );
            }
        }
        false
    }

    /// Turns what is known into places in the list of entries.
    pub(super) fn link(&self, entries: &mut [Entry], apart: &Apart) {
        let stands = |part: &Part| {
            apart.defaults.contains(&part.object) || apart.checks.contains(&part.object)
        };
        let inline: HashMap<Object, Object> = self
            .parts
            .iter()
            .filter(|part| !stands(part))
            .map(|part| ((part.catalog, part.object), (part.of_catalog, part.of_object)))
            .collect();
        let places: HashMap<Object, usize> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.is_primary())
            .map(|(place, entry)| (entry.object, place))
            .collect();
        let schema = entries.iter().position(|entry| entry.kind == "SCHEMA");
        let mut pieces: HashMap<Object, Vec<Object>> = HashMap::new();
        for part in inline.keys().chain(self.aliases.keys()) {
            pieces.entry(self.whole(*part, &inline)).or_default().push(*part);
        }
        let none = Vec::new();
        for (place, entry) in entries.iter_mut().enumerate() {
            let mut needs: HashSet<usize> = HashSet::new();
            let mut all: Vec<Object> = entry.with.clone();
            if entry.is_primary() {
                for piece in
                    pieces.get(&entry.object).unwrap_or(&none).iter().chain([&entry.object])
                {
                    all.extend(self.needs.get(piece).unwrap_or(&none));
                }
            }
            let at = |need: &Object| places.get(&self.whole(*need, &inline)).copied();
            needs.extend(all.iter().filter_map(at));
            needs.extend(schema);
            needs.remove(&place);
            entry.needs = needs.into_iter().collect();
            if let Some(early) = &mut entry.early {
                let own = self.needs.get(&entry.object).unwrap_or(&none).iter().filter_map(at);
                early.needs = own.chain(schema).filter(|need| *need != place).collect();
            }
        }
        announced_first(entries);
        rows_before_filling(entries);
    }
}

/// The functions that a type is made of take and give the type, which is announced before them.
fn announced_first(entries: &mut [Entry]) {
    let of_kind = |class: Oid| {
        let all = entries.iter().enumerate().filter(move |(_, entry)| entry.object.0 == class);
        all.filter(|(_, entry)| entry.is_primary()).map(|(place, entry)| (entry.object.1, place))
    };
    let whole: HashMap<Oid, usize> = of_kind(catalog::TYPE).collect();
    let announced: Vec<(usize, usize)> = of_kind(catalog::SHELL)
        .filter_map(|(oid, shell)| Some((shell, *whole.get(&oid)?)))
        .collect();
    for (shell, whole) in announced {
        for function in entries[whole].needs.clone() {
            if entries[function].object.0 == catalog::PROC {
                let of = entries[function].needs.iter_mut().filter(|need| **need == whole);
                of.for_each(|need| *need = shell);
            }
        }
        entries[whole].needs.push(shell);
    }
}

/// A materialized view is filled when all rows are there, and those of the views that it reads.
fn rows_before_filling(entries: &mut [Entry]) {
    let filling: HashMap<Object, usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.kind == "MATERIALIZED VIEW DATA")
        .map(|(place, entry)| (entry.object, place))
        .collect();
    for place in filling.values() {
        let mut open = entries[*place].needs.clone();
        let mut seen = HashSet::new();
        while let Some(need) = open.pop() {
            if seen.insert(need) {
                open.extend(&entries[need].needs);
                if let Some(other) = filling.get(&entries[need].object)
                    && other != place
                {
                    entries[*place].needs.push(*other);
                }
            }
        }
        entries[*place].needs.sort_unstable();
        entries[*place].needs.dedup();
    }
}

//! Describes the objects of a schema: asks the catalogs kind by kind and says what needs what.

use std::collections::HashSet;

use sqlx::postgres::types::Oid;
use sqlx::{FromRow, PgConnection};

use super::asked::{self, Found, NONE, list, one};
use super::entry::{Early, Entry};
use super::graph::{Apart, Graph};
use super::members::Members;
use super::queries::{
    AGGREGATES, ATTACHMENTS, BASE_TYPES, COLLATIONS, COMMENTS, CONSTRAINTS, DEFAULT_GRANTS,
    DEFAULTS, FUNCTIONS, GRANTS, INDEXES, OPERATOR_CLASSES, OPERATORS, Query, RULES, SCHEMA,
    SEQUENCES, STATISTICS, TABLE_DATA, TABLES, TEXT_SEARCH, TYPES, UNKNOWN, VIEWS,
};
use super::sessions::Lent;
use super::{catalog, order};
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

/// What is in a schema.
pub(super) struct Described {
    /// All of it, in an order in which it can be made.
    pub(super) entries: Vec<Entry>,
    /// The catalog rows that it is made of.
    pub(super) objects: Vec<(Oid, Oid)>,
    /// Tables without a row.
    pub(super) empty: HashSet<Oid>,
    /// Bytes of the tables' files, without their indexes.
    pub(super) size: u64,
}

/// Describes a schema.
pub(super) async fn describe(session: &mut Lent, members: &Members) -> Result<Described, PgError> {
    refuse_unknown(session, members).await?;
    let lists = Lists::of(members);
    let mut graph = Graph::read(session, members).await?;
    let apart = graph.apart();
    let mut found = asked::all(session, &lists.name, &questions(&lists, &apart)).await?;
    let (tables, views_found, sequences_found) = (found.pop(), found.pop(), found.pop());
    let mut entries: Vec<Entry> = Vec::new();
    for rows in found {
        entries.extend(asked::read::<Written>(rows)?.into_iter().map(Entry::from));
    }
    entries.extend(sequences(session, &lists, sequences_found.unwrap_or_default()).await?);
    entries.extend(views(views_found.unwrap_or_default())?);
    let tables: Vec<Table> = asked::read(tables.unwrap_or_default())?;
    let size = tables.iter().map(|table| u64::try_from(table.bytes).unwrap_or_default()).sum();
    let empty = tables.iter().filter(|table| table.empty).map(|table| table.object).collect();
    entries.extend(tables.into_iter().map(Entry::from));
    entries.extend(notes(session, &lists, &entries).await?);
    graph.learn(session, &entries).await?;
    graph.link(&mut entries, &apart);
    Ok(Described { entries: order::sort(entries)?, objects: graph.objects(), empty, size })
}

/// The OIDs of what there is, catalog by catalog.
struct Lists {
    schema: Oid,
    name: Ident,
    relations: Vec<Oid>,
    types: Vec<Oid>,
    functions: Vec<Oid>,
    statistics: Vec<Oid>,
    default_grants: Vec<Oid>,
    operators: Vec<Oid>,
    families: Vec<Oid>,
    classes: Vec<Oid>,
    collations: Vec<Oid>,
    conversions: Vec<Oid>,
    /// Parsers, templates, dictionaries and configurations.
    text_search: [Vec<Oid>; 4],
}

impl Lists {
    fn of(members: &Members) -> Self {
        Self {
            schema: members.schema,
            name: members.name.clone(),
            relations: members.of(catalog::CLASS),
            types: members.of(catalog::TYPE),
            functions: members.of(catalog::PROC),
            statistics: members.of(catalog::STATISTIC_EXT),
            default_grants: members.of(catalog::DEFAULT_ACL),
            operators: members.of(catalog::OPERATOR),
            families: members.of(catalog::OPFAMILY),
            classes: members.of(catalog::OPCLASS),
            collations: members.of(catalog::COLLATION),
            conversions: members.of(catalog::CONVERSION),
            text_search: [
                catalog::TS_PARSER,
                catalog::TS_TEMPLATE,
                catalog::TS_DICT,
                catalog::TS_CONFIG,
            ]
            .map(|class| members.of(class)),
        }
    }
}

async fn refuse_unknown(session: &mut Lent, members: &Members) -> Result<(), PgError> {
    let (catalogs, objects): (Vec<Oid>, Vec<Oid>) = members.own().unzip();
    let unknown: Vec<(String, String)> =
        asked::rows(session, &members.name, UNKNOWN, &[list(&catalogs), list(&objects)]).await?;
    if unknown.is_empty() {
        return Ok(());
    }
    let all: Vec<_> = unknown.into_iter().map(|(what, why)| format!("{what} ({why})")).collect();
    Err(PgError::new(Situation::Refused, format!("cannot export {}", all.join(", "))))
}

/// A row of the queries that write statements.
#[derive(FromRow)]
struct Written {
    catalog: Oid,
    object: Oid,
    kind: String,
    tag: String,
    owner: String,
    create_sql: String,
    drop_sql: String,
    /// The table that it is about; 0 for none.
    #[sqlx(default)]
    table_oid: Option<Oid>,
    /// What it is attached to.
    #[sqlx(default)]
    parent: Option<Oid>,
    /// Where its files are, if not where the database's are.
    #[sqlx(default)]
    tablespace: Option<String>,
}

impl From<Written> for Entry {
    fn from(row: Written) -> Self {
        let of_class = [row.table_oid, row.parent].into_iter().flatten().filter(|oid| oid.0 != 0);
        let in_files =
            matches!(row.kind.as_str(), "TABLE" | "MATERIALIZED VIEW" | "INDEX" | "CONSTRAINT");
        let mut entry = Self {
            tablespace: in_files.then(|| row.tablespace.unwrap_or_default()),
            early: None,
            section: Self::rank(&row.kind).0,
            kind: row.kind,
            tag: row.tag,
            owner: row.owner,
            create: row.create_sql,
            drop: row.drop_sql,
            copy_from: None,
            needs: Vec::new(),
            object: (row.catalog, row.object),
            with: of_class.map(|oid| (catalog::CLASS, oid)).collect(),
        };
        if !entry.is_primary() {
            entry.with.push(entry.object);
        }
        entry
    }
}

/// What is asked at once: what writes statements first, and then sequences, views and tables' rows.
fn questions(lists: &Lists, apart: &Apart) -> Vec<(Query, Vec<String>)> {
    let Lists { relations, types, functions, .. } = lists;
    let (relations, types, functions) = (list(relations), list(types), list(functions));
    let (defaults, checks) = (list(&apart.defaults), list(&apart.checks));
    let schema = one(Some(lists.schema));
    let text_search = lists.text_search.iter().map(|oids| list(oids)).collect();
    let mut all = vec![
        (SCHEMA, vec![schema.clone()]),
        (TYPES, vec![types.clone(), checks.clone()]),
        (TABLES, vec![relations.clone(), defaults.clone(), checks.clone()]),
        (CONSTRAINTS, vec![relations.clone(), checks]),
        (FUNCTIONS, vec![functions.clone()]),
        (AGGREGATES, vec![functions.clone()]),
        (OPERATORS, vec![list(&lists.operators)]),
        (BASE_TYPES, vec![types.clone()]),
        (ATTACHMENTS, vec![relations.clone()]),
        (INDEXES, vec![relations.clone()]),
        (RULES, vec![relations.clone()]),
        (STATISTICS, vec![list(&lists.statistics)]),
        (DEFAULT_GRANTS, vec![list(&lists.default_grants)]),
        (DEFAULTS, vec![defaults, relations.clone()]),
        (OPERATOR_CLASSES, vec![list(&lists.families), list(&lists.classes)]),
        (COLLATIONS, vec![list(&lists.collations), list(&lists.conversions)]),
        (TEXT_SEARCH, text_search),
        (GRANTS, vec![schema, relations.clone(), types, functions]),
    ];
    // most schemas have nothing of the rare kinds
    all.retain(|(_, values)| values.iter().any(|value| value != NONE));
    all.extend([
        (SEQUENCES, vec![relations.clone()]),
        (VIEWS, vec![relations.clone()]),
        (TABLE_DATA, vec![relations]),
    ]);
    all
}

/// Sequences, what owns them, and how far they are.
async fn sequences(
    session: &mut PgConnection,
    lists: &Lists,
    found: Found,
) -> Result<Vec<Entry>, PgError> {
    #[derive(FromRow)]
    struct Sequence {
        #[sqlx(flatten)]
        written: Written,
        owned_sql: Option<String>,
        reference: String,
    }
    let rows: Vec<Sequence> = asked::read(found)?;
    let names = rows.iter().map(|row| format!("{}.{}", lists.name, row.reference));
    let values = values(session, names).await?;
    let mut entries = Vec::with_capacity(rows.len() * 3);
    for (Sequence { written, owned_sql, reference }, (last, is_called)) in
        rows.into_iter().zip(values)
    {
        let of_table = written.table_oid;
        let sequence = Entry { with: Vec::new(), ..Entry::from(written) };
        let name = reference.replace('\'', "''");
        let set = format!("SELECT pg_catalog.setval('{name}', {last}, {is_called});");
        let mut owned = owned_sql.map(|text| beside(&sequence, "SEQUENCE OWNED BY", text));
        if let (Some(owned), Some(table)) = (&mut owned, of_table) {
            owned.with.push((catalog::CLASS, table));
        }
        entries.extend(owned);
        entries.push(beside(&sequence, "SEQUENCE SET", set));
        entries.push(sequence);
    }
    Ok(entries)
}

/// How far sequences are, all in one statement: each is a table of its own.
async fn values(
    session: &mut PgConnection,
    references: impl Iterator<Item = String>,
) -> Result<Vec<(i64, bool)>, PgError> {
    let selects: Vec<String> = references
        .enumerate()
        .map(|(place, name)| format!("select {place} as place, last_value, is_called from {name}"))
        .collect();
    if selects.is_empty() {
        return Ok(Vec::new());
    }
    let all = selects.join(" union all ");
    let all = format!("select last_value, is_called from ({all}) s order by place");
    Ok(sqlx::query_as(script(all)).fetch_all(session).await?)
}

/// Views, and how the materialized ones are filled.
fn views(found: Found) -> Result<Vec<Entry>, PgError> {
    #[derive(FromRow)]
    struct View {
        #[sqlx(flatten)]
        written: Written,
        refresh_sql: Option<String>,
        early_sql: Option<String>,
    }
    let rows: Vec<View> = asked::read(found)?;
    let mut entries = Vec::with_capacity(rows.len());
    for View { written, refresh_sql, early_sql } in rows {
        let mut view = Entry::from(written);
        view.early = early_sql.map(|create| Early { create, needs: Vec::new() });
        entries.extend(refresh_sql.map(|text| beside(&view, "MATERIALIZED VIEW DATA", text)));
        entries.push(view);
    }
    Ok(entries)
}

/// A table that rows are read of.
#[derive(FromRow)]
struct Table {
    catalog: Oid,
    object: Oid,
    reference: String,
    tag: String,
    owner: String,
    columns: String,
    bytes: i64,
    empty: bool,
}

impl From<Table> for Entry {
    fn from(table: Table) -> Self {
        let Table { catalog, object, reference, tag, owner, columns, .. } = table;
        Self {
            kind: "TABLE DATA".into(),
            tag,
            owner,
            section: Self::rank("TABLE DATA").0,
            create: String::new(),
            drop: String::new(),
            copy_from: Some(if columns.is_empty() {
                reference
            } else {
                format!("{reference} {columns}")
            }),
            needs: Vec::new(),
            tablespace: None,
            early: None,
            object: (catalog, object),
            with: vec![(catalog, object)],
        }
    }
}

/// Comments on all of that, and labels.
async fn notes(
    session: &mut Lent,
    lists: &Lists,
    entries: &[Entry],
) -> Result<Vec<Entry>, PgError> {
    let (catalogs, objects): (Vec<Oid>, Vec<Oid>) =
        entries.iter().filter(|entry| entry.is_primary()).map(|entry| entry.object).unzip();
    let noted: Vec<(Oid, Oid)> = sqlx::query_as(include_str!("../../sql/export/noted.sql"))
        .bind(catalogs)
        .bind(objects)
        .bind(&lists.relations)
        .bind(&lists.types)
        .fetch_all(&mut **session)
        .await?;
    if noted.is_empty() {
        return Ok(Vec::new());
    }
    let (catalogs, objects): (Vec<Oid>, Vec<Oid>) = noted.into_iter().unzip();
    let values = [list(&catalogs), list(&objects)];
    let rows: Vec<Written> = asked::rows(session, &lists.name, COMMENTS, &values).await?;
    let mut seen = HashSet::new();
    let mut notes: Vec<Entry> = rows.into_iter().map(Entry::from).collect();
    notes.retain(|note| seen.insert((note.kind.clone(), note.tag.clone())));
    Ok(notes)
}

/// Another entry about the same catalog row.
fn beside(entry: &Entry, kind: &str, create: String) -> Entry {
    Entry {
        kind: kind.into(),
        section: Entry::rank(kind).0,
        create,
        drop: String::new(),
        with: vec![entry.object],
        tablespace: None,
        early: None,
        ..entry.clone()
    }
}

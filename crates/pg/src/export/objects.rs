//! Describes the objects of a schema: asks the catalogs kind by kind and says what needs what.

use std::collections::HashSet;

use sqlx::postgres::types::Oid;
use sqlx::{FromRow, PgConnection};

use super::asked::{self, list, one};
use super::entry::{Early, Entry};
use super::graph::{Apart, Graph};
use super::members::Members;
use super::{catalog, order};
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

/// Everything in the schema, in an order in which it can be made; and the catalog rows that it is made of.
pub(super) async fn describe(
    session: &mut PgConnection,
    members: &Members,
) -> Result<(Vec<Entry>, Vec<(Oid, Oid)>), PgError> {
    refuse_unknown(session, members).await?;
    let lists = Lists::of(members);
    let mut graph = Graph::read(session, members).await?;
    let apart = graph.apart();
    let mut entries = written(session, &lists, &apart).await?;
    entries.extend(sequences(session, &lists).await?);
    entries.extend(views(session, &lists).await?);
    entries.extend(rows(session, &lists).await?);
    entries.extend(notes(session, &lists, &entries).await?);
    graph.learn(session, &entries).await?;
    graph.link(&mut entries, &apart);
    Ok((order::sort(entries)?, graph.objects()))
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

async fn refuse_unknown(session: &mut PgConnection, members: &Members) -> Result<(), PgError> {
    let (catalogs, objects): (Vec<Oid>, Vec<Oid>) = members.own().unzip();
    let text = include_str!("../../sql/export/unknown.sql");
    let unknown: Vec<(String, String)> =
        asked::rows(session, &members.name, text, &[list(&catalogs), list(&objects)]).await?;
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

/// What one query each describes.
async fn written(
    session: &mut PgConnection,
    lists: &Lists,
    apart: &Apart,
) -> Result<Vec<Entry>, PgError> {
    let Lists { name, relations, types, functions, .. } = lists;
    let (relations, types, functions) = (list(relations), list(types), list(functions));
    let (defaults, checks) = (list(&apart.defaults), list(&apart.checks));
    let schema = one(Some(lists.schema));
    let text_search = lists.text_search.iter().map(|oids| list(oids)).collect();
    let mut all: Vec<Written> = Vec::new();
    for (text, values) in [
        (include_str!("../../sql/export/schema.sql"), vec![schema.clone()]),
        (include_str!("../../sql/export/types.sql"), vec![types.clone(), checks.clone()]),
        (
            include_str!("../../sql/export/tables.sql"),
            vec![relations.clone(), defaults.clone(), checks.clone()],
        ),
        (include_str!("../../sql/export/constraints.sql"), vec![relations.clone(), checks]),
        (include_str!("../../sql/export/functions.sql"), vec![functions.clone()]),
        (include_str!("../../sql/export/aggregates.sql"), vec![functions.clone()]),
        (include_str!("../../sql/export/operators.sql"), vec![list(&lists.operators)]),
        (include_str!("../../sql/export/base_types.sql"), vec![types.clone()]),
        (include_str!("../../sql/export/attachments.sql"), vec![relations.clone()]),
        (include_str!("../../sql/export/indexes.sql"), vec![relations.clone()]),
        (include_str!("../../sql/export/rules.sql"), vec![relations.clone()]),
        (include_str!("../../sql/export/statistics.sql"), vec![list(&lists.statistics)]),
        (include_str!("../../sql/export/default_grants.sql"), vec![list(&lists.default_grants)]),
        (include_str!("../../sql/export/defaults.sql"), vec![defaults, relations.clone()]),
        (
            include_str!("../../sql/export/operator_classes.sql"),
            vec![list(&lists.families), list(&lists.classes)],
        ),
        (
            include_str!("../../sql/export/collations.sql"),
            vec![list(&lists.collations), list(&lists.conversions)],
        ),
        (include_str!("../../sql/export/text_search.sql"), text_search),
        (include_str!("../../sql/export/grants.sql"), vec![schema, relations, types, functions]),
    ] {
        all.extend(asked::rows::<Written>(session, name, text, &values).await?);
    }
    Ok(all.into_iter().map(Entry::from).collect())
}

/// Sequences, what owns them, and how far they are.
async fn sequences(session: &mut PgConnection, lists: &Lists) -> Result<Vec<Entry>, PgError> {
    #[derive(FromRow)]
    struct Sequence {
        #[sqlx(flatten)]
        written: Written,
        owned_sql: Option<String>,
        reference: String,
    }
    let text = include_str!("../../sql/export/sequences.sql");
    let rows: Vec<Sequence> =
        asked::rows(session, &lists.name, text, &[list(&lists.relations)]).await?;
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
async fn views(session: &mut PgConnection, lists: &Lists) -> Result<Vec<Entry>, PgError> {
    #[derive(FromRow)]
    struct View {
        #[sqlx(flatten)]
        written: Written,
        refresh_sql: Option<String>,
        early_sql: Option<String>,
    }
    let text = include_str!("../../sql/export/views.sql");
    let rows: Vec<View> =
        asked::rows(session, &lists.name, text, &[list(&lists.relations)]).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for View { written, refresh_sql, early_sql } in rows {
        let mut view = Entry::from(written);
        view.early = early_sql.map(|create| Early { create, needs: Vec::new() });
        entries.extend(refresh_sql.map(|text| beside(&view, "MATERIALIZED VIEW DATA", text)));
        entries.push(view);
    }
    Ok(entries)
}

/// Tables that have rows.
async fn rows(session: &mut PgConnection, lists: &Lists) -> Result<Vec<Entry>, PgError> {
    let text = include_str!("../../sql/export/table_data.sql");
    let tables: Vec<(Oid, Oid, String, String, String, String)> =
        asked::rows(session, &lists.name, text, &[list(&lists.relations)]).await?;
    let entry = |(class, object, reference, tag, owner, columns): (
        Oid,
        Oid,
        String,
        String,
        String,
        String,
    )| Entry {
        kind: "TABLE DATA".into(),
        tag,
        owner,
        section: Entry::rank("TABLE DATA").0,
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
        object: (class, object),
        with: vec![(class, object)],
    };
    Ok(tables.into_iter().map(entry).collect())
}

/// Comments on all of that, and labels.
async fn notes(
    session: &mut PgConnection,
    lists: &Lists,
    entries: &[Entry],
) -> Result<Vec<Entry>, PgError> {
    let (mut catalogs, mut objects): (Vec<Oid>, Vec<Oid>) =
        entries.iter().filter(|entry| entry.is_primary()).map(|entry| entry.object).unzip();
    // checks and the indexes of keys are written with something else, and may have comments all the same
    let checks: Vec<Oid> = sqlx::query_scalar(
        "select oid from pg_constraint where conrelid = any($1) and contype in ('c', 'n')
         union all select oid from pg_constraint where contypid = any($2)",
    )
    .bind(&lists.relations)
    .bind(&lists.types)
    .fetch_all(&mut *session)
    .await?;
    catalogs.extend(checks.iter().map(|_| catalog::CONSTRAINT));
    objects.extend(checks);
    let indexes: Vec<Oid> = sqlx::query_scalar(
        "select conindid from pg_constraint where conrelid = any($1) and contype in ('p', 'u', 'x')",
    )
    .bind(&lists.relations)
    .fetch_all(&mut *session)
    .await?;
    catalogs.extend(indexes.iter().map(|_| catalog::CLASS));
    objects.extend(indexes);
    let text = include_str!("../../sql/export/comments.sql");
    let values = [list(&catalogs), list(&objects)];
    let rows: Vec<Written> = asked::rows(session, &lists.name, text, &values).await?;
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

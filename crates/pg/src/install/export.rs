//! The exporter's queries as functions, so that a snapshot is made of the very statements that an archive
//! is. They are read when they are made (`begin atomic`): names in them mean the same whatever the path is
//! at a call, and only what they write depends on it.

use crate::export::queries::{self, Query};

/// One function for each query, and the columns that it answers with.
const FILES: &[(Query, &str)] = &[
    (OF_MEMBERS, MEMBERS),
    (queries::UNKNOWN, UNKNOWN),
    (OF_PARTS, PARTS),
    (queries::TYPES, WRITTEN),
    (queries::FUNCTIONS, WRITTEN),
    (queries::TABLES, WRITTEN),
    (queries::AGGREGATES, WRITTEN),
    (queries::OPERATORS, WRITTEN),
    (queries::BASE_TYPES, WRITTEN),
    (queries::OPERATOR_CLASSES, WRITTEN),
    (queries::COLLATIONS, WRITTEN),
    (queries::TEXT_SEARCH, WRITTEN),
    (queries::DEFAULTS, WRITTEN),
    (queries::ATTACHMENTS, WRITTEN),
    (queries::CONSTRAINTS, WRITTEN),
    (queries::INDEXES, WRITTEN),
    (queries::RULES, WRITTEN),
    (queries::STATISTICS, WRITTEN),
    (queries::COMMENTS, WRITTEN),
    (queries::SEQUENCES, OWNED),
    (queries::VIEWS, FILLED),
];

/// These two write no names, and depend on no path.
const OF_MEMBERS: Query =
    Query { name: "members", takes: "oid", text: include_str!("../../sql/export/members.sql") };
const OF_PARTS: Query = Query {
    name: "parts",
    takes: "oid[], oid[]",
    text: include_str!("../../sql/export/parts.sql"),
};

const MEMBERS: &str = "catalog oid, object oid, of_extension boolean";
/// All that is refused, in one line; null when nothing is.
const UNKNOWN: &str = "refused text";
const PARTS: &str = "catalog oid, object oid, of_catalog oid, of_object oid, apart boolean";
/// The four columns are the same for all that write statements.
const WRITTEN: &str = "";
const OWNED: &str = "owned_sql";
const FILLED: &str = "refresh_sql";

/// The statements that make the functions.
pub(super) fn functions() -> impl Iterator<Item = String> {
    FILES.iter().map(|(Query { name, takes, text }, columns)| {
        let (returns, list) = match *columns {
            WRITTEN => (STATEMENTS, "q.kind, q.tag::text, q.create_sql, null::text".to_owned()),
            OWNED | FILLED => {
                (STATEMENTS, format!("q.kind, q.tag::text, q.create_sql, q.{columns}"))
            }
            UNKNOWN => (UNKNOWN, "string_agg(format('%s (%s)', q.what, q.why), ', ')".to_owned()),
            columns => (columns, names(columns)),
        };
        format!(
            "create or replace function tenantry.export_{name}({takes})
             returns table ({returns}) language sql stable begin atomic
             select {list} from (\n{text}\n) q;
             end"
        )
    })
}

const STATEMENTS: &str = "kind text, tag text, statement text, more text";

/// The names in a list of columns and their types.
fn names(columns: &str) -> String {
    let names = columns.split(", ").filter_map(|column| column.split(' ').next());
    names.map(|name| format!("q.{name}")).collect::<Vec<_>>().join(", ")
}

//! The exporter's queries as functions, so that a snapshot is made of the very statements that an archive
//! is. They are read when they are made (`begin atomic`): names in them mean the same whatever the path is
//! at a call, and only what they write depends on it.

/// One function for each file: its name, its parameters, and the columns that it answers with.
const FILES: &[(&str, &str, &str, &str)] = &[
    ("members", "oid", MEMBERS, include_str!("../../sql/export/members.sql")),
    ("unknown", "oid[], oid[]", UNKNOWN, include_str!("../../sql/export/unknown.sql")),
    ("parts", "oid[], oid[]", PARTS, include_str!("../../sql/export/parts.sql")),
    ("types", "oid[], oid[]", WRITTEN, include_str!("../../sql/export/types.sql")),
    ("functions", "oid[]", WRITTEN, include_str!("../../sql/export/functions.sql")),
    ("tables", "oid[], oid[], oid[]", WRITTEN, include_str!("../../sql/export/tables.sql")),
    ("aggregates", "oid[]", WRITTEN, include_str!("../../sql/export/aggregates.sql")),
    ("operators", "oid[]", WRITTEN, include_str!("../../sql/export/operators.sql")),
    ("base_types", "oid[]", WRITTEN, include_str!("../../sql/export/base_types.sql")),
    (
        "operator_classes",
        "oid[], oid[]",
        WRITTEN,
        include_str!("../../sql/export/operator_classes.sql"),
    ),
    ("collations", "oid[], oid[]", WRITTEN, include_str!("../../sql/export/collations.sql")),
    (
        "text_search",
        "oid[], oid[], oid[], oid[]",
        WRITTEN,
        include_str!("../../sql/export/text_search.sql"),
    ),
    ("defaults", "oid[], oid[]", WRITTEN, include_str!("../../sql/export/defaults.sql")),
    ("attachments", "oid[]", WRITTEN, include_str!("../../sql/export/attachments.sql")),
    ("constraints", "oid[], oid[]", WRITTEN, include_str!("../../sql/export/constraints.sql")),
    ("indexes", "oid[]", WRITTEN, include_str!("../../sql/export/indexes.sql")),
    ("rules", "oid[]", WRITTEN, include_str!("../../sql/export/rules.sql")),
    ("statistics", "oid[]", WRITTEN, include_str!("../../sql/export/statistics.sql")),
    ("comments", "oid[], oid[]", WRITTEN, include_str!("../../sql/export/comments.sql")),
    ("sequences", "oid[]", OWNED, include_str!("../../sql/export/sequences.sql")),
    ("views", "oid[]", FILLED, include_str!("../../sql/export/views.sql")),
];

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
    FILES.iter().map(|(name, parameters, columns, text)| {
        let (returns, list) = match *columns {
            WRITTEN => (STATEMENTS, "q.kind, q.tag::text, q.create_sql, null::text".to_owned()),
            OWNED | FILLED => {
                (STATEMENTS, format!("q.kind, q.tag::text, q.create_sql, q.{columns}"))
            }
            UNKNOWN => (UNKNOWN, "string_agg(format('%s (%s)', q.what, q.why), ', ')".to_owned()),
            columns => (columns, names(columns)),
        };
        format!(
            "create or replace function tenantry.export_{name}({parameters})
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

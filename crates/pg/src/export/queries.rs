//! The queries that describe what is in a schema. Each is run while the schema is the path (see `asked`); its values
//! are lists of objects, or one object.

/// A query of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query {
    /// The file's name.
    pub(crate) name: &'static str,
    /// The types of its values, in order.
    pub(crate) takes: &'static str,
    /// What is in the file.
    pub(crate) text: &'static str,
}

macro_rules! queries {
    ($($constant:ident = $name:literal($takes:literal);)*) => {
        $(
            #[doc = concat!("`", $name, ".sql`")]
            pub(crate) const $constant: Query = Query {
                name: $name,
                takes: $takes,
                text: include_str!(concat!("../../sql/export/", $name, ".sql")),
            };
        )*

        const ALL: &[Query] = &[$($constant),*];
    };
}

queries! {
    AGGREGATES = "aggregates"("oid[]");
    ATTACHMENTS = "attachments"("oid[]");
    BASE_TYPES = "base_types"("oid[]");
    COLLATIONS = "collations"("oid[], oid[]");
    COMMENTS = "comments"("oid[], oid[]");
    CONSTRAINTS = "constraints"("oid[], oid[]");
    DEFAULT_GRANTS = "default_grants"("oid[]");
    DEFAULTS = "defaults"("oid[], oid[]");
    FUNCTIONS = "functions"("oid[]");
    GRANTS = "grants"("oid, oid[], oid[], oid[]");
    INDEXES = "indexes"("oid[]");
    OPERATOR_CLASSES = "operator_classes"("oid[], oid[]");
    OPERATORS = "operators"("oid[]");
    OUTSIDE = "outside"("oid[], oid[], oid");
    RULES = "rules"("oid[]");
    SCHEMA = "schema"("oid");
    SEQUENCES = "sequences"("oid[]");
    STATISTICS = "statistics"("oid[]");
    TABLE_DATA = "table_data"("oid[]");
    TABLES = "tables"("oid[], oid[], oid[]");
    TEXT_SEARCH = "text_search"("oid[], oid[], oid[], oid[]");
    TYPES = "types"("oid[], oid[]");
    UNKNOWN = "unknown"("oid[], oid[]");
    VIEWS = "views"("oid[]");
}

/// The statements that make a session's own functions of them, each of which opens its query as the cursor that is named
/// last. A session plans the body of a function once (see `asked`).
pub(super) fn functions() -> String {
    let function = |Query { name, takes, text }: &Query| {
        format!(
            "create function pg_temp.describe_{name}({takes}, described refcursor) returns void language plpgsql as $describe$
             begin
               open described no scroll for {text};
             end $describe$;\n"
        )
    };
    ALL.iter().map(function).collect()
}

//! One thing that a schema is made of, as an archive's table of contents lists it.

use sqlx::postgres::types::Oid;

/// When a restore does something: before the rows, the rows, or after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What rows are put into.
    PreData,
    /// Rows.
    Data,
    /// What is quicker, or only possible, when the rows are there.
    PostData,
    /// What belongs to another entry: rights and comments.
    None,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is, in the words of `pg_dump`: `TABLE`, `FK CONSTRAINT`, ….
    pub kind: String,
    /// Its name, as `pg_dump` lists it.
    pub tag: String,
    /// The role that owns it.
    pub owner: String,
    /// When it is made.
    pub section: Section,
    /// The statements that make it.
    pub create: String,
    /// The statement that takes it away; empty where it goes with something else.
    pub drop: String,
    /// Of `TABLE DATA`: the table and its columns, as `COPY` takes them.
    pub copy_from: Option<String>,
    /// Of what is kept in files: the tablespace, empty for the database's own.
    pub tablespace: Option<String>,
    /// The entries that must be there before, by their places.
    pub needs: Vec<usize>,
    /// The catalog row that it is, for finding what needs it.
    pub(super) object: (Oid, Oid),
    /// Catalog rows without which it cannot be made, beside those that `pg_depend` knows.
    pub(super) with: Vec<(Oid, Oid)>,
    /// Of a view: how it is made when what it reads cannot be there yet.
    pub(super) early: Option<Early>,
}

/// A view that has only its columns.
#[derive(Clone, Debug)]
pub(super) struct Early {
    /// The statement that makes it.
    pub(super) create: String,
    /// What its columns need, by places.
    pub(super) needs: Vec<usize>,
}

impl Entry {
    /// The catalog and the number of the row that it is, or is about.
    pub fn oids(&self) -> (u32, u32) {
        (self.object.0.0, self.object.1.0)
    }

    /// Whether it is the schema, or is about it, and so is in none.
    pub fn is_of_schema_itself(&self) -> bool {
        self.object.0 == super::catalog::NAMESPACE
    }

    /// Whether it *is* the catalog row, and is not only about it.
    pub(super) fn is_primary(&self) -> bool {
        // the absence of a default is a matter of its table
        if self.kind == "DEFAULT" && self.object.0 == super::catalog::CLASS {
            return false;
        }
        !matches!(
            self.kind.as_str(),
            "TABLE ATTACH"
                | "INDEX ATTACH"
                | "SEQUENCE OWNED BY"
                | "SEQUENCE SET"
                | "TABLE DATA"
                | "MATERIALIZED VIEW DATA"
                | "ROW SECURITY"
                | "ACL"
                | "COMMENT"
                | "SECURITY LABEL"
        )
    }

    /// The section of its kind, and its place in that among what needs nothing of each other.
    pub(super) fn rank(kind: &str) -> (Section, u8) {
        match kind {
            "SCHEMA" => (Section::PreData, 0),
            "SHELL TYPE" | "TYPE" | "COLLATION" => (Section::PreData, 1),
            "DOMAIN" => (Section::PreData, 2),
            "FUNCTION"
            | "PROCEDURE"
            | "AGGREGATE"
            | "OPERATOR"
            | "OPERATOR FAMILY"
            | "OPERATOR CLASS"
            | "CONVERSION"
            | "TEXT SEARCH PARSER"
            | "TEXT SEARCH TEMPLATE"
            | "TEXT SEARCH DICTIONARY"
            | "TEXT SEARCH CONFIGURATION" => (Section::PreData, 3),
            "TABLE" | "FOREIGN TABLE" | "VIEW" | "MATERIALIZED VIEW" => (Section::PreData, 4),
            "SEQUENCE" => (Section::PreData, 5),
            "SEQUENCE OWNED BY" => (Section::PreData, 6),
            "TABLE ATTACH" => (Section::PreData, 7),
            "DEFAULT" => (Section::PreData, 8),
            "TABLE DATA" => (Section::Data, 0),
            "SEQUENCE SET" => (Section::Data, 1),
            "CHECK CONSTRAINT" => (Section::PostData, 0),
            "CONSTRAINT" => (Section::PostData, 1),
            "INDEX" => (Section::PostData, 2),
            "INDEX ATTACH" => (Section::PostData, 3),
            "STATISTICS" => (Section::PostData, 4),
            "RULE" => (Section::PostData, 5),
            "TRIGGER" => (Section::PostData, 6),
            "FK CONSTRAINT" => (Section::PostData, 7),
            "ROW SECURITY" | "POLICY" => (Section::PostData, 8),
            "MATERIALIZED VIEW DATA" => (Section::PostData, 9),
            "DEFAULT ACL" => (Section::PostData, 10),
            "COMMENT" => (Section::None, 0),
            "SECURITY LABEL" => (Section::None, 1),
            _ => (Section::None, 2),
        }
    }
}

//! What a survey tells.

use tenantry_domain::adoption::{History, Origin, Standing};
use uuid::Uuid;

/// The most schemas that one request may find.
pub const MOST_SCHEMAS: usize = 20_000;

/// What was found, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// What made the schemas, or how they were found.
    pub origin: Origin,
    /// The tool's list of tenants.
    pub tenants_table: Option<String>,
    /// Each schema that was found.
    pub schemas: Vec<FoundSchema>,
    /// Schemas that the list of tenants or the query names, and that are not there.
    pub rows_without_schema: Vec<String>,
    /// The history that most of them have, and how many those are.
    pub most_common: Option<(History, usize)>,
    /// What could not be read, and what lets it be read.
    pub obstacles: Vec<Obstacle>,
    /// Statements that let Tenantry act for the schemas' owners, once they are managed.
    pub to_manage: Vec<String>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What, and the server's words.
    pub detail: String,
    /// The statement that lets it be read.
    pub remedy: String,
    /// Whether nothing can be adopted before.
    pub fatal: bool,
}

/// A schema that was found.
#[derive(Clone, Debug)]
pub struct FoundSchema {
    /// Its name.
    pub schema: String,
    /// What becomes of it.
    pub fate: Fate,
    /// Why, where that needs words.
    pub reason: Option<String>,
    /// The institution's name: the proposed one, or the one that it has.
    pub name: Option<String>,
    /// The institution's name for people.
    pub display_name: Option<String>,
    /// The role that owns it.
    pub owner: Option<String>,
    /// How many tables are in it.
    pub tables: Option<i64>,
    /// Bytes of what is in it; none where a table was locked.
    pub bytes: Option<i64>,
    /// How far it is by its tool's history.
    pub history: Option<History>,
    /// How it stands to what most have.
    pub standing: Standing,
    /// The operation that adopts it; none in a survey.
    pub operation: Option<Uuid>,
}

/// What becomes of a schema that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is adopted.
    Adopt,
    /// It is managed already.
    Managed,
    /// The request leaves it out.
    Excluded,
    /// Nobody decided yet what its institution is called.
    NameNeeded,
    /// It looks like one of the tool's, but the list of tenants has no row of it.
    NoRow,
}

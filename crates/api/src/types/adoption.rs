//! Adopting schemas that were there before Tenantry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tenantry_domain::adoption::{Origin, Standing};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which schemas are to be adopted; exactly one of `tool`, `pattern` and `query`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdoptionRequest {
    /// Whether it is only told what would be adopted; true when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// The tool that made the schemas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<AdoptionTool>,
    /// The tool's list of tenants, as `table` or `schema.table`; found by its columns when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "public.customers_school")]
    pub tenants_table: Option<String>,
    /// Schemas whose names fit; `*` stands for any characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "school_*")]
    pub pattern: Option<String>,
    /// A SELECT with a column `schema_name`, and `slug` and `display_name` where it has them. It runs
    /// as `tenantry_reader`, in a transaction that only reads, for 30 s at most, and names tables with
    /// their schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub query: Option<String>,
    /// Schemas that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// What names are made of: `schema`, `wildcard` (what `*` stands for), or a column of the list of
    /// tenants or of the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug_from: Option<String>,
    /// The column with the names for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name_from: Option<String>,
    /// Names that are decided here, by schema.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slugs: BTreeMap<String, String>,
}

/// A tool whose schemas can be adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdoptionTool {
    /// Whichever the database shows the signs of.
    Auto,
    /// django-tenants.
    DjangoTenants,
    /// ros-apartment.
    Apartment,
    /// stancl/tenancy.
    Stancl,
}

/// What was found, and what becomes of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdoptionBody {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// What made the schemas, or how they were found.
    pub origin: Origin,
    /// The tool's list of tenants.
    pub tenants_table: Option<String>,
    /// How many schemas are adopted.
    pub adopted: usize,
    /// Each schema that was found.
    pub schemas: Vec<FoundSchemaBody>,
    /// Schemas that the list of tenants or the query names, and that are not there.
    pub rows_without_schema: Vec<String>,
    /// The version that most have.
    pub common_version: Option<CommonVersion>,
    /// What could not be read, and what lets it be read.
    pub obstacles: Vec<ObstacleBody>,
    /// Statements that let Tenantry act for the schemas' owners, once they are to be managed.
    pub statements_to_manage: Vec<String>,
}

/// The version that most of the schemas have.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonVersion {
    /// The newest migration.
    pub version: Option<String>,
    /// How many migrations were applied.
    pub migrations_applied: i64,
    /// How many schemas have exactly these.
    pub schemas: usize,
}

/// Something that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObstacleBody {
    /// What, and the server's words.
    pub detail: String,
    /// The statement that lets it be read.
    pub remedy: String,
    /// Whether nothing can be adopted before.
    pub fatal: bool,
}

/// A schema that was found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundSchemaBody {
    /// The schema's name, which it keeps.
    pub schema_name: String,
    /// What becomes of it.
    pub fate: AdoptionFate,
    /// Why, or what is to be known about it.
    pub reason: Option<String>,
    /// The institution's name: the proposed one, or the one that it has.
    pub name: Option<String>,
    /// The institution's name for people.
    pub display_name: Option<String>,
    /// The role that owns the schema.
    pub owner: Option<String>,
    /// How many tables are in it.
    pub tables: Option<i64>,
    /// Bytes of what is in it; null where a table was locked.
    pub bytes: Option<i64>,
    /// The newest migration by the tool's history.
    pub tool_version: Option<String>,
    /// How many migrations were applied.
    pub migrations_applied: Option<i64>,
    /// How these stand to what most have.
    pub standing: Standing,
    /// The operation that adopts it; null in a dry run.
    pub operation: Option<Uuid>,
}

/// What becomes of a schema that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdoptionFate {
    /// It is adopted, or would be.
    Adopt,
    /// It is managed already.
    Managed,
    /// The request leaves it out.
    Excluded,
    /// It is decided nowhere what its institution is called.
    NameNeeded,
    /// It looks like one of the tool's, but the list of tenants has no row of it.
    NoRow,
}

//! What is asked for.

use std::collections::BTreeMap;

use tenantry_domain::adoption::NamePattern;
use tenantry_domain::slug::Slug;

/// Which schemas are to be adopted, and what their institutions are to be called.
#[derive(Clone, Debug)]
pub struct AdoptionRequest {
    /// Where the schemas are found.
    pub source: Source,
    /// Schemas that are left out.
    pub exclude: Vec<String>,
    /// What names are made of: `schema`, `wildcard` (what the pattern's `*` stands for), or a column of
    /// the list of tenants. None: the column `slug` of a query, the `id` of stancl, else the schema.
    pub name_from: Option<String>,
    /// The column with the names for people; none: a column `name`, where there is one.
    pub display_name_from: Option<String>,
    /// Names that were decided, by schema.
    pub names: BTreeMap<String, Slug>,
}

/// Where schemas that can be adopted are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// What the database itself tells.
    Auto,
    /// A table of django-tenants, of that name or found by its columns.
    DjangoTenants(Option<String>),
    /// Every schema with the history of Rails.
    Apartment,
    /// The table `tenants` of stancl/tenancy, or one of another name.
    Stancl(Option<String>),
    /// Schemas whose names fit.
    Pattern(NamePattern),
    /// A query with a column `schema_name`, and `slug` and `display_name` where it has them.
    Query(String),
}

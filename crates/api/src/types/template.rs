//! Templates.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::template::Spares;
use utoipa::ToSchema;
use uuid::Uuid;

/// A version of a template.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateBody {
    /// The template's name.
    pub name: String,
    /// Its version, from 1.
    pub version: i32,
    /// The layout of the folder that it was made from.
    pub layout: String,
    /// SHA-256 over its migrations.
    pub checksum: String,
    /// Its migrations, in order.
    pub migrations: Vec<MigrationBody>,
    /// How many relations its proof made.
    pub relations: i32,
    /// How long its proof took, in milliseconds.
    pub proof_ms: f64,
    /// Whether schemas are made ahead from it: `plain`, `rewritten` (functions' own search paths are
    /// written anew at a claim) or `none`.
    pub spares: Spares,
    /// What keeps the schema's name as text, unless `spares` is `plain`.
    pub spares_reason: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// The SQL that fills a new institution with its first rows.
    pub seed: Option<String>,
    /// The parameters that the seed cannot do without.
    pub seed_requires: Vec<String>,
}

/// A migration of a template.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MigrationBody {
    /// Its name, as the migration tool's history has it.
    pub name: String,
    /// Its file.
    pub path: String,
    /// SHA-256 of its text.
    pub checksum: String,
}

/// Templates and their versions, the newest version first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateList {
    /// The versions.
    pub items: Vec<TemplateBody>,
    /// How many.
    pub total: i64,
}

/// A migration folder that is to become a template's next version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTemplateRequest {
    /// The template's name.
    #[schema(example = "default", pattern = "^[a-z][a-z0-9_]{0,38}$")]
    pub name: String,
    /// The folder's layout; found out when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<TemplateLayout>,
    /// The folder's files.
    pub files: Vec<TemplateFile>,
    /// SQL that fills a new institution with its first rows, once, when it is made. It reads what was given
    /// for the institution as `tenantry.parameter('locale')`; a line `-- requires locale` makes that
    /// necessary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
}

/// Whose migration folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateLayout {
    /// Prisma: a folder with a `migration.sql` for each migration.
    Prisma,
    /// Plain `.sql` files, in natural order.
    Plain,
}

/// A file of a migration folder.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateFile {
    /// Its path in the folder, with `/`.
    #[schema(example = "20260105090000_people/migration.sql")]
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The schemas that are made ahead from a template.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolBody {
    /// The template.
    pub template: String,
    /// Its newest version, of which spares are made.
    pub version: i32,
    /// Whether that version can have spares: see the template.
    pub spares: Spares,
    /// With fewer ready spares than this the pool is filled up; 0: it never is.
    pub floor: i32,
    /// So many it is filled up to.
    pub ceiling: i32,
    /// Spares made in a second, at most.
    pub rate: f64,
    /// The spares that are there, the newest version first.
    pub ready: Vec<SparesOfVersion>,
    /// The refill that is queued or under way.
    pub refill: Option<Uuid>,
}

/// The spares of one version of a template.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SparesOfVersion {
    /// The version.
    pub version: i32,
    /// How many can be claimed.
    pub ready: i64,
    /// How many were changed by hand and wait to be cleared away.
    pub broken: i64,
}

/// Settings of a pool; those that are left out stay as they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolPatch {
    /// With fewer ready spares than this the pool is filled up; 0: it never is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<i32>,
    /// So many it is filled up to; those above it are dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<i32>,
    /// Spares made in a second, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

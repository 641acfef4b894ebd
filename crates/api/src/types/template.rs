//! Templates.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
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

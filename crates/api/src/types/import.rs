//! Imports of institutions.

use serde::{Deserialize, Serialize};
use tenantry_domain::sheet::Fate;
use utoipa::ToSchema;

/// What an import does, or would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Each row of the file, in order.
    pub rows: Vec<ImportRow>,
    /// How many institutions are made.
    pub create: usize,
    /// How many are changed.
    pub update: usize,
    /// How many are there as the file has them.
    pub unchanged: usize,
    /// How many differ and are left alone, because `update` was not asked for.
    pub differs: usize,
    /// How many rows cannot be imported.
    pub invalid: usize,
}

/// A row of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// The institution's name, as it is written.
    pub name: String,
    /// What is done with it.
    pub fate: Fate,
    /// Everything that is wrong with it, a sentence each.
    pub reasons: Vec<String>,
    /// The attributes in which the institution that is there differs.
    pub changes: Vec<String>,
}

/// The answer to an import: the operation that it became, or what it would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ImportOutcome {
    /// It is under way.
    Operation(Box<super::OperationBody>),
    /// For a dry run.
    Report(ImportReport),
}

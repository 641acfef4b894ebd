//! What goes wrong with archives and their store, as steps tell it: worth another try or not, and whether it is
//! the backup that is wrong.

use serde_json::{Value, json};
use tenantry_backup::fallback::FallbackError;
use tenantry_backup::manifest::ManifestError;
use tenantry_backup::repository::RepositoryError;
use tenantry_backup::restore::RestoreError;
use tenantry_backup::seal::SealError;
use tenantry_backup::write::WriteError;
use tenantry_pg::sql::Ident;

use crate::runner::StepError;

impl From<RepositoryError> for StepError {
    fn from(error: RepositoryError) -> Self {
        let mut value = json!({ "code": error.code(), "message": error.to_string() });
        if let RepositoryError::KeyDestroyed(proof) = &error {
            value["proof"] = proof.clone();
        }
        if error.is_transient() { Self::Retry(value) } else { Self::Fail(value) }
    }
}

impl From<SealError> for StepError {
    fn from(error: SealError) -> Self {
        RepositoryError::from(error).into()
    }
}

impl From<ManifestError> for StepError {
    fn from(error: ManifestError) -> Self {
        Self::fail("manifest", error.to_string())
    }
}

impl From<WriteError> for StepError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Database(error) => error.into(),
            WriteError::Output(error) => SealError::Stream(error).into(),
        }
    }
}

impl From<FallbackError> for StepError {
    fn from(error: FallbackError) -> Self {
        match error {
            FallbackError::Database(error) => error.into(),
            FallbackError::Output(error) => SealError::Stream(error).into(),
            other => Self::fail("pg_dump", other.to_string()),
        }
    }
}

impl From<RestoreError> for StepError {
    fn from(error: RestoreError) -> Self {
        let message = error.to_string();
        match error {
            RestoreError::Database(error) => error.into(),
            // the server went away, or a lock was not to be had
            RestoreError::Entry { error, .. } if error.is_transient() => (*error).into(),
            RestoreError::Entry { error, .. } => Self::Fail(json!({
                "code": "entry_not_restorable",
                "message": message,
                "sqlstate": error.sqlstate(),
                "hint": error.hint(),
            })),
            _ => Self::fail("archive_refused", message),
        }
    }
}

/// Whether an error says that the backup itself is wrong, and not what is around it.
pub(crate) fn is_the_backups(error: &Value) -> bool {
    const CODES: [&str; 6] = [
        "backup_altered",
        "archive_unreadable",
        "archive_refused",
        "entry_not_restorable",
        "backup_not_in_store",
        "key_missing",
    ];
    error["code"].as_str().is_some_and(|code| CODES.contains(&code))
}

/// A schema's name, as it stands in a statement.
pub(crate) fn schema_ident(name: &str) -> Result<Ident, StepError> {
    Ident::new(name).map_err(|error| StepError::fail("invalid_name", error.to_string()))
}

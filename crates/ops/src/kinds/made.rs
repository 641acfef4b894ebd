//! A copy of an institution's schema, as an operation journals it and as the control database lists it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_pg::PgError;
use tenantry_pg::copies::SchemaCopy;
use tenantry_store::copies::Copy;
use tenantry_store::{Tx, copies};
use uuid::Uuid;

/// A copy that was made, as the lists are to show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    kind: String,
    backup: Option<Uuid>,
    made_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
}

impl Made {
    /// As the list has it.
    pub(crate) fn listed(copy: Copy) -> Self {
        Self {
            id: copy.id,
            name: copy.copy_name,
            kind: copy.kind,
            backup: copy.backup_id,
            made_at: copy.made_at,
            expires_at: copy.expires_at,
        }
    }

    /// Takes over what the managed database said.
    pub(crate) fn of(copy: SchemaCopy) -> Self {
        Self {
            id: copy.id,
            name: copy.schema_name,
            kind: copy.kind,
            backup: copy.backup,
            made_at: copy.made_at,
            expires_at: copy.expires_at,
        }
    }

    /// As the managed database would say it.
    pub(crate) fn as_copy(&self, schema: Uuid, institution: &str) -> SchemaCopy {
        SchemaCopy {
            id: self.id,
            schema_id: schema,
            institution: institution.to_owned(),
            schema_name: self.name.clone(),
            kind: self.kind.clone(),
            state: "ready".into(),
            backup: self.backup,
            operation: None,
            made_at: self.made_at,
            expires_at: self.expires_at,
        }
    }

    /// Enters it into the list of copies.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        schema: Uuid,
        institution: &str,
    ) -> Result<(), PgError> {
        let copy = Copy {
            id: self.id,
            schema_id: schema,
            schema_name: institution.to_owned(),
            copy_name: self.name.clone(),
            kind: self.kind.clone(),
            backup_id: self.backup,
            made_at: self.made_at,
            expires_at: self.expires_at,
        };
        copies::record(tx, &copy).await
    }
}

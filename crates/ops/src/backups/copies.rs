//! Schemas beside the ones that institutions live in: asking for them, comparing them, putting them in place,
//! dropping them.

use tenantry_backup::compare::{Comparison, compare as compare_schemas};
use tenantry_domain::access::Role;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::sql::Ident;
use tenantry_store::copies::{self, Copy};
use tenantry_store::schemas::{self, TenantSchema};

use crate::fleet::Fleet;
use crate::kinds::{DropCopy, SnapshotSchema, SwapSchema};
use crate::queue::{queue, repeated};
use crate::request::{Accepted, BackupRefusal, Refusal, Requester};
use crate::runner::Kind;

/// The copies of an institution, the newest first.
///
/// # Errors
/// `SchemaNotFound`, `Store`.
pub async fn list(fleet: &Fleet, name: &str) -> Result<Vec<Copy>, Refusal> {
    let schema = find(fleet, name).await?;
    Ok(copies::of_schema(&fleet.store, schema.id).await?)
}

/// Asks for a copy of an institution's schema beside itself.
///
/// # Errors
/// `SchemaNotFound`, `NoSchema`, `IdempotencyMismatch`, `Store`.
pub async fn snapshot(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    keep_hours: u32,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let schema = find(fleet, name).await?;
    if !matches!(schema.state, SchemaState::Active | SchemaState::Suspended) {
        return Err(Refusal::Backup(BackupRefusal::NoSchema {
            name: name.to_owned(),
            state: schema.state,
        }));
    }
    ask(fleet, who, &schema, &SnapshotSchema::new(schema.id, name, keep_hours)).await
}

/// Asks for a copy to become the institution's schema; what lives until then becomes a copy.
///
/// # Errors
/// `SchemaNotFound`, `CopyNotFound`, `NoSchema`, `IdempotencyMismatch`, `Store`.
pub async fn swap(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    copy: &str,
    keep_hours: u32,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let (schema, copy) = find_copy(fleet, name, copy).await?;
    if !matches!(schema.state, SchemaState::Active | SchemaState::Suspended) {
        return Err(Refusal::Backup(BackupRefusal::NoSchema {
            name: name.to_owned(),
            state: schema.state,
        }));
    }
    let kind = SwapSchema::new(schema.id, name, copy, keep_hours);
    ask(fleet, who, &schema, &kind).await
}

/// Asks for a copy to be dropped.
///
/// # Errors
/// `SchemaNotFound`, `CopyNotFound`, `IdempotencyMismatch`, `Store`.
pub async fn drop(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    copy: &str,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let (schema, copy) = find_copy(fleet, name, copy).await?;
    let kind = DropCopy {
        schema: schema.id,
        institution: name.to_owned(),
        copy: copy.id,
        copy_name: copy.copy_name,
    };
    ask(fleet, who, &schema, &kind).await
}

/// How an institution's schema and one of its copies differ, looked at now; with up to `sample` keys of
/// rows for each table.
///
/// # Errors
/// `SchemaNotFound`, `CopyNotFound`, `NoSchema`, `Managed`, `Store`.
pub async fn compare(
    fleet: &Fleet,
    name: &str,
    copy: &str,
    sample: usize,
) -> Result<Comparison, Refusal> {
    let (schema, copy) = find_copy(fleet, name, copy).await?;
    let ident = |name: &str| {
        Ident::new(name).map_err(|error| {
            Refusal::Managed(PgError::new(tenantry_pg::Situation::BadName, error.to_string()))
        })
    };
    let Some(here) = schema.schema_name.as_deref().filter(|_| schema.state.holds_name()) else {
        return Err(Refusal::Backup(BackupRefusal::NoSchema {
            name: name.to_owned(),
            state: schema.state,
        }));
    };
    let (here, there) = (ident(here)?, ident(&copy.copy_name)?);
    compare_schemas(fleet.database.exports(), &here, &there, sample).await.map_err(Refusal::Managed)
}

/// Drops the copies whose time is over, as far as nothing else is going on with their institutions.
pub(crate) async fn drop_expired(fleet: &Fleet) -> Result<(), PgError> {
    let who = Requester::system();
    for copy in copies::expired(&fleet.store, 20).await? {
        let kind = DropCopy {
            schema: copy.schema_id,
            institution: copy.schema_name.clone(),
            copy: copy.id,
            copy_name: copy.copy_name,
        };
        let mut tx = fleet.store.begin().await?;
        let of = Some((copy.schema_id, copy.schema_name.as_str()));
        match queue(&mut tx, &who, &kind, of, Role::Operator).await {
            Ok(_) => tx.commit().await?,
            Err(Refusal::Store(error)) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(())
}

async fn ask<K: Kind>(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    kind: &K,
) -> Result<Accepted, Refusal> {
    let mut tx = fleet.store.begin().await?;
    let of = Some((schema.id, schema.name.as_str()));
    let accepted = queue(&mut tx, who, kind, of, Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

async fn find(fleet: &Fleet, name: &str) -> Result<TenantSchema, Refusal> {
    schemas::by_name(&fleet.store, name)
        .await?
        .ok_or_else(|| Refusal::SchemaNotFound(name.to_owned()))
}

async fn find_copy(fleet: &Fleet, name: &str, copy: &str) -> Result<(TenantSchema, Copy), Refusal> {
    let schema = find(fleet, name).await?;
    let known = copies::of_schema(&fleet.store, schema.id).await?;
    let found = known.into_iter().find(|known| known.copy_name == copy);
    let found = found.ok_or_else(|| {
        Refusal::Backup(BackupRefusal::CopyNotFound {
            name: name.to_owned(),
            copy: copy.to_owned(),
        })
    })?;
    Ok((schema, found))
}

//! Changing what is known of an institution: done at once in the control database, no operation. The
//! version that a change is based on and the key that makes it safe to repeat are looked at in the
//! transaction of the change.

use serde_json::json;
use tenantry_domain::plan::names;
use tenantry_domain::version::tag;
use tenantry_pg::PgError;
use tenantry_store::audit;
use tenantry_store::operations::{self, Inserted};
use tenantry_store::schemas::{self, Attributes, TenantSchema};
use tenantry_store::{Tx, change_keys, events, plans};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::request::{Refusal, Requester};

/// Changes attributes of an institution. Asked for again under the same key, it changes nothing and
/// answers with what is there now.
///
/// # Errors
/// `SchemaNotFound`, `PlanNotFound`, `Changed`, `ExternalIdTaken`, `IdempotencyMismatch`, `Store`.
pub async fn set_attributes(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    change: &Attributes<'_>,
) -> Result<TenantSchema, Refusal> {
    let not_found = || Refusal::SchemaNotFound(name.to_owned());
    let schema = schemas::by_name(&fleet.store, name).await?.ok_or_else(not_found)?;
    check_plan(fleet, change.plan.flatten()).await?;
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        check_version(&mut tx, who, schema.id, name).await?;
        if let Err(error) = write(&mut tx, who, &schema, change).await {
            drop(tx);
            return Err(id_taken(fleet, error, change.external_id.flatten()).await);
        }
        tx.commit().await?;
    }
    schemas::by_id(&fleet.store, schema.id).await?.ok_or_else(not_found)
}

/// Whether the requester's key stands for a change that was made.
///
/// # Errors
/// `IdempotencyMismatch` when it stands for something else, `Store`.
pub async fn was_done(fleet: &Fleet, who: &Requester) -> Result<bool, Refusal> {
    let Some(key) = who.idempotency() else {
        return Ok(false);
    };
    match operations::by_idempotency(&fleet.store, &key.actor, &key.key).await? {
        None => Ok(false),
        Some((None, hash)) if hash == key.hash => Ok(true),
        Some(_) => Err(Refusal::IdempotencyMismatch),
    }
}

/// Takes the requester's key, if there is one; false when this very request was done before.
pub(crate) async fn take_key(fleet: &Fleet, tx: &mut Tx, who: &Requester) -> Result<bool, Refusal> {
    let Some(key) = who.idempotency() else {
        return Ok(true);
    };
    if was_done(fleet, who).await? {
        return Ok(false);
    }
    match change_keys::take(tx, &key).await? {
        Inserted::New => Ok(true),
        Inserted::Repeated(_) => Ok(false),
        Inserted::Mismatch => Err(Refusal::IdempotencyMismatch),
    }
}

/// Refuses a change that is based on another version than the one that is there. Until the
/// transaction ends nobody else changes it.
///
/// # Errors
/// `Changed`, `SchemaNotFound`, `Store`.
pub(crate) async fn check_version(
    tx: &mut Tx,
    who: &Requester,
    id: Uuid,
    name: &str,
) -> Result<(), Refusal> {
    let Some(expected) = &who.expected else {
        return Ok(());
    };
    let there =
        schemas::version(tx, id).await?.ok_or_else(|| Refusal::SchemaNotFound(name.to_owned()))?;
    if expected.holds(id, there.revision) {
        return Ok(());
    }
    Err(Refusal::Changed {
        name: name.to_owned(),
        tag: tag(id, there.revision),
        last: there.action.zip(there.actor),
    })
}

async fn write(
    tx: &mut Tx,
    who: &Requester,
    schema: &TenantSchema,
    change: &Attributes<'_>,
) -> Result<(), PgError> {
    schemas::set_attributes(tx, schema.id, change).await?;
    let contact = &change.contact;
    // whether a contact changed, not to what: people's addresses do not belong into a log for ever
    let detail = json!({
        "displayName": change.display_name,
        "labels": change.labels,
        "quotaBytes": change.quota_bytes,
        "plan": change.plan,
        "externalId": change.external_id,
        "contact": contact.name.is_some() || contact.email.is_some() || contact.phone.is_some(),
    });
    let entry = audit::Entry {
        action: "update_schema",
        schema_id: Some(schema.id),
        schema_name: Some(&schema.name),
        operation_id: None,
        outcome: "succeeded",
        detail,
    };
    audit::insert(tx, &who.actor, &entry).await?;
    let data = json!({ "name": schema.name, "state": schema.state });
    events::insert(tx, "schema.changed", Some(schema.id), None, &data).await
}

/// 23505 where an external id was written means that another institution has it.
pub(crate) async fn id_taken(fleet: &Fleet, error: PgError, external_id: Option<&str>) -> Refusal {
    let (Some(id), Some("23505")) = (external_id, error.sqlstate()) else {
        return error.into();
    };
    match schemas::bearer_of(&fleet.store, id).await {
        Ok(bearer) => Refusal::ExternalIdTaken { id: id.to_owned(), bearer },
        Err(error) => error.into(),
    }
}

/// Refuses a plan that nobody can be given, naming those that there are.
///
/// # Errors
/// `PlanNotFound`, `Store`.
pub(crate) async fn check_plan(fleet: &Fleet, name: Option<&str>) -> Result<(), Refusal> {
    let Some(name) = name else {
        return Ok(());
    };
    let mut known = plans::all(&fleet.store).await?;
    known.retain(|plan| plan.configured);
    if known.iter().any(|plan| plan.name == name) {
        return Ok(());
    }
    let known = names(known.iter().map(|plan| plan.name.as_str()));
    Err(Refusal::PlanNotFound { name: name.to_owned(), known })
}

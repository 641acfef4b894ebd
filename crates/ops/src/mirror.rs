//! Takes calls that were made in SQL into the control plane's lists: the schema, and the call as an
//! operation that is over.

use serde_json::json;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::call_log::Call;
use tenantry_pg::schema::Marker;
use tenantry_store::audit::{self, Actor};
use tenantry_store::copies::{self, Copy};
use tenantry_store::operations::{self, Mirrored};
use tenantry_store::{events, schemas};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::kinds::Seen;

/// Mirrors the calls that are new, and says how many there were.
///
/// # Errors
/// When a database cannot be asked; what was not noted as mirrored is mirrored again, to the same
/// effect.
pub async fn mirror_calls(fleet: &Fleet) -> Result<usize, PgError> {
    let calls = fleet.database.unmirrored_calls(100).await?;
    let mut done: Vec<Uuid> = Vec::new();
    for call in &calls {
        let marker = match call.schema_id {
            Some(id) => fleet.database.marker(id).await?,
            None => None,
        };
        if make_room(fleet, marker.as_ref()).await? {
            mirror_call(fleet, call, marker).await?;
            done.push(call.id);
        }
    }
    if !done.is_empty() {
        fleet.database.mark_mirrored(&done).await?;
    }
    Ok(done.len())
}

/// Whether the lists have room for a marker's name. A creation over HTTP that came second there has
/// failed or is about to: the failed one is struck off, the pending one waited for.
async fn make_room(fleet: &Fleet, marker: Option<&Marker>) -> Result<bool, PgError> {
    let Some(marker) = marker else {
        return Ok(true);
    };
    let Some(there) = schemas::by_name(&fleet.store, &marker.institution).await? else {
        return Ok(true);
    };
    if there.id == marker.id || !there.state.holds_name() {
        return Ok(true);
    }
    if there.state == SchemaState::Failed {
        let mut tx = fleet.store.begin().await?;
        schemas::set_state(&mut tx, there.id, SchemaState::Purged, None).await?;
        tx.commit().await?;
        return Ok(true);
    }
    Ok(false)
}

/// The copy that a call made, if it is still there.
async fn made_copy(fleet: &Fleet, call: &Call) -> Result<Option<Copy>, PgError> {
    if call.function != "backup_institution_schema" || call.schema_id.is_none() {
        return Ok(None);
    }
    let copies = fleet.database.copies(call.schema_id).await?;
    let made = copies.into_iter().find(|copy| Some(&copy.schema_name) == call.schema_name.as_ref());
    Ok(made.map(|copy| Copy {
        id: copy.id,
        schema_id: copy.schema_id,
        schema_name: copy.institution,
        copy_name: copy.schema_name,
        kind: copy.kind,
        backup_id: copy.backup,
        made_at: copy.made_at,
        expires_at: copy.expires_at,
    }))
}

async fn mirror_call(fleet: &Fleet, call: &Call, marker: Option<Marker>) -> Result<(), PgError> {
    let actor = format!("sql:{}", call.called_by);
    let institution = call.institution.as_deref();
    let kind = match call.function.as_str() {
        "create_institution_schema" => "create_schema",
        "drop_institution_schema" => "drop_schema",
        "backup_institution_schema" => "snapshot_schema",
        // a newer Tenantry installed a function that this binary does not know
        _ => return Ok(()),
    };
    let dropped_role = marker
        .as_ref()
        .filter(|marker| marker.state == "archived")
        .map(|marker| marker.role_name.clone());
    let mut tx = fleet.store.begin().await?;
    if let Some(marker) = marker {
        Seen::of(marker).record(&mut tx, fleet.config.recoverable_for).await?;
    }
    if let Some(copy) = made_copy(fleet, call).await? {
        copies::record(&mut tx, &copy).await?;
    }
    let known = match call.schema_id {
        Some(id) => schemas::by_id(&fleet.store, id).await?.map(|s| s.id).or(Some(id)),
        None => None,
    };
    let mirrored = Mirrored {
        id: call.id,
        kind,
        schema_id: known,
        schema_name: institution,
        input: json!({ "institution": institution, "template": call.template }),
        error: call.error.as_ref().map(|message| {
            json!({ "code": "sql_call_failed", "message": message, "sqlstate": call.error_code })
        }),
        actor: actor.clone(),
        started_at: call.started_at,
        finished_at: call.finished_at,
    };
    if operations::insert_mirrored(&mut tx, &mirrored).await? {
        let who = Actor { name: actor, source: "sql", ..Actor::system() };
        let entry = audit::Entry {
            action: kind,
            schema_id: known,
            schema_name: institution,
            operation_id: Some(call.id),
            outcome: &call.outcome,
            detail: json!({ "function": call.function }),
        };
        audit::insert(&mut tx, &who, &entry).await?;
        let data = json!({ "kind": kind, "schema": institution, "state": call.outcome });
        events::insert(&mut tx, "operation.finished", known, Some(call.id), &data).await?;
    }
    tx.commit().await?;
    // The call could not end the sessions itself: they would have come back before it committed.
    if let Some(role) = dropped_role {
        fleet.database.end_sessions(&role).await?;
    }
    Ok(())
}

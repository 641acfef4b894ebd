//! How an operation is written into the control database, in a transaction of whoever asks: what every way
//! in shares.

use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_store::operations::{self, Inserted, NewOperation};
use tenantry_store::{Tx, audit, events};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::request::{Accepted, Refusal, Requester};
use crate::runner::Kind;

/// Writes an operation, its audit row and its event, and what it changes at once.
pub(crate) async fn queue<K: Kind>(
    tx: &mut Tx,
    who: &Requester,
    kind: &K,
    schema: Option<(Uuid, &str)>,
    required: Role,
) -> Result<Accepted, Refusal> {
    let accepted = file(tx, who, kind, schema, required).await?;
    if !accepted.repeated {
        kind.begin(tx).await?;
    }
    Ok(accepted)
}

/// Writes an operation, its audit row and its event, and nothing else.
pub(crate) async fn file<K: Kind>(
    tx: &mut Tx,
    who: &Requester,
    kind: &K,
    schema: Option<(Uuid, &str)>,
    required: Role,
) -> Result<Accepted, Refusal> {
    let id = Uuid::now_v7();
    let new = NewOperation {
        id,
        kind: K::NAME,
        kind_version: K::VERSION,
        schema_id: schema.map(|(id, _)| id),
        schema_name: schema.map(|(_, name)| name.to_owned()),
        input: serde_json::to_value(kind).unwrap_or_default(),
        lane: K::LANE.as_str(),
        steps_total: i32::try_from(K::STEPS.len()).unwrap_or(i32::MAX),
        priority: 0,
        actor: who.actor.name.clone(),
        token: who.actor.token_id,
        required_role: required,
        source: who.actor.source,
        request_id: who.actor.request_id.clone(),
        idempotency: who.idempotency(),
        parent: None,
    };
    match operations::insert(tx, &new).await? {
        Inserted::New => {}
        Inserted::Repeated(operation) => return Ok(Accepted { operation, repeated: true }),
        Inserted::Mismatch => return Err(Refusal::IdempotencyMismatch),
    }
    let entry = audit::Entry {
        action: K::NAME,
        schema_id: new.schema_id,
        schema_name: new.schema_name.as_deref(),
        operation_id: Some(id),
        outcome: "accepted",
        detail: json!({}),
    };
    audit::insert(tx, &who.actor, &entry).await?;
    let data = json!({
        "kind": K::NAME,
        "schema": new.schema_name,
        "state": "queued",
        "stepsDone": 0,
        "stepsTotal": new.steps_total,
    });
    events::insert(tx, "operation.queued", new.schema_id, Some(id), &data).await?;
    Ok(Accepted { operation: id, repeated: false })
}

/// How many operations go into one statement.
const BATCH: usize = 2_000;

/// Writes an operation with one for each of some institutions, which belong to it; answers with the ids of
/// these and of their institutions. An operator may ask for it.
pub(crate) async fn queue_family<P: Kind, C: Kind>(
    tx: &mut Tx,
    who: &Requester,
    parent: &P,
    children: Vec<(Uuid, String, C)>,
) -> Result<(Accepted, Vec<(Uuid, Uuid)>), Refusal> {
    let accepted = queue(tx, who, parent, None, Role::Operator).await?;
    let mut queued = Vec::new();
    if accepted.repeated {
        return Ok((accepted, queued));
    }
    let total = i32::try_from(children.len()).unwrap_or(i32::MAX);
    operations::expect_children(tx, accepted.operation, total).await?;
    let pattern = NewOperation {
        id: Uuid::nil(),
        kind: C::NAME,
        kind_version: C::VERSION,
        schema_id: None,
        schema_name: None,
        input: Value::Null,
        lane: C::LANE.as_str(),
        steps_total: i32::try_from(C::STEPS.len()).unwrap_or(i32::MAX),
        // whoever waits for one institution does not wait for all
        priority: -1,
        actor: who.actor.name.clone(),
        token: who.actor.token_id,
        required_role: Role::Operator,
        source: who.actor.source,
        request_id: who.actor.request_id.clone(),
        idempotency: None,
        parent: Some(accepted.operation),
    };
    for batch in children.chunks(BATCH) {
        let rows: Vec<_> = batch
            .iter()
            .map(|(schema, name, kind)| {
                let input = serde_json::to_value(kind).unwrap_or_default();
                (Uuid::now_v7(), Some(*schema), Some(name.clone()), input)
            })
            .collect();
        operations::insert_many(tx, &pattern, &rows).await?;
        queued.extend(rows.iter().filter_map(|row| Some((row.0, row.1?))));
    }
    for (_, _, kind) in &children {
        kind.begin(tx).await?;
    }
    operations::tell_of_children(tx, accepted.operation, &who.actor).await?;
    Ok((accepted, queued))
}

/// The operation that the requester's key already stands for.
pub(crate) async fn repeated(fleet: &Fleet, who: &Requester) -> Result<Option<Accepted>, Refusal> {
    let Some((key, hash)) = &who.idempotency else {
        return Ok(None);
    };
    match operations::by_idempotency(&fleet.store, &who.key_owner(), key).await? {
        None => Ok(None),
        Some((Some(operation), there)) if there == *hash => {
            Ok(Some(Accepted { operation, repeated: true }))
        }
        Some(_) => Err(Refusal::IdempotencyMismatch),
    }
}

/// 23505 on the way to a state that holds the name means that another schema holds it.
pub(crate) fn name_taken(refusal: Refusal, name: &str) -> Refusal {
    match refusal {
        Refusal::Store(error) if error.sqlstate() == Some("23505") => {
            Refusal::SchemaExists(name.to_owned())
        }
        other => other,
    }
}

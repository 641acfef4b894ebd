//! The only way in: each verb checks what can be checked at once, and writes an operation, its
//! audit row and its event in one transaction. What the database alone knows is checked again when
//! the operation runs.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::institution::Contact;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_domain::slug::Slug;
use tenantry_domain::template::TemplateScript;
use tenantry_pg::PgError;
use tenantry_store::audit;
use tenantry_store::operations;
use tenantry_store::schemas::{self, NewSchema, TenantSchema};
use tenantry_store::{Tx, events, templates};
use uuid::Uuid;

use crate::adopted::check_adopted;
use crate::attributes::{check_plan, check_version, id_taken};
use crate::fleet::Fleet;
use crate::kinds::marker::tell;
use crate::kinds::{
    CreateSchema, CreateTemplate, DropSchema, ManageSchema, PurgeSchema, ReleaseSchema,
    ResumeSchema, SuspendSchema, UndropSchema, registry,
};
use crate::queue::{file, name_taken, queue, repeated};
use crate::seeds;

pub use crate::attributes::set_attributes;
pub use crate::request::{Accepted, Refusal, Requester};

/// An institution that is asked for.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Its name.
    pub name: Slug,
    /// Its name for people; none for the name itself.
    pub display_name: Option<String>,
    /// The template.
    pub template: String,
    /// The template's version; none for the newest.
    pub template_version: Option<i32>,
    /// Free labels.
    pub labels: Value,
    /// Bytes that it may use; none for what its plan allows.
    pub quota_bytes: Option<i64>,
    /// Whom to ask there.
    pub contact: Contact,
    /// What the user's own system calls it.
    pub external_id: Option<String>,
    /// Values for the template's seed.
    pub parameters: BTreeMap<String, String>,
    /// Its plan; none for the default one.
    pub plan: Option<String>,
}

impl CreateRequest {
    /// An institution of the newest version of a template, and nothing said about it.
    pub fn of(name: Slug, template: &str) -> Self {
        Self {
            name,
            display_name: None,
            template: template.to_owned(),
            template_version: None,
            labels: Value::Object(serde_json::Map::new()),
            quota_bytes: None,
            contact: Contact::default(),
            external_id: None,
            parameters: BTreeMap::new(),
            plan: None,
        }
    }
}

/// Asks for an institution's schema.
///
/// # Errors
/// `SchemaExists`, `ExternalIdTaken`, `TemplateNotFound`, `PlanNotFound`, `ParameterMissing`,
/// `IdempotencyMismatch`, `Store`.
pub async fn create_schema(
    fleet: &Fleet,
    who: &Requester,
    request: CreateRequest,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let template = templates::find(&fleet.store, &request.template, request.template_version)
        .await?
        .ok_or_else(|| {
            Refusal::TemplateNotFound(match request.template_version {
                Some(version) => format!("{} version {version}", request.template),
                None => request.template.clone(),
            })
        })?;
    let missing = seeds::missing(&template, &request.parameters);
    if !missing.is_empty() {
        return Err(Refusal::ParameterMissing(missing));
    }
    check_plan(fleet, request.plan.as_deref()).await?;
    let id = Uuid::now_v7();
    let name = request.name.as_str();
    let mut tx = fleet.store.begin().await?;
    let new = NewSchema {
        id,
        name: &request.name,
        display_name: request.display_name.as_deref().unwrap_or(name),
        template: &template.name,
        template_version: template.version,
        labels: &request.labels,
        quota_bytes: request.quota_bytes,
        contact: &request.contact,
        external_id: request.external_id.as_deref(),
        plan: request.plan.as_deref(),
    };
    let entered = schemas::insert(&mut tx, &new).await;
    if !matches!(entered, Ok(true)) {
        drop(tx);
        // the same request, sent at the same moment, may have been the one that took the name
        if let Some(accepted) = repeated(fleet, who).await? {
            return Ok(accepted);
        }
        return Err(match entered {
            Ok(_) => Refusal::SchemaExists(name.to_owned()),
            Err(error) => id_taken(fleet, error, request.external_id.as_deref()).await,
        });
    }
    let parameters = seeds::given(&template, new.display_name, &request.parameters);
    let kind =
        CreateSchema::new(id, name, template.name, template.version).with_parameters(parameters);
    // no `begin`: the row that was entered says already what it would say
    tell(&mut tx, id, name, SchemaState::Provisioning).await?;
    let accepted = file(&mut tx, who, &kind, Some((id, name)), Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for a change of an institution that exists.
///
/// # Errors
/// `SchemaNotFound`, `Changed`, `InvalidState`, `SchemaExists` (undrop, when the name is taken),
/// `IdempotencyMismatch`, `Store`.
pub async fn change_schema(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    action: SchemaAction,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let schema = find_for(fleet, name, action).await?;
    change_this(fleet, who, &schema, action).await
}

/// Asks for an archived institution to be removed for good without a last backup.
///
/// # Errors
/// As [`change_schema`].
pub async fn purge_without_backup(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let schema = find_for(fleet, name, SchemaAction::Purge).await?;
    queue_change(fleet, who, &schema, SchemaAction::Purge, false).await
}

/// Asks for a change of exactly this schema, whatever others bear or bore its name.
///
/// # Errors
/// `Changed`, `InvalidState`, `SchemaExists` (undrop, when the name is taken), `AdoptedReadOnly`,
/// `NotForAdopted`, `NotAdopted`, `IdempotencyMismatch`, `Store`.
pub async fn change_this(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    action: SchemaAction,
) -> Result<Accepted, Refusal> {
    queue_change(fleet, who, schema, action, fleet.backups.is_some()).await
}

/// `last_backup`: whether a purge takes one first.
async fn queue_change(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    action: SchemaAction,
    last_backup: bool,
) -> Result<Accepted, Refusal> {
    check_adopted(schema, action)?;
    let mut tx = fleet.store.begin().await?;
    check_version(&mut tx, who, schema.id, &schema.name).await?;
    let pending = operations::is_pending(&mut tx, schema.id).await?;
    let possible = match action {
        // takes or leaves the name, so it must be the next thing that happens
        SchemaAction::Undrop | SchemaAction::Release => schema.state.allows(action) && !pending,
        // While something is pending the state will be another one when our turn comes, and the
        // operation itself finds out whether it is the right one.
        _ => schema.state.allows(action) || pending,
    };
    if !possible {
        let name = schema.name.clone();
        return Err(Refusal::InvalidState { name, state: schema.state, action });
    }
    let of = Some((schema.id, schema.name.as_str()));
    let (id, name) = (schema.id, schema.name.as_str());
    let role = Role::Operator;
    let queued = match action {
        SchemaAction::Suspend => queue(&mut tx, who, &SuspendSchema::new(id, name), of, role).await,
        SchemaAction::Resume => queue(&mut tx, who, &ResumeSchema::new(id, name), of, role).await,
        SchemaAction::Drop => queue(&mut tx, who, &DropSchema::new(id, name), of, role).await,
        SchemaAction::Undrop => queue(&mut tx, who, &UndropSchema::new(id, name), of, role).await,
        SchemaAction::Purge => {
            let kind = PurgeSchema::new(id, name);
            let kind = if last_backup { kind.after_backup() } else { kind };
            queue(&mut tx, who, &kind, of, Role::Admin).await
        }
        SchemaAction::Manage => {
            queue(&mut tx, who, &ManageSchema::new(id, name), of, Role::Admin).await
        }
        SchemaAction::Release => {
            let kind = ReleaseSchema::new(id, name, schema.role_name.clone());
            queue(&mut tx, who, &kind, of, Role::Admin).await
        }
    };
    let accepted = queued.map_err(|refusal| name_taken(refusal, &schema.name))?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Undrop and purge are about what was dropped, everything else about what lives.
async fn find_for(
    fleet: &Fleet,
    name: &str,
    action: SchemaAction,
) -> Result<TenantSchema, Refusal> {
    if matches!(action, SchemaAction::Undrop | SchemaAction::Purge)
        && let Some(archived) = schemas::archived_by_name(&fleet.store, name).await?
    {
        return Ok(archived);
    }
    schemas::by_name(&fleet.store, name)
        .await?
        .ok_or_else(|| Refusal::SchemaNotFound(name.to_owned()))
}

/// Asks for a version of a template, made from a folder that was read and checked.
///
/// # Errors
/// `IdempotencyMismatch`, `Store`.
pub async fn create_template(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    script: &TemplateScript,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let migrations: Vec<Value> = script
        .migrations
        .iter()
        .map(|m| json!({ "name": m.name, "path": m.path, "checksum": m.checksum }))
        .collect();
    let layout = serde_json::to_value(script.layout).unwrap_or_default();
    let kind = CreateTemplate::new(
        name.to_owned(),
        layout.as_str().unwrap_or_default().to_owned(),
        script.checksum(),
        script.sql(),
        Value::Array(migrations),
        who.actor.name.clone(),
    )
    .with_seed(script.seed.clone());
    let mut tx = fleet.store.begin().await?;
    let accepted = queue(&mut tx, who, &kind, None, Role::Admin).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for an operation to be cancelled: one that is queued is cancelled on the spot, one that is
/// under way stops and undoes what it did, unless it is faster.
///
/// # Errors
/// `OperationNotFound`, `NeedsRole`, `OperationFinished`, `Store`.
pub async fn cancel(fleet: &Fleet, who: &Requester, id: Uuid) -> Result<(), Refusal> {
    let operation = operations::by_id(&fleet.store, id).await?.ok_or(Refusal::OperationNotFound)?;
    check_role(who, &operation)?;
    let mut tx = fleet.store.begin().await?;
    let state = operations::request_cancel(&mut tx, id)
        .await?
        .ok_or(Refusal::OperationFinished(operation.state))?;
    if state == OperationState::Cancelled
        && let Some(kind) = registry().get(&operation.kind)
    {
        (kind.conclude_cancelled)(&operation.input, &mut tx, &fleet.config).await?;
    }
    log_request(&mut tx, who, "cancel_operation", &operation).await?;
    tx.commit().await?;
    if state == OperationState::Cancelled {
        fleet.announce_end(id);
    }
    fleet.wake_workers();
    Ok(())
}

/// Queues a failed or stuck operation again.
///
/// # Errors
/// `OperationNotFound`, `NeedsRole`, `NotRetryable`, `SchemaExists` (the name was taken meanwhile), `Store`.
pub async fn retry(fleet: &Fleet, who: &Requester, id: Uuid) -> Result<(), Refusal> {
    let operation = operations::by_id(&fleet.store, id).await?.ok_or(Refusal::OperationNotFound)?;
    check_role(who, &operation)?;
    let mut tx = fleet.store.begin().await?;
    let known = registry().get(&operation.kind).copied();
    let (true, Some(kind)) = (operation.source != "sql", known) else {
        return Err(Refusal::NotRetryable(operation.state));
    };
    if !operations::retry(&mut tx, id, who.actor.token_id).await? {
        return Err(Refusal::NotRetryable(operation.state));
    }
    let name = operation.schema_name.as_deref().unwrap_or_default();
    (kind.begin)(&operation.input, &mut tx)
        .await
        .map_err(|error| name_taken(error.into(), name))?;
    if operation.children_total.is_some() {
        retry_children(&mut tx, who, id).await?;
    }
    log_request(&mut tx, who, "retry_operation", &operation).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(())
}

/// Those that failed, and only those, are tried again with the operation that they belong to.
async fn retry_children(tx: &mut Tx, who: &Requester, parent: Uuid) -> Result<(), Refusal> {
    for child in operations::retry_children(tx, parent, who.actor.token_id).await? {
        if let Some(kind) = registry().get(&child.kind) {
            let name = child.schema_name.as_deref().unwrap_or_default();
            (kind.begin)(&child.input, tx).await.map_err(|error| name_taken(error.into(), name))?;
        }
    }
    Ok(())
}

fn check_role(who: &Requester, operation: &operations::Operation) -> Result<(), Refusal> {
    match operation.required_role {
        Some(role) if who.role < role => Err(Refusal::NeedsRole(role)),
        _ => Ok(()),
    }
}

async fn log_request(
    tx: &mut Tx,
    who: &Requester,
    action: &'static str,
    operation: &operations::Operation,
) -> Result<(), PgError> {
    let entry = audit::Entry {
        action,
        schema_id: operation.schema_id,
        schema_name: operation.schema_name.as_deref(),
        operation_id: Some(operation.id),
        outcome: "accepted",
        detail: json!({ "kind": operation.kind }),
    };
    audit::insert(tx, &who.actor, &entry).await?;
    let data = json!({ "kind": operation.kind, "request": action });
    events::insert(tx, "operation.requested", operation.schema_id, Some(operation.id), &data).await
}

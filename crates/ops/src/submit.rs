//! The only way in: each verb checks what can be checked at once, and writes an operation, its
//! audit row and its event in one transaction. What the database alone knows is checked again when
//! the operation runs.

use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::operation::OperationState;
use tenantry_domain::plan::names;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_domain::slug::Slug;
use tenantry_domain::template::TemplateScript;
use tenantry_pg::PgError;
use tenantry_store::audit::{self, Actor};
use tenantry_store::operations::{self, Idempotency, Inserted, NewOperation};
use tenantry_store::schemas::{self, Attributes, NewSchema, TenantSchema};
use tenantry_store::{Tx, events, plans, templates};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::kinds::{
    CreateSchema, CreateTemplate, DropSchema, PurgeSchema, ResumeSchema, SuspendSchema,
    UndropSchema, registry,
};
use crate::runner::Kind;

/// Who asks, and what makes asking twice safe.
#[derive(Clone, Debug)]
pub struct Requester {
    /// For the audit log.
    pub actor: Actor,
    /// What whoever asks may do.
    pub role: Role,
    /// The client's key and the hash of its request.
    pub idempotency: Option<(String, Vec<u8>)>,
}

impl Requester {
    /// Tenantry itself.
    pub fn system() -> Self {
        Self { actor: Actor::system(), role: Role::Admin, idempotency: None }
    }

    fn idempotency(&self) -> Option<Idempotency> {
        self.idempotency.as_ref().map(|(key, hash)| Idempotency {
            actor: self.key_owner(),
            key: key.clone(),
            hash: hash.clone(),
        })
    }

    fn key_owner(&self) -> String {
        self.actor.token_id.map_or_else(|| self.actor.name.clone(), |id| id.to_string())
    }
}

/// An operation that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// Its id.
    pub operation: Uuid,
    /// Whether it was accepted before, under the same key.
    pub repeated: bool,
}

/// Why nothing was accepted.
#[derive(Debug)]
pub enum Refusal {
    /// A living institution has the name.
    SchemaExists(String),
    /// There is no institution of that name.
    SchemaNotFound(String),
    /// There is no template of that name (or version).
    TemplateNotFound(String),
    /// There is no plan of that name.
    PlanNotFound {
        /// What was asked for.
        name: String,
        /// The plans that there are, as a list for people.
        known: String,
    },
    /// The state does not allow the action.
    InvalidState {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
        /// What was asked for.
        action: SchemaAction,
    },
    /// The key was used for another request.
    IdempotencyMismatch,
    /// There is no such operation.
    OperationNotFound,
    /// It has ended.
    OperationFinished(OperationState),
    /// Whoever asked for it needed this role, and so does whoever cancels or retries it.
    NeedsRole(Role),
    /// It neither failed nor is stuck.
    NotRetryable(OperationState),
    /// In this state an institution has no roles to log in as.
    NoCredentials {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
    },
    /// The role has a password, and nobody asked to replace it.
    CredentialsExist {
        /// The institution.
        name: String,
    },
    /// The managed database did not do it.
    Managed(PgError),
    /// A pool's settings do not go together; why, as a sentence.
    BadPool(String),
    /// The control database did not do it.
    Store(PgError),
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        Self::Store(error)
    }
}

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
    /// Its plan; none for the default one.
    pub plan: Option<String>,
}

/// Asks for an institution's schema.
///
/// # Errors
/// `SchemaExists`, `TemplateNotFound`, `PlanNotFound`, `IdempotencyMismatch`, `Store`.
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
        plan: request.plan.as_deref(),
    };
    if !schemas::insert(&mut tx, &new).await? {
        drop(tx);
        // the same request, sent at the same moment, may have been the one that took the name
        if let Some(accepted) = repeated(fleet, who).await? {
            return Ok(accepted);
        }
        return Err(Refusal::SchemaExists(name.to_owned()));
    }
    let kind = CreateSchema::new(id, name, template.name, template.version);
    let accepted = queue(&mut tx, who, &kind, Some((id, name)), Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for a change of an institution that exists.
///
/// # Errors
/// `SchemaNotFound`, `InvalidState`, `SchemaExists` (undrop, when the name is taken),
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

/// Asks for a change of exactly this schema, whatever others bear or bore its name.
///
/// # Errors
/// `InvalidState`, `SchemaExists` (undrop, when the name is taken), `IdempotencyMismatch`, `Store`.
pub async fn change_this(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    action: SchemaAction,
) -> Result<Accepted, Refusal> {
    let mut tx = fleet.store.begin().await?;
    let pending = operations::is_pending(&mut tx, schema.id).await?;
    let possible = match action {
        // takes the name at once, so it must be the next thing that happens
        SchemaAction::Undrop => schema.state.allows(action) && !pending,
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
            queue(&mut tx, who, &PurgeSchema::new(id, name), of, Role::Admin).await
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

/// Changes attributes of an institution; done at once, no operation.
///
/// # Errors
/// `SchemaNotFound`, `PlanNotFound`, `Store`.
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
    schemas::set_attributes(&mut tx, schema.id, change).await?;
    let detail = json!({
        "displayName": change.display_name,
        "labels": change.labels,
        "quotaBytes": change.quota_bytes,
        "plan": change.plan,
    });
    let entry = audit::Entry {
        action: "update_schema",
        schema_id: Some(schema.id),
        schema_name: Some(&schema.name),
        operation_id: None,
        outcome: "succeeded",
        detail,
    };
    audit::insert(&mut tx, &who.actor, &entry).await?;
    let data = json!({ "name": schema.name, "state": schema.state });
    events::insert(&mut tx, "schema.changed", Some(schema.id), None, &data).await?;
    tx.commit().await?;
    schemas::by_id(&fleet.store, schema.id).await?.ok_or_else(not_found)
}

/// Refuses a plan that nobody can be given, naming those that there are.
///
/// # Errors
/// `PlanNotFound`, `Store`.
async fn check_plan(fleet: &Fleet, name: Option<&str>) -> Result<(), Refusal> {
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
    );
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
    log_request(&mut tx, who, "retry_operation", &operation).await?;
    tx.commit().await?;
    fleet.wake_workers();
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

/// Writes an operation, its audit row and its event.
pub(crate) async fn queue<K: Kind>(
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
        steps_total: i32::try_from(K::STEPS.len()).unwrap_or(i32::MAX),
        priority: 0,
        actor: who.actor.name.clone(),
        token: who.actor.token_id,
        required_role: required,
        source: who.actor.source,
        request_id: who.actor.request_id.clone(),
        idempotency: who.idempotency(),
    };
    match operations::insert(tx, &new).await? {
        Inserted::New => {}
        Inserted::Repeated(operation) => return Ok(Accepted { operation, repeated: true }),
        Inserted::Mismatch => return Err(Refusal::IdempotencyMismatch),
    }
    kind.begin(tx).await?;
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

/// The operation that the requester's key already stands for.
async fn repeated(fleet: &Fleet, who: &Requester) -> Result<Option<Accepted>, Refusal> {
    let Some((key, hash)) = &who.idempotency else {
        return Ok(None);
    };
    match operations::by_idempotency(&fleet.store, &who.key_owner(), key).await? {
        None => Ok(None),
        Some((operation, there)) if there == *hash => {
            Ok(Some(Accepted { operation, repeated: true }))
        }
        Some(_) => Err(Refusal::IdempotencyMismatch),
    }
}

/// 23505 on the way to a state that holds the name means that another schema holds it.
fn name_taken(refusal: Refusal, name: &str) -> Refusal {
    match refusal {
        Refusal::Store(error) if error.sqlstate() == Some("23505") => {
            Refusal::SchemaExists(name.to_owned())
        }
        other => other,
    }
}

//! What an institution's application logs in with. Done at once and not as an operation, because an
//! operation keeps what it is given and what it answers, and a password must be kept nowhere.
//!
//! The change happens in the managed database and its audit rows in the control database: one row
//! before, so that no change is without one, and one after with the outcome.

use serde_json::{Value, json};
use tenantry_domain::schema::SchemaState;
use tenantry_pg::credentials::ApplicationRole;
use tenantry_pg::{PgError, Situation, scram};
use tenantry_store::schemas::{self, TenantSchema};
use tenantry_store::{audit, plans};
use url::Url;

use crate::attributes::check_version;
use crate::fleet::Fleet;
use crate::kinds::Seen;
use crate::submit::{Refusal, Requester};

/// What an application needs to log in. Shown once.
pub struct Credentials {
    /// The role, as the user to log in as.
    pub user: String,
    /// Its new password.
    pub password: String,
    /// Where applications reach the managed database, with user and password.
    pub url: Url,
}

/// Which of an institution's roles, and whether a password that is there may be replaced.
#[derive(Clone, Copy, Debug)]
pub struct CredentialsRequest {
    /// The role that may only read; else the one that may also write.
    pub read_only: bool,
    /// Whether a password that is there is replaced; it is worth nothing then.
    pub rotate: bool,
}

/// Gives one of an institution's roles a new random password. Sessions that are open stay.
///
/// # Errors
/// `SchemaNotFound`, `NoCredentials`, `CredentialsExist`, `Managed`, `Store`.
pub async fn issue(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    request: CredentialsRequest,
) -> Result<Credentials, Refusal> {
    let schema = with_roles(fleet, name).await?;
    let password = scram::random_password();
    let verifier = scram::verifier(&password);
    let detail = json!({ "readOnly": request.read_only, "rotate": request.rotate });
    let CredentialsRequest { read_only, rotate } = request;
    let change = fleet.database.set_password(schema.id, read_only, &verifier, rotate);
    let user = audited(fleet, who, &schema, "issue_credentials", detail, change).await?;
    if schema.role_name.is_none() {
        list_role(fleet, &schema).await?;
    }
    let url = url_for(fleet, &user, &password);
    Ok(Credentials { user, password, url })
}

/// The role of an adopted schema is made with its first password; the lists follow the marker.
async fn list_role(fleet: &Fleet, schema: &TenantSchema) -> Result<(), Refusal> {
    let marker = fleet.database.marker(schema.id).await.map_err(|error| refusal(error, schema))?;
    if let Some(marker) = marker {
        let mut tx = fleet.store.begin().await?;
        Seen::of(marker).record(&mut tx, fleet.config.recoverable_for).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The roles of an institution, the one that may write first, and where applications find them.
///
/// # Errors
/// `SchemaNotFound`, `NoCredentials`, `Managed`, `Store`.
pub async fn roles(fleet: &Fleet, name: &str) -> Result<Vec<ApplicationRole>, Refusal> {
    let schema = with_roles(fleet, name).await?;
    fleet.database.application_roles(schema.id).await.map_err(|error| refusal(error, &schema))
}

/// Sets how many sessions each role of an institution may have; none is its plan's, or the default.
///
/// # Errors
/// `SchemaNotFound`, `Changed`, `NoCredentials`, `Managed`, `Store`.
pub async fn set_connection_limit(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    limit: Option<i32>,
) -> Result<TenantSchema, Refusal> {
    let schema = with_roles(fleet, name).await?;
    // held until the limit is set: nobody changes the institution in between
    let mut tx = fleet.store.begin().await?;
    check_version(&mut tx, who, schema.id, name).await?;
    let by_plan = plans::limits_of_plan(&fleet.store, schema.id).await?.connection_limit;
    let change = fleet.database.set_connection_limit(schema.id, limit.or(by_plan));
    let detail = json!({ "connectionLimit": limit });
    audited(fleet, who, &schema, "set_connection_limit", detail, change).await?;
    plans::set_own_connection_limit(&mut tx, schema.id, limit).await?;
    tx.commit().await?;
    Ok(schema)
}

/// Where applications reach the managed database, without user and password.
pub fn address(fleet: &Fleet) -> Url {
    let managed = fleet.database.address();
    let mut url = fleet.config.applications_url.clone().unwrap_or_else(|| managed.clone());
    if matches!(url.path(), "" | "/") {
        url.set_path(managed.path());
    }
    url
}

fn url_for(fleet: &Fleet, user: &str, password: &str) -> Url {
    let mut url = address(fleet);
    // a URL with a host always takes both
    let _ = url.set_username(user);
    let _ = url.set_password(Some(password));
    url
}

async fn with_roles(fleet: &Fleet, name: &str) -> Result<TenantSchema, Refusal> {
    let schema = schemas::by_name(&fleet.store, name)
        .await?
        .ok_or_else(|| Refusal::SchemaNotFound(name.to_owned()))?;
    match schema.state {
        SchemaState::Active | SchemaState::Suspended => Ok(schema),
        state => Err(Refusal::NoCredentials { name: schema.name, state }),
    }
}

async fn audited<T>(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    action: &'static str,
    detail: Value,
    change: impl Future<Output = Result<T, PgError>>,
) -> Result<T, Refusal> {
    log(fleet, who, schema, action, "accepted", &detail).await?;
    let done = change.await;
    let outcome = if done.is_ok() { "succeeded" } else { "failed" };
    let logged = log(fleet, who, schema, action, outcome, &detail).await;
    let done = done.map_err(|error| refusal(error, schema))?;
    if let Err(error) = logged {
        // what was done is done, and its first row is there; a lost answer would be the worse loss
        tracing::warn!(
            action,
            schema = schema.name,
            "The outcome is not in the audit log: {error}"
        );
    }
    Ok(done)
}

async fn log(
    fleet: &Fleet,
    who: &Requester,
    schema: &TenantSchema,
    action: &'static str,
    outcome: &'static str,
    detail: &Value,
) -> Result<(), PgError> {
    let entry = audit::Entry {
        action,
        schema_id: Some(schema.id),
        schema_name: Some(&schema.name),
        operation_id: None,
        outcome,
        detail: detail.clone(),
    };
    let mut tx = fleet.store.begin().await?;
    audit::insert(&mut tx, &who.actor, &entry).await?;
    tx.commit().await
}

fn refusal(error: PgError, schema: &TenantSchema) -> Refusal {
    let name = schema.name.clone();
    match error.situation() {
        Situation::CredentialsExist => Refusal::CredentialsExist { name },
        Situation::AdoptedReadOnly => Refusal::AdoptedReadOnly { name },
        Situation::NotForAdopted => Refusal::NotForAdopted(match error.hint() {
            Some(hint) => format!("{error}. {hint}"),
            None => format!("{error}."),
        }),
        // it changed between our look and the call
        Situation::NotFound | Situation::InvalidState => {
            Refusal::NoCredentials { name, state: schema.state }
        }
        _ => Refusal::Managed(error),
    }
}

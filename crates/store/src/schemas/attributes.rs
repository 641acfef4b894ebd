//! What people may change about an institution, and the version that a change is based on.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{PgError, Store, Tx};

/// What of a schema's attributes is to change; none leaves one as it is, an inner none takes it away.
#[derive(Clone, Debug, Default)]
pub struct Attributes<'a> {
    /// The institution's name for people.
    pub display_name: Option<&'a str>,
    /// Free labels, replaced as a whole.
    pub labels: Option<&'a serde_json::Value>,
    /// Bytes that it may use; the inner none leaves what its plan allows.
    pub quota_bytes: Option<Option<i64>>,
    /// Whom to ask there.
    pub contact: ContactChange<'a>,
    /// What the user's own system calls it.
    pub external_id: Option<Option<&'a str>>,
    /// Its plan; the inner none takes it away.
    pub plan: Option<Option<&'a str>>,
}

/// What of a contact is to change.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactChange<'a> {
    /// The person's or office's name.
    pub name: Option<Option<&'a str>>,
    /// An e-mail address.
    pub email: Option<Option<&'a str>>,
    /// A telephone number.
    pub phone: Option<Option<&'a str>>,
}

/// Changes attributes.
///
/// # Errors
/// When the control database cannot be asked; 23505 when another one has the external id.
pub async fn set_attributes(tx: &mut Tx, id: Uuid, change: &Attributes<'_>) -> Result<(), PgError> {
    sqlx::query(
        "update tenant_schema
         set display_name = coalesce($2, display_name),
             labels = coalesce($3, labels),
             quota_bytes = case when $4 then $5 else quota_bytes end,
             contact_name = case when $6 then $7 else contact_name end,
             contact_email = case when $8 then $9 else contact_email end,
             contact_phone = case when $10 then $11 else contact_phone end,
             external_id = case when $12 then $13 else external_id end,
             plan = case when $14 then $15 else plan end,
             updated_at = clock_timestamp()
         where id = $1",
    )
    .bind(id)
    .bind(change.display_name)
    .bind(change.labels)
    .bind(change.quota_bytes.is_some())
    .bind(change.quota_bytes.flatten())
    .bind(change.contact.name.is_some())
    .bind(change.contact.name.flatten())
    .bind(change.contact.email.is_some())
    .bind(change.contact.email.flatten())
    .bind(change.contact.phone.is_some())
    .bind(change.contact.phone.flatten())
    .bind(change.external_id.is_some())
    .bind(change.external_id.flatten())
    .bind(change.plan.is_some())
    .bind(change.plan.flatten())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A row's version, and the last change that the audit log has of it.
#[derive(Clone, Debug, FromRow)]
pub struct Version {
    /// How often the row was changed.
    pub revision: i64,
    /// What was done last, as `update_schema`.
    pub action: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
}

/// The version of a row, which nobody else changes before this transaction ends; none when there is
/// no such row.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn version(tx: &mut Tx, id: Uuid) -> Result<Option<Version>, PgError> {
    Ok(sqlx::query_as(
        "select s.revision, a.action, a.actor
         from (select id, revision from tenant_schema where id = $1 for update) s
         left join lateral (
           select action, actor from audit
           where schema_id = s.id and outcome in ('succeeded', 'accepted')
           order by audit.id desc limit 1) a on true",
    )
    .bind(id)
    .fetch_optional(tx.connection())
    .await?)
}

/// The institution that has an external id, whatever its state but purged.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn bearer_of(store: &Store, external_id: &str) -> Result<Option<String>, PgError> {
    Ok(sqlx::query_scalar(
        "select name from tenant_schema where external_id = $1 and state <> 'purged'",
    )
    .bind(external_id)
    .fetch_optional(store.pool())
    .await?)
}

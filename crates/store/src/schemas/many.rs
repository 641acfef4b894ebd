//! Many institutions at once, for an import: looked up, entered and changed by one statement each.

use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{PgError, Store, Tx};

/// What an import compares a row with.
#[derive(Clone, Debug, FromRow)]
pub struct Known {
    /// Its id.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// Its state, as a word.
    pub state: String,
    /// The name for people.
    pub display_name: String,
    /// Whom to ask.
    pub contact_name: Option<String>,
    /// Their e-mail address.
    pub contact_email: Option<String>,
    /// Their telephone number.
    pub contact_phone: Option<String>,
    /// What the user's own system calls it.
    pub external_id: Option<String>,
    /// Labels.
    pub labels: Value,
    /// Bytes that it may use.
    pub quota_bytes: Option<i64>,
    /// Its plan.
    pub plan: Option<String>,
    /// Its version.
    pub revision: i64,
}

/// Every institution with one of these names or external ids that is not purged.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn known(
    store: &Store,
    names: &[&str],
    external_ids: &[&str],
) -> Result<Vec<Known>, PgError> {
    Ok(sqlx::query_as(
        "select id, name, state, display_name, contact_name, contact_email, contact_phone,
                external_id, labels, quota_bytes, plan, revision
         from tenant_schema
         where state <> 'purged' and (name = any($1) or external_id = any($2))",
    )
    .bind(names)
    .bind(external_ids)
    .fetch_all(store.pool())
    .await?)
}

/// An institution that is to be entered, or changed to this.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its id.
    pub id: Uuid,
    /// The version that a change is based on; 0 for a new one.
    pub revision: i64,
    /// The institution's name.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// Whom to ask: name, e-mail address, telephone number.
    pub contact: [Option<String>; 3],
    /// What the user's own system calls it.
    pub external_id: Option<String>,
    /// Labels.
    pub labels: Value,
    /// Bytes that it may use.
    pub quota_bytes: Option<i64>,
    /// Its plan; none for the default one where it is new.
    pub plan: Option<String>,
    /// The template of a new one.
    pub template: String,
    /// Its version.
    pub template_version: i32,
}

/// The columns of many rows, each as an array.
macro_rules! bound {
    ($query:expr, $rows:expr) => {{
        let column = |part: fn(&Wanted) -> Option<String>| {
            $rows.iter().map(part).collect::<Vec<Option<String>>>()
        };
        $query
            .bind($rows.iter().map(|row| row.id).collect::<Vec<Uuid>>())
            .bind($rows.iter().map(|row| row.revision).collect::<Vec<i64>>())
            .bind(column(|row| Some(row.name.clone())))
            .bind(column(|row| Some(row.display_name.clone())))
            .bind(column(|row| row.contact[0].clone()))
            .bind(column(|row| row.contact[1].clone()))
            .bind(column(|row| row.contact[2].clone()))
            .bind(column(|row| row.external_id.clone()))
            .bind($rows.iter().map(|row| row.labels.clone()).collect::<Vec<Value>>())
            .bind($rows.iter().map(|row| row.quota_bytes).collect::<Vec<Option<i64>>>())
            .bind(column(|row| Some(row.template.clone())))
            .bind($rows.iter().map(|row| row.template_version).collect::<Vec<i32>>())
            .bind(column(|row| row.plan.clone()))
    }};
}

macro_rules! rows {
    () => {
        " unnest($1::uuid[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::text[], $9::jsonb[], $10::int8[], $11::text[], $12::int4[], $13::text[])
          as r (id, revision, name, display_name, contact_name, contact_email, contact_phone,
                external_id, labels, quota_bytes, template, template_version, plan) "
    };
}

/// Enters schemas in state `provisioning`, and says how many: fewer when a name was taken meanwhile.
///
/// # Errors
/// When the control database cannot be asked; 23505 when an external id was taken meanwhile.
pub async fn insert_many(tx: &mut Tx, rows: &[Wanted]) -> Result<u64, PgError> {
    let query = sqlx::query(concat!(
        "insert into tenant_schema
           (id, name, display_name, state, template, template_version, labels, quota_bytes,
            contact_name, contact_email, contact_phone, external_id, plan)
         select id, name, display_name, 'provisioning', template, template_version, labels,
                quota_bytes, contact_name, contact_email, contact_phone, external_id,
                coalesce(plan, (select p.name from plan p where p.is_default))
         from ",
        rows!(),
        "on conflict (name) where state not in ('archived', 'purging', 'purged') do nothing"
    ));
    Ok(bound!(query, rows).execute(tx.connection()).await?.rows_affected())
}

/// Changes the attributes of schemas, and says how many: fewer when one was changed meanwhile.
///
/// # Errors
/// When the control database cannot be asked; 23505 when an external id was taken meanwhile.
pub async fn update_many(tx: &mut Tx, rows: &[Wanted]) -> Result<u64, PgError> {
    let query = sqlx::query(concat!(
        "update tenant_schema s
         set display_name = r.display_name, labels = r.labels, quota_bytes = r.quota_bytes,
             contact_name = r.contact_name, contact_email = r.contact_email,
             contact_phone = r.contact_phone, external_id = r.external_id,
             plan = r.plan,
             updated_at = clock_timestamp()
         from ",
        rows!(),
        "where s.id = r.id and s.revision = r.revision"
    ));
    Ok(bound!(query, rows).execute(tx.connection()).await?.rows_affected())
}

/// Writes the audit rows and events of many changes that were made at once.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn tell_of_updates(
    tx: &mut Tx,
    rows: &[Wanted],
    operation: Uuid,
    actor: &crate::audit::Actor,
) -> Result<(), PgError> {
    sqlx::query(
        "with changed as (select id, name, state from tenant_schema where id = any($1)),
         logged as (
           insert into audit (actor, token_id, source, address, request_id, action, schema_id,
                              schema_name, operation_id, outcome)
           select $2, $3, $4, $5, $6, 'update_schema', id, name, $7, 'succeeded' from changed
         )
         insert into event (type, schema_id, operation_id, data)
         select 'schema.changed', id, null, jsonb_build_object('name', name, 'state', state)
         from changed",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<Uuid>>())
    .bind(&actor.name)
    .bind(actor.token_id)
    .bind(actor.source)
    .bind(&actor.address)
    .bind(&actor.request_id)
    .bind(operation)
    .execute(tx.connection())
    .await?;
    Ok(())
}

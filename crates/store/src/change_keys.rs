//! Table `change_key`: keys of requests that were done at once and have no operation to keep them.

use crate::operations::{Idempotency, Inserted};
use crate::{PgError, Tx};
use uuid::Uuid;

/// Takes a key for a request, and forgets keys that are older than a day. With a key that is in use
/// by a request under way, waits for that one to commit. The id of `Repeated` is nobody's.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn take(tx: &mut Tx, key: &Idempotency) -> Result<Inserted, PgError> {
    // some at a time: nobody is to wait for a long list of old ones
    sqlx::query(
        "delete from change_key
         where (actor, key) in (
           select actor, key from change_key
           where created_at < clock_timestamp() - interval '1 day'
           order by created_at limit 100 for update skip locked)",
    )
    .execute(tx.connection())
    .await?;
    let done = sqlx::query(
        "insert into change_key (actor, key, hash) values ($1, $2, $3)
         on conflict (actor, key) do nothing",
    )
    .bind(&key.actor)
    .bind(&key.key)
    .bind(&key.hash)
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Inserted::New);
    }
    let there: Vec<u8> =
        sqlx::query_scalar("select hash from change_key where actor = $1 and key = $2")
            .bind(&key.actor)
            .bind(&key.key)
            .fetch_one(tx.connection())
            .await?;
    Ok(if there == key.hash { Inserted::Repeated(Uuid::nil()) } else { Inserted::Mismatch })
}

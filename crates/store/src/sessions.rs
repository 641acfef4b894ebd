//! Table `session`: who signed in to the console. Only hashes of secrets are kept, and a session that has
//! ended has no row.

use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::clock;
use tenantry_domain::session::IDLE;
use uuid::Uuid;

use crate::columns::time;
use crate::tokens::Token;
use crate::{PgError, Store, Tx};

/// A session that holds, with the token that it stands for.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// When it was used last, to the minute.
    pub last_seen_at: Timestamp,
    /// The token that opened it, and says what it may do.
    pub token: Token,
}

impl FromRow<'_, PgRow> for Session {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("session_id")?,
            last_seen_at: time(row, "session_seen_at")?,
            token: Token::from_row(row)?,
        })
    }
}

/// Opens a session, and removes some of those that are over.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn open(tx: &mut Tx, id: Uuid, token: Uuid, hash: &[u8]) -> Result<(), PgError> {
    sqlx::query(
        "delete from session where ctid = any(array(
           select ctid from session where expires_at < clock_timestamp() limit 100
           for update skip locked))",
    )
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "insert into session (id, token_id, hash, expires_at)
         select $1, id, $3, least(clock_timestamp() + make_interval(secs => $4), expires_at)
         from token where id = $2",
    )
    .bind(id)
    .bind(token)
    .bind(hash)
    .bind(IDLE.as_secs_f64())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How exactly it is known when a session was used last.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The session with that hash, if it and its token are valid now; notes that it is in use, at most once a
/// minute, which moves its end.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn use_valid(store: &Store, hash: &[u8]) -> Result<Option<Session>, PgError> {
    let session: Option<Session> = sqlx::query_as(
        "select t.*, s.id as session_id, s.last_seen_at as session_seen_at
         from session s join token t on t.id = s.token_id
         where s.hash = $1 and s.expires_at > clock_timestamp()
           and t.revoked_at is null and t.expires_at > clock_timestamp()",
    )
    .bind(hash)
    .fetch_optional(store.pool())
    .await?;
    if let Some(session) = &session
        && clock::now().duration_since(session.last_seen_at) > NOTED_EVERY
    {
        sqlx::query(
            "with seen as (
               update session s
               set last_seen_at = clock_timestamp(),
                   expires_at = least(clock_timestamp() + make_interval(secs => $2), t.expires_at)
               from token t
               where s.id = $1 and t.id = s.token_id
                 and s.last_seen_at < clock_timestamp() - make_interval(secs => $3)
               returning t.id)
             update token set last_used_at = clock_timestamp() from seen where token.id = seen.id",
        )
        .bind(session.id)
        .bind(IDLE.as_secs_f64())
        .bind(NOTED_EVERY.as_secs_f64())
        .execute(store.pool())
        .await?;
    }
    Ok(session)
}

/// Whether the session is still open. For streams that stay open; looking is no use of it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn is_open(store: &Store, id: Uuid) -> Result<bool, PgError> {
    Ok(sqlx::query_scalar(
        "select exists (select from session where id = $1 and expires_at > clock_timestamp())",
    )
    .bind(id)
    .fetch_one(store.pool())
    .await?)
}

/// Ends the session with that hash, and answers with its id; none when there is no such session.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn end(tx: &mut Tx, hash: &[u8]) -> Result<Option<Uuid>, PgError> {
    Ok(sqlx::query_scalar("delete from session where hash = $1 returning id")
        .bind(hash)
        .fetch_optional(tx.connection())
        .await?)
}

/// Ends a token's sessions, in the transaction that revokes it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn end_of_token(tx: &mut Tx, token: Uuid) -> Result<(), PgError> {
    sqlx::query("delete from session where token_id = $1")
        .bind(token)
        .execute(tx.connection())
        .await?;
    Ok(())
}

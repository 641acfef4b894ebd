//! Not waiting for answers that cannot come. A connection that died without a word (a firewall, a
//! machine that lost power) never wakes whoever reads from it.

use std::future::Future;
use std::time::Duration;

use crate::database::ManagedDatabase;
use crate::error::{PgError, Situation};
use crate::fence::Fence;

/// How often a call that takes long is looked after.
const LOOK: Duration = Duration::from_secs(7);

/// How long a statement may take that only looks, or writes a row.
const BRIEF: Duration = Duration::from_secs(25);

/// Waits for a statement that is done in a moment, or never.
pub(crate) async fn brief<T>(
    call: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, PgError> {
    match tokio::time::timeout(BRIEF, call).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(no_answer()),
    }
}

fn no_answer() -> PgError {
    PgError::new(
        Situation::Transient,
        "the connection to the managed database is dead: no answer will come",
    )
}

impl ManagedDatabase {
    /// Waits for a call, but not for an answer that cannot come any more. A connection that died
    /// without a word (a firewall, a machine that lost power) never wakes whoever reads from it. So
    /// every [`LOOK`] another session is asked whether the server still works for us; when it does
    /// not, twice in a row, or cannot be asked in that time, the call is given up as transient.
    pub(crate) async fn guarded<T, E: Into<PgError>>(
        &self,
        fence: Fence,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, PgError> {
        let mut call = std::pin::pin!(call);
        let mut missed = 0;
        loop {
            match tokio::time::timeout(LOOK, &mut call).await {
                Ok(answer) => return answer.map_err(Into::into),
                Err(_) => match tokio::time::timeout(LOOK, self.works_for(fence)).await {
                    Ok(Ok(true)) => missed = 0,
                    _ => missed += 1,
                },
            }
            if missed == 2 {
                return Err(no_answer());
            }
        }
    }

    async fn works_for(&self, fence: Fence) -> Result<bool, PgError> {
        Ok(sqlx::query_scalar(
            "select exists (select from pg_stat_activity
                            where application_name = 'tenantry/' || $1::text || '/' || $2::text
                              and state <> 'idle')",
        )
        .bind(fence.operation)
        .bind(fence.generation)
        .fetch_one(self.pool())
        .await?)
    }
}

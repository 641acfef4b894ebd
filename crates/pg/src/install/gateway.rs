//! The gateway: one login for applications that keep one pool for all institutions. Made on request.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use url::Url;

use super::tables::retry_on_lock;
use crate::connect::connect_options;
use crate::error::PgError;

/// What the gateway is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// How many institutions' roles it may become.
    pub members: i64,
    /// The server's version as PostgreSQL counts: 150013 is 15.13.
    pub version: i32,
}

impl Gateway {
    /// Whether the memberships slow the gateway's sessions down: before PostgreSQL 17 a session's first
    /// change of role, and the first after any role of the server changed, look through all of them
    /// (0.3 and 0.6 s with 10,000 on PostgreSQL 15).
    pub fn is_slow(&self) -> bool {
        self.version < 170_000 && self.members > 1_000
    }
}

/// Makes the login `tenantry_gateway`, or finds it, and lets it become the role of every institution of
/// the managed database. A verifier ([`crate::scram::verifier`]) sets its password; none leaves it.
///
/// # Errors
/// `Forbidden` when the URL's role lacks the rights; what installing ran into.
pub async fn install_gateway(admin_url: &Url, verifier: Option<&str>) -> Result<Gateway, PgError> {
    retry_on_lock(async || {
        let mut admin = PgConnection::connect_with(&connect_options(admin_url)?).await?;
        let mut tx = admin.begin().await?;
        tx.execute(include_str!("../../sql/install/wait.sql")).await?;
        tx.execute(include_str!("../../sql/install/gateway.sql")).await?;
        let (members, version) = sqlx::query_as(
            "select tenantry.open_gateway(), current_setting('server_version_num')::int4",
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.execute("reset role").await?;
        if let Some(verifier) = verifier {
            sqlx::query("select set_config('tenantry.verifier', $1, true)")
                .bind(verifier)
                .execute(&mut *tx)
                .await?;
            tx.execute(
                "do $$ begin
                   execute format('alter role tenantry_gateway password %L',
                                  current_setting('tenantry.verifier'));
                 end $$",
            )
            .await?;
        }
        tx.commit().await?;
        admin.close().await?;
        Ok(Gateway { members, version })
    })
    .await
}

//! Whether a server takes any work: it is up, and its disk has room.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::guard::brief;

impl ManagedDatabase {
    /// Writes some megabytes and takes them back, in a session of its own.
    ///
    /// # Errors
    /// `DiskFull` where there is no room; when the server cannot be asked.
    pub async fn try_space(&self) -> Result<(), PgError> {
        let mut session = self.new_session().await?;
        brief(sqlx::query("select tenantry.try_space()").execute(&mut session)).await?;
        Ok(session.close().await?)
    }

    /// Whether the server takes no sessions at all: nobody listens, or it is starting and does not get
    /// to an end. The pool tells that from a pool without a free session only by waiting.
    pub async fn is_down(&self) -> bool {
        match self.new_session().await {
            Ok(session) => {
                // it is gone either way
                let _ = session.close().await;
                false
            }
            Err(sqlx::Error::Io(error)) => {
                matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound)
            }
            Err(error) => {
                error.as_database_error().and_then(|e| e.code()).as_deref() == Some("57P03")
            }
        }
    }

    async fn new_session(&self) -> Result<PgConnection, sqlx::Error> {
        let options = self.pool().connect_options();
        let connecting = PgConnection::connect_with(&options);
        match tokio::time::timeout(Duration::from_secs(10), connecting).await {
            Ok(session) => session,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }
}

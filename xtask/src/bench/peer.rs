//! The peer of everything that is done to schemas: psql running the same statements in one
//! transaction. Where there is no psql, the same text in one message over an open session.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_pg::sql::script;
use tokio::process::Command;
use url::Url;

use super::samples::ms_since;

/// How the peer is run.
pub(crate) struct Peer {
    url: Url,
    session: PgConnection,
    has_psql: bool,
}

impl Peer {
    /// Looks for psql, and opens a session.
    pub(crate) async fn find(url: &Url) -> Result<Self> {
        let found = Command::new("psql").arg("--version").stdout(Stdio::null()).status().await;
        let has_psql = found.is_ok_and(|status| status.success());
        let session = PgConnection::connect(url.as_str()).await?;
        Ok(Self { url: url.clone(), session, has_psql })
    }

    /// What to call it.
    pub(crate) fn name(&self) -> &'static str {
        if self.has_psql { "psql" } else { "open session (no psql here)" }
    }

    /// Runs statements in one transaction; milliseconds, those of starting psql among them.
    pub(crate) async fn run(&mut self, statements: &str) -> Result<f64> {
        if !self.has_psql {
            return self.run_in_session(statements).await;
        }
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), statements)?;
        let url = &self.url;
        let start = Instant::now();
        let status = Command::new("psql")
            .args(["-X", "-1", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(file.path())
            .env("PGHOST", url.host_str().unwrap_or_default())
            .env("PGPORT", url.port().unwrap_or(5432).to_string())
            .env("PGUSER", url.username())
            .env("PGPASSWORD", url.password().unwrap_or_default())
            // `drop schema … cascade` would name every object
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .env("PGDATABASE", url.path().trim_start_matches('/'))
            .stdout(Stdio::null())
            .status()
            .await?;
        let took = ms_since(start);
        ensure!(status.success(), "psql failed: {status}");
        Ok(took)
    }

    /// Runs statements in one transaction and one message over the open session.
    pub(crate) async fn run_in_session(&mut self, statements: &str) -> Result<f64> {
        let start = Instant::now();
        self.session.execute(script(format!("begin;\n{statements}\n;commit"))).await?;
        let took = ms_since(start);
        self.session.execute("reset search_path").await?;
        Ok(took)
    }
}

/// The statements that make a schema of the script.
pub(crate) fn making(schema: &str, text: &str) -> String {
    format!("create schema {schema};\nset search_path = {schema};\n{text}")
}

//! The peer that many come from: django-tenants (from PyPI) making tenants of the same tables, in a process
//! that is already running.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tenantry_testkit::PrivateServer;

use super::samples::Samples;

/// What to call it.
pub(crate) const NAME: &str = "django-tenants";

/// Milliseconds for each of so many tenants, on a server of its own that is as durable as ours. The first
/// one fills caches and is not counted.
pub(crate) async fn run(root: &Path, script: &str, tenants: usize) -> Result<Samples> {
    let made = Command::new(root.join("scripts/django-env")).output()?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let python = String::from_utf8(made.stdout)?;
    let server = PrivateServer::start_with(&[("fsync", "on"), ("shared_buffers", "128MB")]).await;
    let url = server.url("postgres");
    let text = tempfile::NamedTempFile::new()?;
    std::fs::write(text.path(), script)?;
    let said = Command::new(python.trim())
        .args(["measure.py", &(tenants + 1).to_string()])
        .current_dir(root.join("xtask/src/bench/django"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHOOL_SCRIPT", text.path())
        .env("PGHOST", url.host_str().unwrap_or_default())
        .env("PGPORT", url.port().unwrap_or(5432).to_string())
        .env("PGUSER", url.username())
        .env("PGPASSWORD", url.password().unwrap_or_default())
        .env("PGDATABASE", "postgres")
        .output()
        .context("cannot start Python")?;
    ensure!(said.status.success(), "{NAME}: {}", String::from_utf8_lossy(&said.stderr));
    let mut samples = Samples::default();
    for line in String::from_utf8(said.stdout)?.lines().skip(1) {
        samples.add(line.parse()?);
    }
    ensure!(samples.len() == tenants, "{NAME} made {} tenants of {tenants}", samples.len());
    Ok(samples)
}

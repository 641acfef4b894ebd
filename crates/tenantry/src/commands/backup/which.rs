//! Which backup is meant: one by its id, or an institution's newest.

use clap::Args;
use jiff::Timestamp;
use tenantry_api::types::{BackupBody, BackupList};
use uuid::Uuid;

use crate::client::Client;
use crate::failure::{Exit, Failure};

/// Which backup.
#[derive(Args)]
pub(crate) struct Which {
    /// The backup's id, or an institution's name for its newest backup
    #[arg(value_name = "ID|NAME")]
    which: String,
    /// With a name: the newest backup that was taken before this time, as 2026-11-20T02:00:00Z
    #[arg(long, value_name = "TIME")]
    before: Option<Timestamp>,
}

impl Which {
    /// A backup by its id, or the newest one of an institution.
    pub(super) fn newest_of(which: String) -> Self {
        Self { which, before: None }
    }
}

/// The id of the backup that is meant.
pub(super) async fn find(client: &Client, which: &Which) -> Result<Uuid, Failure> {
    if let Ok(id) = which.which.parse() {
        return Ok(id);
    }
    let mut query = vec![("schema", which.which.clone()), ("limit", "500".to_owned())];
    loop {
        let page: BackupList = client.get("/api/admin/backups", &query).await?;
        let meant = |backup: &&BackupBody| which.before.is_none_or(|time| backup.taken_at < time);
        if let Some(backup) = page.items.iter().find(meant) {
            return Ok(backup.id);
        }
        match page.next_cursor {
            Some(cursor) => {
                query.retain(|(key, _)| *key != "cursor");
                query.push(("cursor", cursor));
            }
            None => break,
        }
    }
    let when = which.before.map_or(String::new(), |time| format!(" from before {time}"));
    Err(Failure::new(Exit::NotFound, format!("there is no backup of {}{when}", which.which))
        .hint(format!("tenantry backup create {} --wait", which.which)))
}

//! A step that met somebody's lock says whose it is.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::fleet::Fleet;

/// `lock_not_available`: our lock timeout was over.
const LOCK_TIMEOUT: &str = "55P03";

/// Adds to a step's error which sessions hold locks on the schema, where the error is about a lock.
/// Does nothing where that cannot be found out.
pub(super) async fn name_blockers(fleet: &Fleet, schema: Option<Uuid>, error: &mut Value) {
    let Some(schema) = schema.filter(|_| error["sqlstate"] == LOCK_TIMEOUT) else {
        return;
    };
    let Ok(blockers) = fleet.database.blockers(schema).await else {
        return;
    };
    let Some(first) = blockers.first() else {
        return;
    };
    let named: Vec<String> = blockers.iter().map(ToString::to_string).collect();
    error["hint"] = json!(format!(
        "Locks are held by {}. It is tried again by itself; to end that session: select pg_terminate_backend({});",
        named.join("; "),
        first.pid
    ));
    error["blockers"] = blockers.iter().map(|blocker| json!(blocker.pid)).collect();
}

//! The ways to ask for what is done with backups. Each checks what can be checked at once and queues an
//! operation; that a backup can be opened and restored, only the operation finds out.

use std::time::Duration;

use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::schema::SchemaState;
use tenantry_store::backups::Backup;
use tenantry_store::operations;
use tenantry_store::{Tx, audit, backups, schemas};
use uuid::Uuid;

use super::pace::Pace;
use crate::archives::tell_backup;
use crate::fleet::Fleet;
use crate::kinds::{
    BackupSchema, BackupSchemas, DestroyBackupKeys, ImportBackups, PruneBackups, RestoreBackup,
    RotateBackupKeys, VerifyBackup, VerifyBackups,
};
use crate::queue::{name_taken, queue, queue_family, repeated};
use crate::request::{Accepted, BackupRefusal, Refusal, Requester};
use crate::runner::Kind;

/// For how long restored schemas, and what a swap puts aside, are kept when nobody says.
pub const KEEP_HOURS: u32 = 7 * 24;

/// The longest that they can be kept.
pub const MOST_KEEP_HOURS: u32 = 10 * 366 * 24;

/// Asks for a backup of an institution.
///
/// # Errors
/// `BackupsOff`, `SchemaNotFound`, `NoSchema`, `IdempotencyMismatch`, `Store`.
pub async fn back_up(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    skip_unchanged: bool,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_backups()?;
    let schema = match schemas::by_name(&fleet.store, name).await? {
        Some(schema) => schema,
        None => return Err(Refusal::SchemaNotFound(name.to_owned())),
    };
    if !matches!(schema.state, SchemaState::Active | SchemaState::Suspended | SchemaState::Archived)
    {
        return Err(Refusal::Backup(BackupRefusal::NoSchema {
            name: name.to_owned(),
            state: schema.state,
        }));
    }
    let kind = BackupSchema::new(schema.id, name, "manual");
    let kind = if skip_unchanged { kind.unless_unchanged() } else { kind };
    let mut tx = fleet.store.begin().await?;
    let of = Some((schema.id, name));
    let accepted = queue(&mut tx, who, &kind, of, Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for a backup of every institution that lives.
///
/// # Errors
/// `BackupsOff`, `IdempotencyMismatch`, `Store`.
pub async fn back_up_all(
    fleet: &Fleet,
    who: &Requester,
    skip_unchanged: bool,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_backups()?;
    let mut tx = fleet.store.begin().await?;
    let pace = Pace::default();
    let accepted = queue_backups(&mut tx, who, skip_unchanged, "manual", &pace).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Queues a backup of every institution that lives, as one operation and its children.
pub(crate) async fn queue_backups(
    tx: &mut Tx,
    who: &Requester,
    skip_unchanged: bool,
    reason: &str,
    pace: &Pace,
) -> Result<Accepted, Refusal> {
    let living = schemas::living(tx).await?;
    let parent = BackupSchemas::new(living.len(), skip_unchanged, pace.at_once);
    let children = living.into_iter().map(|(id, name)| {
        let kind = BackupSchema::new(id, &*name, reason).until(pace.deadline);
        (id, name, if skip_unchanged { kind.unless_unchanged() } else { kind })
    });
    queue_paced(tx, who, &parent, children.collect(), pace).await
}

/// Asks for a drill of one backup.
///
/// # Errors
/// `BackupsOff`, `NoIdentity`, `BackupNotFound`, `IdempotencyMismatch`, `Store`.
pub async fn verify(fleet: &Fleet, who: &Requester, id: Uuid) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_identities()?;
    let backup = stored(fleet, id).await?;
    let kind = VerifyBackup::new(backup.schema_id, &*backup.schema_name, id);
    let mut tx = fleet.store.begin().await?;
    let of = Some((backup.schema_id, backup.schema_name.as_str()));
    let accepted = queue(&mut tx, who, &kind, of, Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for a drill of the newest backup of every institution that lives; `again_after`: only of those
/// that were not verified within this time, none for all.
///
/// # Errors
/// `BackupsOff`, `NoIdentity`, `IdempotencyMismatch`, `Store`.
pub async fn verify_all(
    fleet: &Fleet,
    who: &Requester,
    again_after: Option<Duration>,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_identities()?;
    let mut tx = fleet.store.begin().await?;
    let accepted = queue_drills(&mut tx, who, again_after, &Pace::default()).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Queues the drills, as one operation and its children.
pub(crate) async fn queue_drills(
    tx: &mut Tx,
    who: &Requester,
    again_after: Option<Duration>,
    pace: &Pace,
) -> Result<Accepted, Refusal> {
    let due = backups::to_verify(tx, again_after).await?;
    let parent = VerifyBackups::new(due.len(), pace.at_once);
    let children = due.into_iter().map(|(backup, schema, name)| {
        let kind = VerifyBackup::new(schema, &*name, backup).until(pace.deadline);
        (schema, name, kind)
    });
    queue_paced(tx, who, &parent, children.collect(), pace).await
}

/// Queues an operation with one for each institution, and gives each its time.
async fn queue_paced<P: Kind, C: Kind>(
    tx: &mut Tx,
    who: &Requester,
    parent: &P,
    children: Vec<(Uuid, String, C)>,
    pace: &Pace,
) -> Result<Accepted, Refusal> {
    let (accepted, queued) = queue_family(tx, who, parent, children).await?;
    pace.spread(tx, queued.into_iter()).await?;
    Ok(accepted)
}

/// A restore that is asked for.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// The backup.
    pub backup: Uuid,
    /// What it becomes.
    pub target: Target,
    /// For how many hours the copy is kept, or what it takes the place of.
    pub keep_hours: u32,
}

/// What a restored backup becomes.
#[derive(Clone, Debug)]
pub enum Target {
    /// A schema beside the living one.
    Beside {
        /// Its name; none for one that nobody has to remember.
        name: Option<String>,
        /// Only these tables; empty for all.
        tables: Vec<String>,
        /// Whether texts that name the living schema may go on meaning it.
        accept_names: bool,
    },
    /// The institution's schema, which was dropped, purged or lost.
    InPlace,
}

/// Asks for a restore.
///
/// # Errors
/// `BackupsOff`, `NoIdentity`, `BackupNotFound`, `Living` (in place of one that lives), `Pending`, `SchemaExists`
/// (in place, when another institution has the name), `NameTaken`, `Managed`, `IdempotencyMismatch`, `Store`.
pub async fn restore(
    fleet: &Fleet,
    who: &Requester,
    request: RestoreRequest,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_identities()?;
    let backup = stored(fleet, request.backup).await?;
    let (schema, name) = (backup.schema_id, backup.schema_name.clone());
    let kind = |given| RestoreBackup::beside(schema, &*name, backup.id, given, request.keep_hours);
    let mut tx = fleet.store.begin().await?;
    let kind = match request.target {
        Target::Beside { name: given, tables, accept_names } => {
            refuse_taken(fleet, given.as_deref()).await?;
            kind(given).only(tables).accepting_names(accept_names)
        }
        Target::InPlace => {
            kind(None).in_place_of(state_for_restore(fleet, &mut tx, &backup).await?)
        }
    };
    let queued = queue(&mut tx, who, &kind, Some((schema, &name)), Role::Operator).await;
    let accepted = queued.map_err(|refusal| name_taken(refusal, &name))?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// A name that is taken is refused at once, where it is seen; that it was taken since, the operation finds out.
async fn refuse_taken(fleet: &Fleet, name: Option<&str>) -> Result<(), Refusal> {
    match name {
        Some(name) if fleet.database.is_taken(name).await.map_err(Refusal::Managed)? => {
            Err(Refusal::Backup(BackupRefusal::NameTaken(name.to_owned())))
        }
        _ => Ok(()),
    }
}

/// The state of an institution in whose place a backup may be restored: one that does not live.
async fn state_for_restore(
    fleet: &Fleet,
    tx: &mut Tx,
    backup: &Backup,
) -> Result<SchemaState, Refusal> {
    let name = backup.schema_name.clone();
    let schema = schemas::by_id(&fleet.store, backup.schema_id)
        .await?
        .ok_or_else(|| Refusal::SchemaNotFound(name.clone()))?;
    if operations::is_pending(tx, schema.id).await? {
        return Err(Refusal::Backup(BackupRefusal::Pending { name }));
    }
    match schema.state {
        SchemaState::Archived | SchemaState::Purged | SchemaState::Failed => Ok(schema.state),
        SchemaState::Active | SchemaState::Suspended => {
            // listed as living, and lost all the same: somebody dropped its schema by hand
            let marker = fleet.database.marker(schema.id).await.map_err(Refusal::Managed)?;
            let there = match &marker {
                Some(marker) => {
                    fleet.database.schema_is_there(marker).await.map_err(Refusal::Managed)?
                }
                None => false,
            };
            if there {
                Err(Refusal::Backup(BackupRefusal::Living { name }))
            } else {
                Ok(schema.state)
            }
        }
        state => Err(Refusal::Backup(BackupRefusal::NoSchema { name, state })),
    }
}

/// A backup that the store holds.
async fn stored(fleet: &Fleet, id: Uuid) -> Result<Backup, Refusal> {
    match backups::by_id(&fleet.store, id).await? {
        Some(backup) if backup.state != "removed" => Ok(backup),
        _ => Err(Refusal::Backup(BackupRefusal::BackupNotFound(id))),
    }
}

/// Keeps a backup whatever retention says, for the reason given, or not any more. Done at once.
///
/// # Errors
/// `BackupNotFound`, `Store`.
pub async fn hold(
    fleet: &Fleet,
    who: &Requester,
    id: Uuid,
    why: Option<&str>,
) -> Result<Backup, Refusal> {
    let backup = stored(fleet, id).await?;
    let mut tx = fleet.store.begin().await?;
    if !backups::set_hold(&mut tx, id, why).await? {
        return Err(Refusal::Backup(BackupRefusal::BackupNotFound(id)));
    }
    let entry = audit::Entry {
        action: if why.is_some() { "hold_backup" } else { "release_backup" },
        schema_id: Some(backup.schema_id),
        schema_name: Some(&backup.schema_name),
        operation_id: None,
        outcome: "succeeded",
        detail: json!({ "backup": id, "why": why }),
    };
    audit::insert(&mut tx, &who.actor, &entry).await?;
    tell_backup(&mut tx, "backup.changed", backup.schema_id, &backup.schema_name, id).await?;
    tx.commit().await?;
    stored(fleet, id).await
}

/// Asks for retention to be applied: what nothing keeps is condemned, what was condemned for long enough is
/// removed from the store, and so is what no manifest lists.
///
/// # Errors
/// `BackupsOff`, `IdempotencyMismatch`, `Store`.
pub async fn prune(fleet: &Fleet, who: &Requester) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_backups()?;
    let mut tx = fleet.store.begin().await?;
    let accepted = queue_prune(&mut tx, who).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Queues a pruning.
pub(crate) async fn queue_prune(tx: &mut Tx, who: &Requester) -> Result<Accepted, Refusal> {
    queue(tx, who, &PruneBackups::default(), None, Role::Operator).await
}

/// Asks for the backups that lie in the store and that the catalogue does not know to be entered into it. They are held,
/// unless this server takes the store over.
///
/// # Errors
/// `BackupsOff`, `IdempotencyMismatch`, `Store`.
pub async fn import(fleet: &Fleet, who: &Requester, take_over: bool) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_backups()?;
    let mut tx = fleet.store.begin().await?;
    let accepted = queue(&mut tx, who, &ImportBackups::new(take_over), None, Role::Admin).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for the keys of an institution to be destroyed: none of its backups can be opened afterwards, by
/// nobody.
///
/// # Errors
/// `BackupsOff`, `SchemaNotFound`, `IdempotencyMismatch`, `Store`.
pub async fn destroy_keys(fleet: &Fleet, who: &Requester, name: &str) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_backups()?;
    let schema = schemas::by_name(&fleet.store, name)
        .await?
        .ok_or_else(|| Refusal::SchemaNotFound(name.to_owned()))?;
    let kind = DestroyBackupKeys::new(schema.id, name, &who.actor.name);
    let mut tx = fleet.store.begin().await?;
    let accepted = queue(&mut tx, who, &kind, Some((schema.id, name)), Role::Admin).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

/// Asks for the keys of all institutions to be sealed anew, to the recipients of the settings.
///
/// # Errors
/// `BackupsOff`, `NoIdentity`, `IdempotencyMismatch`, `Store`.
pub async fn rotate_keys(fleet: &Fleet, who: &Requester) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    fleet.check_identities()?;
    let mut tx = fleet.store.begin().await?;
    let accepted = queue(&mut tx, who, &RotateBackupKeys::default(), None, Role::Admin).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

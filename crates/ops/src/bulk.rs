//! One change of many institutions. Whoever asks names them or says by what they are found; which those are is
//! looked up once more in the transaction that queues an operation with a child for each.

use std::collections::HashSet;

use tenantry_domain::bulk::BulkAction;
use tenantry_domain::schema::SchemaAction;
use tenantry_store::Tx;
use tenantry_store::schemas::{self, Filter, Selected};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::kinds::{
    BackupSchema, BackupSchemas, ChangeSchemas, DropSchema, ResumeSchema, SuspendSchema,
    UndropSchema,
};
use crate::queue::{name_taken, queue_family, repeated};
use crate::request::{Accepted, Refusal, Requester};

pub use crate::request::BulkRefusal;
use crate::runner::Kind;

/// How many names a preview shows.
const SHOWN: usize = 10;

/// What is to be done, and to which institutions.
#[derive(Clone, Debug)]
pub struct BulkRequest {
    /// What is done to each.
    pub action: BulkAction,
    /// Which ones; those in a state that does not go with the action are passed over.
    pub filter: Filter,
    /// What whoever asks says about how many they are.
    pub confirm: Option<String>,
}

/// What a bulk change would be about.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// How many institutions would be changed.
    pub count: usize,
    /// How many of the selection would not: their state is another one, or they are only read.
    pub passed_over: usize,
    /// The first of their names.
    pub names: Vec<String>,
    /// Bytes of them all when last measured.
    pub usage_bytes: i64,
}

/// Says what a bulk change would be about; changes nothing.
///
/// # Errors
/// `BackupsOff`, `Store`.
pub async fn preview(fleet: &Fleet, request: &BulkRequest) -> Result<Outlook, Refusal> {
    check_possible(fleet, request.action)?;
    let mut tx = fleet.store.begin().await?;
    let (chosen, passed_over) = choose(&mut tx, request).await?;
    Ok(Outlook {
        count: chosen.len(),
        passed_over,
        names: chosen.iter().take(SHOWN).map(|schema| schema.name.clone()).collect(),
        usage_bytes: chosen.iter().fold(0, |sum, schema| schema.usage_bytes.saturating_add(sum)),
    })
}

/// Asks for a bulk change.
///
/// # Errors
/// `ConfirmationNeeded`, `SelectionChanged`, `NothingSelected`, `BackupsOff`, `SchemaExists` (undrop, when a name was
/// taken meanwhile), `IdempotencyMismatch`, `Store`.
pub async fn change(
    fleet: &Fleet,
    who: &Requester,
    request: &BulkRequest,
) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    check_possible(fleet, request.action)?;
    let mut tx = fleet.store.begin().await?;
    let (chosen, passed_over) = choose(&mut tx, request).await?;
    let action = request.action;
    check_confirmation(action, request.confirm.as_deref(), chosen.len())?;
    if chosen.is_empty() {
        return Err(Refusal::Bulk(BulkRefusal::NothingSelected { action, selected: passed_over }));
    }
    let parent = ChangeSchemas::new(action, chosen.len());
    let accepted = match action {
        BulkAction::Suspend => each(&mut tx, who, &parent, chosen, SuspendSchema::new).await?,
        BulkAction::Resume => each(&mut tx, who, &parent, chosen, ResumeSchema::new).await?,
        BulkAction::Drop => each(&mut tx, who, &parent, chosen, DropSchema::new).await?,
        BulkAction::Undrop => each(&mut tx, who, &parent, chosen, UndropSchema::new).await?,
        BulkAction::Backup => {
            let parent = BackupSchemas::new(chosen.len(), false, None);
            let backup = |id, name: String| BackupSchema::new(id, name, "manual");
            each(&mut tx, who, &parent, chosen, backup).await?
        }
    };
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

fn check_possible(fleet: &Fleet, action: BulkAction) -> Result<(), Refusal> {
    if action == BulkAction::Backup { fleet.check_backups() } else { Ok(()) }
}

/// Those that the action is for, and how many are passed over.
async fn choose(tx: &mut Tx, request: &BulkRequest) -> Result<(Vec<Selected>, usize), Refusal> {
    let action = request.action;
    let mut selected = schemas::select(tx, &request.filter).await?;
    let asked = match &request.filter.names {
        Some(names) => names.iter().collect::<HashSet<_>>().len(),
        None => selected.len(),
    };
    let mut names = HashSet::new();
    // a name that several bore is brought back as the one that bore it last
    selected.retain(|schema| is_for(action, schema) && names.insert(schema.name.clone()));
    let passed_over = asked.saturating_sub(selected.len());
    Ok((selected, passed_over))
}

fn is_for(action: BulkAction, schema: &Selected) -> bool {
    let untouchable = match action.of_one() {
        None => false,
        // its application's own login cannot be shut out
        Some(SchemaAction::Suspend | SchemaAction::Resume) => schema.adopted,
        Some(_) => schema.read_only,
    };
    let clear = action != BulkAction::Undrop || !(schema.pending || schema.name_taken);
    action.is_for(schema.state) && clear && !untouchable
}

/// Whoever confirms another number has seen another selection.
fn check_confirmation(
    action: BulkAction,
    confirm: Option<&str>,
    found: usize,
) -> Result<(), Refusal> {
    let refusal = match confirm.map(|phrase| action.confirmed(phrase)) {
        None if !action.needs_confirmation() => return Ok(()),
        Some(Some(count)) if count == found => return Ok(()),
        Some(Some(confirmed)) => BulkRefusal::SelectionChanged { action, confirmed, found },
        _ => BulkRefusal::ConfirmationNeeded(action.phrase(found)),
    };
    Err(Refusal::Bulk(refusal))
}

async fn each<P: Kind, C: Kind>(
    tx: &mut Tx,
    who: &Requester,
    parent: &P,
    chosen: Vec<Selected>,
    one: impl Fn(Uuid, String) -> C,
) -> Result<Accepted, Refusal> {
    let children = chosen
        .into_iter()
        .map(|schema| (schema.id, schema.name.clone(), one(schema.id, schema.name)))
        .collect();
    let (accepted, _) = queue_family(tx, who, parent, children)
        .await
        .map_err(|refusal| name_taken(refusal, "one of them"))?;
    Ok(accepted)
}

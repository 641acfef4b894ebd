//! Who asks for a change, and why it may be refused: what every way in shares.

use tenantry_domain::access::Role;
use tenantry_domain::bulk::BulkAction;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_domain::version::Expected;
use tenantry_pg::PgError;
use tenantry_store::audit::Actor;
use tenantry_store::operations::Idempotency;
use uuid::Uuid;

/// Who asks, on what ground, and what makes asking twice safe.
#[derive(Clone, Debug)]
pub struct Requester {
    /// For the audit log.
    pub actor: Actor,
    /// What whoever asks may do.
    pub role: Role,
    /// The client's key and the hash of its request.
    pub idempotency: Option<(String, Vec<u8>)>,
    /// The version of the institution that a change is based on; none for whatever is there.
    pub expected: Option<Expected>,
}

impl Requester {
    /// Tenantry itself.
    pub fn system() -> Self {
        Self { actor: Actor::system(), role: Role::Admin, idempotency: None, expected: None }
    }

    pub(crate) fn idempotency(&self) -> Option<Idempotency> {
        self.idempotency.as_ref().map(|(key, hash)| Idempotency {
            actor: self.key_owner(),
            key: key.clone(),
            hash: hash.clone(),
        })
    }

    pub(crate) fn key_owner(&self) -> String {
        self.actor.token_id.map_or_else(|| self.actor.name.clone(), |id| id.to_string())
    }
}

/// An operation that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// Its id.
    pub operation: Uuid,
    /// Whether it was accepted before, under the same key.
    pub repeated: bool,
}

/// Why a bulk change was not accepted.
#[derive(Debug)]
pub enum BulkRefusal {
    /// It is confirmed by saying how many it is about, in these words.
    ConfirmationNeeded(String),
    /// There are more or fewer than whoever asks says.
    SelectionChanged {
        /// What was asked for.
        action: BulkAction,
        /// How many were confirmed.
        confirmed: usize,
        /// How many there are.
        found: usize,
    },
    /// It is about nothing.
    NothingSelected {
        /// What was asked for.
        action: BulkAction,
        /// How many institutions were selected, none of which it can be done to.
        selected: usize,
    },
}

/// Why nothing was accepted.
#[derive(Debug)]
pub enum Refusal {
    /// A living institution has the name.
    SchemaExists(String),
    /// There is no institution of that name.
    SchemaNotFound(String),
    /// There is no template of that name (or version).
    TemplateNotFound(String),
    /// There is no plan of that name.
    PlanNotFound {
        /// What was asked for.
        name: String,
        /// The plans that there are, as a list for people.
        known: String,
    },
    /// The state does not allow the action.
    InvalidState {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
        /// What was asked for.
        action: SchemaAction,
    },
    /// A bulk change.
    Bulk(BulkRefusal),
    /// The key was used for another request.
    IdempotencyMismatch,
    /// There is no such operation.
    OperationNotFound,
    /// It has ended.
    OperationFinished(OperationState),
    /// Whoever asked for it needed this role, and so does whoever cancels or retries it.
    NeedsRole(Role),
    /// It neither failed nor is stuck.
    NotRetryable(OperationState),
    /// In this state an institution has no roles to log in as.
    NoCredentials {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
    },
    /// The role has a password, and nobody asked to replace it.
    CredentialsExist {
        /// The institution.
        name: String,
    },
    /// The managed database did not do it.
    Managed(PgError),
    /// An adopted schema is only read until somebody says otherwise.
    AdoptedReadOnly {
        /// The institution.
        name: String,
    },
    /// It cannot be done to an adopted schema; why, as a sentence.
    NotForAdopted(String),
    /// Tenantry made the schema; there is nothing to manage or release.
    NotAdopted(String),
    /// Schemas cannot be adopted like this; why, as a sentence.
    AdoptionRefused(String),
    /// It is another version than the one that the change is based on.
    Changed {
        /// The institution.
        name: String,
        /// The version that is there.
        tag: String,
        /// The last change that the audit log has, and who made it.
        last: Option<(String, String)>,
    },
    /// Another institution has the external id.
    ExternalIdTaken {
        /// The id.
        id: String,
        /// The institution that has it; none when it went away meanwhile.
        bearer: Option<String>,
    },
    /// The template's seed cannot do without these parameters.
    ParameterMissing(Vec<String>),
    /// Others kept changing the same institutions.
    Busy,
    /// It is about backups.
    Backup(BackupRefusal),
    /// It is about a schedule.
    Schedule(ScheduleRefusal),
    /// A pool's settings do not go together; why, as a sentence.
    BadPool(String),
    /// The control database did not do it.
    Store(PgError),
}

/// Why nothing was done about backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupRefusal {
    /// No place for backups was set up.
    BackupsOff,
    /// No identity was set up that opens backups.
    NoIdentity,
    /// The store has no such backup.
    BackupNotFound(Uuid),
    /// The institution has no such copy.
    CopyNotFound {
        /// The institution.
        name: String,
        /// The copy's name.
        copy: String,
    },
    /// In this state an institution has no schema to work with.
    NoSchema {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
    },
    /// The institution lives, and nothing may take its place unasked.
    Living {
        /// The institution.
        name: String,
    },
    /// Something else is queued or under way for the institution.
    Pending {
        /// The institution.
        name: String,
    },
}

/// Why nothing was done about a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleRefusal {
    /// There is none of that name.
    NotFound(String),
    /// There is one of that name.
    Exists(String),
    /// It stands in the server's settings, and only they change it.
    Configured(String),
    /// It cannot be meant; why, as a sentence.
    Bad(String),
}

impl From<ScheduleRefusal> for Refusal {
    fn from(refusal: ScheduleRefusal) -> Self {
        Self::Schedule(refusal)
    }
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        Self::Store(error)
    }
}

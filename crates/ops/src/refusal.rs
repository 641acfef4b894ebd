//! Why something that was asked for is not done.

use tenantry_domain::access::Role;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_pg::PgError;

/// Why nothing was accepted.
#[derive(Debug)]
pub enum Refusal {
    /// A living institution has the name.
    SchemaExists(String),
    /// There is no institution of that name.
    SchemaNotFound(String),
    /// There is no template of that name (or version).
    TemplateNotFound(String),
    /// The state does not allow the action.
    InvalidState {
        /// The institution.
        name: String,
        /// Its state.
        state: SchemaState,
        /// What was asked for.
        action: SchemaAction,
    },
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
    /// A pool's settings do not go together; why, as a sentence.
    BadPool(String),
    /// The control database did not do it.
    Store(PgError),
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        Self::Store(error)
    }
}

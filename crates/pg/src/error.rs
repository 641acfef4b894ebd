//! What can go wrong at a PostgreSQL server, named: SQLSTATE in, situation out. Knows no HTTP.

use std::fmt;

/// What an error means to the one who has to go on from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// `TN001`: a living schema of that institution is there.
    InstitutionExists,
    /// `TN002`: a schema of the wanted name is there and is not ours.
    ForeignSchema,
    /// `TN003`: the managed database has no such template.
    TemplateMissing,
    /// `TN004`: a worker with a higher generation took over; stop at once.
    Fenced,
    /// `TN005`: the schema's state does not allow it.
    InvalidState,
    /// `TN006`: no marker with that id or name.
    NotFound,
    /// `TN007`: the name breaks the rules or is reserved.
    BadName,
    /// `TN008`: the schema was renamed or dropped by hand.
    ChangedByHand,
    /// `TN021`: the role has a password already.
    CredentialsExist,
    /// `TN031`: the template's seed requires a parameter that was not given.
    ParameterMissing,
    /// `TN041`: the schema was adopted and is only read.
    AdoptedReadOnly,
    /// `TN042`: the schema belongs to a role of which we are not a member; the hint has the grant.
    OwnerNeeded,
    /// `TN043`: it cannot be done to an adopted schema.
    NotForAdopted,
    /// The server could not be reached, is starting or stopping, has no free connection, or a lock
    /// or deadlock was in the way: the same call may succeed later.
    Transient,
    /// `53100`: the server's disk is full.
    DiskFull,
    /// `42501`: the role that we connect as may not do this.
    Forbidden,
    /// Any other answer of the server: repeating it would give the same answer.
    Refused,
}

/// An error of a PostgreSQL server, or on the way to it.
#[derive(Debug)]
pub struct PgError {
    situation: Situation,
    message: String,
    hint: Option<String>,
    sqlstate: Option<String>,
}

impl PgError {
    /// An error that we found ourselves.
    pub fn new(situation: Situation, message: impl Into<String>) -> Self {
        Self { situation, message: message.into(), hint: None, sqlstate: None }
    }

    /// The same error, with the place where it happened in front.
    #[must_use]
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// What it means for whoever goes on.
    pub fn situation(&self) -> Situation {
        self.situation
    }

    /// The server's hint, where it gave one.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The server's five-character code, where it answered at all.
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self.situation, Situation::Transient | Situation::DiskFull)
    }
}

impl fmt::Display for PgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(state) = &self.sqlstate
            && !state.starts_with("TN")
        {
            write!(f, " (SQLSTATE {state})")?;
        }
        Ok(())
    }
}

impl std::error::Error for PgError {}

/// The server's own function that says `tuple concurrently updated` when two sessions change one
/// row of a catalog that all databases share. It has no SQLSTATE of its own (`XX000`), and the
/// message is translated, so the name is what tells it.
const CATALOG_RACE: &str = "simple_heap_update";

impl From<sqlx::Error> for PgError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) => {
                let state = database.code().map(|code| code.into_owned());
                let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
                Self {
                    situation: if postgres.and_then(|e| e.routine()) == Some(CATALOG_RACE) {
                        Situation::Transient
                    } else {
                        state.as_deref().map_or(Situation::Refused, situation_of)
                    },
                    message: describe(database.message(), postgres),
                    hint: postgres.and_then(|e| e.hint()).map(str::to_owned),
                    sqlstate: state,
                }
            }
            // Everything without an answer of the server is about the way to it.
            None => Self {
                situation: match error {
                    sqlx::Error::RowNotFound
                    | sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::ColumnNotFound(_)
                    | sqlx::Error::Decode(_)
                    | sqlx::Error::Configuration(_) => Situation::Refused,
                    _ => Situation::Transient,
                },
                message: error.to_string(),
                hint: None,
                sqlstate: None,
            },
        }
    }
}

fn describe(message: &str, postgres: Option<&sqlx::postgres::PgDatabaseError>) -> String {
    match postgres.and_then(|e| e.detail()) {
        Some(detail) => format!("{message}: {detail}"),
        None => message.to_owned(),
    }
}

/// The situation behind a SQLSTATE (PostgreSQL manual, appendix A; `TN…` are raised by our own
/// functions in `sql/functions/`).
pub fn situation_of(sqlstate: &str) -> Situation {
    match sqlstate {
        "TN001" => Situation::InstitutionExists,
        "TN002" => Situation::ForeignSchema,
        "TN003" => Situation::TemplateMissing,
        "TN004" => Situation::Fenced,
        "TN005" => Situation::InvalidState,
        "TN006" => Situation::NotFound,
        "TN007" => Situation::BadName,
        "TN008" => Situation::ChangedByHand,
        "TN021" => Situation::CredentialsExist,
        "TN031" => Situation::ParameterMissing,
        "TN041" => Situation::AdoptedReadOnly,
        "TN042" => Situation::OwnerNeeded,
        "TN043" => Situation::NotForAdopted,
        "53100" => Situation::DiskFull,
        "42501" => Situation::Forbidden,
        // serialization, deadlock, lock timeout, lock table or memory full, too many connections
        "40001" | "40P01" | "55P03" | "53200" | "53300" => Situation::Transient,
        // ended by an administrator, crash recovery, cannot connect now, idle session ended
        "57P01" | "57P02" | "57P03" | "57P05" => Situation::Transient,
        state if state.starts_with("08") => Situation::Transient,
        _ => Situation::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_pass_are_told_from_those_that_stay() {
        for state in ["40P01", "55P03", "57P03", "08006", "53300"] {
            assert_eq!(situation_of(state), Situation::Transient, "{state}");
        }
        for state in ["42P01", "22012", "23505", "XX000"] {
            assert_eq!(situation_of(state), Situation::Refused, "{state}");
        }
        assert!(PgError::new(Situation::DiskFull, "full").is_transient());
    }
}

//! Every way in which a request can be refused, once: the code that programs read and the words
//! that people read. HTTP statuses are the API's business.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $title:literal, $help:literal;)*) => {
        /// What is wrong, for programs: stable, in snake_case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// A short title, the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What to do about it.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

codes! {
    /// The body or query does not have the form that the route documents.
    InvalidRequest = "The request is not well-formed",
        "Compare it with the description of this route in /openapi.json; unknown fields are refused.";
    /// A name breaks the rules for institutions' names.
    InvalidName = "This is not a usable name",
        "Use 2 to 39 characters: lower-case letters, digits and _, starting with a letter.";
    /// `confirm` does not repeat the name, or the number of a bulk change.
    ConfirmationMismatch = "The confirmation does not repeat the name",
        "Repeat in `confirm` what `detail` names: the name of the institution, or how many they are.";
    /// A bulk change was confirmed for another number than there is.
    SelectionChanged = "The selection has changed",
        "Look at it again (`dryRun`), and confirm how many there are now.";
    /// No token, or one that is unknown, expired or revoked.
    Unauthenticated = "A valid token is needed",
        "Send `Authorization: Bearer tenantry_api_…`; make a token with `tenantry token create`.";
    /// The token's role does not suffice.
    Forbidden = "This token may not do that",
        "Use a token with a higher role.";
    /// A request with a session's cookie that one of our own pages did not make.
    ForeignRequest = "This request does not come from the console",
        "With a session's cookie a change carries `X-Tenantry-Request: 1` and comes from this server's own pages; programs send a token instead.";
    /// Somebody at this address tried too many tokens.
    TooManySignIns = "Too many sign-ins failed",
        "Wait for a minute, and try again. Programs that send their token are not held up.";
    /// No such path.
    NotFound = "There is nothing at this path",
        "See /openapi.json for the paths that there are.";
    /// The path is there, but not for this method.
    MethodNotAllowed = "This path does not know the method",
        "See /openapi.json for the methods of this path.";
    /// No institution of that name.
    SchemaNotFound = "There is no such institution",
        "See `tenantry schema list`.";
    /// No operation with that id.
    OperationNotFound = "There is no such operation",
        "See `tenantry operation list`.";
    /// No template of that name or version.
    TemplateNotFound = "There is no such template",
        "See `tenantry template list`, or make one: `tenantry template create NAME --from DIR`.";
    /// No plan of that name.
    PlanNotFound = "There is no such plan",
        "See `tenantry plan list`; plans are in the server's settings, `[plans.NAME]`.";
    /// No schedule of that name.
    ScheduleNotFound = "There is no such schedule",
        "See `GET /api/admin/schedules`; schedules of the settings are `[schedules.NAME]`.";
    /// A schedule has the name.
    ScheduleExists = "There is a schedule of this name",
        "Choose another name, or change the one that is there.";
    /// The schedule stands in the server's settings.
    ScheduleConfigured = "The server's settings say what this schedule is",
        "Change it there, `[schedules.NAME]`, and start the server again. Pausing, resuming and running it are possible here.";
    /// A schedule's settings cannot be meant.
    ScheduleRefused = "A schedule cannot be like this",
        "Mend what `detail` names; docs/schedules.md says what can be written.";
    /// No token with that id.
    TokenNotFound = "There is no such token",
        "See `tenantry token list`.";
    /// A living institution has the name.
    SchemaExists = "The name is taken",
        "Choose another name, or drop the institution that bears it.";
    /// A schema in the database has the wanted name and is not ours.
    ForeignSchema = "A schema that is not Tenantry's has this name",
        "Rename it in the database, or choose another name.";
    /// The state does not allow the action.
    InvalidState = "The state of the institution does not allow this",
        "See `tenantry schema show NAME`.";
    /// The role has a password already, and passwords are shown once.
    CredentialsExist = "There are credentials already",
        "They were shown once, to whoever asked for them. Ask for new ones with `rotate` (`tenantry schema credentials NAME --rotate`); the old ones are then worth nothing.";
    /// The schema was adopted and nobody said yet that Tenantry may change it.
    AdoptedReadOnly = "This schema was adopted and is only read",
        "To let Tenantry change it: `tenantry schema manage NAME`.";
    /// It cannot be done to a schema that belongs to its application's login.
    NotForAdopted = "This cannot be done to an adopted schema",
        "docs/adopting.md says what can be done instead.";
    /// The action is about adopted schemas, and Tenantry made this one.
    NotAdopted = "This schema was not adopted",
        "Tenantry made it: drop it where you wanted to release it; there is nothing to manage.";
    /// The schema's owner is a role for which Tenantry may not act.
    OwnerNeeded = "Tenantry may not act for the owner of this schema",
        "Run the statement that `detail` names as an administrator of the database, and try again.";
    /// Schemas cannot be adopted in this way.
    AdoptionRefused = "The schemas cannot be adopted like this",
        "Look at a dry run (`tenantry schema adopt …`), which tells what is in the way.";
    /// The operation has ended.
    OperationFinished = "The operation has ended already",
        "There is nothing left to cancel.";
    /// The operation cannot be retried.
    NotRetryable = "Only an operation that failed or is stuck can be retried",
        "Submit a new one instead.";
    /// The idempotency key was used for another body.
    IdempotencyMismatch = "This Idempotency-Key was used for another request",
        "Use a new key for a new request.";
    /// A template's files were refused.
    TemplateRefused = "The migration folder cannot become a template",
        "Mend the places that `refusals` names.";
    /// The body is larger than the route takes.
    TooLarge = "The request body is too large",
        "A template may have 16 MiB, an import 8 MiB, any other request 1 MiB.";
    /// The content type is not the one that the route takes: JSON, or CSV for an import.
    UnsupportedMediaType = "The request body has another form than this route takes",
        "Send `Content-Type: application/json`; an import takes `text/csv`.";
    /// The control database cannot be reached.
    Unavailable = "A database cannot be reached",
        "Nothing was changed. Try again in a few seconds; see /readyz.";
    /// `If-Match` names another version than the one that is there.
    PreconditionFailed = "It was changed meanwhile",
        "Read it again (its `ETag` is the new version), and decide anew.";
    /// Another institution has the external id.
    ExternalIdTaken = "The external id belongs to another institution",
        "Choose another one, or take it from the institution that `detail` names.";
    /// An import has invalid rows, or is no sheet at all.
    ImportRefused = "The file cannot be imported",
        "Mend what `report` names row by row, or leave those rows out with `skipInvalid`.";
    /// The template's seed cannot do without a parameter.
    ParameterMissing = "The template needs to be told more",
        "Give what `detail` names in `parameters` (`--parameter NAME=VALUE`).";
    /// This server has no place for backups.
    BackupsOff = "This server keeps no backups",
        "Set `backup.place` and `backup.recipients`; docs/backups.md says how.";
    /// This server writes backups and cannot open them.
    NoIdentity = "This server cannot open backups",
        "Restores and drills need an identity of the organisation: set `backup.identity_file`, or ask a server that has one.";
    /// No backup with that id in the store.
    BackupNotFound = "There is no such backup",
        "See `tenantry backup list`.";
    /// The institution has no copy of that name.
    CopyNotFound = "There is no such copy",
        "See `tenantry backup copies NAME`.";
    /// An error on our side.
    Internal = "Something went wrong on the server",
        "The server's log has the cause under this request id.";
}

impl Code {
    /// The code as programs read it.
    pub fn as_str(self) -> String {
        // the variant's name in snake_case, as serde writes it
        let mut text = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !text.is_empty() {
                text.push('_');
            }
            text.push(c.to_ascii_lowercase());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_serde_writes_them() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(!code.title().is_empty() && !code.help().is_empty());
        }
    }
}

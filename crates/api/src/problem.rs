//! Refusals as RFC 9457 problems: the code of `tenantry_domain::problem` with its HTTP status.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tenantry_domain::problem::Code;
use tenantry_domain::template::Refusal as TemplateRefusal;
use tenantry_ops::Refusal;
use tenantry_ops::backups::BackupRefusal;
use tenantry_ops::bulk::BulkRefusal;
use tenantry_ops::schedules::ScheduleRefusal;
use tenantry_pg::{PgError, Situation};

use crate::types::{ImportReport, ProblemBody};

/// The header that carries a request's id in both directions.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A refusal on its way out. It becomes a body in [`with_body`], where the request's id is known.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    refusals: Vec<TemplateRefusal>,
    report: Option<Box<ImportReport>>,
    cause: Option<String>,
}

impl Problem {
    /// A refusal with the words for this occurrence.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), refusals: Vec::new(), report: None, cause: None }
    }

    /// A template whose files were refused.
    pub(crate) fn template(refusals: Vec<TemplateRefusal>) -> Self {
        let detail = match refusals.first() {
            Some(first) => format!(
                "{} place(s) were refused; the first: {}:{}: {}",
                refusals.len(),
                first.file,
                first.line,
                first.reason
            ),
            None => String::new(),
        };
        Self { code: Code::TemplateRefused, detail, refusals, report: None, cause: None }
    }

    /// An import with invalid rows.
    pub(crate) fn import(report: ImportReport) -> Self {
        let detail = format!(
            "{} of {} rows are invalid; nothing was changed.",
            report.invalid,
            report.rows.len()
        );
        let report = Some(Box::new(report));
        Self { report, ..Self::new(Code::ImportRefused, detail) }
    }

    /// An error of ours; its cause goes to the log and nowhere else.
    pub(crate) fn internal(cause: impl ToString) -> Self {
        Self {
            code: Code::Internal,
            detail: "The server ran into an error of its own.".into(),
            refusals: Vec::new(),
            report: None,
            cause: Some(cause.to_string()),
        }
    }
}

impl Problem {
    /// What the managed database said, when a request needs to ask it.
    pub(crate) fn managed(error: PgError) -> Self {
        if error.is_transient() {
            tracing::warn!("The managed database does not answer: {error}");
            Self::new(Code::Unavailable, "The managed database does not answer at the moment.")
        } else {
            Self::internal(error)
        }
    }
}

/// The status of each code.
fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidRequest => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::ForeignRequest => StatusCode::FORBIDDEN,
        Code::TooManySignIns => StatusCode::TOO_MANY_REQUESTS,
        Code::NotFound
        | Code::SchemaNotFound
        | Code::OperationNotFound
        | Code::TemplateNotFound
        | Code::PlanNotFound
        | Code::BackupNotFound
        | Code::CopyNotFound
        | Code::ScheduleNotFound
        | Code::TokenNotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::SchemaExists
        | Code::ForeignSchema
        | Code::InvalidState
        | Code::BackupsOff
        | Code::NoIdentity
        | Code::CredentialsExist
        | Code::AdoptedReadOnly
        | Code::NotForAdopted
        | Code::NotAdopted
        | Code::OwnerNeeded
        | Code::OperationFinished
        | Code::ExternalIdTaken
        | Code::ScheduleExists
        | Code::ScheduleConfigured
        | Code::SelectionChanged
        | Code::NotRetryable => StatusCode::CONFLICT,
        Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidName
        | Code::ConfirmationMismatch
        | Code::IdempotencyMismatch
        | Code::ImportRefused
        | Code::ParameterMissing
        | Code::AdoptionRefused
        | Code::ScheduleRefused
        | Code::TemplateRefused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status(self.code).into_response();
        let headers = response.headers_mut();
        match self.code {
            Code::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Code::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            Code::TooManySignIns => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every refusal its body, and every 5xx its line in the log.
pub(crate) async fn with_body(request: Request, next: Next) -> Response {
    let request_id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    if let Some(cause) = &problem.cause {
        tracing::error!(request.id = %request_id, "A request failed: {cause}");
    }
    let body = ProblemBody {
        problem_type: format!("urn:tenantry:problem:{}", problem.code.as_str()),
        title: problem.code.title().to_owned(),
        status: response.status().as_u16(),
        code: problem.code,
        detail: problem.detail,
        help: problem.code.help().to_owned(),
        request_id,
        refusals: problem.refusals.into_iter().map(Into::into).collect(),
        report: problem.report.map(|report| *report),
    };
    *response.body_mut() = serde_json::to_vec(&body).unwrap_or_default().into();
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// The control database did not answer, or answered with an error of ours.
impl From<PgError> for Problem {
    fn from(error: PgError) -> Self {
        if error.is_transient() {
            tracing::warn!("The control database does not answer: {error}");
            Self::new(Code::Unavailable, "The control database does not answer at the moment.")
        } else {
            Self::internal(error)
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SchemaExists(name) => {
                Self::new(Code::SchemaExists, format!("There is a living institution {name}."))
            }
            Refusal::SchemaNotFound(name) => {
                Self::new(Code::SchemaNotFound, format!("There is no institution {name}."))
            }
            Refusal::TemplateNotFound(name) => {
                Self::new(Code::TemplateNotFound, format!("There is no template {name}."))
            }
            Refusal::PlanNotFound { name, known } => Self::new(
                Code::PlanNotFound,
                format!("There is no plan {name:?}; the plans are: {known}."),
            ),
            Refusal::Schedule(refusal) => schedule(refusal),
            Refusal::InvalidState { name, state, action } => Self::new(
                Code::InvalidState,
                format!("{name} is {state}; `{}` is not possible then.", action.as_str()),
            ),
            Refusal::Bulk(refusal) => bulk(refusal),
            Refusal::IdempotencyMismatch => Self::new(
                Code::IdempotencyMismatch,
                "The key belongs to an earlier request with another content.",
            ),
            Refusal::OperationNotFound => {
                Self::new(Code::OperationNotFound, "There is no operation with this id.")
            }
            Refusal::OperationFinished(state) => {
                Self::new(Code::OperationFinished, format!("The operation is {state}."))
            }
            Refusal::NeedsRole(role) => {
                Self::new(Code::Forbidden, format!("This operation needs the role {role}."))
            }
            Refusal::NotRetryable(state) => {
                Self::new(Code::NotRetryable, format!("The operation is {state}."))
            }
            Refusal::NoCredentials { name, state } => Self::new(
                Code::InvalidState,
                format!("{name} is {state}; it has no roles to log in as."),
            ),
            Refusal::CredentialsExist { name } => Self::new(
                Code::CredentialsExist,
                format!("{name} has a password already, and `rotate` is not set."),
            ),
            Refusal::Managed(error) => managed(error),
            Refusal::AdoptedReadOnly { name } => Self::new(
                Code::AdoptedReadOnly,
                format!(
                    "{name} was adopted and is only read. To let Tenantry change it: tenantry schema manage {name}"
                ),
            ),
            Refusal::NotForAdopted(reason) => Self::new(Code::NotForAdopted, reason),
            Refusal::NotAdopted(name) => {
                Self::new(Code::NotAdopted, format!("Tenantry made the schema of {name}."))
            }
            Refusal::AdoptionRefused(reason) => Self::new(Code::AdoptionRefused, reason),
            Refusal::Changed { name, tag, last } => changed(&name, &tag, last),
            Refusal::ExternalIdTaken { id, bearer } => Self::new(
                Code::ExternalIdTaken,
                match bearer {
                    Some(bearer) => format!("The external id {id:?} is that of {bearer}."),
                    None => {
                        format!("The external id {id:?} was another's a moment ago; try again.")
                    }
                },
            ),
            Refusal::ParameterMissing(names) => Self::new(
                Code::ParameterMissing,
                format!("The template's seed requires `parameters` for: {}.", names.join(", ")),
            ),
            Refusal::Busy => Self::new(
                Code::Unavailable,
                "Others kept changing the same institutions meanwhile; nothing was changed.",
            ),
            Refusal::Backup(refusal) => of_backups(refusal),
            Refusal::BadPool(reason) => Self::new(Code::InvalidRequest, reason),
            Refusal::Store(error) => error.into(),
        }
    }
}

fn of_backups(refusal: BackupRefusal) -> Problem {
    match refusal {
        BackupRefusal::BackupsOff => {
            Problem::new(Code::BackupsOff, "No place for backups was set up on this server.")
        }
        BackupRefusal::NoIdentity => {
            Problem::new(Code::NoIdentity, "This server has no identity that opens backups.")
        }
        BackupRefusal::BackupNotFound(id) => {
            Problem::new(Code::BackupNotFound, format!("The store has no backup {id}."))
        }
        BackupRefusal::CopyNotFound { name, copy } => {
            Problem::new(Code::CopyNotFound, format!("{name} has no copy {copy:?}."))
        }
        BackupRefusal::NoSchema { name, state } => Problem::new(
            Code::InvalidState,
            format!("{name} is {state}; there is no schema to work with then."),
        ),
        BackupRefusal::Living { name } => Problem::new(
            Code::InvalidState,
            format!("{name} lives. Restore beside it (`as`), compare, and swap; or drop it first."),
        ),
        BackupRefusal::Pending { name } => Problem::new(
            Code::InvalidState,
            format!("Something else is queued or under way for {name}; wait for its end."),
        ),
    }
}

/// What the managed database said to something that was done at once.
fn managed(error: PgError) -> Problem {
    if error.is_transient() {
        tracing::warn!("The managed database does not answer: {error}");
        return Problem::new(
            Code::Unavailable,
            "The managed database does not answer at the moment.",
        );
    }
    match error.situation() {
        Situation::ChangedByHand => {
            Problem::new(Code::InvalidState, format!("{error}; see `tenantry schema findings`."))
        }
        Situation::OwnerNeeded => Problem::new(
            Code::OwnerNeeded,
            format!("{error}. {}", error.hint().unwrap_or_default()),
        ),
        _ => Problem::internal(error),
    }
}

/// What is there now, and what was done to it last.
fn changed(name: &str, tag: &str, last: Option<(String, String)>) -> Problem {
    let last = match last {
        Some((action, actor)) => format!(" The last change was `{action}` by {actor}."),
        None => String::new(),
    };
    let detail =
        format!("{name} is at version \"{tag}\", which is none that `If-Match` names.{last}");
    Problem::new(Code::PreconditionFailed, detail)
}

fn bulk(refusal: BulkRefusal) -> Problem {
    let (code, detail) = match refusal {
        BulkRefusal::ConfirmationNeeded(phrase) => {
            (Code::ConfirmationMismatch, format!("`confirm` must be {phrase:?}."))
        }
        BulkRefusal::SelectionChanged { action, confirmed, found } => (
            Code::SelectionChanged,
            format!("`{action}` was confirmed for {confirmed}, and now there are {found}."),
        ),
        BulkRefusal::NothingSelected { action, selected } => (
            Code::InvalidState,
            format!("`{action}` is possible for none of the {selected} institutions selected."),
        ),
    };
    Problem::new(code, detail)
}

fn schedule(refusal: ScheduleRefusal) -> Problem {
    let (code, detail) = match refusal {
        ScheduleRefusal::NotFound(name) => {
            (Code::ScheduleNotFound, format!("There is no schedule {name:?}."))
        }
        ScheduleRefusal::Exists(name) => {
            (Code::ScheduleExists, format!("There is a schedule {name}."))
        }
        ScheduleRefusal::Configured(name) => {
            (Code::ScheduleConfigured, format!("{name} stands in the server's settings."))
        }
        ScheduleRefusal::Bad(reason) => (Code::ScheduleRefused, reason),
    };
    Problem::new(code, detail)
}

//! Institutions from a sheet: `/api/admin/schemas/import`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tenantry_domain::problem::Code;
use tenantry_domain::sheet::{self, Fate};
use tenantry_ops::import::{self, Imported, Options, Outlook};
use utoipa::IntoParams;

use super::schemas::invalid;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Query, Sheet};
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{ImportOutcome, ImportReport, ImportRow, OperationBody, ProblemBody};
use crate::wait::answer;

/// How a sheet is imported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Only say what would become of each row.
    #[serde(default)]
    dry_run: bool,
    /// The template of rows that name none; `default` when it is left out.
    template: Option<String>,
    /// Change institutions that are there and differ.
    #[serde(default)]
    update: bool,
    /// Leave invalid rows out, instead of refusing all.
    #[serde(default)]
    skip_invalid: bool,
}

/// Makes institutions from a sheet of CSV (RFC 4180, UTF-8, a header first; up to 10,000 rows): one
/// operation, whose children are the creations. Those that are there are compared, and changed with
/// `update`. With an invalid row nothing is done.
#[utoipa::path(post, path = "/api/admin/schemas/import", tag = "schemas", operation_id = "import_schemas",
    params(ImportQuery, ChangeHeaders),
    request_body(content = String, content_type = "text/csv"), responses(
    (status = 200, body = ImportOutcome, description = "What a dry run found, or the operation that ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Query(query): Query<ImportQuery>,
    Sheet { bytes, idempotency }: Sheet,
) -> Result<Response, Problem> {
    let template = query.template.unwrap_or_else(|| "default".to_owned());
    if template.contains('\0') {
        return Err(invalid("`template` contains a NUL character."));
    }
    // reading a large sheet takes a while; the other requests go on meanwhile
    let rows = tokio::task::spawn_blocking(move || sheet::read(&bytes))
        .await
        .map_err(Problem::internal)?
        .map_err(|reason| Problem::new(Code::ImportRefused, reason))?;
    let options = Options { template, update: query.update, skip_invalid: query.skip_invalid };
    if query.dry_run {
        let outlook = import::preview(app.fleet(), &rows, &options).await?;
        return Ok(Json(ImportOutcome::Report(report(outlook))).into_response());
    }
    let who = caller.requester(idempotency);
    match import::import(app.fleet(), &who, &rows, &options).await? {
        Imported::Accepted(accepted) => answer(&app, accepted, wait).await,
        Imported::Refused(outlook) => Err(Problem::import(report(outlook))),
    }
}

fn report(outlook: Vec<Outlook>) -> ImportReport {
    let count = |fate: Fate| outlook.iter().filter(|row| row.fate == fate).count();
    let (create, update) = (count(Fate::Create), count(Fate::Update));
    let (unchanged, differs) = (count(Fate::Unchanged), count(Fate::Differs));
    let invalid = count(Fate::Invalid);
    let rows = outlook.into_iter().map(|row| ImportRow {
        line: row.line,
        name: row.name,
        fate: row.fate,
        reasons: row.reasons,
        changes: row.changes.into_iter().map(str::to_owned).collect(),
    });
    ImportReport { rows: rows.collect(), create, update, unchanged, differs, invalid }
}

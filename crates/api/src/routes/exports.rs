//! Institutions as a sheet: `/api/admin/schemas/export`.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tenantry_domain::sheet::{self, Line};
use tenantry_store::schemas::{self, Cursor, Filter, Page, Sort, SortKey, Start, TenantSchema};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::lists::{FilterWords, filter};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::types::{BackupFilter, ProblemBody};

/// Which schemas are exported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// A part of the name or display name.
    q: Option<String>,
    /// States, separated by commas; those that an import takes back when it is left out.
    #[param(example = "active,suspended")]
    state: Option<String>,
    /// Plans, separated by commas.
    plan: Option<String>,
    /// Levels of the quota, separated by commas: `ok`, `warning`, `soft`, `blocked`.
    quota: Option<String>,
    /// The template that they are made from.
    template: Option<String>,
    /// The version of the template that they are at.
    #[param(minimum = 1)]
    template_version: Option<i32>,
    /// `none`: without a backup; `stale`: the newest is older than 26 hours; `fresh`: it is not.
    #[param(inline)]
    backup: Option<BackupFilter>,
    /// `true`: of which an operation failed or is stuck, within a week, and none succeeded since.
    #[serde(default)]
    failing: bool,
    /// What your own system calls the institution.
    external_id: Option<String>,
    /// Labels that it has, separated by commas.
    #[param(example = "region=north,plan=basic")]
    label: Option<String>,
}

/// An import of what was dropped or never came to be would be refused.
const LIVING: &str = "provisioning,active,suspended,restoring";

/// Rows that are in memory at a time, twice: a page that is sent while the next one is read.
const PAGE: i64 = 500;

const BY_NAME: Sort = Sort { key: SortKey::Name, descending: false };

/// Writes institutions as CSV, in the columns that an import reads, and state, use and times. A cell
/// that a spreadsheet would run as a formula has an apostrophe in front, which an import takes away.
#[utoipa::path(get, path = "/api/admin/schemas/export", tag = "schemas", operation_id = "export_schemas", params(ExportQuery), responses(
    (status = 200, body = String, content_type = "text/csv"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn export(
    State(app): State<App>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let state = query.state.as_deref().unwrap_or(LIVING);
    let filter = filter(FilterWords {
        q: query.q,
        state: Some(state),
        plan: query.plan.as_deref(),
        quota: query.quota.as_deref(),
        template: query.template,
        template_version: query.template_version,
        backup: query.backup,
        failing: query.failing,
        external_id: query.external_id,
        label: query.label.as_deref(),
    })?;
    let first = page(&app, &filter, None).await?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(send(app, filter, first, sender));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"institutions.csv\""),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

async fn page(
    app: &App,
    filter: &Filter,
    after: Option<Cursor>,
) -> Result<Page<TenantSchema>, tenantry_store::PgError> {
    let start = after.map_or(Start::Offset(0), Start::After);
    schemas::list(&app.fleet().store, filter, BY_NAME, &start, PAGE).await
}

/// Page by page until the last, or until the client goes. Where a page cannot be had the connection
/// is cut: what came would else be taken for all.
async fn send(
    app: App,
    filter: Filter,
    first: Page<TenantSchema>,
    sender: mpsc::Sender<Result<Bytes, io::Error>>,
) {
    let mut rows = sheet::header();
    let mut page_at_hand = first;
    loop {
        for schema in &page_at_hand.items {
            rows.extend(line(schema));
        }
        if sender.send(Ok(std::mem::take(&mut rows).into())).await.is_err() {
            return;
        }
        let Some(next) = page_at_hand.next else {
            return;
        };
        page_at_hand = match page(&app, &filter, Some(next)).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!("An export was cut off: {error}");
                let _ = sender.send(Err(io::Error::other("the export was cut off"))).await;
                return;
            }
        };
    }
}

fn line(schema: &TenantSchema) -> Vec<u8> {
    sheet::line(&Line {
        name: &schema.name,
        display_name: &schema.display_name,
        external_id: schema.external_id.as_deref(),
        contact_name: schema.contact.name.as_deref(),
        contact_email: schema.contact.email.as_deref(),
        contact_phone: schema.contact.phone.as_deref(),
        labels: serde_json::from_value(schema.labels.clone()).unwrap_or_default(),
        quota_bytes: schema.quota_bytes,
        plan: schema.plan.as_deref(),
        template: schema.template.as_deref(),
        template_version: schema.template_version,
        schema_name: schema.schema_name.as_deref(),
        state: schema.state.as_str(),
        usage_bytes: schema.usage_bytes,
        created_at: schema.created_at.to_string(),
        updated_at: schema.updated_at.to_string(),
    })
}

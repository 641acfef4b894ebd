//! What schemas use: `/api/admin/schemas/{name}/usage`, `/api/admin/usage` and its history.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tenantry_domain::problem::Code;
use tenantry_store::schemas::{self, Filter, Sort, SortKey, Start};
use tenantry_store::usage::{self, Point};
use utoipa::IntoParams;

use super::schemas::{existing_name, invalid};
use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::shape;
use crate::span::{HistoryQuery, Span};
use crate::types::{
    FleetUsage, FleetUsageHistory, FleetUsagePoint, GrownSchema, LargestSchema, ProblemBody,
    UsageHistory, UsagePoint,
};

/// How many of the largest.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FleetQuery {
    /// How many of the largest schemas are named, and how many of those that grew most.
    #[param(minimum = 0, maximum = 100, default = 10)]
    top: Option<i64>,
}

/// Shows what a schema uses, as it was seen last, and its history.
#[utoipa::path(get, path = "/api/admin/schemas/{name}/usage", tag = "usage", operation_id = "show_usage",
    params(("name" = String, Path, description = "The institution's name"), HistoryQuery), responses(
    (status = 200, body = UsageHistory),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn history(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<UsageHistory>, Problem> {
    let name = existing_name(&name)?;
    let Span { by, from, to } = query.read()?;
    let store = &app.fleet().store;
    let schema = schemas::by_name(store, name).await?.ok_or_else(|| {
        Problem::new(Code::SchemaNotFound, format!("There is no institution {name}."))
    })?;
    let points = usage::history(store, schema.id, by, from, to).await?;
    Ok(Json(UsageHistory {
        name: schema.name,
        current: shape::usage(schema.usage_bytes, &schema.usage),
        by,
        from,
        to,
        points: points.into_iter().map(point).collect(),
    }))
}

/// Within this time a schema grew.
const GROWN_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Shows what all schemas use together, the largest, and those that grew most within a week.
#[utoipa::path(get, path = "/api/admin/usage", tag = "usage", operation_id = "show_fleet_usage",
    params(FleetQuery), responses(
    (status = 200, body = FleetUsage),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn fleet(
    State(app): State<App>,
    Query(query): Query<FleetQuery>,
) -> Result<Json<FleetUsage>, Problem> {
    let top = match query.top.unwrap_or(10) {
        top @ 0..=100 => top,
        _ => return Err(invalid("`top` is 0 to 100.")),
    };
    let store = &app.fleet().store;
    let totals = usage::totals(store).await?;
    let sort = Sort { key: SortKey::Usage, descending: true };
    let largest = schemas::list(store, &Filter::default(), sort, &Start::Offset(0), top).await?;
    let grown = usage::grown(store, GROWN_WITHIN, top).await?;
    Ok(Json(FleetUsage {
        schemas: totals.schemas,
        measured: totals.measured,
        stale: totals.stale,
        stale_since: totals.stale_since,
        oldest_measured_at: totals.oldest_measured_at,
        bytes: totals.table_bytes + totals.index_bytes + totals.toast_bytes,
        table_bytes: totals.table_bytes,
        index_bytes: totals.index_bytes,
        toast_bytes: totals.toast_bytes,
        row_estimate: totals.row_estimate,
        connections: totals.connections,
        largest: largest
            .items
            .into_iter()
            .map(|row| LargestSchema {
                usage: shape::usage(row.usage_bytes, &row.usage),
                name: row.name,
            })
            .collect(),
        grown: grown
            .into_iter()
            .map(|row| GrownSchema {
                name: row.name,
                bytes: row.bytes,
                grown_bytes: row.grown_bytes,
            })
            .collect(),
    }))
}

/// Shows what all schemas used together, by the hour or by the day.
#[utoipa::path(get, path = "/api/admin/usage/history", tag = "usage", operation_id = "show_fleet_usage_history",
    params(HistoryQuery), responses(
    (status = 200, body = FleetUsageHistory),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn fleet_history(
    State(app): State<App>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<FleetUsageHistory>, Problem> {
    let Span { by, from, to } = query.read()?;
    let points = usage::fleet_history(&app.fleet().store, by, from, to).await?;
    let points = points.into_iter().map(|row| FleetUsagePoint {
        at: row.at,
        schemas: row.schemas,
        bytes: row.table_bytes + row.index_bytes + row.toast_bytes,
        table_bytes: row.table_bytes,
        index_bytes: row.index_bytes,
        toast_bytes: row.toast_bytes,
    });
    Ok(Json(FleetUsageHistory { by, from, to, points: points.collect() }))
}

fn point(row: Point) -> UsagePoint {
    UsagePoint {
        at: row.at,
        bytes: row.table_bytes + row.index_bytes + row.toast_bytes,
        most_bytes: row.most_bytes,
        table_bytes: row.table_bytes,
        index_bytes: row.index_bytes,
        toast_bytes: row.toast_bytes,
        row_estimate: row.row_estimate,
        writes: row.writes,
        most_connections: row.most_connections,
    }
}

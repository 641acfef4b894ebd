//! What schemas use: `/api/admin/schemas/{name}/usage` and `/api/admin/usage`.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tenantry_domain::clock;
use tenantry_domain::problem::Code;
use tenantry_domain::usage::Grain;
use tenantry_store::schemas::{self, Filter, Sort, SortKey, Start};
use tenantry_store::usage::{self, Point};
use utoipa::IntoParams;

use super::schemas::{existing_name, invalid};
use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::shape;
use crate::types::{FleetUsage, LargestSchema, ProblemBody, UsageHistory, UsagePoint};

/// Which points.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// The first time; 48 hours or 90 days before `to` when it is left out.
    #[param(example = "2026-11-01T00:00:00Z", format = "date-time")]
    from: Option<String>,
    /// The time after the last one; now when it is left out.
    #[param(example = "2026-11-02T00:00:00Z", format = "date-time")]
    to: Option<String>,
    /// `hour` or `day`; `hour` when it is left out.
    #[param(pattern = "^(hour|day)$")]
    by: Option<String>,
}

/// How many of the largest.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FleetQuery {
    /// How many of the largest schemas are named.
    #[param(minimum = 0, maximum = 100, default = 10)]
    top: Option<i64>,
}

/// No answer has more points.
const MOST_POINTS: i64 = 10_000;

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
    let by: Grain = match query.by.as_deref() {
        None => Grain::Hour,
        Some(word) => word.parse().map_err(|error| invalid(format!("`by`: {error}.")))?,
    };
    let to = time("to", query.to.as_deref())?.unwrap_or_else(clock::now);
    let (length, usual) = match by {
        Grain::Hour => (SignedDuration::from_hours(1), 48),
        Grain::Day => (SignedDuration::from_hours(24), 90),
    };
    let from = match time("from", query.from.as_deref())? {
        Some(from) => from,
        None => to.checked_sub(length * usual).unwrap_or(Timestamp::MIN),
    };
    if from >= to {
        return Err(invalid("`from` is before `to`."));
    }
    if to.duration_since(from).as_secs() / length.as_secs() > MOST_POINTS {
        return Err(invalid(format!("No more than {MOST_POINTS} points at a time.")));
    }
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

/// Shows what all schemas use together, and the largest.
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
    }))
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

/// A time that the database can compare with, too: it knows none before 4713 BC.
fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.parse::<Timestamp>() {
        Ok(time) if time.as_second() >= 0 => Ok(Some(time)),
        _ => Err(invalid(format!("`{name}` is a time as 2026-11-01T00:00:00Z, from 1970 on."))),
    }
}

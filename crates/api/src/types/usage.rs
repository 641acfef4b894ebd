//! What schemas use, now and over time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::usage::Grain;
use utoipa::ToSchema;

/// What a schema uses, as it was seen last.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Bytes of tables, indexes and TOAST; null when never measured.
    pub bytes: Option<i64>,
    /// When that was measured.
    pub measured_at: Option<Timestamp>,
    /// Since when it may be another size (something was written, and a table was locked when it was
    /// to be measured again, or its turn has not come yet); null when it has not changed since.
    pub stale_since: Option<Timestamp>,
    /// Bytes of tables and sequences, without TOAST.
    pub table_bytes: Option<i64>,
    /// Bytes of indexes.
    pub index_bytes: Option<i64>,
    /// Bytes of TOAST: values too long for their row.
    pub toast_bytes: Option<i64>,
    /// Rows in its tables, as PostgreSQL estimates them.
    pub row_estimate: i64,
    /// Rows inserted, updated and deleted since it is watched.
    pub writes: i64,
    /// Sessions of its application role.
    pub connections: i32,
    /// When it was last seen writing or connected.
    pub last_activity_at: Option<Timestamp>,
}

/// What a schema uses and used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageHistory {
    /// The institution's name.
    pub name: String,
    /// What it uses now.
    pub current: Usage,
    /// What a point is: an hour or a day.
    pub by: Grain,
    /// The points are not older.
    pub from: Timestamp,
    /// The points began before.
    pub to: Timestamp,
    /// The hours or days, the oldest first. One in which no server measured is missing.
    pub points: Vec<UsagePoint>,
}

/// An hour, or a day in UTC.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsagePoint {
    /// When it began.
    pub at: Timestamp,
    /// Bytes of everything, at its end.
    pub bytes: i64,
    /// The largest size that was seen in it.
    pub most_bytes: i64,
    /// Bytes of tables and sequences, at its end.
    pub table_bytes: i64,
    /// Bytes of indexes, at its end.
    pub index_bytes: i64,
    /// Bytes of TOAST, at its end.
    pub toast_bytes: i64,
    /// Estimated rows, at its end.
    pub row_estimate: i64,
    /// Rows inserted, updated and deleted in it.
    pub writes: i64,
    /// The most sessions that were seen at a time.
    pub most_connections: i32,
}

/// What the whole fleet uses.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetUsage {
    /// How many schemas there are in a managed database.
    pub schemas: i64,
    /// How many of them were measured.
    pub measured: i64,
    /// How many were never measured, or may be another size by now.
    pub stale: i64,
    /// Since when the stalest of them may be; null when none may.
    pub stale_since: Option<Timestamp>,
    /// When the oldest measurement was made.
    pub oldest_measured_at: Option<Timestamp>,
    /// Bytes of everything.
    pub bytes: i64,
    /// Bytes of tables and sequences, without TOAST.
    pub table_bytes: i64,
    /// Bytes of indexes.
    pub index_bytes: i64,
    /// Bytes of TOAST.
    pub toast_bytes: i64,
    /// Estimated rows.
    pub row_estimate: i64,
    /// Sessions of application roles.
    pub connections: i64,
    /// The largest schemas, the largest first.
    pub largest: Vec<LargestSchema>,
    /// Those that grew most within a week, the one that grew most first.
    pub grown: Vec<GrownSchema>,
}

/// A schema that grew.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrownSchema {
    /// The institution's name.
    pub name: String,
    /// Bytes of everything, now.
    pub bytes: i64,
    /// How many bytes it had less a week ago; all of them where it was not there yet.
    pub grown_bytes: i64,
}

/// What the whole fleet used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetUsageHistory {
    /// What a point is: an hour or a day.
    pub by: Grain,
    /// The points are not older.
    pub from: Timestamp,
    /// The points began before.
    pub to: Timestamp,
    /// The hours or days, the oldest first. One in which no server measured is missing.
    pub points: Vec<FleetUsagePoint>,
}

/// An hour, or a day in UTC, of the whole fleet.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetUsagePoint {
    /// When it began.
    pub at: Timestamp,
    /// How many schemas there were, at its end.
    pub schemas: i64,
    /// Bytes of everything, at its end.
    pub bytes: i64,
    /// Bytes of tables and sequences, without TOAST, at its end.
    pub table_bytes: i64,
    /// Bytes of indexes, at its end.
    pub index_bytes: i64,
    /// Bytes of TOAST, at its end.
    pub toast_bytes: i64,
}

/// One of the largest schemas.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LargestSchema {
    /// The institution's name.
    pub name: String,
    /// What it uses.
    pub usage: Usage,
}

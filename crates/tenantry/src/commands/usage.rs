//! `tenantry schema usage`, and how use is shown elsewhere.

use clap::Args;
use tenantry_api::types::{Quota, QuotaSource, Usage, UsageHistory};
use tenantry_domain::usage::Grain;

use crate::client::Client;
use crate::failure::Outcome;
use crate::output::{bytes, fields, json, or_dash, out, table, time};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The institution
    name: String,
    /// hour or day
    #[arg(long, default_value = "hour")]
    by: Grain,
    /// The first time, as 2026-11-01T00:00:00Z; 48 hours or 90 days ago when left out
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// The time after the last one; now when left out
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Arguments {
    /// The institution.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Shows what the institution at that path uses.
pub(super) async fn show(client: &Client, path: &str, arguments: Arguments) -> Outcome {
    let mut query = vec![("by", arguments.by.to_string())];
    let optional = [("from", arguments.from), ("to", arguments.to)];
    query.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let history: UsageHistory = client.get(&format!("{path}/usage"), &query).await?;
    if client.json {
        json(&history);
        return Ok(());
    }
    fields(&[
        ("size", size_in_detail(&history.current)),
        ("measured", measured(&history.current)),
        ("rows", format!("about {}", history.current.row_estimate)),
        ("connections", history.current.connections.to_string()),
        ("last activity", time(history.current.last_activity_at)),
    ]);
    out!();
    let rows = history
        .points
        .iter()
        .map(|point| {
            [
                time(Some(point.at)),
                bytes(point.bytes),
                bytes(point.most_bytes),
                bytes(point.table_bytes),
                bytes(point.index_bytes),
                bytes(point.toast_bytes),
                point.row_estimate.to_string(),
                point.writes.to_string(),
                point.most_connections.to_string(),
            ]
        })
        .collect();
    let unit = if history.by == Grain::Hour { "HOUR" } else { "DAY" };
    table([unit, "SIZE", "MOST", "TABLES", "INDEXES", "TOAST", "ROWS", "WRITES", "SESSIONS"], rows);
    Ok(())
}

/// A size for a table; one that may be another by now has a `~` in front.
pub(super) fn size(usage: &Usage) -> String {
    match (usage.bytes, usage.stale_since) {
        (Some(count), Some(_)) => format!("~{}", bytes(count)),
        (count, _) => or_dash(count.map(bytes)),
    }
}

/// A quota, how near it is, and since when nothing may be written.
pub(super) fn quota(quota: &Quota) -> String {
    let Some(most) = quota.bytes else {
        return "-".into();
    };
    let most = match quota.source {
        Some(QuotaSource::Plan) => format!("{} by its plan", bytes(most)),
        _ => bytes(most),
    };
    match quota.writes_blocked_at {
        Some(since) => format!("{most}, writing refused since {}", time(Some(since))),
        None => format!("{most} ({})", quota.level),
    }
}

/// A size and what it is made of.
pub(super) fn size_in_detail(usage: &Usage) -> String {
    let part = |count: Option<i64>| or_dash(count.map(bytes));
    match usage.bytes {
        Some(count) => format!(
            "{} (tables {}, indexes {}, TOAST {})",
            bytes(count),
            part(usage.table_bytes),
            part(usage.index_bytes),
            part(usage.toast_bytes)
        ),
        None => "-".into(),
    }
}

/// When a size was measured, and since when it may be another.
pub(super) fn measured(usage: &Usage) -> String {
    match usage.stale_since {
        Some(since) => format!("{}, stale since {}", time(usage.measured_at), time(Some(since))),
        None => time(usage.measured_at),
    }
}

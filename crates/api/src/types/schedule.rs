//! Schedules: what is done again and again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::schedule::ScheduleKind;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema::some;

/// A schedule.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleBody {
    /// Its name.
    #[schema(example = "nightly")]
    pub name: String,
    /// What it does.
    pub kind: ScheduleKind,
    /// When, and how the work is spread.
    pub settings: ScheduleSettingsBody,
    /// Whether it stands in the server's settings: then only they change and delete it.
    pub configured: bool,
    /// Whether it does its work, pauses aside.
    pub enabled: bool,
    /// Since when it is paused; null when it is not.
    pub paused_at: Option<Timestamp>,
    /// Until when it is paused; null when it is not, or until it is resumed.
    pub paused_until: Option<Timestamp>,
    /// The last slot that was begun.
    pub last_fired: Option<Timestamp>,
    /// The operation that was queued for it; null when there was nothing to do.
    pub last_operation: Option<Uuid>,
    /// The next slot; null while there is none, because it is disabled or paused.
    pub next: Option<NextSlot>,
    /// Whether it should have begun a slot and did not.
    pub silent: bool,
    /// What is wrong with it by the open findings; null when nothing is.
    pub finding: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A slot that is to come.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextSlot {
    /// The instant.
    pub at: Timestamp,
    /// The same on the schedule's wall clock, with its offset and zone.
    #[schema(example = "2026-11-20T02:00:00+01:00[Europe/Berlin]")]
    pub local: String,
}

/// When a schedule is due, and how the work of a slot is spread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleSettingsBody {
    /// Minute, hour, day of the month, month, day of the week.
    #[schema(example = "0 2 * * *", max_length = 200)]
    pub cron: String,
    /// The time zone on whose wall clock that is, by its IANA name.
    #[serde(default = "utc")]
    #[schema(example = "Europe/Berlin", default = "UTC", max_length = 64)]
    pub time_zone: String,
    /// What becomes of a slot that no server was there for.
    #[serde(default)]
    pub missed: MissedPolicy,
    /// With `within`: how late the newest such slot may be begun, in seconds.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 2_678_400)]
    pub within_seconds: Option<u64>,
    /// Over how many seconds the institutions' work of a slot is spread.
    #[serde(default)]
    #[schema(maximum = 86400, default = 0)]
    pub jitter_seconds: u64,
    /// The local time, `HH:MM`, after which nothing of a slot is begun any more; null for none.
    #[serde(default)]
    #[schema(example = "06:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub not_after: Option<String>,
    /// How many institutions are worked on at a time; null for as many as there are places.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    pub at_once: Option<u32>,
    /// How many institutions are begun within a minute; null for no limit.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub per_minute: Option<u32>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What becomes of a slot that no server was there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissedPolicy {
    /// It is left out.
    Skip,
    /// The newest one is made up for, however late.
    #[default]
    Once,
    /// The newest one is made up for if it is not later than `withinSeconds`.
    Within,
}

/// Schedules, by name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleList {
    /// All of them.
    pub items: Vec<ScheduleBody>,
    /// How many.
    pub total: i64,
}

/// A schedule that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewScheduleRequest {
    /// Its name: 1 to 39 lower-case letters, digits, `_` and `-`, a letter first.
    #[schema(example = "nightly")]
    pub name: String,
    /// What it does.
    pub kind: ScheduleKind,
    /// When, and how the work is spread.
    pub settings: ScheduleSettingsBody,
    /// Whether it does its work from now on; it does when this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// What of a schedule is to change; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchedulePatch {
    /// Whether it does its work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What of its settings is to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<ScheduleSettingsPatch>,
}

/// What of a schedule's settings is to change: what is left out stays, null takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleSettingsPatch {
    /// Minute, hour, day of the month, month, day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 2 * * *", max_length = 200)]
    pub cron: Option<String>,
    /// The time zone on whose wall clock that is, by its IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Berlin", max_length = 64)]
    pub time_zone: Option<String>,
    /// What becomes of a slot that no server was there for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<MissedPolicy>,
    /// With `missed` as `within`: how late the newest such slot may be begun, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 2_678_400)]
    pub within_seconds: Option<u64>,
    /// Over how many seconds the institutions' work of a slot is spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 86400)]
    pub jitter_seconds: Option<u64>,
    /// The local time, `HH:MM`, after which nothing of a slot is begun any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(example = "06:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub not_after: Option<Option<String>>,
    /// How many institutions are worked on at a time.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(minimum = 1, maximum = 1000)]
    pub at_once: Option<Option<u32>>,
    /// How many institutions are begun within a minute.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub per_minute: Option<Option<u32>>,
}

/// A pause that is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseRequest {
    /// Until when; until it is resumed when this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// That a schedule was deleted. What it began goes on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedSchedule {
    /// Its name.
    pub deleted: String,
}

/// A slot that was dealt with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotBody {
    /// When it was due.
    pub slot: Timestamp,
    /// `fired`, `missed` (no server was there in time) or `skipped` (it could not be done).
    pub outcome: String,
    /// The operation that was queued for it.
    pub operation: Option<Uuid>,
    /// Why there is none.
    pub detail: Option<String>,
    /// When it was dealt with.
    pub dealt_with_at: Timestamp,
}

/// The last slots of a schedule that were dealt with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotList {
    /// The newest first.
    pub items: Vec<SlotBody>,
}

//! Schedules: `/api/admin/schedules`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Time;
use serde::Deserialize;
use tenantry_domain::problem::Code;
use tenantry_domain::schedule::{Definition, Missed, ScheduleSettings, SettingsChange, check_name};
use tenantry_ops::schedules::{self as asking, ScheduleChange, next_slot};
use tenantry_store::findings::{self, Finding, Source};
use tenantry_store::schedules::{self, ScheduleRow};
use utoipa::IntoParams;

use super::schemas::page_size;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Bodyless, Path, Query};
use crate::headers::{ChangeHeaders, KeyHeader, PreferredWait};
use crate::problem::Problem;
use crate::types::{
    DeletedSchedule, MissedPolicy, NewScheduleRequest, NextSlot, OperationBody, PauseRequest,
    ProblemBody, ScheduleBody, ScheduleList, SchedulePatch, ScheduleSettingsBody,
    ScheduleSettingsPatch, SlotBody, SlotList,
};
use crate::wait::answer;

/// Lists schedules, by name.
#[utoipa::path(get, path = "/api/admin/schedules", tag = "schedules", operation_id = "list_schedules", responses(
    (status = 200, body = ScheduleList),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<ScheduleList>, Problem> {
    let store = &app.fleet().store;
    let rows = schedules::all(store).await?;
    let found = findings::open_of(store, Source::Schedules).await?;
    let items: Vec<ScheduleBody> = rows.into_iter().map(|row| body(row, &found)).collect();
    Ok(Json(ScheduleList { total: items.len() as i64, items }))
}

/// Shows a schedule.
#[utoipa::path(get, path = "/api/admin/schedules/{name}", tag = "schedules", operation_id = "show_schedule",
    params(("name" = String, Path, description = "The schedule's name")), responses(
    (status = 200, body = ScheduleBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<ScheduleBody>, Problem> {
    let name = existing(&name)?;
    let row = schedules::by_name(&app.fleet().store, name).await?.ok_or_else(|| unknown(name))?;
    shape(&app, row).await
}

/// Makes a schedule. Its first slot is the next one.
#[utoipa::path(post, path = "/api/admin/schedules", tag = "schedules", operation_id = "create_schedule",
    params(KeyHeader), request_body = NewScheduleRequest, responses(
    (status = 201, body = ScheduleBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body { value, idempotency }: Body<NewScheduleRequest>,
) -> Result<Response, Problem> {
    let definition = Definition {
        kind: value.kind,
        settings: settings_of(value.settings)?,
        enabled: value.enabled.unwrap_or(true),
    };
    let who = caller.requester(idempotency);
    let row = asking::create(app.fleet(), &who, &value.name, &definition).await?;
    Ok((StatusCode::CREATED, shape(&app, row).await?).into_response())
}

/// Changes a schedule. One that gets other slots, or is switched on, begins with its next one. One of the
/// server's settings is changed there.
#[utoipa::path(patch, path = "/api/admin/schedules/{name}", tag = "schedules", operation_id = "patch_schedule",
    params(("name" = String, Path, description = "The schedule's name"), KeyHeader),
    request_body = SchedulePatch, responses(
    (status = 200, body = ScheduleBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<SchedulePatch>,
) -> Result<Json<ScheduleBody>, Problem> {
    let name = existing(&name)?;
    let settings = value.settings.unwrap_or_default();
    if value.enabled.is_none() && settings == ScheduleSettingsPatch::default() {
        let detail = "Give `enabled`, or `settings` with what is to change.";
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let change = ScheduleChange { settings: change_of(settings)?, enabled: value.enabled };
    let who = caller.requester(idempotency);
    let row = asking::update(app.fleet(), &who, name, &change).await?;
    shape(&app, row).await
}

/// Deletes a schedule. What it began goes on. One of the server's settings is deleted there.
#[utoipa::path(delete, path = "/api/admin/schedules/{name}", tag = "schedules", operation_id = "delete_schedule",
    params(("name" = String, Path, description = "The schedule's name"), KeyHeader), responses(
    (status = 200, body = DeletedSchedule),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Bodyless { idempotency }: Bodyless,
) -> Result<Json<DeletedSchedule>, Problem> {
    let name = existing(&name)?;
    asking::delete(app.fleet(), &caller.requester(idempotency), name).await?;
    Ok(Json(DeletedSchedule { deleted: name.to_owned() }))
}

/// Pauses a schedule until then, or until it is resumed. Slots that come meanwhile are not made up for.
#[utoipa::path(post, path = "/api/admin/schedules/{name}/pause", tag = "schedules", operation_id = "pause_schedule",
    params(("name" = String, Path, description = "The schedule's name"), KeyHeader),
    request_body = PauseRequest, responses(
    (status = 200, body = ScheduleBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn pause(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<PauseRequest>,
) -> Result<Json<ScheduleBody>, Problem> {
    let name = existing(&name)?;
    let who = caller.requester(idempotency);
    let row = asking::pause(app.fleet(), &who, name, value.until).await?;
    shape(&app, row).await
}

/// Ends a schedule's pause, if there is one.
#[utoipa::path(post, path = "/api/admin/schedules/{name}/resume", tag = "schedules", operation_id = "resume_schedule",
    params(("name" = String, Path, description = "The schedule's name"), KeyHeader), responses(
    (status = 200, body = ScheduleBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Bodyless { idempotency }: Bodyless,
) -> Result<Json<ScheduleBody>, Problem> {
    let name = existing(&name)?;
    let row = asking::resume(app.fleet(), &caller.requester(idempotency), name).await?;
    shape(&app, row).await
}

/// Does a schedule's work now, without jitter, whether it is on or not. Its slots are as due as before.
#[utoipa::path(post, path = "/api/admin/schedules/{name}/run", tag = "schedules", operation_id = "run_schedule",
    params(("name" = String, Path, description = "The schedule's name"), ChangeHeaders), responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path(name): Path<String>,
    Bodyless { idempotency }: Bodyless,
) -> Result<Response, Problem> {
    let name = existing(&name)?;
    let accepted = asking::run_now(app.fleet(), &caller.requester(idempotency), name).await?;
    answer(&app, accepted, wait).await
}

/// How many slots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlotsQuery {
    /// Rows.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
}

/// What became of a schedule's last slots, the newest first.
#[utoipa::path(get, path = "/api/admin/schedules/{name}/slots", tag = "schedules", operation_id = "list_slots",
    params(("name" = String, Path, description = "The schedule's name"), SlotsQuery), responses(
    (status = 200, body = SlotList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn slots(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<SlotsQuery>,
) -> Result<Json<SlotList>, Problem> {
    let (name, limit) = (existing(&name)?, page_size(query.limit)?);
    let store = &app.fleet().store;
    schedules::by_name(store, name).await?.ok_or_else(|| unknown(name))?;
    let items = schedules::slots(store, name, limit)
        .await?
        .into_iter()
        .map(|row| SlotBody {
            slot: row.slot,
            outcome: row.outcome.as_str().to_owned(),
            operation: row.operation_id,
            detail: row.detail,
            dealt_with_at: row.dealt_with_at,
        })
        .collect();
    Ok(Json(SlotList { items }))
}

async fn shape(app: &App, row: ScheduleRow) -> Result<Json<ScheduleBody>, Problem> {
    let found = findings::open_of(&app.fleet().store, Source::Schedules).await?;
    Ok(Json(body(row, &found)))
}

fn body(row: ScheduleRow, found: &[Finding]) -> ScheduleBody {
    // that one is about what is not there
    let mut about = found
        .iter()
        .filter(|finding| finding.object == row.name && finding.kind != "schedule_missing");
    let next = next_slot(&row).map(|at| {
        let local = row.settings.read().map(|schedule| schedule.local(at).to_string());
        NextSlot { at, local: local.unwrap_or_else(|_| at.to_string()) }
    });
    let is_paused = row.paused_at.is_some() && row.paused_until.is_none_or(|until| until > row.now);
    ScheduleBody {
        kind: row.kind,
        configured: row.configured,
        enabled: row.disabled_at.is_none(),
        paused_at: row.paused_at.filter(|_| is_paused),
        paused_until: row.paused_until.filter(|_| is_paused),
        last_fired: row.last_fired,
        last_operation: row.last_operation,
        next,
        silent: about.clone().any(|finding| finding.kind == "schedule_silent"),
        finding: about.next().map(|finding| finding.detail.clone()),
        created_at: row.created_at,
        updated_at: row.updated_at,
        settings: settings_body(row.settings),
        name: row.name,
    }
}

fn settings_body(settings: ScheduleSettings) -> ScheduleSettingsBody {
    let (missed, within_seconds) = match settings.missed {
        Missed::Skip => (MissedPolicy::Skip, None),
        Missed::Once => (MissedPolicy::Once, None),
        Missed::Within { seconds } => (MissedPolicy::Within, Some(seconds)),
    };
    ScheduleSettingsBody {
        cron: settings.cron,
        time_zone: settings.time_zone,
        missed,
        within_seconds,
        jitter_seconds: settings.jitter_seconds,
        not_after: settings.not_after.map(|time| time.strftime("%H:%M").to_string()),
        at_once: settings.at_once,
        per_minute: settings.per_minute,
    }
}

fn settings_of(given: ScheduleSettingsBody) -> Result<ScheduleSettings, Problem> {
    check_cron(&given.cron)?;
    Ok(ScheduleSettings {
        missed: missed_of(Some(given.missed), given.within_seconds)?.unwrap_or_default(),
        not_after: given.not_after.as_deref().map(time_of_day).transpose()?,
        cron: given.cron,
        time_zone: given.time_zone,
        jitter_seconds: given.jitter_seconds,
        at_once: given.at_once,
        per_minute: given.per_minute,
    })
}

fn change_of(given: ScheduleSettingsPatch) -> Result<SettingsChange, Problem> {
    given.cron.as_deref().map_or(Ok(()), check_cron)?;
    let not_after = match given.not_after {
        None => None,
        Some(time) => Some(time.as_deref().map(time_of_day).transpose()?),
    };
    Ok(SettingsChange {
        missed: missed_of(given.missed, given.within_seconds)?,
        not_after,
        cron: given.cron,
        time_zone: given.time_zone,
        jitter_seconds: given.jitter_seconds,
        at_once: given.at_once,
        per_minute: given.per_minute,
    })
}

/// What is wrong with an expression repeats it, so that it cannot be of any length.
fn check_cron(cron: &str) -> Result<(), Problem> {
    if cron.len() > 200 { Err(refused("cron: at most 200 bytes")) } else { Ok(()) }
}

fn missed_of(
    policy: Option<MissedPolicy>,
    seconds: Option<u64>,
) -> Result<Option<Missed>, Problem> {
    match (policy, seconds) {
        (Some(MissedPolicy::Within), Some(seconds)) => Ok(Some(Missed::Within { seconds })),
        (Some(MissedPolicy::Within), None) | (_, Some(_)) => {
            Err(refused("missed: `within` and `withinSeconds` go together"))
        }
        (Some(MissedPolicy::Skip), None) => Ok(Some(Missed::Skip)),
        (Some(MissedPolicy::Once), None) => Ok(Some(Missed::Once)),
        (None, None) => Ok(None),
    }
}

fn time_of_day(text: &str) -> Result<Time, Problem> {
    let time = Some(text).filter(|text| text.len() == 5);
    time.and_then(|text| Time::strptime("%H:%M", text).ok())
        .ok_or_else(|| refused(format!("not_after: {text:?} is not a time of day such as 06:00")))
}

/// A name that a schedule may have; one that breaks the rules certainly is not there.
fn existing(name: &str) -> Result<&str, Problem> {
    check_name(name).map(|()| name).map_err(|_| unknown(name))
}

fn unknown(name: &str) -> Problem {
    Problem::new(Code::ScheduleNotFound, format!("There is no schedule {name:?}."))
}

fn refused(reason: impl Into<String>) -> Problem {
    Problem::new(Code::ScheduleRefused, reason)
}

//! `tenantry schedule …`

use clap::{Args, Subcommand};
use jiff::{Timestamp, Zoned};
use reqwest::Method;
use tenantry_api::types::{
    DeletedSchedule, MissedPolicy, NewScheduleRequest, NextSlot, PauseRequest, ScheduleBody,
    ScheduleList, SchedulePatch, ScheduleSettingsBody, ScheduleSettingsPatch, SlotList,
};
use tenantry_domain::plan::parse_duration;
use tenantry_domain::schedule::ScheduleKind;

use crate::client::{Client, Connection, segment};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{fields, json, or_dash, out, table, time};
use crate::progress::{Wait, submit};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List schedules, and when each is due next
    List,
    /// Show a schedule
    Show(Name),
    /// Make a schedule; its first slot is the next one
    #[command(after_help = "\
Examples:
  tenantry schedule create nightly --kind backup --cron '0 2 * * *' --time-zone Europe/Berlin \\
    --jitter 30min --not-after 06:00
  tenantry schedule create drills --kind verify --cron '15 * * * *' --missed skip --at-once 2
  tenantry schedule create tidy --kind prune --cron '30 7 * * MON-FRI'")]
    Create(Create),
    /// Change a schedule; one of the server's settings is changed there
    #[command(after_help = "\
Examples:
  tenantry schedule update nightly --cron '0 3 * * *'
  tenantry schedule update nightly --not-after none --at-once 4
  tenantry schedule update nightly --disable")]
    Update(Update),
    /// Pause a schedule; slots that come meanwhile are not made up for
    #[command(after_help = "\
Examples:
  tenantry schedule pause nightly
  tenantry schedule pause nightly --until 2026-12-01T00:00:00Z")]
    Pause(Pause),
    /// End a schedule's pause
    Resume(Name),
    /// Do a schedule's work now, whether it is on or not; its slots are as due as before
    #[command(after_help = "Example:\n  tenantry schedule run nightly --wait")]
    Run(Run),
    /// Delete a schedule; what it began goes on
    Delete(Name),
    /// What became of a schedule's last slots, the newest first
    #[command(after_help = "Example:\n  tenantry schedule slots nightly --limit 10")]
    Slots(Slots),
}

#[derive(Args)]
pub(crate) struct Name {
    /// The schedule
    name: String,
}

#[derive(Args)]
pub(crate) struct Create {
    /// Its name: 1 to 39 lower-case letters, digits, _ and -, a letter first
    name: String,
    /// What it does: backup, verify or prune
    #[arg(long)]
    kind: ScheduleKind,
    /// Minute, hour, day of the month, month, day of the week
    #[arg(long)]
    cron: String,
    /// The time zone on whose wall clock that is
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// It does nothing until it is switched on
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    spread: Spread,
}

#[derive(Args)]
pub(crate) struct Update {
    /// The schedule
    name: String,
    /// Minute, hour, day of the month, month, day of the week
    #[arg(long)]
    cron: Option<String>,
    /// The time zone on whose wall clock that is
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Switch it on; it begins with its next slot
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Switch it off
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    spread: Spread,
}

/// What a schedule can do without.
#[derive(Args)]
struct Spread {
    /// What becomes of a slot that no server was there for: skip, once (the newest is made up for), or
    /// how late that may be, as 2h
    #[arg(long, value_name = "POLICY", value_parser = missed)]
    missed: Option<(MissedPolicy, Option<u64>)>,
    /// Over how long the institutions' work of a slot is spread, as 30min
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    jitter: Option<u64>,
    /// The local time after which nothing of a slot is begun any more, as 06:00, or none
    #[arg(long, value_name = "HH:MM", value_parser = or_none::<String>)]
    not_after: Option<Limit<String>>,
    /// How many institutions are worked on at a time, or none for as many as there are places
    #[arg(long, value_name = "N", value_parser = or_none::<u32>)]
    at_once: Option<Limit<u32>>,
    /// How many institutions are begun within a minute, or none for no limit
    #[arg(long, value_name = "N", value_parser = or_none::<u32>)]
    per_minute: Option<Limit<u32>>,
}

/// A value, or that there is none.
#[derive(Clone, Debug)]
struct Limit<T>(Option<T>);

#[derive(Args)]
pub(crate) struct Pause {
    /// The schedule
    name: String,
    /// Until then, as 2026-12-01T00:00:00Z; until it is resumed when left out
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

#[derive(Args)]
pub(crate) struct Run {
    /// The schedule
    name: String,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Slots {
    /// The schedule
    name: String,
    /// Rows, at most 500
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

fn missed(text: &str) -> Result<(MissedPolicy, Option<u64>), String> {
    match text {
        "skip" => Ok((MissedPolicy::Skip, None)),
        "once" => Ok((MissedPolicy::Once, None)),
        time => seconds(time)
            .map(|seconds| (MissedPolicy::Within, Some(seconds)))
            .map_err(|reason| format!("{reason}, or skip, or once")),
    }
}

fn seconds(text: &str) -> Result<u64, String> {
    Ok(parse_duration(text)?.as_secs())
}

fn or_none<T: std::str::FromStr>(text: &str) -> Result<Limit<T>, T::Err> {
    match text {
        "none" => Ok(Limit(None)),
        value => Ok(Limit(Some(value.parse()?))),
    }
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::List => list(&client).await,
        Command::Show(Name { name }) => {
            let schedule: ScheduleBody = client.get(&path(&name, ""), &[]).await?;
            show(&client, &schedule);
            Ok(())
        }
        Command::Create(arguments) => create(&client, arguments).await,
        Command::Update(arguments) => update(&client, arguments).await,
        Command::Pause(Pause { name, until }) => {
            let body = PauseRequest { until };
            let path = path(&name, "/pause");
            told(&client, &client.send_body(Method::POST, &path, &body, None).await?);
            Ok(())
        }
        Command::Resume(Name { name }) => {
            told(&client, &client.call(Method::POST, &path(&name, "/resume")).await?);
            Ok(())
        }
        Command::Run(Run { name, wait }) => {
            let nothing = serde_json::json!({});
            submit(&client, Method::POST, &path(&name, "/run"), &nothing, &wait).await
        }
        Command::Delete(Name { name }) => delete(&client, &name).await,
        Command::Slots(arguments) => slots(&client, arguments).await,
    }
}

fn path(name: &str, rest: &str) -> String {
    format!("/api/admin/schedules/{}{rest}", segment(name))
}

async fn list(client: &Client) -> Outcome {
    let list: ScheduleList = client.get("/api/admin/schedules", &[]).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    if list.items.is_empty() {
        out!("There are no schedules. `tenantry schedule create --help` shows how to make one.");
        return Ok(());
    }
    let rows = list
        .items
        .iter()
        .map(|schedule| {
            [
                schedule.name.clone(),
                schedule.kind.to_string(),
                schedule.settings.cron.clone(),
                state(schedule),
                local(schedule.next.as_ref()),
                time(schedule.last_fired),
                if schedule.configured { "settings" } else { "request" }.to_owned(),
            ]
        })
        .collect();
    table(["SCHEDULE", "KIND", "CRON", "STATE", "NEXT", "LAST SLOT", "MADE BY"], rows);
    Ok(())
}

async fn create(client: &Client, arguments: Create) -> Outcome {
    let Spread { missed, jitter, not_after, at_once, per_minute } = arguments.spread;
    let (missed, within_seconds) = missed.unwrap_or_default();
    let body = NewScheduleRequest {
        name: arguments.name,
        kind: arguments.kind,
        settings: ScheduleSettingsBody {
            cron: arguments.cron,
            time_zone: arguments.time_zone,
            missed,
            within_seconds,
            jitter_seconds: jitter.unwrap_or_default(),
            not_after: not_after.and_then(|Limit(time)| time),
            at_once: at_once.and_then(|Limit(count)| count),
            per_minute: per_minute.and_then(|Limit(count)| count),
        },
        enabled: arguments.disabled.then_some(false),
    };
    let made = client.send_body(Method::POST, "/api/admin/schedules", &body, None).await?;
    told(client, &made);
    Ok(())
}

async fn update(client: &Client, arguments: Update) -> Outcome {
    let Spread { missed, jitter, not_after, at_once, per_minute } = arguments.spread;
    let settings = ScheduleSettingsPatch {
        cron: arguments.cron,
        time_zone: arguments.time_zone,
        missed: missed.map(|(policy, _)| policy),
        within_seconds: missed.and_then(|(_, seconds)| seconds),
        jitter_seconds: jitter,
        not_after: not_after.map(|Limit(time)| time),
        at_once: at_once.map(|Limit(count)| count),
        per_minute: per_minute.map(|Limit(count)| count),
    };
    let enabled = match (arguments.enable, arguments.disable) {
        (false, false) => None,
        (enable, _) => Some(enable),
    };
    let settings = Some(settings).filter(|settings| *settings != ScheduleSettingsPatch::default());
    if enabled.is_none() && settings.is_none() {
        return Err(Failure::new(Exit::Refused, "nothing is to be changed")
            .hint("tenantry schedule update --help lists what can be."));
    }
    let body = SchedulePatch { enabled, settings };
    let changed = client.send_body(Method::PATCH, &path(&arguments.name, ""), &body, None).await?;
    told(client, &changed);
    Ok(())
}

async fn delete(client: &Client, name: &str) -> Outcome {
    let deleted: DeletedSchedule = client.call(Method::DELETE, &path(name, "")).await?;
    if client.json {
        json(&deleted);
    } else {
        out!("{} is deleted", deleted.deleted);
    }
    Ok(())
}

async fn slots(client: &Client, arguments: Slots) -> Outcome {
    let query = [("limit", arguments.limit.to_string())];
    let list: SlotList = client.get(&path(&arguments.name, "/slots"), &query).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    if list.items.is_empty() {
        out!("No slot of {} was dealt with yet.", arguments.name);
        return Ok(());
    }
    let rows = list
        .items
        .into_iter()
        .map(|slot| {
            [
                time(Some(slot.slot)),
                slot.outcome,
                time(Some(slot.dealt_with_at)),
                or_dash(slot.operation),
                slot.detail.unwrap_or_default(),
            ]
        })
        .collect();
    table(["SLOT", "OUTCOME", "DEALT WITH", "OPERATION", ""], rows);
    Ok(())
}

fn show(client: &Client, schedule: &ScheduleBody) {
    if client.json {
        json(schedule);
        return;
    }
    let settings = &schedule.settings;
    let every_place = |count: Option<u32>, otherwise: &str| {
        count.map_or_else(|| otherwise.to_owned(), |count| count.to_string())
    };
    let jitter = match settings.jitter_seconds {
        0 => "-".to_owned(),
        seconds => duration(seconds),
    };
    let mut rows = vec![
        ("name", schedule.name.clone()),
        ("kind", schedule.kind.to_string()),
        ("cron", settings.cron.clone()),
        ("time zone", settings.time_zone.clone()),
        ("state", state(schedule)),
        ("next", local(schedule.next.as_ref())),
        ("next in UTC", time(schedule.next.as_ref().map(|next| next.at))),
        ("last slot", time(schedule.last_fired)),
        ("its operation", or_dash(schedule.last_operation)),
        ("missed slots", missed_in_words(settings)),
        ("jitter", jitter),
        ("not after", or_dash(settings.not_after.clone())),
        ("at a time", every_place(settings.at_once, "as many as there are places")),
        ("per minute", every_place(settings.per_minute, "no limit")),
        ("made by", if schedule.configured { "the settings" } else { "request" }.to_owned()),
        ("created", time(Some(schedule.created_at))),
        ("updated", time(Some(schedule.updated_at))),
    ];
    rows.extend(schedule.finding.clone().map(|finding| ("finding", finding)));
    fields(&rows);
}

/// A schedule as it is after a change.
fn told(client: &Client, schedule: &ScheduleBody) {
    if client.json {
        json(schedule);
        return;
    }
    match &schedule.next {
        Some(next) => out!(
            "{} is {}; next {} ({})",
            schedule.name,
            state(schedule),
            local(Some(next)),
            time(Some(next.at))
        ),
        None => out!("{} is {}", schedule.name, state(schedule)),
    }
}

fn state(schedule: &ScheduleBody) -> String {
    let state = match (schedule.enabled, schedule.paused_at, schedule.paused_until) {
        (false, ..) => "disabled".to_owned(),
        (true, None, _) => "on".to_owned(),
        (true, Some(_), None) => "paused".to_owned(),
        (true, Some(_), until) => format!("paused until {}", time(until)),
    };
    if schedule.silent { format!("{state}, SILENT") } else { state }
}

/// The next slot as the schedule's wall clock shows it.
fn local(next: Option<&NextSlot>) -> String {
    let Some(next) = next else {
        return "-".to_owned();
    };
    match next.local.parse::<Zoned>() {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M %Q").to_string(),
        // a zone that this binary does not know
        Err(_) => next.local.clone(),
    }
}

fn missed_in_words(settings: &ScheduleSettingsBody) -> String {
    match settings.missed {
        MissedPolicy::Skip => "are left out".to_owned(),
        MissedPolicy::Once => "the newest is made up for".to_owned(),
        MissedPolicy::Within => {
            let late = duration(settings.within_seconds.unwrap_or_default());
            format!("the newest is made up for within {late}")
        }
    }
}

/// Seconds as they are given to `--jitter`.
fn duration(seconds: u64) -> String {
    match seconds {
        days if days.is_multiple_of(86_400) => format!("{}d", days / 86_400),
        hours if hours.is_multiple_of(3_600) => format!("{}h", hours / 3_600),
        minutes if minutes.is_multiple_of(60) => format!("{}min", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_read_and_shown_again() {
        assert_eq!(missed("2h").unwrap(), (MissedPolicy::Within, Some(7200)));
        assert!(missed("later").unwrap_err().ends_with("or skip, or once"));
        assert!(or_none::<u32>("none").unwrap().0.is_none());
        assert_eq!(or_none::<u32>("4").unwrap().0, Some(4));
        assert!(or_none::<u32>("few").is_err());
        for text in ["90s", "30min", "2h", "3d"] {
            assert_eq!(duration(seconds(text).unwrap()), text);
        }
        let next = NextSlot {
            at: "2026-11-20T01:00:00Z".parse().unwrap(),
            local: "2026-11-20T02:00:00+01:00[Europe/Berlin]".into(),
        };
        assert_eq!(local(Some(&next)), "2026-11-20 02:00 Europe/Berlin");
    }
}

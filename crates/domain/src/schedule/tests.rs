//! Schedules on the days on which clocks are changed, on servers whose clock is wrong, and after hours
//! without any.

use jiff::civil::date;
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn settings(cron: &str, zone: &str) -> ScheduleSettings {
    ScheduleSettings { time_zone: zone.into(), ..ScheduleSettings::of(cron) }
}

fn schedule(cron: &str, zone: &str) -> Schedule {
    settings(cron, zone).check().unwrap()
}

/// The slots of some time, as the local clock shows them.
fn local(schedule: &Schedule, after: &str, until: &str) -> Vec<String> {
    schedule
        .slots_between(at(after), at(until))
        .map(|slot| schedule.local(slot).strftime("%d %H:%M %z").to_string())
        .collect()
}

fn refused(settings: &ScheduleSettings) -> String {
    settings.check().unwrap_err()
}

#[test]
fn case_14_a_named_time_that_is_skipped_is_due_when_the_clock_has_been_put_forward() {
    // 2026-03-29 in Berlin: from 02:00 to 03:00
    let (before, after) = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
    let nightly = schedule("30 2 * * *", "Europe/Berlin");
    assert_eq!(local(&nightly, before, after), ["29 03:00 +0200", "30 02:30 +0200"]);
    // several times that are skipped are one instant, and so one slot
    let twice = schedule("0,30 2 * * *", "Europe/Berlin");
    assert_eq!(
        local(&twice, before, after),
        ["29 03:00 +0200", "30 02:00 +0200", "30 02:30 +0200"]
    );
    let both = schedule("0 2,3 * * *", "Europe/Berlin");
    assert_eq!(local(&both, before, after), ["29 03:00 +0200", "30 02:00 +0200", "30 03:00 +0200"]);
    // by elapsed time there is no such hour
    let hourly = schedule("30 * * * *", "Europe/Berlin");
    assert_eq!(
        local(&hourly, "2026-03-28T23:45:00Z", "2026-03-29T02:00:00Z"),
        ["29 01:30 +0100", "29 03:30 +0200"]
    );
    // half an hour, in the other half of the world
    let island = schedule("15 2 * * *", "Australia/Lord_Howe");
    assert_eq!(local(&island, "2026-10-03T00:00:00Z", "2026-10-04T00:00:00Z"), ["04 02:30 +1100"]);
}

#[test]
fn case_14_a_named_time_that_comes_twice_is_due_the_first_time() {
    // 2026-10-25 in Berlin: from 03:00 back to 02:00
    let (before, after) = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
    let nightly = schedule("30 2 * * *", "Europe/Berlin");
    assert_eq!(local(&nightly, before, after), ["25 02:30 +0200", "26 02:30 +0100"]);
    // asked within the second pass: the first one is over
    assert_eq!(nightly.next(at("2026-10-25T01:10:00Z")), Some(at("2026-10-26T01:30:00Z")));
    assert_eq!(nightly.next(at("2026-10-25T00:30:00Z")), Some(at("2026-10-26T01:30:00Z")));
    let often = schedule("*/30 2 * * *", "Europe/Berlin");
    assert_eq!(local(&often, before, "2026-10-25T12:00:00Z"), ["25 02:00 +0200", "25 02:30 +0200"]);
    // by elapsed time every half hour is due, whatever it is called
    let always = schedule("*/30 * * * *", "Europe/Berlin");
    assert_eq!(
        local(&always, "2026-10-24T23:45:00Z", "2026-10-25T02:00:00Z"),
        ["25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100", "25 03:00 +0100"]
    );
}

fn verdicts(schedule: &Schedule, after: &str, now: &str) -> Vec<(String, Verdict)> {
    schedule
        .due(at(after), at(now))
        .into_iter()
        .map(|state| (state.slot.to_string(), state.verdict))
        .collect()
}

#[test]
fn case_14_six_hours_without_a_server_by_each_policy() {
    let hourly =
        |missed| ScheduleSettings { missed, ..ScheduleSettings::of("0 * * * *") }.check().unwrap();
    let due = |missed| verdicts(&hourly(missed), "2026-11-27T01:00:00Z", "2026-11-27T07:10:00Z");
    let slots: Vec<String> = (2..=7).map(|hour| format!("2026-11-27T0{hour}:00:00Z")).collect();
    let expect = |last| {
        let mut all: Vec<_> = slots.iter().map(|slot| (slot.clone(), Verdict::Missed)).collect();
        all[5].1 = last;
        all
    };
    assert_eq!(due(Missed::Skip), expect(Verdict::Missed));
    assert_eq!(due(Missed::Once), expect(Verdict::Fire { until: None }));
    assert_eq!(
        due(Missed::Within { seconds: 15 * 60 }),
        expect(Verdict::Fire { until: Some(at("2026-11-27T07:15:00Z")) })
    );
    assert_eq!(due(Missed::Within { seconds: 5 * 60 }), expect(Verdict::Missed));
    // on time: every policy fires
    for missed in [Missed::Skip, Missed::Once, Missed::Within { seconds: 60 }] {
        let due = verdicts(&hourly(missed), "2026-11-27T07:00:00Z", "2026-11-27T08:00:03Z");
        assert!(matches!(due[..], [(_, Verdict::Fire { .. })]), "{due:?}");
    }
    // and nothing is due twice
    assert_eq!(verdicts(&hourly(Missed::Once), "2026-11-27T07:00:00Z", "2026-11-27T07:59:59Z"), []);
}

#[test]
fn case_14_a_clock_that_is_set_back_makes_nothing_due_again() {
    let quarter = schedule("*/15 * * * *", "UTC");
    // 04:00 was fired; the clock goes back to 03:00
    assert_eq!(quarter.due(at("2026-11-27T04:00:00Z"), at("2026-11-27T03:00:00Z")), []);
    assert_eq!(quarter.due(at("2026-11-27T04:00:00Z"), at("2026-11-27T04:00:00Z")), []);
    let next = quarter.due(at("2026-11-27T04:00:00Z"), at("2026-11-27T04:15:00Z"));
    assert_eq!(next.len(), 1);
    // an hour forward: what lies between was missed, and the newest is made up for
    let ahead = quarter.due(at("2026-11-27T04:00:00Z"), at("2026-11-27T05:00:01Z"));
    assert_eq!(ahead.len(), 4);
    assert!(ahead[..3].iter().all(|state| state.verdict == Verdict::Missed));
    assert_eq!(ahead[3].verdict, Verdict::Fire { until: None });
}

#[test]
fn years_without_a_server_are_told_in_a_hundred_slots() {
    let minutely = schedule("* * * * *", "Europe/Berlin");
    let due = minutely.due(at("2020-01-01T00:00:00Z"), at("2026-11-27T07:10:30Z"));
    assert_eq!(due.len(), 101);
    assert_eq!(due[100].slot, at("2026-11-27T07:10:00Z"));
    let yearly = schedule("0 0 1 1 *", "UTC");
    let due = yearly.due(at("2020-06-01T00:00:00Z"), at("2026-11-27T07:10:30Z"));
    assert_eq!(due.len(), 6);
    assert_eq!(
        due[5],
        SlotState { slot: at("2026-01-01T00:00:00Z"), verdict: Verdict::Fire { until: None } }
    );
}

#[test]
fn nothing_is_begun_after_the_end_of_the_window() {
    let nightly = ScheduleSettings {
        not_after: Some(jiff::civil::time(6, 0, 0, 0)),
        ..settings("0 22 * * *", "Europe/Berlin")
    }
    .check()
    .unwrap();
    let slot = at("2026-11-27T21:00:00Z");
    let end = at("2026-11-28T05:00:00Z");
    assert_eq!(nightly.deadline(slot), Some(end), "the next morning");
    let verdict = |now: &str| nightly.due(at("2026-11-27T00:00:00Z"), at(now))[0].verdict;
    assert_eq!(verdict("2026-11-28T04:59:59Z"), Verdict::Fire { until: Some(end) });
    assert_eq!(verdict("2026-11-28T05:00:00Z"), Verdict::Closed);
}

#[test]
fn work_is_spread_over_the_jitter_evenly_and_always_the_same() {
    let wide = ScheduleSettings { jitter_seconds: 1800, ..ScheduleSettings::of("0 2 * * *") };
    let wide = wide.check().unwrap();
    let slot = at("2026-11-27T02:00:00Z");
    let mut halves = [0_u32; 2];
    for number in 0..1000_u128 {
        let institution = Uuid::from_u128(number);
        let start = wide.start_of(slot, institution);
        assert_eq!(start, wide.start_of(slot, institution));
        let late = start.duration_since(slot).as_secs();
        assert!((0..1800).contains(&late), "{late}");
        halves[usize::from(late >= 900)] += 1;
    }
    assert!(halves.iter().all(|half| (400..600).contains(half)), "{halves:?}");
    let one = Uuid::from_u128(7);
    let offset = |slot: Timestamp| wide.start_of(slot, one).duration_since(slot);
    assert_ne!(offset(slot), offset(at("2026-11-28T02:00:00Z")), "not the same night after night");
    // never beyond the end of the window
    let narrow = ScheduleSettings {
        jitter_seconds: 1800,
        not_after: Some(jiff::civil::time(2, 10, 0, 0)),
        ..ScheduleSettings::of("0 2 * * *")
    };
    let narrow = narrow.check().unwrap();
    for number in 0..100_u128 {
        let start = narrow.start_of(slot, Uuid::from_u128(number));
        assert!(start < at("2026-11-27T02:10:00Z"));
    }
    assert_eq!(schedule("0 2 * * *", "UTC").start_of(slot, one), slot);
}

#[test]
fn a_schedule_may_be_silent_for_one_and_a_half_times_its_interval() {
    let nightly = ScheduleSettings { missed: Missed::Skip, ..ScheduleSettings::of("0 2 * * *") };
    let nightly = nightly.check().unwrap();
    let last = at("2026-11-27T02:00:00Z");
    assert_eq!(nightly.silent_until(last), Some(at("2026-11-28T14:02:00Z")));
    // over a weekend on which it is not due, too
    let workdays = schedule("0 2 * * 1-5", "UTC");
    let friday = at("2026-11-27T02:00:00Z");
    assert_eq!(workdays.silent_until(friday), Some(at("2026-11-30T14:02:00Z")));
    let patient = ScheduleSettings {
        missed: Missed::Within { seconds: 3 * 3600 },
        ..ScheduleSettings::of("0 2 * * *")
    };
    let until = patient.check().unwrap().silent_until(last);
    assert_eq!(until, Some(at("2026-11-28T17:00:00Z")));
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_field_named() {
    for (cron, named) in [
        ("61 2 * * *", "`61` cannot be the minute (0 to 59)"),
        ("0 24 * * *", "`24` cannot be the hour"),
        ("0 2 32 * *", "`32` cannot be the day of the month"),
        ("0 2 * 13 *", "`13` cannot be the month"),
        ("0 2 * * 8", "`8` cannot be the day of the week"),
        ("0 2 * * MONDAYS", "cannot be the day of the week"),
        ("*/0 2 * * *", "`*/0` cannot be the minute"),
        ("0 5-2 * * *", "`5-2` cannot be the hour"),
        ("", "has 0 fields"),
        ("@daily", "has 1 field, and five are meant"),
        ("0 2 * *", "has 4 fields"),
        ("*/10 * * * * *", "more often than once a minute"),
        ("0 0 2 * * * 2026", "has 7 fields"),
        ("0 0 30 2 *", "never comes"),
        ("0 2 * * \u{663}", "cannot be the day of the week"),
    ] {
        let reason = refused(&ScheduleSettings::of(cron));
        assert!(reason.starts_with("cron: ") && reason.contains(named), "{cron}: {reason}");
    }
    for zone in ["Europe/Bern", "", "CEST+2", "../etc/passwd", "Europe/Berlin "] {
        assert!(refused(&settings("0 2 * * *", zone)).starts_with("time_zone: "), "{zone}");
    }
    let with = |change: fn(&mut ScheduleSettings)| {
        let mut settings = ScheduleSettings::of("*/10 * * * *");
        change(&mut settings);
        refused(&settings)
    };
    assert!(with(|s| s.jitter_seconds = 600).starts_with("jitter: 600 s is not shorter"));
    assert!(with(|s| s.jitter_seconds = 90_000).starts_with("jitter: "));
    assert!(with(|s| s.missed = Missed::Within { seconds: 1 }).starts_with("missed: "));
    assert!(with(|s| s.at_once = Some(0)).starts_with("at_once: "));
    assert!(with(|s| s.per_minute = Some(0)).starts_with("per_minute: "));
    assert!(schedule("0 0 29 2 *", "UTC").next(at("2026-01-01T00:00:00Z")).is_some(), "2028");
}

#[test]
fn schedules_are_named_in_what_is_refused() {
    let definition = |cron: &str| Definition {
        kind: ScheduleKind::Backup,
        settings: ScheduleSettings::of(cron),
        enabled: true,
    };
    let check =
        |name: &str, cron: &str| Schedules([(name.to_owned(), definition(cron))].into()).check();
    assert!(check("nightly", "0 2 * * *").is_ok());
    assert!(check("Nightly", "0 2 * * *").unwrap_err().contains("`Nightly`"));
    assert!(check("nightly", "0 2 * *").unwrap_err().starts_with("schedule nightly: cron: "));
    let many = (0..101).map(|n| (format!("s{n}"), definition("0 2 * * *"))).collect();
    assert!(Schedules(many).check().unwrap_err().contains("at most 100"));
    for kind in ScheduleKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}

#[test]
fn settings_are_kept_as_they_were_written() {
    let written = ScheduleSettings {
        missed: Missed::Within { seconds: 7200 },
        jitter_seconds: 1800,
        not_after: Some(jiff::civil::time(6, 30, 0, 0)),
        at_once: Some(4),
        per_minute: Some(60),
        ..settings("0 2 * * *", "Europe/Berlin")
    };
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<ScheduleSettings>(&text).unwrap(), written);
    let least = r#"{"cron": "0 2 * * *", "timeZone": "UTC"}"#;
    assert_eq!(
        serde_json::from_str::<ScheduleSettings>(least).unwrap(),
        ScheduleSettings::of("0 2 * * *")
    );
}

proptest! {
    /// Whatever the zone and the day: slots only go forward, and asking from anywhere between two gives the
    /// same next one.
    #[test]
    fn case_14_slots_go_forward_and_do_not_depend_on_who_asks(
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham",
            "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kolkata", "UTC",
        ]),
        cron in prop::sample::select(vec![
            "*/15 * * * *", "30 2 * * *", "0,30 1-3 * * *", "7 */2 * * *", "59 23 * * 0", "0 0 1 * *",
            "0 3 L * *",
        ]),
        day in 0_i64..3650,
        seconds in 0_i64..86_400,
    ) {
        let schedule = schedule(cron, zone);
        let from = date(2024, 1, 1).checked_add(day.days()).unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp() + SignedDuration::from_secs(seconds);
        let slots: Vec<Timestamp> = schedule.slots_after(from).take(12).collect();
        prop_assert!(slots[0] > from);
        for pair in slots.windows(2) {
            prop_assert!(pair[0] < pair[1]);
            let between = pair[0] + pair[1].duration_since(pair[0]) / 3;
            prop_assert_eq!(schedule.next(between), Some(pair[1]));
            prop_assert_eq!(schedule.next(pair[0]), Some(pair[1]));
        }
    }

    /// Whatever stands in the fields is either refused with a reason or comes at some time.
    #[test]
    fn no_expression_is_too_strange(
        fields in prop::collection::vec(
            prop_oneof![
                "[0-9*,/LW#?+-]{1,6}", "[0-9]{1,2}([-/,#][0-9]{1,3}){0,3}[LW]?", "\\PC{1,6}",
                "(mon|tue|sun|jan|dec|SUN)([-,#][a-z0-9]{1,3}){0,2}", Just("*".to_owned()),
            ],
            5,
        ),
    ) {
        match ScheduleSettings::of(&fields.join(" ")).check() {
            Ok(schedule) => prop_assert!(schedule.next(PROBE_FROM).is_some()),
            Err(reason) => prop_assert!(reason.starts_with("cron: "), "{reason}"),
        }
    }
}

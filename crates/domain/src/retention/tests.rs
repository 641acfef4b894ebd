//! Retention: what it keeps and why, and what it never does whatever it is told.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-11-27T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A verified backup, told apart by its number.
fn backup(number: u128, taken_at: &str) -> Facts {
    Facts {
        id: Uuid::from_u128(number),
        taken_at: at(taken_at),
        verified: true,
        hold: None,
        condemned_at: None,
    }
}

fn policy(daily: u32, weekly: u32, monthly: u32, yearly: u32) -> Policy {
    Policy { daily, weekly, monthly, yearly, ..Policy::default() }
}

/// What is said of each backup, the newest first.
fn said(policy: &Policy, backups: &[Facts]) -> Vec<(u128, String)> {
    judge(policy, backups, at(NOW))
        .iter()
        .map(|decision| (decision.facts.id.as_u128(), decision.sentence()))
        .collect()
}

fn of(said: &[(u128, String)], number: u128) -> &str {
    &said.iter().find(|(id, _)| *id == number).unwrap().1
}

#[test]
fn the_newest_of_each_period_is_kept_and_it_is_said_which() {
    let backups = [
        backup(1, "2026-11-27T01:00:00Z"),
        backup(2, "2026-11-24T01:00:00Z"),
        backup(3, "2026-11-23T20:00:00Z"),
        backup(4, "2026-11-23T01:00:00Z"),
        backup(5, "2026-10-31T23:30:00Z"),
        backup(6, "2025-12-31T23:30:00Z"),
        backup(7, "2024-06-01T01:00:00Z"),
    ];
    let said_of = said(&policy(2, 2, 2, 2), &backups);
    assert_eq!(
        of(&said_of, 1),
        "kept: the last one that is verified; younger than 48 hours; newest of day 2026-11-27; newest of \
         ISO week 2026-W48; newest of month 2026-11; newest of year 2026"
    );
    assert_eq!(of(&said_of, 2), "kept: newest of day 2026-11-24");
    assert_eq!(
        of(&said_of, 3),
        "condemned: the newest of no day, week, month or year that is kept; removed from \
         2026-11-30T12:00:00Z on"
    );
    assert_eq!(of(&said_of, 5), "kept: newest of ISO week 2026-W44; newest of month 2026-10");
    assert_eq!(of(&said_of, 6), "kept: newest of year 2025");
    assert!(of(&said_of, 7).starts_with("condemned: "));
    // in Berlin both evenings are the next day already
    let berlin = Policy { zone: TimeZone::get("Europe/Berlin").unwrap(), ..policy(2, 2, 2, 2) };
    let said_of = said(&berlin, &backups);
    assert_eq!(of(&said_of, 5), "kept: newest of ISO week 2026-W44");
    assert_eq!(of(&said_of, 6), "kept: newest of month 2026-01");
    assert_eq!(of(&said_of, 7), "kept: newest of year 2024");
}

#[test]
fn only_verified_ones_count() {
    let unverified = |number, taken| Facts { verified: false, ..backup(number, taken) };
    let backups = [
        unverified(1, "2026-11-26T01:00:00Z"),
        unverified(2, "2026-11-20T01:00:00Z"),
        backup(3, "2026-11-19T02:00:00Z"),
        unverified(4, "2026-11-19T01:00:00Z"),
        backup(5, "2026-11-18T01:00:00Z"),
    ];
    let said_of = said(&policy(2, 0, 0, 0), &backups);
    assert_eq!(
        of(&said_of, 1),
        "kept: younger than 48 hours; not verified, and neither is a newer one"
    );
    assert_eq!(of(&said_of, 2), "kept: not verified, and neither is a newer one");
    assert_eq!(of(&said_of, 3), "kept: the last one that is verified; newest of day 2026-11-19");
    assert!(of(&said_of, 4).starts_with("condemned: not verified, and a newer one is"));
    assert_eq!(of(&said_of, 5), "kept: newest of day 2026-11-18");
}

#[test]
fn the_last_verified_one_stays_though_the_policy_wants_nothing() {
    let nothing = Policy { keep_within: Duration::ZERO, ..policy(0, 0, 0, 0) };
    let old = backup(1, "2019-01-01T00:00:00Z");
    let condemned = Facts { condemned_at: Some(at("2020-01-01T00:00:00Z")), ..old.clone() };
    assert_eq!(said(&nothing, &[old])[0].1, "kept: the last one that is verified");
    assert_eq!(said(&nothing, &[condemned])[0].1, "reprieved: the last one that is verified");
}

#[test]
fn backups_of_the_future_displace_nothing_and_held_ones_stay() {
    let mut backups: Vec<Facts> = (0..20)
        .map(|number| Facts {
            taken_at: at("2031-01-01T00:00:00Z") + SignedDuration::from_hours(24 * number),
            ..backup(number as u128 + 100, NOW)
        })
        .collect();
    backups.push(backup(1, "2026-11-20T00:00:00Z"));
    backups.push(backup(2, "2026-11-19T00:00:00Z"));
    backups.push(backup(3, "2026-11-01T00:00:00Z"));
    backups
        .push(Facts { hold: Some("court order 12".into()), ..backup(4, "2020-01-01T00:00:00Z") });
    let said_of = said(&policy(2, 0, 0, 0), &backups);
    assert_eq!(of(&said_of, 1), "kept: the last one that is verified; newest of day 2026-11-20");
    assert_eq!(of(&said_of, 2), "kept: newest of day 2026-11-19");
    assert!(of(&said_of, 3).starts_with("condemned: "));
    assert_eq!(of(&said_of, 4), "kept: held: court order 12");
    assert!(of(&said_of, 105).starts_with("kept: dated in the future"));
}

#[test]
fn what_is_condemned_goes_after_the_grace_time_unless_it_is_wanted_again() {
    let older = |condemned: &str| Facts {
        condemned_at: Some(at(condemned)),
        ..backup(2, "2026-11-20T00:00:00Z")
    };
    let newer = backup(1, "2026-11-20T10:00:00Z");
    let daily = policy(1, 0, 0, 0);
    let fate = |older: Facts, newer: Facts| judge(&daily, &[older, newer], at(NOW)).remove(1);
    let decision = fate(older("2026-11-24T12:00:01Z"), newer.clone());
    assert!(matches!(decision.fate, Fate::Condemn { removed_from, .. }
                     if removed_from == at("2026-11-27T12:00:01Z")));
    assert!(!decision.is_to_be_condemned(), "it is");
    let decision = fate(older("2026-11-24T12:00:00Z"), newer.clone());
    assert!(decision.is_to_be_removed());
    assert_eq!(
        decision.sentence(),
        "removed: the newest of no day, week, month or year that is kept, for all of the grace time"
    );
    // the newer one failed its drill
    let decision = fate(older("2026-11-24T12:00:00Z"), Facts { verified: false, ..newer.clone() });
    assert!(decision.is_to_be_reprieved());
    // condemned by a clock that was ahead
    let decision = fate(older("2027-11-24T12:00:00Z"), newer);
    assert!(!decision.is_to_be_removed());
}

#[test]
fn policies_that_cannot_be_meant_are_refused() {
    assert!(Policy::default().check().is_ok());
    let with = |change: fn(&mut Policy)| {
        let mut policy = Policy::default();
        change(&mut policy);
        policy.check().unwrap_err()
    };
    assert!(with(|policy| policy.weekly = 10_001).starts_with("weekly: "));
    assert!(with(|policy| policy.keep_within = DAY * 4000).starts_with("keep_within: "));
    assert!(with(|policy| policy.grace = DAY / 2).starts_with("grace: "));
    assert_eq!(words(DAY * 3), "3 days");
    assert_eq!(words(DAY * 2), "48 hours");
    assert_eq!(words(Duration::from_secs(5400)), "90 minutes");
    assert_eq!(words(Duration::from_secs(61)), "61 seconds");
}

fn some_backups() -> impl Strategy<Value = Vec<Facts>> {
    // hours before now, some of them after it
    let one = (-200_i64..30_000, any::<bool>(), 0_u8..20, prop::option::of(0_i64..200));
    prop::collection::vec(one, 0..40).prop_map(|all| {
        let facts =
            |(index, (hours, verified, hold, condemned)): (usize, (i64, bool, u8, Option<i64>))| {
                Facts {
                    taken_at: at(NOW) - SignedDuration::from_hours(hours),
                    verified,
                    hold: (hold == 0).then(|| "why".to_owned()),
                    condemned_at: condemned
                        .map(|hours| at(NOW) - SignedDuration::from_hours(hours)),
                    ..backup(index as u128, NOW)
                }
            };
        all.into_iter().enumerate().map(facts).collect()
    })
}

fn some_policy() -> impl Strategy<Value = Policy> {
    (0_u64..200, 0_u32..10, 0_u32..6, 0_u32..6, 0_u32..4).prop_map(
        |(hours, daily, weekly, monthly, yearly)| Policy {
            keep_within: Duration::from_secs(hours * 3600),
            ..policy(daily, weekly, monthly, yearly)
        },
    )
}

fn kept(decisions: &[Decision]) -> BTreeSet<Uuid> {
    decisions
        .iter()
        .filter(|decision| matches!(decision.fate, Fate::Keep { .. }))
        .map(|decision| decision.facts.id)
        .collect()
}

/// The backups after the decisions were carried out.
fn carried_out(decisions: &[Decision], now: Timestamp) -> Vec<Facts> {
    decisions
        .iter()
        .filter(|decision| !decision.is_to_be_removed())
        .map(|decision| {
            let condemned_at = match decision.fate {
                Fate::Keep { .. } => None,
                _ => decision.facts.condemned_at.or(Some(now)),
            };
            Facts { condemned_at, ..decision.facts.clone() }
        })
        .collect()
}

proptest! {
    /// The last verified one and everything newer stay, held ones stay, and every backup has its fate.
    #[test]
    fn the_last_verified_one_is_never_lost(policy in some_policy(), backups in some_backups()) {
        let now = at(NOW);
        let decisions = judge(&policy, &backups, now);
        prop_assert_eq!(decisions.len(), backups.len());
        let kept = kept(&decisions);
        let last = backups.iter().filter(|b| b.verified && b.taken_at <= now)
            .max_by_key(|b| (b.taken_at, b.id));
        for backup in &backups {
            let is_newer = last.is_none_or(|last| (backup.taken_at, backup.id) >= (last.taken_at, last.id));
            if is_newer || backup.hold.is_some() {
                prop_assert!(kept.contains(&backup.id), "{backup:?}");
            }
        }
    }

    /// Carried out and asked again, it wants nothing more; and the order in which it is told does not matter.
    #[test]
    fn deciding_is_idempotent(policy in some_policy(), backups in some_backups()) {
        let now = at(NOW);
        let first = judge(&policy, &backups, now);
        let mut turned = backups.clone();
        turned.reverse();
        prop_assert_eq!(&judge(&policy, &turned, now), &first);
        let there = carried_out(&first, now);
        let second = judge(&policy, &there, now);
        prop_assert_eq!(kept(&second), kept(&first));
        prop_assert!(second.iter().all(|d| !d.is_to_be_condemned() && !d.is_to_be_reprieved()
                                           && !d.is_to_be_removed()));
    }

    /// A policy that wants more of something keeps all that the other one keeps.
    #[test]
    fn a_more_generous_policy_keeps_more(
        policy in some_policy(), more in some_policy(), backups in some_backups(),
    ) {
        let generous = Policy {
            keep_within: policy.keep_within + more.keep_within,
            daily: policy.daily + more.daily,
            weekly: policy.weekly + more.weekly,
            monthly: policy.monthly + more.monthly,
            yearly: policy.yearly + more.yearly,
            ..policy.clone()
        };
        let now = at(NOW);
        let (some, all) = (kept(&judge(&policy, &backups, now)), kept(&judge(&generous, &backups, now)));
        prop_assert!(some.is_subset(&all), "{:?}", some.difference(&all));
    }

    /// Time alone lets go of backups and never takes one back, and a backup that nobody verified displaces
    /// none that somebody did.
    #[test]
    fn time_and_unverified_backups_change_nothing_for_the_better_or_worse(
        policy in some_policy(), backups in some_backups(), hours in 0_i64..5_000, age in 0_i64..30_000,
    ) {
        let now = at(NOW);
        let past: Vec<Facts> = backups.into_iter().filter(|b| b.taken_at <= now).collect();
        let before = kept(&judge(&policy, &past, now));
        let after = kept(&judge(&policy, &past, now + SignedDuration::from_hours(hours)));
        prop_assert!(after.is_subset(&before));
        let taken_at = now - SignedDuration::from_hours(age);
        let mut with_one_more = past;
        with_one_more.push(Facts { taken_at, verified: false, ..backup(999, NOW) });
        prop_assert!(before.is_subset(&kept(&judge(&policy, &with_one_more, now))));
    }
}

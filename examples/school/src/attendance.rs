//! Attendance: a mark for every pupil and lesson of the days on record, and leave asked for.

use jiff::civil::{Date, Weekday};

use crate::academics::{LESSON_STARTS, clock};
use crate::calendar::{self, SchoolYear, TODAY};
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::random::Dice;
use crate::school::{School, Student};
use crate::size::LESSONS;

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!("absence_reasons", "code, description, is_authorised", absence_reasons),
    table!(
        "attendance_records",
        "lesson_date, student_id, period_id, section_id, mark, reason_code, minutes_late, \
         recorded_by, recorded_at",
        attendance_records
    ),
    table!(
        serial "leave_requests",
        "student_id, guardian_id, starts_on, ends_on, reason, status, decided_by, decided_at",
        leave_requests
    ),
];

const REASONS: [(char, &str, bool); 6] = [
    ('I', "Illness", true),
    ('M', "Medical or dental appointment", true),
    ('H', "Holiday agreed with the school", true),
    ('R', "Religious observance", true),
    ('O', "Absent without a reason given", false),
    ('U', "Arrived after the register closed", false),
];

fn absence_reasons(_: &School, out: &mut Rows<'_>) {
    for (code, description, authorised) in REASONS {
        out.row().put(code).text(description).flag(authorised).end();
    }
}

/// The days on record: the last ones, in order, each with its school year.
fn recorded_days(school: &School) -> Vec<(&SchoolYear, Date)> {
    let mut days: Vec<_> =
        school.years.iter().flat_map(|y| y.days().into_iter().map(move |d| (y, d))).collect();
    days.drain(..days.len().saturating_sub(school.plan.days));
    days
}

fn attendance_records(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("attendance");
    for (year, day) in recorded_days(school) {
        let times = LESSON_STARTS.map(|start| format!("{day} {}+00", clock(start + 6)));
        let weekday = usize::from(day.weekday().since(Weekday::Monday).unsigned_abs());
        for (student, group) in school.on_roll(year) {
            let away = absence(&mut dice, student);
            for (period, time) in times.iter().enumerate() {
                let subject = school.lesson(group, student.form, weekday * LESSONS + period);
                let late = away.is_none() && dice.chance(if period == 0 { 35 } else { 9 });
                let (mark, reason) = match away {
                    Some(away) => away,
                    None => (if late { "late" } else { "present" }, None),
                };
                out.row()
                    .put(day)
                    .put(student.id)
                    .put(period + 1)
                    .put(school.section(year, group, student.form, subject))
                    .put(mark)
                    .opt(reason)
                    .opt(late.then(|| dice.between(2, 20)))
                    .put(school.lead(group, student.form, subject))
                    .put(time)
                    .end();
            }
        }
        out.cut();
    }
}

/// The mark and reason of a pupil who is away for the day.
fn absence(dice: &mut Dice, student: &Student) -> Option<(&'static str, Option<char>)> {
    dice.chance(student.absence).then(|| match dice.below(100) {
        0..62 => ("excused", Some('I')),
        62..78 => ("excused", Some('M')),
        78..83 => ("excused", Some('H')),
        83..87 => ("excused", Some('R')),
        87..94 => ("absent", Some('O')),
        _ => ("absent", None),
    })
}

fn leave_requests(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("leave requests");
    let head = school.first_of("head");
    let mut id = 0;
    for year in &school.years {
        let days = year.days();
        for (student, _) in school.on_roll(year) {
            if !dice.chance(300) {
                continue;
            }
            id += 1;
            let starts = dice.pick(&days);
            let ends =
                calendar::shift(starts, if dice.chance(700) { 0 } else { dice.between(1, 4) });
            let asked = calendar::shift(starts, -dice.between(3, 14));
            let status = match dice.below(10) {
                _ if calendar::shift(starts, 5) > TODAY => "requested",
                0 => "declined",
                1 => "cancelled",
                _ => "approved",
            };
            let decided = matches!(status, "approved" | "declined");
            out.row()
                .put(id)
                .put(student.id)
                .put(school.primary_guardian(student))
                .put(starts)
                .put(ends)
                .text(dice.pick(names::LEAVE_REASONS))
                .put(status)
                .opt(decided.then_some(head))
                .opt(decided.then(|| format!("{} 11:20:00+00", calendar::shift(asked, 1))))
                .end();
        }
    }
}

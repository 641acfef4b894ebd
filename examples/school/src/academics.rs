//! Teaching: years, terms, courses, sections, who takes and teaches them, and the timetable.

use jiff::civil::date;

use crate::calendar::SchoolYear;
use crate::copy::{Rows, Table, table};
use crate::school::{SUBJECTS, School};
use crate::size::{LESSONS, YEAR_GROUPS};

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(serial "academic_years", "name, starts_on, ends_on, is_current", academic_years),
    table!(
        serial "terms",
        "academic_year_id, name, starts_on, ends_on, half_term_starts_on, half_term_ends_on",
        terms
    ),
    table!(serial "year_groups", "code, name, typical_age", year_groups),
    table!(serial "subjects", "department_id, code, name, is_core", subjects),
    table!(
        serial "courses",
        "subject_id, year_group_id, code, title, weekly_lessons, syllabus",
        courses
    ),
    table!(serial "rooms", "code, kind, building, capacity", rooms),
    table!(serial "sections", "course_id, academic_year_id, label, capacity", sections),
    table!("section_staff", "section_id, staff_id, is_lead", section_staff),
    table!(serial "enrolments", "student_id, section_id, status, enrolled_on", enrolments),
    table!(serial "timetable_periods", "name, starts_at, ends_at", timetable_periods),
    table!(
        serial "timetable_slots",
        "section_id, room_id, period_id, academic_year_id, weekday",
        timetable_slots
    ),
];

/// The start of each lesson, in minutes after midnight; each lasts 50 minutes.
pub const LESSON_STARTS: [u32; LESSONS] = [530, 585, 655, 710, 805, 860];

const LESSON_MINUTES: u32 = 50;

const WEEKDAYS: [&str; 5] = ["monday", "tuesday", "wednesday", "thursday", "friday"];

/// Minutes after midnight, as a time.
#[must_use]
pub fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}:00", minutes / 60, minutes % 60)
}

fn academic_years(school: &School, out: &mut Rows<'_>) {
    for year in &school.years {
        out.row()
            .put(year.id)
            .put(year.name())
            .put(date(year.start, 9, 1))
            .put(date(year.start + 1, 7, 31))
            .flag(year.id == school.years.len())
            .end();
    }
}

fn terms(school: &School, out: &mut Rows<'_>) {
    for year in &school.years {
        for term in &year.terms {
            out.row()
                .put(term.id)
                .put(year.id)
                .put(term.name)
                .put(term.starts)
                .put(term.ends)
                .put(term.half_term.0)
                .put(term.half_term.1)
                .end();
        }
    }
}

fn year_groups(_: &School, out: &mut Rows<'_>) {
    for group in 0..YEAR_GROUPS {
        let number = group + 7;
        out.row()
            .put(group + 1)
            .put(format_args!("Y{number}"))
            .put(format_args!("Year {number}"))
            .put(number + 4)
            .end();
    }
}

fn subjects(_: &School, out: &mut Rows<'_>) {
    for (index, subject) in SUBJECTS.iter().enumerate() {
        out.row()
            .put(index + 1)
            .put(subject.department + 1)
            .put(subject.code)
            .text(subject.name)
            .flag(subject.weekly == 5)
            .end();
    }
}

fn courses(school: &School, out: &mut Rows<'_>) {
    for group in 0..YEAR_GROUPS {
        for (index, subject) in SUBJECTS.iter().enumerate() {
            let number = group + 7;
            out.row()
                .put(school.course(group, index))
                .put(index + 1)
                .put(group + 1)
                .put(format_args!("{}-{number}", subject.code))
                .put(format_args!("{}, year {number}", subject.name))
                .put(subject.weekly)
                .put(format_args!(
                    "{} for year {number}: {} lessons a week, reviewed each summer.",
                    subject.name, subject.weekly
                ))
                .end();
        }
    }
}

/// Every form in the order of its home room: year group and form.
fn forms(school: &School) -> impl Iterator<Item = (usize, usize)> + use<> {
    let forms = school.plan.forms;
    (0..YEAR_GROUPS).flat_map(move |group| (0..forms).map(move |form| (group, form)))
}

fn rooms(school: &School, out: &mut Rows<'_>) {
    let mut id = 0;
    for (group, form) in forms(school) {
        id += 1;
        out.row()
            .put(id)
            .put(format_args!("{}{:02}", ["M", "N", "E", "W", "S"][group], form + 1))
            .put(if group == 4 && form % 3 == 0 { "laboratory" } else { "classroom" })
            .put(["Main", "North", "East", "West", "South"][group])
            .put(30)
            .end();
    }
    for (code, kind, capacity) in
        [("HALL", "hall", 320), ("LIB", "library", 60), ("GYM", "sports", 90)]
    {
        id += 1;
        out.row().put(id).put(code).put(kind).put("Main").put(capacity).end();
    }
}

/// A form's letter: A to Z, then with a number.
#[must_use]
pub fn label(form: usize) -> String {
    let letter = char::from(b'A' + (form % 26) as u8);
    match form / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// Every section, in the order of its id: year, year group, form and subject.
fn each_section(school: &School, mut visit: impl FnMut(&SchoolYear, usize, usize, usize)) {
    for year in &school.years {
        for (group, form) in forms(school) {
            for subject in 0..SUBJECTS.len() {
                visit(year, group, form, subject);
            }
        }
    }
}

fn sections(school: &School, out: &mut Rows<'_>) {
    each_section(school, |year, group, form, subject| {
        out.row()
            .put(school.section(year, group, form, subject))
            .put(school.course(group, subject))
            .put(year.id)
            .put(label(form))
            .put(30)
            .end();
    });
}

fn section_staff(school: &School, out: &mut Rows<'_>) {
    each_section(school, |year, group, form, subject| {
        let lead = school.lead(group, form, subject);
        out.row().put(school.section(year, group, form, subject)).put(lead).flag(true).end();
    });
}

fn enrolments(school: &School, out: &mut Rows<'_>) {
    let mut id = 0;
    for year in &school.years {
        let current = year.id == school.years.len();
        for (student, group) in school.on_roll(year) {
            for subject in 0..SUBJECTS.len() {
                id += 1;
                out.row()
                    .put(id)
                    .put(student.id)
                    .put(school.section(year, group, student.form, subject))
                    .put(if current { "active" } else { "completed" })
                    .put(date(year.start, 9, 1))
                    .end();
            }
        }
    }
}

fn timetable_periods(_: &School, out: &mut Rows<'_>) {
    for (index, start) in LESSON_STARTS.into_iter().enumerate() {
        out.row()
            .put(index + 1)
            .put(format_args!("Lesson {}", index + 1))
            .put(clock(start))
            .put(clock(start + LESSON_MINUTES))
            .end();
    }
}

fn timetable_slots(school: &School, out: &mut Rows<'_>) {
    let mut id = 0;
    for year in &school.years {
        for (room, (group, form)) in forms(school).enumerate() {
            for slot in 0..WEEKDAYS.len() * LESSONS {
                id += 1;
                let subject = school.lesson(group, form, slot);
                out.row()
                    .put(id)
                    .put(school.section(year, group, form, subject))
                    .put(room + 1)
                    .put(slot % LESSONS + 1)
                    .put(year.id)
                    .put(WEEKDAYS[slot / LESSONS])
                    .end();
            }
        }
    }
}

//! Assessment: exams and their results, homework and its marks, report cards.

use crate::calendar::{self, SchoolYear, TODAY, Term};
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::random::Dice;
use crate::school::{SUBJECTS, School, Student};
use crate::size::YEAR_GROUPS;

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!("grade_bands", "letter, min_percent, grade_points, description", grade_bands),
    table!(serial "exams", "term_id, kind, name, starts_on, ends_on, published_at", exams),
    table!(
        serial "exam_papers",
        "exam_id, course_id, sat_on, duration_minutes, max_marks",
        exam_papers
    ),
    table!(
        "exam_results",
        "paper_id, student_id, marks, is_absent, marked_by, updated_at",
        exam_results
    ),
    table!(
        serial "assignments",
        "section_id, title, instructions, set_on, due_on, max_points",
        assignments
    ),
    table!(
        "assignment_marks",
        "assignment_id, student_id, handed_in_on, points, feedback",
        assignment_marks
    ),
    table!(
        "report_cards",
        "student_id, term_id, average_percent, attendance_percent, conduct, tutor_comment, \
         issued_on",
        report_cards
    ),
];

const BANDS: [(&str, u32, &str, &str); 7] = [
    ("A*", 90, "4.0", "Exceptional"),
    ("A", 80, "3.7", "Excellent"),
    ("B", 70, "3.0", "Good"),
    ("C", 60, "2.3", "Secure"),
    ("D", 50, "1.7", "Developing"),
    ("E", 40, "1.0", "Limited"),
    ("U", 0, "0.0", "Ungraded"),
];

const EXAMS: [(&str, &str); 3] =
    [("midterm", "Autumn assessments"), ("mock", "Spring mocks"), ("final", "Summer examinations")];

fn grade_bands(_: &School, out: &mut Rows<'_>) {
    for (letter, least, points, description) in BANDS {
        out.row().put(letter).put(least).put(points).put(description).end();
    }
}

/// Every term with its year; an exam has the id of its term.
fn terms(school: &School) -> impl Iterator<Item = (&SchoolYear, &Term)> {
    school.years.iter().flat_map(|year| year.terms.iter().map(move |term| (year, term)))
}

fn exams(school: &School, out: &mut Rows<'_>) {
    for (year, term) in terms(school) {
        let (kind, name) = EXAMS[(term.id - 1) % 3];
        out.row()
            .put(term.id)
            .put(term.id)
            .put(kind)
            .put(format_args!("{name} {}", year.name()))
            .put(calendar::shift(term.ends, -32))
            .put(calendar::shift(term.ends, -21))
            .opt(term.is_over().then(|| format!("{} 12:00:00+00", calendar::shift(term.ends, -7))))
            .end();
    }
}

fn paper(school: &School, term: &Term, group: usize, place: usize) -> usize {
    ((term.id - 1) * YEAR_GROUPS + group) * school.examined().count() + place + 1
}

/// The most marks of a paper: more in the subjects taught every day.
fn most_marks(subject: usize) -> i32 {
    if SUBJECTS[subject].weekly == 5 { 100 } else { 60 }
}

fn exam_papers(school: &School, out: &mut Rows<'_>) {
    for (_, term) in terms(school) {
        for group in 0..YEAR_GROUPS {
            for (place, subject) in school.examined() {
                let day = calendar::shift(term.ends, -32 + place as i32 + place as i32 / 5 * 2);
                out.row()
                    .put(paper(school, term, group, place))
                    .put(term.id)
                    .put(school.course(group, subject))
                    .put(day)
                    .put(if most_marks(subject) == 100 { 90 } else { 60 })
                    .put(most_marks(subject))
                    .end();
            }
        }
    }
}

/// A pupil's percentage in one exam; none if absent. Every reader rolls in the same order.
fn percent(dice: &mut Dice, student: &Student) -> Option<i32> {
    let percent = dice.around(student.ability, 14).clamp(4, 100);
    (!dice.chance(18)).then_some(percent)
}

fn exam_results(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("exam results");
    for (year, term) in terms(school) {
        let marked = calendar::shift(term.ends, -14).min(TODAY);
        for (student, group) in school.on_roll(year) {
            for (place, subject) in school.examined() {
                let percent = percent(&mut dice, student);
                let halves = percent.map(|p| p * most_marks(subject) / 50);
                let marks = halves.map(|h| format!("{}.{}", h / 2, h % 2 * 5));
                out.row()
                    .put(paper(school, term, group, place))
                    .put(student.id)
                    .opt(marks)
                    .flag(percent.is_none())
                    .put(school.lead(group, student.form, subject))
                    .put(format_args!("{marked} 16:40:00+00"))
                    .end();
            }
        }
    }
}

/// One piece of homework, as its two tables need it.
struct Homework<'a> {
    id: usize,
    year: &'a SchoolYear,
    group: usize,
    form: usize,
    subject: usize,
    set: jiff::civil::Date,
    due: jiff::civil::Date,
}

const POINTS: i32 = 20;

fn each_homework(school: &School, mut visit: impl FnMut(Homework<'_>)) {
    let mut dice = school.dice("homework");
    let mut id = 0;
    for (year, term) in terms(school) {
        let days: Vec<_> = term.days().collect();
        for group in 0..YEAR_GROUPS {
            for form in 0..school.plan.forms {
                for (_, subject) in school.examined() {
                    for half in 0..2 {
                        id += 1;
                        let set = days[half * days.len() / 2 + dice.index(days.len() / 2 - 8)];
                        let due = calendar::shift(set, 7);
                        visit(Homework { id, year, group, form, subject, set, due });
                    }
                }
            }
        }
    }
}

fn assignments(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("assignments");
    each_homework(school, |work| {
        let subject = SUBJECTS[work.subject].name;
        let task = dice.pick(names::TASKS);
        let unit = dice.between(1, 12);
        out.row()
            .put(work.id)
            .put(school.section(work.year, work.group, work.form, work.subject))
            .put(format_args!("{task}: {subject}, unit {unit}"))
            .put(format_args!(
                "Complete the {} for unit {unit} of {subject}. Hand it in by the start of the \
                 lesson on the due date.",
                task.to_lowercase()
            ))
            .put(work.set)
            .put(work.due)
            .put(POINTS)
            .end();
    });
}

fn assignment_marks(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("assignment marks");
    each_homework(school, |work| {
        for student in school.roster(work.year, work.group, work.form) {
            let handed_in = dice.chance(945).then(|| {
                let late = if dice.chance(80) { dice.between(1, 5) } else { -dice.between(0, 2) };
                calendar::shift(work.due, late)
            });
            let percent = dice.around(student.ability + 6, 12).clamp(10, 100);
            let tier = quarter(percent);
            let feedback = dice.chance(350).then(|| dice.pick(names::FEEDBACK[tier]));
            let handed_in = handed_in.filter(|&day| day <= TODAY);
            let halves = percent * POINTS / 50;
            let points = handed_in.map(|_| format!("{}.{}", halves / 2, halves % 2 * 5));
            out.row()
                .put(work.id)
                .put(student.id)
                .opt(handed_in)
                .opt(points)
                .opt_text(feedback.filter(|_| handed_in.is_some()))
                .end();
        }
    });
}

/// Which of the four kinds of comment a percentage earns.
fn quarter(percent: i32) -> usize {
    match percent {
        ..50 => 0,
        50..66 => 1,
        66..82 => 2,
        _ => 3,
    }
}

fn report_cards(school: &School, out: &mut Rows<'_>) {
    let mut results = school.dice("exam results");
    let mut dice = school.dice("report cards");
    for (year, term) in terms(school) {
        for (student, _) in school.on_roll(year) {
            let marks: Vec<i32> =
                school.examined().filter_map(|_| percent(&mut results, student)).collect();
            if !term.is_over() {
                continue;
            }
            let hundredths = 100 * marks.iter().sum::<i32>() / (marks.len() as i32).max(1);
            let average = hundredths / 100;
            let present = 10_000 - student.absence.cast_signed() * 10 - dice.between(-40, 60);
            let conduct = match dice.below(20) {
                0 => "concern",
                1..4 => "fair",
                4..14 => "good",
                _ => "excellent",
            };
            out.row()
                .put(student.id)
                .put(term.id)
                .put(format_args!("{average}.{:02}", hundredths % 100))
                .put(format_args!("{}.{:02}", present / 100, present % 100))
                .put(conduct)
                .text(dice.pick(names::TUTOR_COMMENTS[quarter(average)]))
                .put(calendar::shift(term.ends, -2))
                .end();
        }
    }
}

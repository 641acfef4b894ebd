//! The school that the tables describe: who belongs to it, who teaches whom and how well each
//! pupil does. Built once from a plan; the table modules only write it down.

use jiff::civil::{Date, date};

use crate::calendar::{self, SchoolYear};
use crate::names;
use crate::random::Dice;
use crate::size::{Plan, YEAR_GROUPS};

/// A subject: its code, name, department, weekly lessons, and whether it is examined.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The index of its department in [`DEPARTMENTS`].
    pub department: usize,
    /// Lessons a week.
    pub weekly: usize,
    /// True if it has exams and homework.
    pub examined: bool,
}

/// Departments: code and name.
pub const DEPARTMENTS: &[(&str, &str)] = &[
    ("ENG", "English"),
    ("MAT", "Mathematics"),
    ("SCI", "Science"),
    ("HUM", "Humanities"),
    ("LAN", "Languages"),
    ("ART", "Arts and Music"),
    ("PHE", "Physical Education"),
    ("ADM", "Administration"),
];

const fn subject(
    code: &'static str,
    name: &'static str,
    department: usize,
    weekly: usize,
    examined: bool,
) -> Subject {
    Subject { code, name, department, weekly, examined }
}

/// Every subject; all pupils take all of them, 30 lessons a week.
pub const SUBJECTS: [Subject; 11] = [
    subject("ENG", "English", 0, 5, true),
    subject("MAT", "Mathematics", 1, 5, true),
    subject("SCI", "Science", 2, 5, true),
    subject("HIS", "History", 3, 2, true),
    subject("GEO", "Geography", 3, 2, true),
    subject("FRE", "French", 4, 3, true),
    subject("CMP", "Computing", 1, 2, true),
    subject("ART", "Art and Design", 5, 2, true),
    subject("MUS", "Music", 5, 1, true),
    subject("PE", "Physical Education", 6, 2, false),
    subject("REL", "Religious Studies", 3, 1, true),
];

/// The subject of each of the week's 30 lessons, for the first form; others start further on.
const WEEK: [usize; 30] =
    [0, 1, 2, 3, 5, 7, 1, 0, 2, 4, 6, 9, 2, 1, 0, 5, 8, 10, 0, 2, 1, 3, 7, 6, 1, 0, 2, 5, 4, 9];

/// A member of staff; the id is the place in [`School::staff`] plus one.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The role, as the enum spells it.
    pub role: &'static str,
    /// The index of the department.
    pub department: usize,
    /// The title.
    pub title: &'static str,
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: &'static str,
    /// The day of hire.
    pub hired: Date,
}

/// A family: one address, one or two guardians, one or more pupils.
#[derive(Debug, Clone)]
pub struct Family {
    /// The name the pupils bear.
    pub name: &'static str,
    /// The guardians' ids, the primary one first.
    pub guardians: Vec<usize>,
    /// How many pupils it has had here.
    pub pupils: usize,
}

/// A guardian; the id is the place in [`School::guardians`] plus one.
#[derive(Debug, Clone)]
pub struct Guardian {
    /// The index of the family, whose id as an address is one more.
    pub family: usize,
    /// True for a woman.
    pub female: bool,
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: &'static str,
    /// The email address.
    pub email: String,
}

/// A pupil; the id is the place in [`School::students`] plus one.
#[derive(Debug, Clone)]
pub struct Student {
    /// The id.
    pub id: usize,
    /// The index of the family.
    pub family: usize,
    /// The calendar year of entry, in September.
    pub entry: i16,
    /// The form within the year group.
    pub form: usize,
    /// The number of pupils that entered in that year before this one.
    pub number: usize,
    /// `female` or `male`.
    pub gender: &'static str,
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: &'static str,
    /// The day of birth.
    pub born: Date,
    /// The usual mark, in percent.
    pub ability: i32,
    /// Days of absence in a thousand.
    pub absence: u32,
    /// Percent off the fees.
    pub discount: i64,
    /// True if the pupil takes the school bus.
    pub rides: bool,
}

/// The school.
#[derive(Debug)]
pub struct School {
    /// Its dimensions.
    pub plan: Plan,
    /// Its school years, oldest first.
    pub years: Vec<SchoolYear>,
    /// Its staff: teachers by subject first.
    pub staff: Vec<Staff>,
    /// The first teacher of each subject and how many teach it.
    pub teachers: Vec<(usize, usize)>,
    /// Its families.
    pub families: Vec<Family>,
    /// Its guardians.
    pub guardians: Vec<Guardian>,
    /// Its pupils, past ones included, by year of entry.
    pub students: Vec<Student>,
}

impl School {
    /// The school of a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let years = calendar::years(plan.years);
        let (staff, teachers) = hire(&plan);
        let mut school = Self {
            plan,
            years,
            staff,
            teachers,
            families: Vec::new(),
            guardians: Vec::new(),
            students: Vec::new(),
        };
        school.admit();
        school
    }

    /// The dice for one purpose.
    #[must_use]
    pub fn dice(&self, purpose: &str) -> Dice {
        Dice::new(self.plan.seed, purpose)
    }

    /// The school year that runs.
    #[must_use]
    pub fn this_year(&self) -> &SchoolYear {
        &self.years[self.years.len() - 1]
    }

    /// The year group, from 0, that a pupil is in; none before entry and after the last.
    #[must_use]
    pub fn group(&self, student: &Student, year: &SchoolYear) -> Option<usize> {
        usize::try_from(year.start - student.entry).ok().filter(|&group| group < YEAR_GROUPS)
    }

    /// The pupils on roll in a year, with their year groups.
    pub fn on_roll<'a>(
        &'a self,
        year: &'a SchoolYear,
    ) -> impl Iterator<Item = (&'a Student, usize)> {
        self.students.iter().filter_map(|s| self.group(s, year).map(|group| (s, group)))
    }

    /// The pupils of one form in one year, by id.
    pub fn roster(
        &self,
        year: &SchoolYear,
        group: usize,
        form: usize,
    ) -> impl Iterator<Item = &Student> {
        let cohort = year.id - 1 + YEAR_GROUPS - 1 - group;
        let first = cohort * self.plan.cohort;
        self.students[first + form..first + self.plan.cohort].iter().step_by(self.plan.forms)
    }

    /// The subjects with exams and homework: their places among these and among all.
    pub fn examined(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let lean = self.plan.lean;
        let subjects = SUBJECTS.iter().enumerate();
        let kept = subjects.filter(move |(_, s)| s.examined && (s.weekly == 5 || !lean));
        kept.enumerate().map(|(place, (index, _))| (place, index))
    }

    /// The id of the first member of staff in a role.
    #[must_use]
    pub fn first_of(&self, role: &str) -> usize {
        self.staff.iter().position(|s| s.role == role).map_or(1, |index| index + 1)
    }

    /// The id of a section: a form's lessons in one subject, for one year.
    #[must_use]
    pub fn section(&self, year: &SchoolYear, group: usize, form: usize, subject: usize) -> usize {
        let forms = ((year.id - 1) * YEAR_GROUPS + group) * self.plan.forms + form;
        forms * SUBJECTS.len() + subject + 1
    }

    /// The id of a section's lead teacher.
    #[must_use]
    pub fn lead(&self, group: usize, form: usize, subject: usize) -> usize {
        let (first, count) = self.teachers[subject];
        first + (group * self.plan.forms + form) % count + 1
    }

    /// The subject of a form's lesson, of the 30 in the week.
    #[must_use]
    pub fn lesson(&self, group: usize, form: usize, slot: usize) -> usize {
        WEEK[(slot + 7 * (group * self.plan.forms + form)) % WEEK.len()]
    }

    /// The id of the course of a subject and year group.
    #[must_use]
    pub fn course(&self, group: usize, subject: usize) -> usize {
        group * SUBJECTS.len() + subject + 1
    }

    /// The primary guardian's id.
    #[must_use]
    pub fn primary_guardian(&self, student: &Student) -> usize {
        self.families[student.family].guardians[0]
    }

    fn admit(&mut self) {
        let mut dice = self.dice("students");
        let first_entry = self.years[0].start - YEAR_GROUPS as i16 + 1;
        for entry in first_entry..=self.this_year().start {
            for number in 0..self.plan.cohort {
                let student = self.student(&mut dice, entry, number);
                self.students.push(student);
            }
        }
    }

    fn student(&mut self, dice: &mut Dice, entry: i16, number: usize) -> Student {
        let family = self.family(dice, entry);
        let female = dice.chance(490);
        let sibling = self.families[family].pupils > 1;
        Student {
            id: self.students.len() + 1,
            family,
            entry,
            form: number % self.plan.forms,
            number,
            gender: if female { "female" } else { "male" },
            first: dice.pick(if female { names::GIRLS } else { names::BOYS }),
            last: self.families[family].name,
            born: calendar::shift(date(entry - 12, 9, 1), dice.between(0, 364)),
            ability: dice.around(66, 22).clamp(28, 95),
            absence: dice.around(42, 34).clamp(6, 120).unsigned_abs(),
            discount: match dice.below(100) {
                0..4 => 50,
                4..9 => 25,
                _ if sibling => 5,
                _ => 0,
            },
            rides: dice.chance(300) && !self.plan.lean,
        }
    }

    /// The family of the next pupil: now and then one that already has a pupil in an older year.
    fn family(&mut self, dice: &mut Dice, entry: i16) -> usize {
        if dice.chance(220) && !self.students.is_empty() {
            let elder = &self.students[dice.index(self.students.len())];
            let family = elder.family;
            if elder.entry < entry && elder.entry + 4 >= entry && self.families[family].pupils < 3 {
                self.families[family].pupils += 1;
                return family;
            }
        }
        let name = dice.pick(names::FAMILIES);
        let index = self.families.len();
        let mut guardians = Vec::with_capacity(2);
        let women_first = dice.chance(620);
        for place in 0..if dice.chance(780) { 2 } else { 1 } {
            let female = women_first == (place == 0);
            let first = dice.pick(if female { names::WOMEN } else { names::MEN });
            let last = if dice.chance(850) { name } else { dice.pick(names::FAMILIES) };
            let id = self.guardians.len() + 1;
            let email = format!("{}{id}@mail.example", mailbox(first, last));
            self.guardians.push(Guardian { family: index, female, first, last, email });
            guardians.push(id);
        }
        self.families.push(Family { name, guardians, pupils: 1 });
        index
    }
}

/// The part of an address before the sign, without the id that makes it unique.
#[must_use]
pub fn mailbox(first: &str, last: &str) -> String {
    format!("{first}.{last}").to_lowercase().replace('\'', "")
}

/// Everyone who works here: teachers by subject, then the others.
fn hire(plan: &Plan) -> (Vec<Staff>, Vec<(usize, usize)>) {
    let mut dice = Dice::new(plan.seed, "staff");
    let mut staff = Vec::new();
    let mut teachers = Vec::new();
    for subject in SUBJECTS {
        let lessons = plan.forms * YEAR_GROUPS * subject.weekly;
        let count = lessons.div_ceil(22);
        teachers.push((staff.len(), count));
        for _ in 0..count {
            staff.push(member(&mut dice, "teacher", subject.department));
        }
    }
    let pupils = plan.pupils();
    let others = [
        ("head", 1),
        ("librarian", 1),
        ("bursar", 1),
        ("nurse", 1),
        ("administrator", pupils / 300 + 1),
        ("driver", routes(plan)),
        ("teaching_assistant", pupils / 100),
    ];
    for (role, count) in others {
        for _ in 0..count {
            staff.push(member(&mut dice, role, DEPARTMENTS.len() - 1));
        }
    }
    (staff, teachers)
}

/// How many bus routes the school runs, each with its driver: none if it is lean.
#[must_use]
pub fn routes(plan: &Plan) -> usize {
    if plan.lean { 0 } else { plan.pupils() / 120 + 1 }
}

fn member(dice: &mut Dice, role: &'static str, department: usize) -> Staff {
    let female = dice.chance(600);
    Staff {
        role,
        department,
        title: match (female, dice.below(10)) {
            (_, 0) => "Dr",
            (false, _) => "Mr",
            (true, 1..5) => "Mrs",
            (true, _) => "Ms",
        },
        first: dice.pick(if female { names::WOMEN } else { names::MEN }),
        last: dice.pick(names::FAMILIES),
        hired: date(dice.between(2004, 2022) as i16, 9, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school(size: &str) -> School {
        School::new(Plan::new(size.parse().unwrap(), 42))
    }

    #[test]
    fn the_week_has_every_subject_as_often_as_it_should() {
        for (index, subject) in SUBJECTS.iter().enumerate() {
            assert_eq!(WEEK.iter().filter(|&&s| s == index).count(), subject.weekly);
        }
    }

    #[test]
    fn every_year_has_its_pupils() {
        let school = school("30MB");
        for year in &school.years {
            assert_eq!(school.on_roll(year).count(), school.plan.pupils());
        }
    }

    #[test]
    fn rosters_are_the_roll() {
        let school = school("30MB");
        for year in &school.years {
            let mut roll: Vec<_> = school.on_roll(year).map(|(s, g)| (s.id, g, s.form)).collect();
            let mut rosters = Vec::new();
            for group in 0..YEAR_GROUPS {
                for form in 0..school.plan.forms {
                    rosters.extend(school.roster(year, group, form).map(|s| (s.id, group, form)));
                }
            }
            roll.sort_unstable();
            rosters.sort_unstable();
            assert_eq!(roll, rosters);
        }
    }

    #[test]
    fn families_hold_together() {
        let school = school("30MB");
        for student in &school.students {
            let family = &school.families[student.family];
            assert_eq!(student.last, family.name);
            assert!(!family.guardians.is_empty());
        }
        let pupils: usize = school.families.iter().map(|f| f.pupils).sum();
        assert_eq!(pupils, school.students.len());
    }

    #[test]
    fn sections_have_ids_of_their_own() {
        let school = school("30MB");
        let mut ids = Vec::new();
        for year in &school.years {
            for group in 0..YEAR_GROUPS {
                for form in 0..school.plan.forms {
                    ids.extend((0..SUBJECTS.len()).map(|s| school.section(year, group, form, s)));
                }
            }
        }
        assert_eq!(ids, (1..=ids.len()).collect::<Vec<_>>());
    }
}

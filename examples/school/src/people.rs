//! People: houses, departments, staff, families, pupils and what the nurse should know.

use std::collections::HashSet;

use crate::calendar::{self, TODAY};
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::school::{DEPARTMENTS, School, mailbox};
use crate::size::YEAR_GROUPS;

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(serial "houses", "name, colour, motto", houses),
    table!(serial "departments", "code, name, head_id", departments),
    table!(
        serial "staff",
        "staff_no, department_id, role, title, first_name, last_name, email, phone, hired_on, \
         full_time_equivalent, created_at, updated_at",
        staff
    ),
    table!(serial "addresses", "line1, city, postal_code", addresses),
    table!(
        serial "guardians",
        "address_id, title, first_name, last_name, email, phone, occupation, portal_enabled, \
         created_at, updated_at",
        guardians
    ),
    table!(
        serial "students",
        "admission_no, house_id, address_id, first_name, middle_name, last_name, gender, \
         date_of_birth, status, email, admitted_on, left_on, created_at, updated_at",
        students
    ),
    table!(
        "student_guardians",
        "student_id, guardian_id, relationship, is_primary, may_collect, emergency_order",
        student_guardians
    ),
    table!(
        serial "medical_notes",
        "student_id, severity, condition, instructions, noted_on",
        medical_notes
    ),
];

const HOUSES: [(&str, &str, &str); 4] = [
    ("Ash", "#4f7942", "Stand firm"),
    ("Beech", "#b5651d", "Grow together"),
    ("Rowan", "#c0392b", "Courage and kindness"),
    ("Willow", "#2e86c1", "Bend, never break"),
];

fn houses(_: &School, out: &mut Rows<'_>) {
    for (index, (name, colour, motto)) in HOUSES.into_iter().enumerate() {
        out.row().put(index + 1).text(name).put(colour).text(motto).end();
    }
}

fn departments(school: &School, out: &mut Rows<'_>) {
    for (index, (code, name)) in DEPARTMENTS.iter().enumerate() {
        let head = school.staff.iter().position(|s| s.department == index).map(|at| at + 1);
        out.row().put(index + 1).put(code).text(name).opt(head).end();
    }
}

fn staff(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("staff details");
    let mut mailboxes = HashSet::new();
    for (index, member) in school.staff.iter().enumerate() {
        let id = index + 1;
        let mut name = mailbox(member.first, member.last);
        if !mailboxes.insert(name.clone()) {
            name = format!("{name}{id}");
        }
        let hours = if dice.chance(150) { "0.60" } else { "1.00" };
        out.row()
            .put(id)
            .put(format_args!("S{id:04}"))
            .put(member.department + 1)
            .put(member.role)
            .put(member.title)
            .text(member.first)
            .text(member.last)
            .put(format_args!("{name}@school.example"))
            .put(format_args!("+44 1632 {:06}", dice.between(960_000, 960_999)))
            .put(member.hired)
            .put(hours)
            .put(format_args!("{} 08:00:00+00", member.hired))
            .put(format_args!("{} 08:00:00+00", member.hired))
            .end();
    }
}

fn addresses(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("addresses");
    for index in 0..school.families.len() {
        let (town, district) = dice.pick(names::TOWNS);
        let letters = b"ABDEFGHJLNPQRSTUWXYZ";
        let pair = [dice.pick(letters), dice.pick(letters)].map(char::from);
        out.row()
            .put(index + 1)
            .put(format_args!("{} {}", dice.between(1, 148), dice.pick(names::STREETS)))
            .put(town)
            .put(format_args!("{district} {}{}{}", dice.between(1, 9), pair[0], pair[1]))
            .end();
    }
}

fn guardians(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("guardians");
    for (index, guardian) in school.guardians.iter().enumerate() {
        let title = match (guardian.female, dice.below(3)) {
            (false, _) => "Mr",
            (true, 0) => "Ms",
            (true, _) => "Mrs",
        };
        let since = calendar::shift(TODAY, -dice.between(40, 900));
        out.row()
            .put(index + 1)
            .put(guardian.family + 1)
            .put(title)
            .text(guardian.first)
            .text(guardian.last)
            .put(&guardian.email)
            .put(format_args!("+44 7700 {:06}", dice.between(900_000, 900_999)))
            .text(dice.pick(names::OCCUPATIONS))
            .flag(dice.chance(910))
            .put(format_args!("{since} 10:30:00+00"))
            .put(format_args!("{since} 10:30:00+00"))
            .end();
    }
}

fn students(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("students details");
    let this_year = school.this_year();
    for student in &school.students {
        let admitted = jiff::civil::date(student.entry, 9, 1);
        let on_roll = school.group(student, this_year).is_some();
        let left = (!on_roll).then(|| jiff::civil::date(student.entry + YEAR_GROUPS as i16, 7, 31));
        let middle = if student.gender == "female" { names::GIRLS } else { names::BOYS };
        let middle = dice.chance(350).then(|| dice.pick(middle)).filter(|&m| m != student.first);
        let changed = left.unwrap_or(admitted);
        out.row()
            .put(student.id)
            .put(format_args!("A{}{:04}", student.entry, student.number + 1))
            .put(student.number % HOUSES.len() + 1)
            .put(student.family + 1)
            .text(student.first)
            .opt_text(middle)
            .text(student.last)
            .put(student.gender)
            .put(student.born)
            .put(if on_roll { "enrolled" } else { "graduated" })
            .put(format_args!(
                "{}{}@pupils.school.example",
                mailbox(student.first, student.last),
                student.id
            ))
            .put(admitted)
            .opt(left)
            .put(format_args!("{admitted} 09:00:00+00"))
            .put(format_args!("{changed} 09:00:00+00"))
            .end();
    }
}

fn student_guardians(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("student guardians");
    for student in &school.students {
        for (place, &id) in school.families[student.family].guardians.iter().enumerate() {
            let guardian = &school.guardians[id - 1];
            let relationship = match (guardian.female, dice.below(20)) {
                (_, 0) => "grandparent",
                (_, 1) => "step_parent",
                (true, _) => "mother",
                (false, _) => "father",
            };
            out.row()
                .put(student.id)
                .put(id)
                .put(relationship)
                .flag(place == 0)
                .flag(true)
                .put(place + 1)
                .end();
        }
    }
}

fn medical_notes(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("medical notes");
    let mut id = 0;
    for student in &school.students {
        if dice.chance(160) {
            id += 1;
            let (severity, condition, instructions) = dice.pick(names::CONDITIONS);
            let noted =
                calendar::shift(jiff::civil::date(student.entry, 9, 4), dice.between(0, 60));
            out.row()
                .put(id)
                .put(student.id)
                .put(severity)
                .text(condition)
                .text(instructions)
                .put(noted)
                .end();
        }
    }
}

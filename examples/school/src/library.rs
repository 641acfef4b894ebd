//! The library: books, their copies, and who borrowed them.

use jiff::civil::{Date, date};

use crate::calendar::{self, TODAY};
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::school::School;

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(
        serial "library_books",
        "isbn, title, author, publisher, published_year, shelf_mark",
        library_books
    ),
    table!(serial "library_copies", "book_id, barcode, status, acquired_on, price", library_copies),
    table!(
        serial "library_loans",
        "copy_id, student_id, staff_id, loaned_on, due_on, returned_on",
        library_loans
    ),
];

/// Books on the shelves: three for every two pupils, none if the school is lean.
fn books(school: &School) -> usize {
    if school.plan.lean { 0 } else { school.plan.pupils() * 3 / 2 }
}

/// Copies: of every third book there are two.
fn copies(school: &School) -> usize {
    books(school) * 4 / 3
}

fn library_books(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("books");
    for index in 0..books(school) {
        let title = format!("{} {}", dice.pick(names::TITLE_STARTS), dice.pick(names::TITLE_ENDS));
        let first = if dice.chance(500) { names::WOMEN } else { names::MEN };
        let last = dice.pick(names::FAMILIES);
        let shelf: String = last.chars().filter(char::is_ascii_alphabetic).take(3).collect();
        out.row()
            .put(index + 1)
            .put(isbn(index))
            .text(&title)
            .text(&format!("{} {last}", dice.pick(first)))
            .text(dice.pick(names::PUBLISHERS))
            .put(dice.between(1974, 2025))
            .put(format_args!("{} {}", dice.between(100, 989), shelf.to_uppercase()))
            .end();
    }
}

/// An ISBN-13 with its check digit.
fn isbn(index: usize) -> String {
    let digits = format!("9780{:08}", 40_000_000 + index * 37);
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// One loan of a copy.
struct Loan {
    copy: usize,
    pupil: Option<usize>,
    staff: Option<usize>,
    on: Date,
    due: Date,
    returned: Option<Date>,
}

fn each_loan(school: &School, mut visit: impl FnMut(&Loan)) {
    let mut dice = school.dice("loans");
    let first = date(school.years[0].start, 9, 8);
    let roll: Vec<usize> = school.on_roll(school.this_year()).map(|(s, _)| s.id).collect();
    for copy in 1..=copies(school) {
        let mut on = calendar::shift(first, dice.between(0, 200));
        while on < TODAY {
            let by_staff = dice.chance(60);
            let pupil = dice.pick(&roll);
            let staff = dice.index(school.staff.len()) + 1;
            let back = calendar::shift(on, dice.between(4, 30));
            let returned = Some(back).filter(|&back| back < TODAY);
            let (pupil, staff) = if by_staff { (None, Some(staff)) } else { (Some(pupil), None) };
            visit(&Loan { copy, pupil, staff, on, due: calendar::shift(on, 21), returned });
            on = calendar::shift(back, dice.between(20, 220));
        }
    }
}

fn library_copies(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("copies");
    let mut on_loan = vec![false; copies(school) + 1];
    each_loan(school, |loan| on_loan[loan.copy] |= loan.returned.is_none());
    for (copy, &away) in on_loan.iter().enumerate().skip(1) {
        let lost = dice.chance(15);
        let status = match (away, lost) {
            (true, _) => "on_loan",
            (false, true) => "in_repair",
            (false, false) => "on_shelf",
        };
        out.row()
            .put(copy)
            .put((copy - 1) % books(school) + 1)
            .put(format_args!("LIB{copy:07}"))
            .put(status)
            .put(date(dice.between(2015, 2022) as i16, 6, dice.between(1, 28) as i8))
            .pence(i64::from(dice.between(5, 28)) * 100 + 99)
            .end();
    }
}

fn library_loans(school: &School, out: &mut Rows<'_>) {
    let mut id = 0;
    each_loan(school, |loan| {
        id += 1;
        out.row()
            .put(id)
            .put(loan.copy)
            .opt(loan.pupil)
            .opt(loan.staff)
            .put(loan.on)
            .put(loan.due)
            .opt(loan.returned)
            .end();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isbns_carry_the_right_check_digit() {
        for index in [0, 1, 999, 12_345] {
            let digits: Vec<u32> = isbn(index).bytes().map(|b| u32::from(b - b'0')).collect();
            let sum: u32 =
                digits.iter().enumerate().map(|(i, d)| d * if i % 2 == 0 { 1 } else { 3 }).sum();
            assert_eq!((digits.len(), sum % 10), (13, 0));
        }
    }
}

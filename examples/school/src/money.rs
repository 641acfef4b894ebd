//! Money: fee plans, the invoices of every term, what families paid and what is still open.

use jiff::civil::{Date, date};

use crate::calendar::{self, SchoolYear, TODAY, Term};
use crate::copy::{Rows, Table, table};
use crate::random::Dice;
use crate::school::{School, Student};
use crate::size::YEAR_GROUPS;

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(serial "fee_plans", "academic_year_id, name", fee_plans),
    table!(serial "fee_plan_items", "fee_plan_id, description, frequency, amount", fee_plan_items),
    table!(
        serial "invoices",
        "invoice_no, student_id, term_id, status, issued_on, due_on, total, paid, created_at, \
         updated_at",
        invoices
    ),
    table!(
        "invoice_lines",
        "invoice_id, line_no, fee_plan_item_id, description, unit_price, discount_percent",
        invoice_lines
    ),
    table!(
        serial "payments",
        "receipt_no, guardian_id, method, amount, received_on, reference",
        payments
    ),
    table!("payment_allocations", "payment_id, invoice_id, amount", payment_allocations),
];

/// What is charged: description, frequency, pounds in the first year.
const FEES: [(&str, &str, i64); 6] = [
    ("Tuition", "termly", 4150),
    ("Lunches", "termly", 245),
    ("Technology levy", "yearly", 120),
    ("School bus", "termly", 310),
    ("Instrument lessons", "termly", 285),
    ("Examination fees", "yearly", 165),
];

/// The pence of a fee in a year: five pounds in a hundred more each year.
fn fee(item: usize, year: &SchoolYear) -> i64 {
    let rise = i64::from(year.start - 2023) * 5;
    FEES[item].2 * (100 + rise) / 100 * 100
}

fn fee_plans(school: &School, out: &mut Rows<'_>) {
    for year in &school.years {
        out.row().put(year.id).put(year.id).put(format_args!("Day pupils {}", year.name())).end();
    }
}

fn item_id(year: &SchoolYear, item: usize) -> usize {
    (year.id - 1) * FEES.len() + item + 1
}

fn fee_plan_items(school: &School, out: &mut Rows<'_>) {
    for year in &school.years {
        for (item, (description, frequency, _)) in FEES.into_iter().enumerate() {
            out.row()
                .put(item_id(year, item))
                .put(year.id)
                .text(description)
                .put(frequency)
                .pence(fee(item, year))
                .end();
        }
    }
}

/// One line of an invoice.
struct Line {
    item: usize,
    pence: i64,
    discount: i64,
}

/// One payment towards an invoice.
struct Paid {
    pence: i64,
    on: Date,
}

/// One pupil's invoice for a term.
struct Invoice<'a> {
    id: usize,
    student: &'a Student,
    year: &'a SchoolYear,
    term: &'a Term,
    issued: Date,
    due: Date,
    lines: Vec<Line>,
    payments: Vec<Paid>,
}

impl Invoice<'_> {
    fn total(&self) -> i64 {
        self.lines.iter().map(|l| l.pence * (100 - l.discount) / 100).sum()
    }

    fn paid(&self) -> i64 {
        self.payments.iter().map(|p| p.pence).sum()
    }

    fn status(&self) -> &'static str {
        match self.paid() {
            0 => "issued",
            paid if paid < self.total() => "part_paid",
            _ => "paid",
        }
    }
}

fn each_invoice(school: &School, mut visit: impl FnMut(&Invoice<'_>)) {
    let mut dice = school.dice("invoices");
    let mut id = 0;
    for year in &school.years {
        for (place, term) in year.terms.iter().enumerate() {
            let issued = calendar::shift(term.starts, -14);
            let due = calendar::shift(issued, 30);
            for (student, group) in school.on_roll(year) {
                id += 1;
                let lines = lines(&mut dice, student, year, place, group);
                let mut invoice =
                    Invoice { id, student, year, term, issued, due, lines, payments: Vec::new() };
                settle(&mut dice, &mut invoice);
                visit(&invoice);
            }
        }
    }
}

/// The lines of a pupil's invoice for the term at `place` in the year.
fn lines(
    dice: &mut Dice,
    student: &Student,
    year: &SchoolYear,
    place: usize,
    group: usize,
) -> Vec<Line> {
    let musical = student.number % 8 == 3;
    let wanted = [
        true,
        dice.chance(800),
        place == 0,
        student.rides,
        musical,
        place == 1 && group == YEAR_GROUPS - 1,
    ];
    let items = wanted.into_iter().enumerate().filter(|&(_, wanted)| wanted);
    items
        .map(|(item, _)| Line {
            item,
            pence: fee(item, year),
            discount: if item == 0 { student.discount } else { 0 },
        })
        .collect()
}

/// Pays an invoice as families do: most in full and in time, some in two parts, a few not yet.
fn settle(dice: &mut Dice, invoice: &mut Invoice<'_>) {
    let total = invoice.total();
    let open = if invoice.term.is_over() { 12 } else { 140 };
    let first = calendar::shift(invoice.due, -dice.between(-4, 24));
    let second = calendar::shift(first, dice.between(14, 40));
    let part = total / 200 * 100;
    let roll = dice.below(1000);
    if roll < open / 2 {
        return;
    }
    if roll < open {
        invoice.payments.push(Paid { pence: part, on: first.min(TODAY) });
    } else if roll < 940 {
        invoice.payments.push(Paid { pence: total, on: first.min(TODAY) });
    } else {
        invoice.payments.push(Paid { pence: part, on: first.min(TODAY) });
        invoice.payments.push(Paid { pence: total - part, on: second.min(TODAY) });
    }
}

fn invoices(school: &School, out: &mut Rows<'_>) {
    each_invoice(school, |invoice| {
        let changed = invoice.payments.last().map_or(invoice.issued, |p| p.on);
        out.row()
            .put(invoice.id)
            .put(format_args!("INV-{}-{:06}", invoice.year.start, invoice.id))
            .put(invoice.student.id)
            .put(invoice.term.id)
            .put(invoice.status())
            .put(invoice.issued)
            .put(invoice.due)
            .pence(invoice.total())
            .pence(invoice.paid())
            .put(format_args!("{} 07:30:00+00", invoice.issued))
            .put(format_args!("{changed} 15:10:00+00"))
            .end();
    });
}

fn invoice_lines(school: &School, out: &mut Rows<'_>) {
    each_invoice(school, |invoice| {
        for (place, line) in invoice.lines.iter().enumerate() {
            out.row()
                .put(invoice.id)
                .put(place + 1)
                .put(item_id(invoice.year, line.item))
                .text(FEES[line.item].0)
                .pence(line.pence)
                .put(line.discount)
                .end();
        }
    });
}

const METHODS: [&str; 8] = [
    "direct_debit",
    "direct_debit",
    "direct_debit",
    "bank_transfer",
    "bank_transfer",
    "card",
    "card",
    "voucher",
];

fn payments(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("payments");
    let mut id = 0;
    each_invoice(school, |invoice| {
        for payment in &invoice.payments {
            id += 1;
            let method = dice.pick(&METHODS);
            let traced = matches!(method, "bank_transfer" | "direct_debit");
            let reference = traced.then(|| {
                format!("FEES A{}{:04}", invoice.student.entry, invoice.student.number + 1)
            });
            out.row()
                .put(id)
                .put(format_args!("RCT-{id:07}"))
                .put(school.primary_guardian(invoice.student))
                .put(method)
                .pence(payment.pence)
                .put(payment.on.max(date(invoice.year.start, 8, 1)))
                .opt(reference)
                .end();
        }
    });
}

fn payment_allocations(school: &School, out: &mut Rows<'_>) {
    let mut id = 0;
    each_invoice(school, |invoice| {
        for payment in &invoice.payments {
            id += 1;
            out.row().put(id).put(invoice.id).pence(payment.pence).end();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::Plan;

    #[test]
    fn no_family_pays_more_than_it_owes() {
        let school = School::new(Plan::new("10MB".parse().unwrap(), 5));
        let mut open = 0;
        let mut count = 0;
        each_invoice(&school, |invoice| {
            assert!(invoice.paid() <= invoice.total());
            assert!(invoice.payments.iter().all(|p| p.pence > 0 && p.on <= TODAY));
            count += 1;
            open += usize::from(invoice.status() != "paid");
        });
        assert_eq!(count, school.plan.pupils() * 3 * school.years.len());
        assert!(open > 0 && open * 4 < count, "{open} of {count}");
    }
}

//! The school example: fills one institution's schema with the repeatable records of a school.
//!
//! The schema itself is made by the migrations in `prisma/migrations`.

pub mod academics;
pub mod assessment;
pub mod attendance;
pub mod calendar;
pub mod copy;
pub mod correspondence;
pub mod library;
pub mod load;
pub mod money;
pub mod names;
pub mod people;
pub mod random;
pub mod school;
pub mod size;
pub mod transport;

use copy::Table;

/// Every table that is seeded, in the order their keys need.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [
        people::TABLES,
        academics::TABLES,
        attendance::TABLES,
        assessment::TABLES,
        money::TABLES,
        library::TABLES,
        transport::TABLES,
        correspondence::TABLES,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::copy::{Piece, Rows};
    use super::school::School;
    use super::size::Plan;
    use super::*;

    /// Every table's rows, as text.
    fn text(size: &str, seed: u64) -> Vec<(&'static str, String)> {
        let school = School::new(Plan::new(size.parse().unwrap(), seed));
        let rows = |table: &'static Table| {
            let mut text = String::new();
            let mut rows = Rows::new(|piece| {
                if let Piece::Rows { text: more, .. } = piece {
                    text.push_str(&more);
                }
            });
            (table.fill)(&school, &mut rows);
            rows.flush();
            drop(rows);
            (table.name, text)
        };
        tables().map(rows).collect()
    }

    #[test]
    fn the_same_seed_and_size_give_the_same_rows() {
        assert!(text("5MB", 42) == text("5MB", 42));
    }

    #[test]
    fn another_seed_gives_other_rows() {
        let (one, two) = (text("1MB", 42), text("1MB", 43));
        let differ = |name: &str| {
            let find = |all: &[(&str, String)]| {
                all.iter().find(|(table, _)| *table == name).map(|(_, text)| text.clone())
            };
            find(&one) != find(&two)
        };
        assert!(differ("students") && differ("payments") && differ("attendance_records"));
    }

    #[test]
    fn every_row_has_as_many_fields_as_its_statement_has_columns() {
        let texts = text("3MB", 42);
        for (table, (name, text)) in tables().zip(&texts) {
            let columns = table.copy.split(['(', ')']).nth(1).unwrap().split(',').count();
            assert!(!text.is_empty(), "{name} is empty");
            for line in text.lines() {
                assert_eq!(line.split('\t').count(), columns, "{name}: {line}");
            }
        }
    }

    #[test]
    fn every_table_of_the_schema_is_seeded() {
        let schema = include_str!("../prisma/schema.prisma");
        let mut mapped = BTreeSet::new();
        let mut model = false;
        for line in schema.lines() {
            if line.ends_with('{') {
                model = line.starts_with("model ");
            }
            if let Some(name) = line.trim().strip_prefix("@@map(\"")
                && model
            {
                mapped.insert(name.trim_end_matches("\")"));
            }
        }
        assert_eq!(mapped, tables().map(|t| t.name).collect());
        assert_eq!(tables().count(), 46);
    }
}

//! What two schemas differ in: their form, and the rows of each table. Both are looked at in one snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tenantry_pg::PgError;
use tenantry_pg::export::{Entry, Pair, Sessions};
use tenantry_pg::sql::Ident;

use crate::allowed::copied;
use crate::fingerprint::{form_of, is_of_the_form};
use crate::tally::{Counter, RowHash, Tally};
use crate::write::Contents;

/// What two schemas, or a schema and what was written down of one, differ in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Whether they are the same in form and rows.
    pub equal: bool,
    /// What they are made of; of contents that were written down, only whether that is the same.
    pub form: FormComparison,
    /// Every table of either, by name.
    pub tables: Vec<TableComparison>,
}

/// What differs in the form; each thing by kind and name, such as `TABLE pupil`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FormComparison {
    /// Whether nothing does.
    pub equal: bool,
    /// What is only here.
    pub only_here: Vec<String>,
    /// What is only there.
    pub only_there: Vec<String>,
    /// What is in both, and made by other statements.
    pub changed: Vec<String>,
    /// Sequences that are at another number; that is no matter of the form.
    pub sequences: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TableComparison {
    /// Its name.
    pub name: String,
    /// Whether it is on both sides with the same rows.
    pub equal: bool,
    /// Rows here; none when there is no such table.
    pub rows_here: Option<u64>,
    /// Rows there; none when there is no such table.
    pub rows_there: Option<u64>,
    /// Rows that are only here, counted by their whole contents; none when that was not looked at (the
    /// columns differ, or the other side is a list).
    pub only_here: Option<u64>,
    /// The same of the other side.
    pub only_there: Option<u64>,
    /// Keys of some rows that are only here, as the server writes them, such as `(7)`.
    pub keys_only_here: Vec<String>,
    /// The same of the other side.
    pub keys_only_there: Vec<String>,
    /// What the rows here come to.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub hash_here: Option<RowHash>,
    /// What the rows there come to.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub hash_there: Option<RowHash>,
}

/// Compares two schemas of a database, in one snapshot of both; with up to `sample` keys of rows that only one
/// has, for each table and side.
///
/// # Errors
/// `NotFound` without such a schema, `Refused` when there is something that cannot be described, `Transient`
/// when a table was locked.
pub async fn compare(
    sessions: &Sessions,
    here: &Ident,
    there: &Ident,
    sample: usize,
) -> Result<Comparison, PgError> {
    let mut pair = Pair::begin(sessions, here, there).await?;
    let form = form(&pair);
    let mut names: BTreeMap<String, [Option<Vec<Ident>>; 2]> = BTreeMap::new();
    for (place, side) in pair.sides.iter().enumerate() {
        for entry in &side.entries {
            if let Some((_, columns)) = with_columns(entry) {
                names.entry(entry.tag.clone()).or_default()[place] = Some(columns);
            }
        }
    }
    let mut tables = Vec::new();
    for (name, columns) in names {
        tables.push(table(&mut pair, name, columns, sample).await?);
    }
    pair.finish().await?;
    let equal = form.equal && form.sequences.is_empty() && tables.iter().all(|table| table.equal);
    Ok(Comparison { equal, form, tables })
}

/// Compares what two schemas came to, as they were exported or as a manifest says.
pub fn compare_contents(here: &Contents, there: &Contents) -> Comparison {
    let mut tables: BTreeMap<&str, [Option<&Tally>; 2]> = BTreeMap::new();
    for (place, side) in [here, there].into_iter().enumerate() {
        for table in &side.tables {
            tables.entry(&table.name).or_default()[place] = Some(&table.tally);
        }
    }
    let tables: Vec<TableComparison> = tables
        .into_iter()
        .map(|(name, [here, there])| TableComparison {
            equal: here == there,
            ..TableComparison::of(name.to_owned(), here, there)
        })
        .collect();
    let form = FormComparison { equal: here.form == there.form, ..FormComparison::default() };
    Comparison { equal: form.equal && tables.iter().all(|table| table.equal), form, tables }
}

impl TableComparison {
    fn of(name: String, here: Option<&Tally>, there: Option<&Tally>) -> Self {
        Self {
            name,
            equal: false,
            rows_here: here.map(|tally| tally.rows),
            rows_there: there.map(|tally| tally.rows),
            only_here: None,
            only_there: None,
            keys_only_here: Vec::new(),
            keys_only_there: Vec::new(),
            hash_here: here.map(|tally| tally.hash),
            hash_there: there.map(|tally| tally.hash),
        }
    }
}

async fn table(
    pair: &mut Pair,
    name: String,
    columns: [Option<Vec<Ident>>; 2],
    sample: usize,
) -> Result<TableComparison, PgError> {
    let Ok(table) = Ident::new(name.clone()) else {
        return Ok(TableComparison::of(name, None, None));
    };
    let [mine, other] = &columns;
    let same_columns = match (mine, other) {
        (Some(mine), Some(other)) => {
            mine.len() == other.len() && mine.iter().all(|column| other.contains(column))
        }
        _ => false,
    };
    let mut tallies = [None, None];
    for (side, own) in [mine, other].into_iter().enumerate() {
        // in one order, whatever the order of the columns is there
        let wanted = if same_columns { mine } else { own };
        if let (Some(wanted), Some(_)) = (wanted, own) {
            let mut counter = Counter::default();
            pair.rows(side, &table, wanted, |piece| {
                counter.take(piece);
                Ok::<_, PgError>(())
            })
            .await?;
            tallies[side] = Some(counter.finish());
        }
    }
    let [here, there] = &tallies;
    let mut found = TableComparison::of(name, here.as_ref(), there.as_ref());
    found.equal = same_columns && here == there;
    if found.equal {
        (found.only_here, found.only_there) = (Some(0), Some(0));
    } else if let (true, Some(columns)) = (same_columns, mine) {
        let key = pair.key(0, &table).await?;
        let key = if pair.key(1, &table).await? == key { key } else { Vec::new() };
        let here = pair.surplus(0, &table, columns, &key, sample).await?;
        let there = pair.surplus(1, &table, columns, &key, sample).await?;
        (found.only_here, found.keys_only_here) = (Some(here.rows), here.keys);
        (found.only_there, found.keys_only_there) = (Some(there.rows), there.keys);
    }
    Ok(found)
}

/// The table and the columns of an entry that has rows.
fn with_columns(entry: &Entry) -> Option<(Ident, Vec<Ident>)> {
    copied(&format!("COPY {} FROM stdin;\n", entry.copy_from.as_ref()?))
}

fn form(pair: &Pair) -> FormComparison {
    let mut things: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for (place, side) in pair.sides.iter().enumerate() {
        // that there are rows is a matter of the tables
        let made = side.entries.iter().filter(|entry| entry.kind != "TABLE DATA");
        for entry in made.filter(|entry| is_of_the_form(entry)) {
            let name = format!("{} {}", entry.kind, entry.tag);
            let form = form_of(entry, &side.quoted_schema).into_owned();
            things.entry(name).or_default()[place].get_or_insert_default().push_str(&form);
        }
    }
    let mut form = FormComparison { equal: true, ..FormComparison::default() };
    for (name, made) in things {
        match made {
            [Some(here), Some(there)] if here == there => continue,
            [Some(_), Some(_)] if name.starts_with("SEQUENCE SET ") => {
                form.sequences.push(name.replacen("SEQUENCE SET ", "", 1));
                continue;
            }
            [Some(_), Some(_)] => form.changed.push(name),
            [Some(_), None] => form.only_here.push(name),
            _ => form.only_there.push(name),
        }
        form.equal = false;
    }
    form
}

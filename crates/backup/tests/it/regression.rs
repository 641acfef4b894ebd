//! PostgreSQL's own regression database as a corpus: a separate long test, run by `scripts/regression-oracle`, which
//! makes that database and names it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_backup::write::write_archive;
use tenantry_pg::ddl;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::Ident;
use url::Url;

use crate::programs;

/// The address of the regression database.
const DATABASE: &str = "TENANTRY_REGRESSION_DATABASE";

/// A database in which an archive is restored, beside the regression database.
async fn empty(regression: &Url, name: &str) -> Url {
    let mut admin = PgConnection::connect(regression.as_str()).await.unwrap();
    let ident = Ident::new(name).unwrap();
    admin.execute(ddl!("drop database if exists {} with (force)", ident).into_sql()).await.unwrap();
    admin.execute(ddl!("create database {} template template0", ident).into_sql()).await.unwrap();
    admin.close().await.unwrap();
    let mut url = regression.clone();
    url.set_path(name);
    // without it pg_dump's archive makes its tables of another sort, and ours none
    let mut session = PgConnection::connect(url.as_str()).await.unwrap();
    let method = "create access method heap2 type table handler heap_tableam_handler";
    session.execute(method).await.unwrap();
    session.close().await.unwrap();
    url
}

/// How many of the lines are in both, and those that are in one only.
fn compared(expected: &str, found: &str) -> (usize, Vec<String>) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    expected.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    found.lines().for_each(|line| *counts.entry(line).or_default() -= 1);
    let more = counts.iter().filter(|(_, count)| **count < 0).map(|(line, _)| format!("+ {line}"));
    let less = counts.iter().filter(|(_, count)| **count > 0).map(|(line, _)| format!("- {line}"));
    let missing: i64 = counts.values().filter(|count| **count > 0).sum();
    let same = expected.lines().count() - usize::try_from(missing).unwrap();
    (same, less.chain(more).collect())
}

/// What a schema of the regression database needs of the others is not in any archive of one schema, `pg_dump`'s own
/// included. So both archives are restored alike, and what came of them is compared.
#[tokio::test]
#[ignore = "needs the regression database; scripts/regression-oracle makes it"]
async fn the_regression_database_survives() {
    let regression = Url::parse(&std::env::var(DATABASE).unwrap()).unwrap();
    let mut admin = PgConnection::connect(regression.as_str()).await.unwrap();
    let schemas: Vec<String> = sqlx::query_scalar(
        "select nspname::text from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let place = tempfile::tempdir().unwrap();
    let mut worse = 0;
    for name in schemas {
        let schema = Ident::new(name.as_str()).unwrap();
        let mut export = match Export::begin(&Sessions::new(&regression).unwrap(), &schema).await {
            Ok(export) => export,
            Err(why) => {
                println!("{name}: refused: {why}");
                worse += 1;
                continue;
            }
        };
        let (ours, theirs) = (place.path().join("ours.dump"), place.path().join("theirs.dump"));
        let out = BufWriter::new(File::create(&ours).unwrap());
        write_archive(&mut export, out, &mut |_| {}).await.unwrap();
        export.finish().await.unwrap();
        programs::dump_archive(&regression, &schema.to_string(), &theirs);
        let listed = programs::contents(&theirs, &name).join("\n");
        let (entries, odd_entries) =
            compared(&listed, &programs::contents(&ours, &name).join("\n"));
        let mut texts = Vec::new();
        for (what, file) in [("ours", &ours), ("theirs", &theirs)] {
            let database = empty(&regression, &format!("tenantry_regression_{what}")).await;
            let errors = programs::restore_what_can_be(&database, file);
            println!("{name}: {what}: {} errors at restoring: {}", errors.len(), errors.join("; "));
            texts.push(programs::dump(&database, &schema.to_string()));
        }
        let (lines, odd_lines) = compared(&texts[1], &texts[0]);
        println!(
            "{name}: {entries} of {} entries, {lines} of {} lines",
            listed.lines().count(),
            texts[1].lines().count()
        );
        worse += odd_entries.len() + odd_lines.len();
        odd_entries.iter().chain(&odd_lines).for_each(|line| println!("  {line}"));
    }
    assert_eq!(worse, 0, "differences, listed above");
}

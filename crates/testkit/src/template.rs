//! Databases that are filled once and copied by many tests. They, and the tests' databases that
//! nobody dropped, are swept away some hours later.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sqlx::PgConnection;
use tenantry_pg::ddl;
use url::Url;

use crate::database::{PREFIX, close, connect, ident};

const TEMPLATE_PREFIX: &str = "tpl_";
const UNFINISHED_PREFIX: &str = "tplnew_";

/// The template of that key, built under a lock that a dead process lets go of, and given its
/// name only when it is whole.
pub(crate) async fn ensure(admin: &Url, key: &str, build: impl AsyncFnOnce(Url)) -> String {
    let hash = hash_of(key);
    let name = format!("{TEMPLATE_PREFIX}{}_{hash:016x}", readable(key));
    let mut connection = connect(admin).await;
    if exists(&mut connection, &name).await {
        close(connection).await;
        return name;
    }
    sqlx::query("select pg_advisory_lock($1)")
        .bind(hash.cast_signed())
        .execute(&mut connection)
        .await
        .expect("the lock can be waited for");
    if !exists(&mut connection, &name).await {
        sweep(&mut connection).await;
        let unfinished = format!("{UNFINISHED_PREFIX}{hash:016x}");
        drop_database(&mut connection, &unfinished).await;
        run(&mut connection, ddl!("create database {} template template1", ident(&unfinished)))
            .await;
        let mut url = admin.clone();
        url.set_path(&unfinished);
        build(url).await;
        finish(&mut connection, &unfinished, &name).await;
    }
    close(connection).await;
    name
}

async fn finish(connection: &mut PgConnection, unfinished: &str, name: &str) {
    // A copy is refused while anybody is connected, so from here on nobody can be.
    run(connection, ddl!("alter database {} with allow_connections false", ident(unfinished)))
        .await;
    sqlx::query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1")
        .bind(unfinished)
        .execute(&mut *connection)
        .await
        .expect("left-over connections can be ended");
    run(connection, ddl!("alter database {} rename to {}", ident(unfinished), ident(name))).await;
}

/// What the template is good for: the key in this run. Without nextest, a run is a build of the
/// test program.
fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    if let Some(run) = std::env::var_os("NEXTEST_RUN_ID") {
        run.hash(&mut hasher);
    } else if let Ok(program) = std::env::current_exe() {
        let built = fs::metadata(&program).and_then(|file| file.modified()).ok();
        (program, built).hash(&mut hasher);
    }
    hasher.finish()
}

fn readable(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    key.chars().map(plain).take(24).collect()
}

async fn exists(connection: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .expect("the list of databases can be read")
}

/// Drops what earlier runs left. Hours old, so that it is not another run's that goes on now.
async fn sweep(connection: &mut PgConnection) {
    let old: Vec<String> = sqlx::query_scalar(
        "select datname from pg_database
         where (starts_with(datname, $1) or starts_with(datname, $2) or starts_with(datname, $3))
           and (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification
               < now() - interval '6 hours'",
    )
    .bind(PREFIX)
    .bind(TEMPLATE_PREFIX)
    .bind(UNFINISHED_PREFIX)
    .fetch_all(&mut *connection)
    .await
    .expect("the list of databases can be read");
    for name in old {
        drop_database(connection, &name).await;
    }
}

async fn drop_database(connection: &mut PgConnection, name: &str) {
    run(connection, ddl!("drop database if exists {} with (force)", ident(name))).await;
}

async fn run(connection: &mut PgConnection, statement: tenantry_pg::sql::Statement) {
    let shown = statement.to_string();
    sqlx::raw_sql(statement.into_sql())
        .execute(connection)
        .await
        .unwrap_or_else(|why| panic!("{shown}: {why}"));
}

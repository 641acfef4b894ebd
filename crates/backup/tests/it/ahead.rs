//! Long exports: rows that are read before their turn, and what is said on the way.

use sqlx::{Connection as _, Executor as _};
use tenantry_backup::write::{Contents, contents, write_archive};
use tenantry_pg::Situation;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::Ident;
use tenantry_testkit::{Cluster, TestDatabase};

use crate::oracle::made_in;
use crate::restore::brought_back;

/// Tables of which some are larger than what may wait, one of them by more than sockets hold.
const TABLES: &str = "
  create table a as select n as id, repeat(n::text, 20) as t from generate_series(1, 1000) n;
  create table b as select n as id, md5(n::text) || repeat('x', 100) as t from generate_series(1, 300000) n;
  create table c (id integer);
  create table d as select n as id, repeat('y', 300000) as t from generate_series(1, 8) n;
  create table e as select n as id, md5(n::text) as t from generate_series(1, 20000) n;
  create table f as select 1 as id";

async fn database() -> TestDatabase {
    made_in(Cluster::shared().await.create_database().await, TABLES).await
}

async fn export(database: &TestDatabase) -> Export {
    Export::begin(&Sessions::new(database.url()).unwrap(), &Ident::new("inst_oak").unwrap())
        .await
        .unwrap()
}

async fn plainly(database: &TestDatabase) -> Contents {
    contents(&mut export(database).await).await.unwrap()
}

/// What is read ahead is what the snapshot has, in the order of the archive; and progress ends where the rows do.
#[tokio::test]
async fn what_is_read_ahead_is_the_same_snapshot() {
    let database = database().await;
    let before = plainly(&database).await;
    let mut large = export(&database).await;
    let mut admin = database.connect().await;
    admin.execute("insert into inst_oak.c values (1); delete from inst_oak.e").await.unwrap();
    assert!(large.read_ahead().await.unwrap());
    let mut steps = Vec::new();
    let (archive, written) =
        write_archive(&mut large, Vec::new(), &mut |step| steps.push(step)).await.unwrap();
    assert_eq!(written, before);
    assert!(written.objects.iter().any(|o| (o.kind.as_str(), o.tag.as_str()) == ("TABLE", "d")));
    let last = steps.last().unwrap();
    let bytes: u64 = written.tables.iter().map(|table| table.tally.bytes).sum();
    assert_eq!((last.tables_done, last.tables_total, last.bytes), (6, 6, bytes));
    assert!(steps.is_sorted_by_key(|step| (step.bytes, step.tables_done)));

    let name = Ident::new("inst_elm").unwrap();
    brought_back(&database, &archive, &name).await.unwrap();
    let mut restored = Export::begin(&Sessions::new(database.url()).unwrap(), &name).await.unwrap();
    assert_eq!(contents(&mut restored).await.unwrap().tables, before.tables);
}

/// Who waits for a lock on a table would be waited for: then one session reads it all.
#[tokio::test]
async fn a_lock_that_is_waited_for_leaves_it_to_one_session() {
    let database = database().await;
    let before = plainly(&database).await;
    let mut large = export(&database).await;
    let (mut waiting, mut watcher) = (database.connect().await, database.connect().await);
    let change = tokio::spawn(async move {
        waiting.execute("alter table inst_oak.e add column more integer").await.unwrap();
    });
    while !sqlx::query_scalar::<_, bool>(
        "select exists (select from pg_locks l join pg_class c on c.oid = l.relation
                        where not granted and c.relname = 'e')",
    )
    .fetch_one(&mut watcher)
    .await
    .unwrap()
    {
        tokio::task::yield_now().await;
    }
    assert!(!large.read_ahead().await.unwrap());
    assert_eq!(contents(&mut large).await.unwrap(), before);
    large.finish().await.unwrap();
    change.await.unwrap();
}

/// A session that ends in the middle makes an error and no shorter table.
#[tokio::test]
async fn a_session_that_is_ended_makes_no_short_backup() {
    let database = database().await;
    let mut large = export(&database).await;
    let mut admin = database.connect().await;
    let first: i32 =
        sqlx::query_scalar("select pid from pg_stat_activity where application_name = 'tenantry export' and datname = current_database()")
            .fetch_one(&mut admin)
            .await
            .unwrap();
    assert!(large.read_ahead().await.unwrap());
    sqlx::query(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity
         where application_name = 'tenantry export' and datname = current_database() and pid <> $1",
    )
    .bind(first)
    .execute(&mut admin)
    .await
    .unwrap();
    let failed = write_archive(&mut large, Vec::new(), &mut |_| {}).await.unwrap_err();
    let tenantry_backup::write::WriteError::Database(error) = failed else {
        panic!("{failed}");
    };
    assert_eq!(error.situation(), Situation::Transient, "{error}");
    admin.close().await.unwrap();
}

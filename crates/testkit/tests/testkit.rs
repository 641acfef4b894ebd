//! The testkit keeps its own promises.

#![expect(clippy::unwrap_used, reason = "a test panics when something is not there")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_testkit::proxy::Direction;
use tenantry_testkit::{Cluster, PrivateServer, Proxy};
use tokio::time::timeout;
use url::Url;

async fn connect(url: &Url) -> PgConnection {
    PgConnection::connect(url.as_str()).await.unwrap()
}

async fn number(connection: &mut PgConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(connection).await
}

#[tokio::test]
async fn databases_are_separate_and_go_away() {
    let cluster = Cluster::shared().await;
    assert!(cluster.version() >= 150_000);
    let (one, two) = (cluster.create_database().await, cluster.create_database().await);
    one.connect().await.execute("create table only_here ()").await.unwrap();
    assert!(two.connect().await.execute("select from only_here").await.is_err());
    let _still_connected = one.connect().await;
    let name = one.name().to_owned();
    drop(one);
    let mut admin = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    // the drop is not waited for
    for _ in 0..600 {
        let left: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{name} is still there");
}

#[tokio::test]
async fn a_template_is_built_once_for_many_askers() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    let cluster = Cluster::shared().await;
    let ask = async || {
        let build = async |url: Url| {
            BUILT.fetch_add(1, Ordering::Relaxed);
            let mut connection = connect(&url).await;
            connection.execute("create table filled as select 42::int8 as n").await.unwrap();
            // Left open on purpose: a forgetful builder must not block the copies.
            std::mem::forget(connection);
        };
        cluster.template("Testkit's own!", build).await
    };
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    assert!(one == two && two == three, "{one} {two} {three}");
    assert!(BUILT.load(Ordering::Relaxed) <= 1);
    for _ in 0..2 {
        let copy = cluster.clone_database(&one).await;
        let mut connection = copy.connect().await;
        assert_eq!(number(&mut connection, "select n from filled").await.unwrap(), 42);
    }
}

#[tokio::test]
async fn a_private_server_comes_back_from_a_kill() {
    let mut server = PrivateServer::start().await;
    let url = server.url("postgres");
    connect(&url).await.execute("create table kept as select 7::int8 as n").await.unwrap();
    server.kill9().await;
    assert!(!server.is_up());
    assert!(PgConnection::connect(url.as_str()).await.is_err());
    server.restart().await;
    assert_eq!(server.url("postgres"), url);
    let mut connection = connect(&url).await;
    assert_eq!(number(&mut connection, "select n from kept").await.unwrap(), 7);
    server.stop().await;
    assert!(PgConnection::connect(url.as_str()).await.is_err());
}

#[tokio::test]
async fn a_cut_resets_and_heals() {
    let database = Cluster::shared().await.create_database().await;
    let proxy = Proxy::start(database.url()).await;
    let url = proxy.url(database.url());
    let mut connection = connect(&url).await;
    assert_eq!(number(&mut connection, "select 1::int8").await.unwrap(), 1);
    assert_eq!(proxy.connections(), 1);
    proxy.cut();
    assert!(number(&mut connection, "select 1::int8").await.is_err());
    assert!(PgConnection::connect(url.as_str()).await.is_err());
    proxy.pass();
    assert_eq!(number(&mut connect(&url).await, "select 1::int8").await.unwrap(), 1);
}

#[tokio::test]
async fn a_black_hole_says_nothing() {
    let database = Cluster::shared().await.create_database().await;
    let proxy = Proxy::start(database.url()).await;
    let url = proxy.url(database.url());
    let mut connection = connect(&url).await;
    proxy.black_hole();
    let patience = Duration::from_millis(300);
    assert!(timeout(patience, number(&mut connection, "select 1::int8")).await.is_err());
    assert!(timeout(patience, PgConnection::connect(url.as_str())).await.is_err());
    proxy.pass();
    assert!(number(&mut connection, "select 1::int8").await.is_err(), "bytes were lost");
    assert_eq!(number(&mut connect(&url).await, "select 1::int8").await.unwrap(), 1);
}

#[tokio::test]
async fn a_commit_is_done_though_its_reply_is_lost() {
    let database = Cluster::shared().await.create_database().await;
    let proxy = Proxy::start(database.url()).await;
    let mut bystander = connect(&proxy.url(database.url())).await;
    let mut connection = connect(&proxy.url(database.url())).await;
    connection.execute("create table kept (n int8)").await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    transaction.execute("insert into kept values (5)").await.unwrap();
    proxy.drop_reply_to("commit");
    assert_eq!(number(&mut bystander, "select 1::int8").await.unwrap(), 1);
    assert!(proxy.is_loss_pending());
    assert!(transaction.commit().await.is_err());
    assert!(!proxy.is_loss_pending());
    assert_eq!(number(&mut bystander, "select n from kept").await.unwrap(), 5);

    proxy.drop_next_reply();
    assert!(bystander.execute("insert into kept values (6)").await.is_err());
    let mut direct = database.connect().await;
    assert_eq!(number(&mut direct, "select sum(n)::int8 from kept").await.unwrap(), 11);
}

#[tokio::test]
async fn a_stream_breaks_off_after_so_many_bytes_and_can_be_slow() {
    let database = Cluster::shared().await.create_database().await;
    let proxy = Proxy::start(database.url()).await;
    let url = proxy.url(database.url());
    let mut connection = connect(&url).await;
    proxy.reset_after(Direction::ToClient, 100_000);
    let long = "select string_agg(repeat('x', 100), '') from generate_series(1, 5000)";
    assert!(connection.execute(long).await.is_err());
    let mut connection = connect(&url).await;
    assert!(connection.execute(long).await.is_ok());

    proxy.set_latency(Duration::from_millis(50));
    let asked = std::time::Instant::now();
    assert_eq!(number(&mut connection, "select 1::int8").await.unwrap(), 1);
    assert!(asked.elapsed() >= Duration::from_millis(100));
}

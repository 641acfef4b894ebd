//! Case 20: a disk that is full, and a server that does not come up, stop nothing for good.

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::operation::OperationState;
use tenantry_domain::slug::Slug;
use tenantry_ops::Fleet;
use tenantry_ops::kinds::registry;
use tenantry_ops::pause::tend;
use tenantry_ops::runner::{Faults, Worker};
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_pg::sql::script;
use tenantry_store::{findings, operations};
use tenantry_testkit::{PrivateServer, SmallDisk};
use url::Url;
use uuid::Uuid;

use crate::fleet::{as_control_role, fill_private, open, quick};

async fn create(fleet: &Fleet, name: &str) -> Uuid {
    let request = CreateRequest::of(Slug::parse(name).unwrap(), "default");
    submit::create_schema(fleet, &Requester::system(), request).await.unwrap().operation
}

/// Tends the pause as the server does, until something is so.
async fn tend_until(fleet: &Fleet, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        // while the control database is away, too, there is nothing to learn
        let _ = tend(fleet).await;
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("it did not come to be in five minutes");
}

async fn state(fleet: &Fleet, id: Uuid) -> (OperationState, i32) {
    let operation = operations::by_id(&fleet.store, id).await.unwrap().unwrap();
    assert_ne!(operation.state, OperationState::Failed, "{operation:#?}");
    (operation.state, operation.attempt)
}

async fn events(control: &Url) -> Vec<String> {
    let mut control = PgConnection::connect(control.as_str()).await.unwrap();
    sqlx::query_scalar("select type from event where type like 'database.%' order by id")
        .fetch_all(&mut control)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_20_operations_wait_for_room_on_a_full_disk_and_go_on_by_themselves() {
    let name = "disk::case_20_operations_wait_for_room_on_a_full_disk_and_go_on_by_themselves";
    SmallDisk::run(name, 64, async |disk| {
        let server = PrivateServer::start().await;
        fill_private(&server).await;
        // the managed database on the small disk; the WAL, and so the server's life, elsewhere
        let place = disk.directory("tables", &server.dir().join("data"));
        let mut admin = PgConnection::connect(server.url("postgres").as_str()).await.unwrap();
        let made = format!("create tablespace small location '{}'", place.display());
        admin.execute(sqlx::raw_sql(script(made))).await.unwrap();
        admin.execute("alter database managed set tablespace small").await.unwrap();

        let fleet = open(
            &as_control_role(&server.url("control")),
            &as_control_role(&server.url("managed")),
        );
        fleet.database.ping().await.unwrap();
        let ballast = disk.fill(64);
        let worker = Worker::start(fleet.clone(), registry(), quick(Faults::none()));
        let first = create(&fleet, "oakwood").await;
        tend_until(&fleet, async || fleet.paused() == Some("disk_full")).await;
        let second = create(&fleet, "ash_grove").await;
        for _ in 0..20 {
            tend(&fleet).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(state(&fleet, first).await, (OperationState::Waiting, 0), "no try is used up");
        assert_eq!(state(&fleet, second).await, (OperationState::Queued, 0));
        let open_now = findings::open(&fleet.store).await.unwrap();
        assert_eq!(open_now.len(), 1, "{open_now:?}");
        assert_eq!(
            (open_now[0].kind.as_str(), open_now[0].object.as_str()),
            ("disk_full", "managed")
        );
        assert_eq!(events(&server.url("control")).await, ["database.paused"], "told once");
        fleet.database.marker_states().await.expect("reading goes on");

        // another server of the fleet learns it before it begins anything
        let other = open(
            &as_control_role(&server.url("control")),
            &as_control_role(&server.url("managed")),
        );
        tend(&other).await.unwrap();
        assert_eq!(other.paused(), Some("disk_full"));

        std::fs::remove_file(ballast).unwrap();
        tend_until(&fleet, async || fleet.paused().is_none()).await;
        for id in [first, second] {
            tend_until(&fleet, async || state(&fleet, id).await.0 == OperationState::Succeeded)
                .await;
        }
        assert!(findings::open(&fleet.store).await.unwrap().is_empty());
        assert_eq!(events(&server.url("control")).await, ["database.paused", "database.resumed"]);
        tend(&other).await.unwrap();
        assert_eq!(other.paused(), None);
        worker.stop().await;
    })
    .await;
}

/// Where the WAL has no room the whole server goes down, and does not come up before there is some.
#[tokio::test(flavor = "multi_thread")]
async fn case_20_operations_wait_for_a_server_whose_wal_found_no_room() {
    let name = "disk::case_20_operations_wait_for_a_server_whose_wal_found_no_room";
    SmallDisk::run(name, 200, async |disk| {
        let mut server = PrivateServer::start_in(disk.path(), &[("max_wal_size", "32MB")]).await;
        fill_private(&server).await;
        // the control database lives: elsewhere
        let lists = PrivateServer::start().await;
        fill_private(&lists).await;
        let control = lists.url("control");
        let fleet = open(&as_control_role(&control), &as_control_role(&server.url("managed")));
        fleet.database.ping().await.unwrap();

        let mut writer = PgConnection::connect(server.url("postgres").as_str()).await.unwrap();
        writer.execute("create table small (n int)").await.unwrap();
        let ballast = disk.fill(64);
        // each begins another file of the WAL; the ones that are ready for use are used up
        while writer.execute("insert into small values (1); select pg_switch_wal()").await.is_ok() {
        }

        let worker = Worker::start(fleet.clone(), registry(), quick(Faults::none()));
        let first = create(&fleet, "oakwood").await;
        tend_until(&fleet, async || fleet.paused() == Some("server_down")).await;
        let second = create(&fleet, "ash_grove").await;
        for _ in 0..10 {
            tend(&fleet).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(state(&fleet, second).await, (OperationState::Queued, 0));
        assert_eq!(events(&control).await, ["database.paused"]);

        std::fs::remove_file(ballast).unwrap();
        server.kill9().await;
        server.restart().await;
        for id in [first, second] {
            tend_until(&fleet, async || state(&fleet, id).await.0 == OperationState::Succeeded)
                .await;
        }
        assert_eq!(events(&control).await, ["database.paused", "database.resumed"]);
        worker.stop().await;
    })
    .await;
}

//! Workers that were believed dead.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_pg::Fence;
use tenantry_pg::Situation;
use tenantry_pg::schema::NewSchema;
use uuid::Uuid;

use crate::crash::worker_command;
use crate::fleet::TestFleet;
use crate::world::world;

/// Publishes a template whose script takes some seconds, and asks for a schema made from it.
pub(crate) async fn create_slowly(fleet: &TestFleet, seconds: u8) -> Uuid {
    let script = format!("select pg_sleep({seconds}); create table pupil (id int);");
    let mut managed = fleet.managed.connect().await;
    sqlx::query("insert into tenantry.template values ('slow', 1, $1, 'x', gen_random_uuid())")
        .bind(&script)
        .execute(&mut managed)
        .await
        .unwrap();
    let mut control = fleet.control.connect().await;
    sqlx::query(
        "insert into template (name, version, layout, checksum, script, migrations, relations,
                               proof_ms, created_by)
         values ('slow', 1, 'plain', 'x', $1, '[]', 0, 0, 'test')",
    )
    .bind(&script)
    .execute(&mut control)
    .await
    .unwrap();
    let request = CreateRequest::of(fleet.name.parse_slug(), "slow");
    submit::create_schema(&fleet.fleet, &Requester::system(), request).await.unwrap().operation
}

trait ParseSlug {
    fn parse_slug(&self) -> tenantry_domain::slug::Slug;
}

impl ParseSlug for String {
    fn parse_slug(&self) -> tenantry_domain::slug::Slug {
        tenantry_domain::slug::Slug::parse(self).unwrap()
    }
}

/// Waits until a session of the managed database works for an operation.
pub(crate) async fn under_way(fleet: &TestFleet, id: Uuid) {
    let mut managed = fleet.managed.connect().await;
    for _ in 0..400 {
        let there: bool = sqlx::query_scalar(
            "select exists (select from pg_stat_activity
                            where application_name like 'tenantry/' || $1::text || '/%')",
        )
        .bind(id)
        .fetch_one(&mut managed)
        .await
        .unwrap();
        if there {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("no session works for the operation");
}

/// Case 3: a worker is stopped in the middle of a step for longer than its lease, another one
/// completes the operation, and the first one, awake again, changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn case_03_a_paused_worker_is_fenced_in_the_queue_and_at_the_target() {
    let fleet = TestFleet::new().await;
    let id = create_slowly(&fleet, 4).await;
    let mut paused = worker_command(&fleet, "").spawn().unwrap();
    let pid = Pid::from_raw(i32::try_from(paused.id().unwrap()).unwrap());
    under_way(&fleet, id).await;
    kill(pid, Signal::SIGSTOP).unwrap();

    let worker = fleet.worker();
    fleet.succeeded(id).await;
    let after = world(&fleet).await;
    kill(pid, Signal::SIGCONT).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    paused.kill().await.unwrap();
    worker.stop().await;
    assert_eq!(world(&fleet).await, after);
    assert_eq!(fleet.operation(id).await.attempt, 0, "the paused worker wrote nothing more");

    // what the paused worker would have sent under its own generation
    let schema = fleet.schema().await;
    let late = Fence { operation: id, generation: 1 };
    let new = NewSchema {
        id: schema.id,
        institution: &fleet.name,
        template: "slow",
        version: 1,
        parameters: None,
    };
    let refused = fleet.fleet.database.make_schema(new, late).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::Fenced);
    let refused = fleet.fleet.database.archive_schema(schema.id, late).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::Fenced);
}

/// Case 4: workers tell themselves apart by a random id, so two on one machine (or a cloned one)
/// never run one operation twice.
#[tokio::test(flavor = "multi_thread")]
async fn case_04_two_workers_of_one_machine_run_each_operation_once() {
    let fleet = TestFleet::new().await;
    let workers = [fleet.worker(), fleet.worker()];
    assert_ne!(workers[0].id(), workers[1].id());
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(fleet.create_named(&format!("{}_{number}", fleet.name)).await);
    }
    for id in &ids {
        fleet.succeeded(*id).await;
    }
    for worker in workers {
        worker.stop().await;
    }
    let mut control = fleet.control.connect().await;
    let more_than_once: i64 = sqlx::query_scalar(
        "select count(*) from (select operation_id from audit where outcome = 'succeeded'
                               group by 1 having count(*) > 1) doubled",
    )
    .fetch_one(&mut control)
    .await
    .unwrap();
    assert_eq!(more_than_once, 0);
    let mut managed = fleet.managed.connect().await;
    let made: i64 = sqlx::query_scalar("select count(*) from tenantry.schema_marker")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(made, 30);
}

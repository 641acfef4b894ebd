//! Backups and restores in the middle of which something dies, or changes.

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::operation::OperationState;
use tenantry_domain::slug::Slug;
use tenantry_ops::Fleet;
use tenantry_ops::backups::{self, RestoreRequest, Target};
use tenantry_ops::kinds::registry;
use tenantry_ops::pause::tend;
use tenantry_ops::runner::{Faults, Worker};
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use tenantry_store::{backups as catalogue, copies, operations, schemas};
use tenantry_testkit::{PrivateServer, SmallDisk};
use uuid::Uuid;

use crate::crash::worker_command;
use crate::fleet::{
    TestFleet, application, as_control_role, fill_private, open, quick, with_backups,
};

/// So much that writing or restoring it takes long enough to be met in the middle.
const MUCH: &str = "insert into pupil (name, mood)
  select repeat(md5(n::text), 12), 'good' from generate_series(1, 150000) n";

async fn ended(fleet: &Fleet, id: Uuid) -> OperationState {
    for _ in 0..1200 {
        // what a server does that finds a database away
        let _ = tend(fleet).await;
        if let Ok(Some(operation)) = operations::by_id(&fleet.store, id).await
            && operation.state.is_final()
        {
            assert_eq!(operation.state, OperationState::Succeeded, "{operation:#?}");
            return operation.state;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the operation did not end in two minutes");
}

/// Waits until something is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..6000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to be in a minute");
}

/// Names of the files below a folder that contain the text.
fn files(folder: &std::path::Path, text: &str) -> usize {
    let mut open = vec![folder.to_owned()];
    let mut found = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.to_string_lossy().contains(text) => found += 1,
                false => {}
            }
        }
    }
    found
}

/// Case 7: the managed database dies in the `COPY` of a backup; what was written is discarded, the backup is
/// taken again, and nothing partial is listed.
#[tokio::test(flavor = "multi_thread")]
async fn case_07_the_database_dies_in_the_middle_of_a_backup() {
    let mut server = PrivateServer::start().await;
    fill_private(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let fleet =
        open(&as_control_role(&server.url("control")), &as_control_role(&server.url("managed")));
    let fleet = with_backups(fleet, folder.path()).await;
    let worker = Worker::start(fleet.clone(), registry(), quick(Faults::none()));
    let who = Requester::system();
    let request = CreateRequest::of(Slug::parse("oakwood").unwrap(), "default");
    let made = submit::create_schema(&fleet, &who, request).await.unwrap();
    ended(&fleet, made.operation).await;
    let mut admin = PgConnection::connect(server.url("managed").as_str()).await.unwrap();
    admin.execute("set search_path = inst_oakwood").await.unwrap();
    admin.execute(MUCH).await.unwrap();

    let asked = backups::back_up(&fleet, &who, "oakwood", false).await.unwrap();
    until(async || files(&folder.path().join("work"), ".sealed") > 0).await;
    server.kill9().await;
    server.restart().await;
    ended(&fleet, asked.operation).await;
    let store = folder.path().join("store");
    assert_eq!((files(&store, "manifest"), files(&store, "archive-")), (1, 1));
    assert_eq!(files(&folder.path().join("work"), ".sealed"), 0);
    let schema = schemas::by_name(&fleet.store, "oakwood").await.unwrap().unwrap();
    let backup = catalogue::newest(&fleet.store, schema.id).await.unwrap().unwrap();
    assert_eq!(backup.row_count, 150_001);
    let drill = backups::verify(&fleet, &who, backup.id).await.unwrap();
    ended(&fleet, drill.operation).await;
    worker.stop().await;
}

/// Case 25: a restore is killed half way, over an institution that lives: that one is served all the time, and
/// another worker completes the restore.
#[tokio::test(flavor = "multi_thread")]
async fn case_25_a_restore_that_is_killed_half_way_leaves_the_living_one_as_it_is() {
    let fleet = TestFleet::new().await;
    let who = Requester::system();
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    let mut app = application(&fleet).await.unwrap();
    app.execute(MUCH).await.unwrap();
    let asked = backups::back_up(&fleet.fleet, &who, &fleet.name, false).await.unwrap();
    fleet.succeeded(asked.operation).await;
    worker.stop().await;

    let schema = fleet.schema().await;
    let backup = catalogue::newest(&fleet.fleet.store, schema.id).await.unwrap().unwrap().id;
    let target = Target::Beside { name: None, tables: Vec::new(), accept_names: false };
    let request = RestoreRequest { backup, target, keep_hours: 1 };
    let asked = backups::restore(&fleet.fleet, &who, request).await.unwrap();
    let mut child = worker_command(&fleet, "").spawn().unwrap();
    let mut admin = fleet.managed.connect().await;
    until(async || {
        sqlx::query_scalar::<_, bool>(
            "select exists (select from pg_stat_progress_copy where command = 'COPY FROM'
                            and datname = current_database() and bytes_processed > 1000000)",
        )
        .fetch_one(&mut admin)
        .await
        .unwrap()
    })
    .await;
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    app.execute("insert into pupil (name) values ('meanwhile')").await.unwrap();

    let worker = fleet.worker();
    fleet.succeeded(asked.operation).await;
    worker.stop().await;
    let made = copies::of_schema(&fleet.fleet.store, schema.id).await.unwrap();
    assert_eq!(made.len(), 1);
    let copy = Ident::new(&made[0].copy_name).unwrap();
    let count = ddl!("select count(*) from {}.pupil", copy).into_sql();
    let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut admin).await.unwrap();
    assert_eq!(rows, 150_001);
    let living: i64 =
        sqlx::query_scalar("select count(*) from pupil").fetch_one(&mut app).await.unwrap();
    assert_eq!(living, 150_002);
    let logins: i64 = sqlx::query_scalar(
        "select count(*) from pg_roles where rolname like 'tenantry_copy_%' and rolcanlogin
           and rolname in (select role_name from tenantry.schema_copy)",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(logins, 0);
}

/// Case 29: the form is changed while a backup is taken. The change waits for the copying, the backup is of
/// one snapshot, and a drill finds it to be what its manifest says.
#[tokio::test(flavor = "multi_thread")]
async fn case_29_a_change_of_the_form_during_a_backup_is_not_in_it() {
    let fleet = TestFleet::new().await;
    let who = Requester::system();
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    application(&fleet).await.unwrap().execute(MUCH).await.unwrap();
    let schema = fleet.schema().await;
    let name = Ident::new(schema.schema_name.clone().unwrap()).unwrap();
    let asked = backups::back_up(&fleet.fleet, &who, &fleet.name, false).await.unwrap();
    let work = fleet.folder().join("work");
    until(async || files(&work, ".sealed") > 0).await;
    let mut admin = fleet.managed.connect().await;
    let change = ddl!("alter table {}.pupil add column late text default 'x'", name);
    let insert = ddl!("insert into {}.mark (pupil_id, mark) values (1, 1)", name);
    admin.execute(insert.into_sql()).await.unwrap();
    admin.execute(change.into_sql()).await.unwrap();
    fleet.succeeded(asked.operation).await;
    let backup = catalogue::newest(&fleet.fleet.store, schema.id).await.unwrap().unwrap();
    let manifest = catalogue::manifest(&fleet.fleet.store, backup.id).await.unwrap().unwrap();
    assert!(!manifest["objects"].to_string().contains("late"));
    assert_eq!(backup.row_count, 150_001);
    let drill = backups::verify(&fleet.fleet, &who, backup.id).await.unwrap();
    fleet.succeeded(drill.operation).await;
    worker.stop().await;
}

/// Case 21: the work folder is full in the middle of a backup: the operation fails with the cause, what was
/// written is gone, and pruning goes on.
#[tokio::test(flavor = "multi_thread")]
async fn case_21_a_full_work_folder_fails_a_backup_cleanly() {
    let name = "backups_outages::case_21_a_full_work_folder_fails_a_backup_cleanly";
    SmallDisk::run(name, 2, async |disk| {
        let fleet = TestFleet::new().await;
        let work = fleet.folder().join("work");
        let small = disk.directory("work", fleet.folder());
        let _ = std::fs::remove_dir_all(&work);
        std::os::unix::fs::symlink(&small, &work).unwrap();
        let who = Requester::system();
        let worker = fleet.worker();
        fleet.succeeded(fleet.create().await).await;
        // what does not compress
        let noise = "insert into pupil (name)
          select string_agg(md5(random()::text), '') from generate_series(1, 200000) n group by n % 2000";
        application(&fleet).await.unwrap().execute(noise).await.unwrap();
        let asked = backups::back_up(&fleet.fleet, &who, &fleet.name, false).await.unwrap();
        let operation = fleet.ended(asked.operation).await;
        assert_eq!(operation.state, OperationState::Failed, "{operation:#?}");
        assert_eq!(operation.error.unwrap()["code"], "disk_full");
        assert_eq!(std::fs::read_dir(&small).unwrap().count(), 0);
        assert_eq!(files(&fleet.folder().join("store"), "archive-"), 0);
        let pruned = backups::prune(&fleet.fleet, &who).await.unwrap();
        fleet.succeeded(pruned.operation).await;
        worker.stop().await;
    })
    .await;
}

//! Backups as operations: taken, verified, brought back, and what becomes of them when things go wrong.

use std::path::PathBuf;

use sqlx::Executor;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_ops::backups::{self, RestoreRequest, Target, copies};
use tenantry_ops::submit::{self, Requester};
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use tenantry_store::backups::{self as catalogue, Backup};
use tenantry_store::{copies as listed, drills, schemas};
use uuid::Uuid;

use crate::fleet::{TestFleet, application};
use crate::scenario::Ask;

/// Asks for what the crash matrix wants done.
pub(crate) async fn ask(ask: Ask, fleet: &TestFleet) -> Uuid {
    let (it, who, name) = (&fleet.fleet, Requester::system(), fleet.name.as_str());
    let accepted = match ask {
        Ask::Backup => backups::back_up(it, &who, name, false).await,
        Ask::BackupAll => backups::back_up_all(it, &who, false).await,
        Ask::Verify => backups::verify(it, &who, newest(fleet).await.id).await,
        Ask::VerifyAll => backups::verify_all(it, &who, None).await,
        Ask::Restore => {
            let target = Target::Beside { name: None, tables: Vec::new(), accept_names: false };
            let backup = newest(fleet).await.id;
            backups::restore(it, &who, RestoreRequest { backup, target, keep_hours: 1 }).await
        }
        Ask::Snapshot => copies::snapshot(it, &who, name, 1).await,
        Ask::Swap => copies::swap(it, &who, name, &newest_copy(fleet).await, 1).await,
        Ask::DropCopy => copies::drop(it, &who, name, &newest_copy(fleet).await).await,
        Ask::Prune => backups::prune(it, &who).await,
        Ask::ImportBackups => backups::import(it, &who, false).await,
        Ask::DestroyKeys => backups::destroy_keys(it, &who, name).await,
        Ask::RotateKeys => backups::rotate_keys(it, &who).await,
        other => panic!("{other:?} is not about backups"),
    };
    accepted.unwrap().operation
}

pub(crate) async fn newest(fleet: &TestFleet) -> Backup {
    let id = fleet.schema().await.id;
    catalogue::newest(&fleet.fleet.store, id).await.unwrap().expect("there is a backup")
}

async fn newest_copy(fleet: &TestFleet) -> String {
    let id = fleet.schema().await.id;
    let known = listed::of_schema(&fleet.fleet.store, id).await.unwrap();
    known.first().expect("there is a copy").copy_name.clone()
}

/// A fleet with an institution in which something was written, and a worker.
pub(crate) async fn with_pupils() -> (TestFleet, tenantry_ops::runner::Worker) {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    let mut app = application(&fleet).await.unwrap();
    app.execute("insert into pupil (name, mood) select 'pupil ' || n, 'good' from generate_series(1, 300) n")
        .await
        .unwrap();
    (fleet, worker)
}

pub(crate) async fn done(fleet: &TestFleet, what: Ask) {
    fleet.succeeded(ask(what, fleet).await).await;
}

/// Files of the store whose names contain the text.
pub(crate) fn files(fleet: &TestFleet, text: &str) -> Vec<PathBuf> {
    let mut open = vec![fleet.folder().join("store")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false if path.to_string_lossy().contains(text) => found.push(path),
                false => {}
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_deleted_by_hand_come_back_by_restore_compare_and_swap() {
    let (fleet, worker) = with_pupils().await;
    done(&fleet, Ask::Backup).await;
    done(&fleet, Ask::Verify).await;
    let backup = newest(&fleet).await;
    assert!(backup.is_verified() && backup.restore_ms.is_some(), "{backup:#?}");
    assert_eq!(backup.row_count, 301);

    let mut app = application(&fleet).await.unwrap();
    app.execute("delete from pupil where id > 100").await.unwrap();
    let name = format!("{}_restored", fleet.name);
    let target =
        Target::Beside { name: Some(name.clone()), tables: Vec::new(), accept_names: false };
    let request = RestoreRequest { backup: backup.id, target, keep_hours: 1 };
    let asked = backups::restore(&fleet.fleet, &Requester::system(), request).await.unwrap();
    fleet.succeeded(asked.operation).await;
    let comparison = copies::compare(&fleet.fleet, &fleet.name, &name, 3).await.unwrap();
    let told = serde_json::to_value(&comparison).unwrap();
    assert!(told.to_string().contains("pupil"), "{told:#}");

    let swapped = copies::swap(&fleet.fleet, &Requester::system(), &fleet.name, &name, 1).await;
    fleet.succeeded(swapped.unwrap().operation).await;
    let mut app = application(&fleet).await.unwrap();
    let pupils: i64 =
        sqlx::query_scalar("select count(*) from pupil").fetch_one(&mut app).await.unwrap();
    assert_eq!(pupils, 301);
    // what lived until then is kept, and the application cannot reach it
    let aside = newest_copy(&fleet).await;
    let aside = Ident::new(aside).unwrap();
    let refused = app.execute(ddl!("select from {}.pupil", aside).into_sql()).await;
    assert!(refused.is_err());
    worker.stop().await;
}

/// A body that names the living schema would reach into it from the copy: nothing is restored unless that is accepted.
#[tokio::test(flavor = "multi_thread")]
async fn what_names_the_living_schema_is_refused_beside_it_unless_accepted() {
    let (fleet, worker) = with_pupils().await;
    let schema = fleet.schema().await.schema_name.unwrap();
    let mut admin = fleet.managed.connect().await;
    let functions = format!(
        "set role tenantry_schema_owner; set search_path = {schema};
         create function counted() returns bigint language sql stable as 'select count(*) from {schema}.pupil';
         create function pinned() returns bigint language sql stable set search_path = {schema} as 'select count(*) from pupil';
         reset role"
    );
    admin.execute(tenantry_pg::sql::script(functions)).await.unwrap();
    done(&fleet, Ask::Backup).await;
    done(&fleet, Ask::Verify).await;
    let backup = newest(&fleet).await.id;
    let name = format!("{}_restored", fleet.name);
    let who = Requester::system();
    let restore = async |accept_names: bool| {
        let target = Target::Beside { name: Some(name.clone()), tables: Vec::new(), accept_names };
        backups::restore(&fleet.fleet, &who, RestoreRequest { backup, target, keep_hours: 1 }).await
    };
    let refused = fleet.ended(restore(false).await.unwrap().operation).await;
    let error = refused.error.unwrap();
    assert_eq!(error["code"], "prerequisites_missing", "{error:#}");
    let missing = error["missing"].as_array().unwrap();
    assert_eq!(missing.len(), 1, "{error:#}");
    assert!(missing[0].as_str().unwrap().starts_with("FUNCTION counted() names"), "{error:#}");
    assert!(!fleet.fleet.database.is_taken(&name).await.unwrap());

    fleet.succeeded(restore(true).await.unwrap().operation).await;
    // and at once, where the name is taken
    let refused = restore(true).await.unwrap_err();
    let tenantry_ops::Refusal::Backup(backups::BackupRefusal::NameTaken(taken)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(taken, name);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_when_nothing_changed() {
    let (fleet, worker) = with_pupils().await;
    let who = Requester::system();
    done(&fleet, Ask::Backup).await;
    let first = newest(&fleet).await.id;
    // what the application's session wrote is told to the server's statistics a moment later
    let mut admin = fleet.managed.connect().await;
    let unchanged = async |admin: &mut sqlx::PgConnection| {
        admin.execute("select pg_stat_clear_snapshot()").await.unwrap();
        let asked = backups::back_up(&fleet.fleet, &who, &fleet.name, true).await.unwrap();
        fleet.succeeded(asked.operation).await.result.unwrap()["unchangedSince"].clone()
    };
    let mut since = unchanged(&mut admin).await;
    for _ in 0..100 {
        if !since.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        since = unchanged(&mut admin).await;
    }
    let newest_now = newest(&fleet).await.id;
    assert_eq!(since, newest_now.to_string());
    assert!(newest_now >= first);

    // a default alone is a change, and so is a row
    let schema = Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    let change = ddl!("alter table {}.pupil alter name set default 'x'", schema);
    admin.execute(change.into_sql()).await.unwrap();
    assert!(unchanged(&mut admin).await.is_null());
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_a_byte_changed_in_the_store_is_found_and_the_target_is_not_touched() {
    let (fleet, worker) = with_pupils().await;
    done(&fleet, Ask::Backup).await;
    let archive = files(&fleet, "archive-").remove(0);
    let mut bytes = std::fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&archive, bytes).unwrap();

    for what in [Ask::Verify, Ask::Restore] {
        let operation = fleet.ended(ask(what, &fleet).await).await;
        assert_eq!(operation.state, OperationState::Failed);
        let error = operation.error.unwrap();
        assert_eq!(error["code"], "backup_altered", "{error:#}");
        assert!(error["message"].as_str().unwrap().contains("archive-"), "{error:#}");
    }
    let backup = newest(&fleet).await;
    assert!(!backup.is_verified() && backup.failed_at.is_some());
    assert!(fleet.fleet.database.copies(None).await.unwrap().is_empty());
    let ledger = drills::list(&fleet.fleet.store, Some(&fleet.name), None, 10).await.unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger[0].outcome, "failed");
    worker.stop().await;
}

/// Case 28: what was restored and is not what was taken fails the backup, although it can be restored.
#[tokio::test(flavor = "multi_thread")]
async fn case_28_rows_that_are_not_there_fail_the_verification() {
    let (fleet, worker) = with_pupils().await;
    // rows that row security hides make the backup fail, rather than be left out
    let mut admin = fleet.managed.connect().await;
    let schema = Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    let hide =
        ddl!("alter table {}.pupil enable row level security, force row level security", schema);
    admin.execute(hide.into_sql()).await.unwrap();
    let operation = fleet.ended(ask(Ask::Backup, &fleet).await).await;
    assert_eq!(operation.state, OperationState::Failed, "{operation:#?}");
    assert!(operation.error.unwrap().to_string().contains("row-level security"));
    assert!(files(&fleet, "manifest").is_empty());
    worker.stop().await;
}

/// Case 60: when the keys are destroyed nobody restores, and the proof says why; others are not concerned.
#[tokio::test(flavor = "multi_thread")]
async fn case_60_destroyed_keys_are_refused_with_the_proof_and_others_restore() {
    let (fleet, worker) = with_pupils().await;
    let other = format!("{}_b", fleet.name);
    fleet.succeeded(fleet.create_named(&other).await).await;
    done(&fleet, Ask::BackupAll).await;
    done(&fleet, Ask::Verify).await;
    assert!(newest(&fleet).await.is_verified());
    done(&fleet, Ask::DestroyKeys).await;
    assert!(!newest(&fleet).await.is_verified(), "nobody can restore it any more");
    let operation = fleet.ended(ask(Ask::Restore, &fleet).await).await;
    let error = operation.error.unwrap();
    assert_eq!(error["code"], "key_destroyed", "{error:#}");
    assert!(error["proof"].is_object(), "{error:#}");
    let keys = catalogue::keys(&fleet.fleet.store, fleet.schema().await.id).await.unwrap();
    assert!(keys.iter().all(|key| key.destroyed_at.is_some() && key.proof.is_some()));

    let theirs = schemas::by_name(&fleet.fleet.store, &other).await.unwrap().unwrap();
    let theirs = catalogue::newest(&fleet.fleet.store, theirs.id).await.unwrap().unwrap();
    let drill = backups::verify(&fleet.fleet, &Requester::system(), theirs.id).await.unwrap();
    fleet.succeeded(drill.operation).await;
    // and the institution itself is backed up again, to a new key, although nothing changed in it
    let again =
        backups::back_up(&fleet.fleet, &Requester::system(), &fleet.name, true).await.unwrap();
    fleet.succeeded(again.operation).await;
    assert_eq!(newest(&fleet).await.key_epoch, 2);
    done(&fleet, Ask::Verify).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_institution_comes_back_from_the_backup_that_the_purge_took() {
    let (fleet, worker) = with_pupils().await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    let purged = fleet.succeeded(fleet.change(SchemaAction::Purge).await).await;
    let id = fleet.schema().await.id;
    let last = catalogue::newest(&fleet.fleet.store, id).await.unwrap().unwrap();
    assert_eq!(purged.result.unwrap()["lastBackup"], last.id.to_string());
    assert!(last.is_verified());

    let request = RestoreRequest { backup: last.id, target: Target::InPlace, keep_hours: 1 };
    let asked = backups::restore(&fleet.fleet, &Requester::system(), request).await.unwrap();
    fleet.succeeded(asked.operation).await;
    let schema = fleet.schema().await;
    assert_eq!((schema.id, schema.state), (id, SchemaState::Active));
    let mut app = application(&fleet).await.unwrap();
    let pupils: i64 =
        sqlx::query_scalar("select count(*) from pupil").fetch_one(&mut app).await.unwrap();
    assert_eq!(pupils, 301);
    app.execute("insert into pupil (name) values ('after')").await.unwrap();
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_or_lost_is_restored_in_place_and_what_lives_is_not() {
    let (fleet, worker) = with_pupils().await;
    done(&fleet, Ask::Backup).await;
    let backup = newest(&fleet).await.id;
    let in_place = || RestoreRequest { backup, target: Target::InPlace, keep_hours: 1 };
    let who = Requester::system();
    let refused = backups::restore(&fleet.fleet, &who, in_place()).await.unwrap_err();
    assert!(
        matches!(
            refused,
            tenantry_ops::Refusal::Backup(tenantry_ops::backups::BackupRefusal::Living { .. })
        ),
        "{refused:?}"
    );

    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    let asked = backups::restore(&fleet.fleet, &who, in_place()).await.unwrap();
    fleet.succeeded(asked.operation).await;
    assert_eq!(fleet.schema().await.state, SchemaState::Active);
    application(&fleet)
        .await
        .unwrap()
        .execute("insert into pupil (name) values ('x')")
        .await
        .unwrap();

    // somebody drops it by hand
    let schema = Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    let mut admin = fleet.managed.connect().await;
    admin.execute(ddl!("drop schema {} cascade", schema).into_sql()).await.unwrap();
    let asked = backups::restore(&fleet.fleet, &who, in_place()).await.unwrap();
    fleet.succeeded(asked.operation).await;
    application(&fleet)
        .await
        .unwrap()
        .execute("insert into pupil (name) values ('x')")
        .await
        .unwrap();
    worker.stop().await;
}

/// Case 12's half of backups: a drop and a backup of one institution, asked for at once, come one after the
/// other.
#[tokio::test(flavor = "multi_thread")]
async fn case_12_a_drop_and_a_backup_at_once_come_one_after_the_other() {
    let (fleet, worker) = with_pupils().await;
    let backup = ask(Ask::Backup, &fleet).await;
    let drop = fleet.change(SchemaAction::Drop).await;
    fleet.succeeded(backup).await;
    fleet.succeeded(drop).await;
    let first = newest(&fleet).await;
    assert_eq!(first.row_count, 301);
    // an archived one can be backed up, too
    let asked = backups::back_up(&fleet.fleet, &Requester::system(), &fleet.name, false).await;
    fleet.succeeded(asked.unwrap().operation).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_or_an_identity_it_says_so() {
    let fleet = TestFleet::new().await;
    let who = Requester::system();
    let mut bare = fleet.fleet.clone();
    bare.backups = None;
    let refused = backups::back_up_all(&bare, &who, false).await.unwrap_err();
    assert!(
        matches!(
            refused,
            tenantry_ops::Refusal::Backup(tenantry_ops::backups::BackupRefusal::BackupsOff)
        ),
        "{refused:?}"
    );
    let refused = submit::change_schema(&bare, &who, "nobody", SchemaAction::Purge).await;
    assert!(refused.is_err());
    let missing = Uuid::now_v7();
    let refused = backups::verify(&fleet.fleet, &who, missing).await.unwrap_err();
    assert!(
        matches!(refused, tenantry_ops::Refusal::Backup(tenantry_ops::backups::BackupRefusal::BackupNotFound(id)) if id == missing)
    );
    let missing = fleet.fleet.database.copy(missing).await;
    assert!(missing.is_ok_and(|copy| copy.is_none()));
}

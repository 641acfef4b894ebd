//! Backups that another server took: entered, and brought back in this one's managed database.

use std::fs;

use serde_json::json;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::SchemaState;
use tenantry_ops::backups::{self, RestoreRequest, Target};
use tenantry_ops::submit::Requester;
use tenantry_store::backups as catalogue;
use tenantry_store::operations::Operation;
use tenantry_store::schemas;

use crate::backups::{done, files, newest, with_pupils};
use crate::fleet::{TestFleet, application};
use crate::scenario::Ask;

async fn import(fleet: &TestFleet, take_over: bool) -> Operation {
    let asked = backups::import(&fleet.fleet, &Requester::system(), take_over).await.unwrap();
    fleet.ended(asked.operation).await
}

async fn count(fleet: &TestFleet) -> i64 {
    let mut app = application(fleet).await.unwrap();
    sqlx::query_scalar("select count(*) from pupil").fetch_one(&mut app).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_comes_back_in_another_managed_database() {
    let (home, worker) = with_pupils().await;
    done(&home, Ask::Backup).await;
    let taken = newest(&home).await;

    let there = TestFleet::beside(&home).await;
    let elsewhere = there.worker();
    let imported = import(&there, false).await;
    assert_eq!(imported.state, OperationState::Succeeded, "{imported:#?}");
    let result = imported.result.unwrap();
    assert_eq!((&result["entered"], &result["institutions"]), (&json!(1), &json!(1)), "{result:#}");
    let schema = there.schema().await;
    assert_eq!((schema.id, schema.state), (taken.schema_id, SchemaState::Purged));
    let backup = newest(&there).await;
    assert_eq!((backup.id, &backup.manifest_sha256), (taken.id, &taken.manifest_sha256));
    // the other server may count on it
    assert!(backup.hold.is_some());

    let target = Target::InPlace;
    let request = RestoreRequest { backup: backup.id, target, keep_hours: 1 };
    let asked = backups::restore(&there.fleet, &Requester::system(), request).await.unwrap();
    there.succeeded(asked.operation).await;
    assert_eq!(there.schema().await.state, SchemaState::Active);
    assert_eq!(count(&there).await, 301);
    assert_eq!(count(&home).await, 301);
    // and it is an institution like any other: backed up to the same key, drilled, dropped
    done(&there, Ask::Backup).await;
    done(&there, Ask::Verify).await;
    let next = newest(&there).await;
    assert!(next.is_verified() && next.key_epoch == taken.key_epoch, "{next:#?}");

    // the first server meets the second one's backup, and enters what it does not know; nothing twice
    let back = import(&home, true).await.result.unwrap();
    assert_eq!((&back["entered"], &back["known"]), (&json!(1), &json!(1)), "{back:#}");
    assert_eq!(back["institutions"], 0);
    let known = catalogue::by_id(&home.fleet.store, next.id).await.unwrap().unwrap();
    assert!(known.hold.is_none(), "the store was taken over: {known:#?}");
    elsewhere.stop().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_trusted_key_signed_is_not_imported() {
    let (home, worker) = with_pupils().await;
    done(&home, Ask::Backup).await;
    let manifest = files(&home, "manifest").remove(0);

    // one with a signing key of its own, that was given a copy of the store
    let there = TestFleet::new().await;
    let elsewhere = there.worker();
    for file in files(&home, "institutions") {
        let copy = there.folder().join(file.strip_prefix(home.folder()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&file, copy).unwrap();
    }
    let refused = import(&there, false).await;
    assert_eq!(refused.state, OperationState::Failed, "{refused:#?}");
    let error = refused.error.unwrap();
    assert_eq!(error["code"], "backups_not_believed", "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("trusted_keys"), "{error:#}");
    assert!(schemas::by_name(&there.fleet.store, &home.name).await.unwrap().is_none());

    // among good ones, one that was changed is told, and hides none
    done(&home, Ask::Backup).await;
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replacen("\"manual\"", "\"manuel\"", 1)).unwrap();
    let third = TestFleet::beside(&home).await;
    let last = third.worker();
    let result = import(&third, false).await.result.unwrap();
    assert_eq!((&result["entered"], &result["refused"]), (&json!(1), &json!(1)), "{result:#}");
    let why = result["refusals"][0]["why"].as_str().unwrap();
    assert!(why.contains("manifest") && why.contains("is not what was stored"), "{why}");
    for worker in [elsewhere, last, worker] {
        worker.stop().await;
    }
}

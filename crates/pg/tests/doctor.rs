//! The doctor on a real server: a healthy database, and every wound that it is to find, made by hand
//! and mended by the statement that it gives.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

use std::time::{Duration, SystemTime};

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::finding::Severity;
use tenantry_domain::template::Spares;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::doctor::Finding;
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::schema::NewSchema;
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Fence, ManagedDatabase};
use tenantry_testkit::PrivateServer;
use uuid::Uuid;

const SCRIPT: &str = "
    create table pupil (id bigint generated always as identity primary key, name text);
    create table mark (id serial primary key, pupil_id bigint references pupil, mark int);
    create view best as select * from mark where mark > 90;
    create function pupils() returns bigint language sql stable as 'select count(*) from pupil';";

/// A server of its own, because roles and some settings belong to the whole server.
struct Patient {
    _server: PrivateServer,
    database: ManagedDatabase,
    admin: PgConnection,
}

async fn patient() -> Patient {
    let server = PrivateServer::start().await;
    let setup = ServerSetup {
        admin_url: server.url("postgres"),
        control_password: Some("of-the-tests".into()),
        control_database: Ident::new("control").unwrap(),
        managed_database: Ident::new("managed").unwrap(),
    };
    prepare_server(&setup).await.unwrap();
    install_managed(&server.url("managed")).await.unwrap();
    let mut url = server.url("managed");
    url.set_username("tenantry_control").unwrap();
    url.set_password(Some("of-the-tests")).unwrap();
    let database = ManagedDatabase::new(&DatabaseConfig { url, max_connections: 2 }).unwrap();
    database
        .publish_template("default", SCRIPT, "1", (Spares::Plain, None), Uuid::new_v4())
        .await
        .unwrap();
    for name in ["oakwood", "riverside"] {
        let new = NewSchema {
            id: Uuid::new_v4(),
            institution: name,
            template: "default",
            version: 1,
            parameters: None,
        };
        let fence = Fence { operation: Uuid::new_v4(), generation: 1 };
        database.make_schema(new, fence).await.unwrap();
    }
    let admin = PgConnection::connect(server.url("managed").as_str()).await.unwrap();
    Patient { _server: server, database, admin }
}

impl Patient {
    async fn critical(&self) -> Vec<Finding> {
        let mut found = self.database.examine().await.unwrap();
        found.retain(|finding| finding.severity == Severity::Critical);
        found
    }
}

#[tokio::test]
async fn a_fresh_fleet_has_no_critical_finding_and_every_check_can_be_made() {
    let patient = patient().await;
    let found = patient.database.examine().await.unwrap();
    assert!(found.iter().all(|f| f.severity < Severity::Critical), "{found:#?}");
    let not_made: Vec<_> =
        found.iter().filter(|f| f.detail.contains("could not be made")).collect();
    // reading the directory needs a right that a superuser gives
    assert!(not_made.iter().all(|f| f.check == "orphan_files"), "{not_made:#?}");
}

/// The wound, the check that is to find it, and a part of what it is to say.
const WOUNDS: &[(&str, &str, &str)] = &[
    ("grant select on inst_oakwood.pupil to public", "foreign_grants", "inst_oakwood.pupil to public"),
    (
        "grant usage on schema inst_oakwood to inst_riverside;
         grant select (name) on inst_oakwood.pupil to inst_riverside",
        "foreign_grants",
        "inst_oakwood.pupil (name) to inst_riverside",
    ),
    (
        "grant usage on sequence inst_oakwood.mark_id_seq to inst_riverside",
        "foreign_grants",
        "inst_oakwood.mark_id_seq to inst_riverside",
    ),
    (
        "grant execute on function inst_oakwood.pupils() to inst_riverside",
        "foreign_grants",
        "inst_oakwood.pupils() to inst_riverside",
    ),
    (
        "alter default privileges for role tenantry_schema_owner in schema inst_oakwood
           grant select on tables to public",
        "default_grants",
        "in inst_oakwood",
    ),
    ("alter table inst_oakwood.pupil owner to inst_oakwood", "foreign_owners", "inst_oakwood.pupil"),
    ("alter function inst_oakwood.pupils() owner to postgres", "foreign_owners", "inst_oakwood.pupils()"),
    ("alter role inst_oakwood createrole bypassrls", "role_attributes", "inst_oakwood"),
    ("alter role tenantry_schema_owner login", "role_attributes", "tenantry_schema_owner"),
    ("grant inst_oakwood to inst_riverside", "memberships", "inst_riverside in inst_oakwood"),
    ("grant pg_read_all_data to inst_oakwood", "memberships", "inst_oakwood in pg_read_all_data"),
    (
        "create schema side authorization inst_oakwood",
        "memberships",
        "inst_oakwood",
    ),
    (
        "alter table inst_oakwood.mark add constraint out_of_here
           foreign key (pupil_id) references inst_riverside.pupil",
        "cross_schema_keys",
        "out_of_here on inst_oakwood.mark",
    ),
    (
        "create view public.everybody as select * from inst_oakwood.pupil",
        "cross_schema_views",
        "everybody",
    ),
    (
        "create function inst_oakwood.climb() returns int language sql security definer as 'select 1';
         alter function inst_oakwood.climb() owner to tenantry_schema_owner",
        "definer_functions",
        "inst_oakwood.climb()",
    ),
    ("grant create on schema public to public", "open_to_everyone", "CREATE on schema public"),
];

#[tokio::test]
async fn every_wound_is_found_and_mended_by_the_statement_given() {
    let mut patient = patient().await;
    for (wound, check, object) in WOUNDS {
        patient.admin.execute(script(*wound)).await.unwrap();
        let found = patient.critical().await;
        let ours = found.iter().find(|f| f.check == *check && f.object.contains(object));
        assert!(ours.is_some(), "{wound}: {found:#?}");
        for finding in &found {
            assert!(!finding.detail.is_empty());
            patient.admin.execute(script(finding.remedy.as_str())).await.unwrap();
        }
        assert_eq!(patient.critical().await, [], "{wound}: mended by what was given");
        patient.admin.execute("drop schema if exists side").await.unwrap();
        patient
            .admin
            .execute("revoke usage on schema inst_oakwood from inst_riverside")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_body_that_names_another_institution_and_rights_beyond_rows_are_warnings() {
    let mut patient = patient().await;
    patient
        .admin
        .execute(
            "create function inst_oakwood.peek() returns bigint language sql
               as 'select count(*) from inst_riverside.pupil';
             grant trigger on inst_oakwood.pupil to inst_oakwood",
        )
        .await
        .unwrap();
    let found = patient.database.examine().await.unwrap();
    for (check, object) in [
        ("cross_schema_functions", "inst_oakwood.peek()"),
        ("excess_grants", "inst_oakwood.pupil to inst_oakwood"),
    ] {
        let one = found.iter().find(|f| f.check == check && f.object == object).unwrap();
        assert_eq!(one.severity, Severity::Warning);
    }
}

/// Case 30: what a crashed backend leaves on disk is named.
#[tokio::test]
async fn case_30_files_without_a_relation_are_named() {
    let mut patient = patient().await;
    patient
        .admin
        .execute(
            "grant execute on function pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean) to tenantry_owner",
        )
        .await
        .unwrap();
    let data: String =
        sqlx::query_scalar("select current_setting('data_directory') || '/base/' || oid from pg_database where datname = current_database()")
            .fetch_one(&mut patient.admin)
            .await
            .unwrap();
    let orphan = std::fs::File::create(format!("{data}/999999999")).unwrap();
    orphan.set_len(100_000).unwrap();
    let orphans = async || {
        let found = patient.database.examine().await.unwrap();
        found.into_iter().find(|finding| finding.check == "orphan_files")
    };
    assert_eq!(orphans().await, None, "it may be of a transaction that is under way");
    orphan.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    let found = orphans().await.unwrap();
    assert!(found.detail.contains("999999999"), "{found:?}");
}

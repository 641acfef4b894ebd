//! Schemas that were there before: found by every tool's layout, adopted without being touched, only read
//! until somebody says otherwise, and forgotten again.

use std::collections::BTreeMap;

use sqlx::postgres::PgPoolCopyExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::adoption::{NamePattern, Origin, Standing};
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_domain::slug::Slug;
use tenantry_ops::adoption::{self, AdoptionRequest, Fate, FoundSchema, Report, Source};
use tenantry_ops::credentials::{self, CredentialsRequest};
use tenantry_ops::submit::{self, Refusal, Requester};
use tenantry_ops::{quotas, reconcile};
use tenantry_pg::sql::{Ident, script};
use tenantry_store::schemas;
use tenantry_testkit::{Cluster, TestDatabase};
use url::Url;
use uuid::Uuid;

use crate::fleet::TestFleet;

pub(crate) const LOGIN_PASSWORD: &str = "of the application";

pub(crate) fn ask(source: Source) -> AdoptionRequest {
    AdoptionRequest {
        source,
        exclude: Vec::new(),
        name_from: None,
        display_name_from: None,
        names: BTreeMap::new(),
    }
}

fn pattern(text: &str) -> Source {
    Source::Pattern(NamePattern::parse(text).unwrap())
}

/// A login of its own for an application, which owns the database that it works in.
pub(crate) async fn database_of_an_application() -> (TestDatabase, String) {
    let database = Cluster::shared().await.create_database().await;
    let login = format!("app_{}", &Uuid::new_v4().simple().to_string()[..12]);
    let mut admin = database.connect().await;
    admin
        .execute(script(format!(
            "create role {login} login password '{LOGIN_PASSWORD}';
             alter database {} owner to {login}",
            Ident::new(database.name()).unwrap()
        )))
        .await
        .unwrap();
    (database, login)
}

pub(crate) fn url_of(database: &TestDatabase, login: &str, password: &str) -> Url {
    let mut url = database.url().clone();
    url.set_username(login).unwrap();
    url.set_password(Some(password)).unwrap();
    url
}

/// A session of the application.
pub(crate) async fn session(database: &TestDatabase, login: &str) -> PgConnection {
    PgConnection::connect(url_of(database, login, LOGIN_PASSWORD).as_str()).await.unwrap()
}

/// An application's database in which it ran a script as its own login, and a fleet on it.
async fn fleet_beside(text: &str) -> (TestFleet, String) {
    let (database, login) = database_of_an_application().await;
    session(&database, &login).await.execute(script(text)).await.unwrap();
    (TestFleet::on(database).await, login)
}

/// As an administrator.
pub(crate) async fn run(fleet: &TestFleet, text: &str) {
    fleet.managed.connect().await.execute(script(text)).await.unwrap();
}

/// The schema that the crash matrix adopts, of a login of its own.
pub(crate) async fn make_legacy(fleet: &TestFleet) {
    let name = &fleet.name;
    run(
        fleet,
        &format!(
            "create role app_{name} login;
             create schema legacy_{name} authorization app_{name};
             set role app_{name};
             create table legacy_{name}.pupil (id int primary key, name text);
             insert into legacy_{name}.pupil values (1, 'Ada');"
        ),
    )
    .await;
}

/// Asks for it to be adopted under the fleet's name.
pub(crate) async fn adopt_legacy(fleet: &TestFleet) -> Uuid {
    let mut request = ask(pattern("legacy_*"));
    request.name_from = Some("wildcard".into());
    let report = adoption::adopt(&fleet.fleet, &Requester::system(), &request).await.unwrap();
    report.schemas[0].operation.expect("it can be adopted")
}

/// Has everything adopted that a request finds.
pub(crate) async fn adopt_all(fleet: &TestFleet, request: &AdoptionRequest) -> Report {
    let report = adoption::adopt(&fleet.fleet, &Requester::system(), request).await.unwrap();
    for id in report.schemas.iter().filter_map(|found| found.operation) {
        fleet.succeeded(id).await;
    }
    report
}

pub(crate) fn found<'a>(report: &'a Report, schema: &str) -> &'a FoundSchema {
    report.schemas.iter().find(|found| found.schema == schema).expect("the schema is found")
}

pub(crate) async fn change(
    fleet: &TestFleet,
    name: &str,
    action: SchemaAction,
) -> Result<Uuid, Refusal> {
    let accepted = submit::change_schema(&fleet.fleet, &Requester::system(), name, action).await?;
    Ok(accepted.operation)
}

/// Every row of some schemas as the server copies it out, and everything that the catalogs say of them.
pub(crate) async fn contents(database: &TestDatabase, schemas: &[&str]) -> Vec<String> {
    let mut admin = database.connect().await;
    let mut lines: Vec<String> = sqlx::query_scalar(
        "select format('schema %s %s %s %s', n.oid, nspname, pg_get_userbyid(nspowner), nspacl)
         from pg_namespace n where nspname = any($1)
         union all
         select format('relation %s %s.%s %s %s %s %s %s', c.oid, n.nspname, relname, relkind, relfilenode,
                       pg_get_userbyid(relowner), relacl,
                       (select string_agg(format('%s %s %s %s', attname, atttypid, attnotnull, attacl), ',' order by attnum)
                        from pg_attribute where attrelid = c.oid))
         from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = any($1)
         union all
         select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
         from pg_constraint where connamespace in (select oid from pg_namespace where nspname = any($1))
         union all
         select format('default rights %s', d) from pg_default_acl d
         where defaclnamespace in (select oid from pg_namespace where nspname = any($1))
         order by 1",
    )
    .bind(schemas)
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace
         where nspname = any($1) and relkind = 'r' order by 1",
    )
    .bind(schemas)
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(!tables.is_empty());
    let pool = sqlx::PgPool::connect(database.url().as_str()).await.unwrap();
    for table in tables {
        let mut rows = pool.copy_out_raw(&format!("copy {table} to stdout")).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(part) = futures::StreamExt::next(&mut rows).await {
            bytes.extend_from_slice(&part.unwrap());
        }
        lines.push(format!("rows of {table}: {}", String::from_utf8(bytes).unwrap()));
    }
    pool.close().await;
    lines
}

/// The layout of ros-apartment (v4): a schema for each tenant, each with the two tables of ActiveRecord;
/// the tenants' names come from the application, the default tenant is `public`.
const APARTMENT: &str = r#"
create table public.schema_migrations (version character varying not null primary key);
create table public.ar_internal_metadata (key character varying not null primary key, value character varying,
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create schema oakwood;
create table oakwood.schema_migrations (version character varying not null primary key);
create table oakwood.ar_internal_metadata (key character varying not null primary key, value character varying,
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table oakwood.users (id bigserial primary key, email character varying);
insert into oakwood.schema_migrations values ('20260101000000'), ('20260301000000');
create schema "birch-lane";
create table "birch-lane".schema_migrations (version character varying not null primary key);
create table "birch-lane".ar_internal_metadata (key character varying not null primary key, value character varying,
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
insert into "birch-lane".schema_migrations values ('20260101000000');
create schema elm;
create table elm.schema_migrations (version character varying not null primary key);
create table elm.ar_internal_metadata (key character varying not null primary key, value character varying,
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
insert into elm.schema_migrations values ('20260101000000'), ('20260301000000');
create schema reports; create table reports.monthly (month date);
"#;

#[tokio::test(flavor = "multi_thread")]
async fn apartment_is_recognised_and_its_schemas_are_found_by_their_tables() {
    let (fleet, login) = fleet_beside(APARTMENT).await;
    let report = adoption::survey(&fleet.fleet, &ask(Source::Auto)).await.unwrap();
    assert_eq!(report.origin, Origin::Apartment);
    let names: Vec<&str> = report.schemas.iter().map(|found| found.schema.as_str()).collect();
    assert_eq!(names, ["birch-lane", "elm", "oakwood"]);
    // the histories are the application's own: who may read them is said, and how
    assert_eq!(found(&report, "oakwood").standing, Standing::Unknown);
    let [obstacle] = &report.obstacles[..] else { panic!("{:?}", report.obstacles) };
    assert!(
        !obstacle.fatal && obstacle.remedy.contains("grant pg_read_all_data to tenantry_reader")
    );
    assert_eq!(report.to_manage, [format!("grant {login} to tenantry_owner;")]);

    run(&fleet, &reading(&["oakwood", "birch-lane", "elm"], "schema_migrations")).await;
    let report = adoption::survey(&fleet.fleet, &ask(Source::Auto)).await.unwrap();
    assert_eq!(report.obstacles, []);
    let oakwood = found(&report, "oakwood");
    assert_eq!(oakwood.name.as_deref(), Some("oakwood"));
    assert_eq!(oakwood.tables, Some(3));
    assert!(oakwood.bytes.unwrap() > 0);
    assert_eq!(oakwood.owner.as_ref(), Some(&login));
    let history = oakwood.history.as_ref().unwrap();
    assert_eq!((history.version.as_deref(), history.applied), (Some("20260301000000"), 2));
    assert_eq!(oakwood.standing, Standing::Same);
    let birch = found(&report, "birch-lane");
    assert_eq!((birch.name.as_deref(), birch.standing), (Some("birch_lane"), Standing::Behind));
    assert!(
        birch.reason.as_ref().unwrap().contains("birch-lane"),
        "the change of the name is told"
    );
    assert_eq!(report.most_common.unwrap().1, 2);
}

/// Rights by which the reader sees histories, as an administrator may give them one by one.
pub(crate) fn reading(schemas: &[&str], table: &str) -> String {
    schemas
        .iter()
        .map(|schema| {
            format!(
                "grant usage on schema \"{schema}\" to tenantry_reader;
                 grant select on \"{schema}\".{table} to tenantry_reader;"
            )
        })
        .collect()
}

/// The layout of stancl/tenancy: `tenants` with the id and what has no column in `data`, `domains`, and for
/// each tenant a schema `tenant<id>` with Laravel's `migrations`.
const STANCL: &str = r#"
create table public.migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
create table public.tenants (id varchar(255) not null primary key, created_at timestamp(0), updated_at timestamp(0), data json);
create table public.domains (id serial primary key, domain varchar(255) not null unique,
  tenant_id varchar(255) not null references public.tenants on update cascade on delete cascade,
  created_at timestamp(0), updated_at timestamp(0));
insert into public.tenants (id, data) values
  ('oakwood', '{"name": "Oakwood Primary"}'),
  ('6b1f2c9e-8a50-4d6e-9a55-0d1e7e3c1c11', '{"name": "Birch", "code": "birch"}'),
  ('elsewhere', '{"tenancy_db_name": "moved_school"}'),
  ('gone', null);
create schema tenantoakwood;
create table tenantoakwood.migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
insert into tenantoakwood.migrations (migration, batch) values ('2026_01_01_000000_users', 1), ('2026_03_01_000000_grades', 2);
create schema "tenant6b1f2c9e-8a50-4d6e-9a55-0d1e7e3c1c11";
create table "tenant6b1f2c9e-8a50-4d6e-9a55-0d1e7e3c1c11".migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
create schema moved_school;
create schema tenantforgotten;
create table tenantforgotten.migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
"#;

#[tokio::test(flavor = "multi_thread")]
async fn stancl_is_recognised_and_orphans_are_told_in_both_directions() {
    let (fleet, _) = fleet_beside(STANCL).await;
    // the list itself cannot be read: that is said with the statement, and adopting waits for it
    let report = adoption::survey(&fleet.fleet, &ask(Source::Auto)).await.unwrap();
    assert_eq!((report.origin, report.schemas.len()), (Origin::Stancl, 0));
    let statement = "grant select on \"public\".\"tenants\" to tenantry_reader;";
    assert!(report.obstacles[0].fatal && report.obstacles[0].remedy.contains(statement));
    let mut decided = ask(Source::Auto);
    decided.names.insert("tenantoakwood".into(), Slug::parse("oak").unwrap());
    let refused = adoption::adopt(&fleet.fleet, &Requester::system(), &decided).await;
    assert!(matches!(refused, Err(Refusal::AdoptionRefused(why)) if why.contains(statement)));

    run(&fleet, "grant usage on schema public to tenantry_reader;").await;
    run(&fleet, statement).await;
    let report = adoption::survey(&fleet.fleet, &ask(Source::Auto)).await.unwrap();
    assert_eq!(report.rows_without_schema, ["tenantgone"]);
    assert_eq!(found(&report, "tenantforgotten").fate, Fate::NoRow);
    let oakwood = found(&report, "tenantoakwood");
    assert_eq!((oakwood.name.as_deref(), oakwood.fate), (Some("oakwood"), Fate::Adopt));
    assert_eq!(oakwood.display_name.as_deref(), Some("Oakwood Primary"));
    assert_eq!(found(&report, "moved_school").name.as_deref(), Some("elsewhere"));
    // of an id no name can be made without a guess
    let uuid = "tenant6b1f2c9e-8a50-4d6e-9a55-0d1e7e3c1c11";
    assert_eq!((found(&report, uuid).fate, &found(&report, uuid).name), (Fate::NameNeeded, &None));

    let mut decided = ask(Source::Stancl(None));
    decided.names.insert(uuid.into(), Slug::parse("birch").unwrap());
    decided.exclude.push("moved_school".into());
    let worker = fleet.worker();
    let report = adopt_all(&fleet, &decided).await;
    worker.stop().await;
    assert_eq!(found(&report, "moved_school").fate, Fate::Excluded);
    let birch = schemas::by_name(&fleet.fleet.store, "birch").await.unwrap().unwrap();
    assert_eq!(birch.schema_name.as_deref(), Some(uuid));
    assert_eq!((birch.template, birch.template_version, birch.role_name), (None, None, None));
    assert_eq!(
        schemas::by_name(&fleet.fleet.store, "elsewhere").await.unwrap().map(|s| s.id),
        None
    );
}

const SCHOOLS: &str = r#"
create schema school_oak; create table school_oak.pupil (id int); insert into school_oak.pupil values (1);
create schema "school_Oak"; create table "school_Oak".pupil (id int);
create schema school_elm; create table school_elm.pupil (id int);
create schema school_4; create schema library;
create table public.client (code text, title text, place text);
insert into public.client values ('oak', 'Oak School', 'school_oak'), ('elm', 'Elm School', 'school_elm'), ('x', 'X', 'school_x');
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_finds_schemas_and_no_name_is_guessed() {
    let (fleet, _) = fleet_beside(SCHOOLS).await;
    let mut request = ask(pattern("school_*"));
    let report = adoption::survey(&fleet.fleet, &request).await.unwrap();
    assert_eq!(report.schemas.len(), 4);
    // school_oak is a name as it is, but school_Oak would have to be called the same
    assert_eq!(found(&report, "school_oak").fate, Fate::NameNeeded);
    assert_eq!(found(&report, "school_Oak").fate, Fate::NameNeeded);
    assert_eq!(found(&report, "school_elm").name.as_deref(), Some("school_elm"));

    request.name_from = Some("wildcard".into());
    let report = adoption::survey(&fleet.fleet, &request).await.unwrap();
    assert_eq!(found(&report, "school_elm").name.as_deref(), Some("elm"));
    assert_eq!(found(&report, "school_4").fate, Fate::NameNeeded);

    request.names.insert("school_Oak".into(), Slug::parse("oak_two").unwrap());
    let worker = fleet.worker();
    adopt_all(&fleet, &request).await;
    let again = adopt_all(&fleet, &request).await;
    worker.stop().await;
    assert_eq!(found(&again, "school_oak").fate, Fate::Managed);
    assert_eq!(found(&again, "school_Oak").name.as_deref(), Some("oak_two"));
    assert!(again.schemas.iter().all(|found| found.operation.is_none()));

    // names that are decided for nothing, or twice, are mistakes
    request.names.insert("school_ash".into(), Slug::parse("ash").unwrap());
    let refused = adoption::survey(&fleet.fleet, &request).await.unwrap_err();
    assert!(matches!(refused, Refusal::AdoptionRefused(why) if why.contains("school_ash")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_names_schemas_slugs_and_display_names_and_reads_only() {
    let (fleet, _) = fleet_beside(SCHOOLS).await;
    let query =
        "select place as schema_name, code as slug, title as display_name from public.client; ";
    let refused =
        adoption::survey(&fleet.fleet, &ask(Source::Query(query.into()))).await.unwrap_err();
    assert!(matches!(refused, Refusal::AdoptionRefused(why) if why.contains("tenantry_reader")));
    run(
        &fleet,
        "grant usage on schema public to tenantry_reader; grant select on public.client to tenantry_reader",
    )
    .await;
    let report = adoption::survey(&fleet.fleet, &ask(Source::Query(query.into()))).await.unwrap();
    assert_eq!(report.rows_without_schema, ["school_x"]);
    let oak = found(&report, "school_oak");
    assert_eq!(
        (oak.name.as_deref(), oak.display_name.as_deref()),
        (Some("oak"), Some("Oak School"))
    );
}

/// What a query must not do. Each is refused with the server's reason, and nothing has happened.
#[tokio::test(flavor = "multi_thread")]
async fn queries_that_write_escape_or_are_none_are_refused() {
    let (fleet, _) = fleet_beside(SCHOOLS).await;
    run(&fleet, "grant usage on schema public to tenantry_reader; grant all on public.client to tenantry_reader")
        .await;
    run(
        &fleet,
        "create function public.careless() returns text language plpgsql security definer as
         $$ begin delete from public.client; return 'x'; end $$;
         create function public.climb() returns text language plpgsql as
         $$ begin perform set_config('role', 'none', true); return 'x'; end $$",
    )
    .await;
    let before = contents(&fleet.managed, &["public", "school_oak"]).await;
    for query in [
        "delete from public.client returning place as schema_name",
        "with d as (delete from public.client returning place) select place as schema_name from d",
        "select 'x' as schema_name) as found; drop table public.client; select * from (select 1",
        "select 'x' as schema_name; drop table public.client",
        "select public.careless() as schema_name",
        "select public.climb() as schema_name",
        "select set_config('role', 'tenantry_owner', true) as schema_name",
        "select set_config('transaction_read_only', 'off', true) as schema_name",
        "select id::text as schema_name from school_oak.pupil",
        "select institution as schema_name from tenantry.schema_marker",
        "select place from public.client",
        "select place as schema_name from public.client union all select place from public.client",
        "selec nothing",
        "commit",
        "",
        "select 'x' as schema_name -- a comment at the end",
    ] {
        let asked = adoption::survey(&fleet.fleet, &ask(Source::Query(query.into()))).await;
        if query.contains("comment") {
            assert_eq!(asked.unwrap().rows_without_schema, ["x"]);
            continue;
        }
        let refused = asked.unwrap_err();
        assert!(matches!(refused, Refusal::AdoptionRefused(_)), "{query}: {refused:?}");
    }
    assert_eq!(contents(&fleet.managed, &["public", "school_oak"]).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_clear_is_refused_with_the_way_on() {
    let (fleet, _) = fleet_beside(
        "create table public.a (schema_name varchar(63) unique); create table public.b (schema_name varchar(63) unique);
         create schema x; create table x.django_migrations (id int)",
    )
    .await;
    let refused =
        async |request: AdoptionRequest| match adoption::survey(&fleet.fleet, &request).await {
            Err(Refusal::AdoptionRefused(why)) => why,
            other => panic!("{other:?}"),
        };
    assert!(refused(ask(Source::Auto)).await.contains("More than one table"));
    let table = |name: &str| ask(Source::DjangoTenants(Some(name.into())));
    assert!(refused(table("public.c")).await.contains("no table public.c"));
    assert!(refused(table("nowhere.c")).await.contains("no table nowhere.c"));
    assert!(refused(ask(Source::Stancl(None))).await.contains("no table public.tenants"));
    let mut named = ask(Source::Apartment);
    named.name_from = Some("code".into());
    assert!(refused(named).await.contains("no list of tenants"));
    let mut left_out = ask(pattern("x*"));
    left_out.exclude.push("y".into());
    assert!(refused(left_out).await.contains("\"y\""));
    let (plain, _) = fleet_beside("create schema x").await;
    let unknown = adoption::survey(&plain.fleet, &ask(Source::Auto)).await.unwrap_err();
    assert!(matches!(unknown, Refusal::AdoptionRefused(why) if why.contains("pattern or a query")));
}

/// One school, adopted and read only.
async fn one_adopted() -> (TestFleet, String) {
    let (fleet, login) = fleet_beside(
        "create schema school_oak; create table school_oak.pupil (id serial primary key, name text);
         insert into school_oak.pupil (name) values ('Ada'), ('Grace');
         create view school_oak.names as select name from school_oak.pupil;",
    )
    .await;
    let mut request = ask(pattern("school_*"));
    request.names.insert("school_oak".into(), Slug::parse(&fleet.name).unwrap());
    let worker = fleet.worker();
    adopt_all(&fleet, &request).await;
    worker.stop().await;
    (fleet, login)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_schema_is_only_read_and_nobody_changes_it_on_any_way() {
    let (fleet, login) = one_adopted().await;
    let name = fleet.name.as_str();
    let before = contents(&fleet.managed, &["school_oak"]).await;
    for action in
        [SchemaAction::Suspend, SchemaAction::Resume, SchemaAction::Drop, SchemaAction::Purge]
    {
        let refused = change(&fleet, name, action).await.unwrap_err();
        assert!(matches!(refused, Refusal::AdoptedReadOnly { .. }), "{action:?}: {refused:?}");
    }
    let who = Requester::system();
    let request = CredentialsRequest { read_only: false, rotate: false };
    let refused = credentials::issue(&fleet.fleet, &who, name, request).await.err().unwrap();
    assert!(matches!(refused, Refusal::AdoptedReadOnly { .. }), "{refused:?}");
    let refused =
        credentials::set_connection_limit(&fleet.fleet, &who, name, Some(3)).await.unwrap_err();
    assert!(matches!(refused, Refusal::AdoptedReadOnly { .. }), "{refused:?}");
    // neither from SQL, nor by an operation that got past the first look
    let mut admin = fleet.managed.connect().await;
    let (outcome, code, hint): (String, String, String) = sqlx::query_as(
        "select outcome, error_code, hint from tenantry.drop_institution_schema($1)",
    )
    .bind(name)
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!((outcome.as_str(), code.as_str()), ("failed", "TN041"));
    assert!(hint.contains(&format!("tenantry schema manage {name}")));
    let schema = fleet.schema().await;
    let accepted = tenantry_ops::quotas::limit_writes(&fleet.fleet, &who, schema.id, name, Some(1))
        .await
        .unwrap();
    let worker = fleet.worker();
    let ended = fleet.ended(accepted.operation).await;
    worker.stop().await;
    assert_eq!(ended.error.unwrap()["code"], "adopted_read_only");
    let error = sqlx::query("select tenantry.enter($1)").bind(name).execute(&mut admin).await;
    assert!(error.unwrap_err().to_string().contains("no role of its own"));

    assert_eq!(contents(&fleet.managed, &["school_oak"]).await, before);
    let mut application = session(&fleet.managed, &login).await;
    application.execute("insert into school_oak.pupil (name) values ('Alan')").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_schema_is_measured_and_judged_but_not_blocked() {
    let (fleet, _) = one_adopted().await;
    let id = fleet.schema().await.id;
    tenantry_ops::usage::measure_now(&fleet.fleet, id).await.unwrap();
    assert!(fleet.schema().await.usage_bytes.unwrap() > 0);
    let change = schemas::Attributes { quota_bytes: Some(Some(1)), ..Default::default() };
    submit::set_attributes(&fleet.fleet, &Requester::system(), &fleet.name, &change).await.unwrap();
    quotas::judge_all(&fleet.fleet).await.unwrap();
    let schema = fleet.schema().await;
    assert_eq!(schema.quota_level.as_str(), "blocked");
    assert_eq!((schema.writes_blocked_at, schema.active_operation), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_and_doctor_judge_an_adopted_schema_by_how_it_was_found() {
    let (fleet, login) = one_adopted().await;
    let open = async || {
        reconcile::reconcile(&fleet.fleet).await.unwrap();
        let findings = tenantry_store::findings::open(&fleet.fleet.store).await.unwrap();
        let mut kinds: Vec<String> = findings
            .into_iter()
            .filter(|finding| finding.kind != "left_open")
            .map(|finding| finding.kind)
            .collect();
        kinds.sort();
        kinds
    };
    assert_eq!(open().await, [] as [&str; 0]);
    let examined = fleet.fleet.database.examine().await.unwrap();
    let about: Vec<_> = examined
        .iter()
        .filter(|finding| finding.schema_id.is_some() || finding.object.contains(&login))
        .collect();
    let [shared] = &about[..] else { panic!("{about:#?}") };
    assert_eq!(shared.check, "adopted_schemas");
    assert!(shared.detail.contains("1 adopted schema(s)") && shared.detail.contains(&login));

    run(
        &fleet,
        "grant usage on schema school_oak to public; alter schema school_oak owner to postgres",
    )
    .await;
    assert_eq!(open().await, ["grant_added", "owner_changed"]);
    run(
        &fleet,
        &format!("alter schema school_oak owner to {login}; revoke usage on schema school_oak from public"),
    )
    .await;
    assert_eq!(open().await, [] as [&str; 0]);
    run(&fleet, "drop schema school_oak cascade").await;
    assert_eq!(open().await, ["schema_missing"]);
    // what is gone can be forgotten
    let worker = fleet.worker();
    fleet.succeeded(change(&fleet, &fleet.name, SchemaAction::Release).await.unwrap()).await;
    worker.stop().await;
    assert_eq!(open().await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_one_is_dropped_brought_back_and_purged_or_says_what_is_missing() {
    let (fleet, login) = one_adopted().await;
    let name = fleet.name.as_str();
    let before = contents(&fleet.managed, &["school_oak"]).await;
    let worker = fleet.worker();
    fleet.succeeded(change(&fleet, name, SchemaAction::Manage).await.unwrap()).await;
    assert!(!fleet.schema().await.adoption.unwrap().read_only);

    // what is not possible says why
    let refused = change(&fleet, name, SchemaAction::Suspend).await.unwrap_err();
    assert!(matches!(&refused, Refusal::NotForAdopted(why) if why.contains("owns the schema")));
    let id = fleet.schema().await.id;
    let who = Requester::system();
    let block =
        tenantry_ops::quotas::limit_writes(&fleet.fleet, &who, id, name, Some(1)).await.unwrap();
    assert_eq!(fleet.ended(block.operation).await.error.unwrap()["code"], "not_for_adopted");

    // what takes its owner's rights names the statement that gives them
    let refused = fleet.ended(change(&fleet, name, SchemaAction::Drop).await.unwrap()).await;
    assert_eq!(refused.state, OperationState::Failed);
    let error = refused.error.unwrap();
    assert_eq!(error["code"], "owner_needed");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("grant {login} to tenantry_owner;")), "{hint}");
    assert_eq!(contents(&fleet.managed, &["school_oak"]).await, before);
    run(&fleet, &format!("grant {login} to tenantry_owner;")).await;

    fleet.succeeded(change(&fleet, name, SchemaAction::Drop).await.unwrap()).await;
    assert_eq!(fleet.schema().await.state, SchemaState::Archived);
    let mut application = session(&fleet.managed, &login).await;
    assert!(application.execute("select * from school_oak.pupil").await.is_err());
    // an archived one is not released: it would be left under another name
    let refused = change(&fleet, name, SchemaAction::Release).await.unwrap_err();
    assert!(matches!(refused, Refusal::InvalidState { .. }));
    fleet.succeeded(change(&fleet, name, SchemaAction::Undrop).await.unwrap()).await;
    assert_eq!(contents(&fleet.managed, &["school_oak"]).await, before);
    application.execute("insert into school_oak.pupil (name) values ('Alan')").await.unwrap();

    fleet.succeeded(change(&fleet, name, SchemaAction::Drop).await.unwrap()).await;
    fleet.succeeded(change(&fleet, name, SchemaAction::Purge).await.unwrap()).await;
    worker.stop().await;
    let left: i64 = sqlx::query_scalar("select count(*) from pg_namespace where nspname like 'school%' or nspname like 'tenantry\\_archived%'")
        .fetch_one(&mut application)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_one_gets_a_role_of_its_own_and_loses_it_when_it_is_released() {
    let (fleet, login) = one_adopted().await;
    let name = fleet.name.as_str();
    let before = contents(&fleet.managed, &["school_oak"]).await;
    let worker = fleet.worker();
    fleet.succeeded(change(&fleet, name, SchemaAction::Manage).await.unwrap()).await;
    let who = Requester::system();
    let request = CredentialsRequest { read_only: false, rotate: false };
    let limit = credentials::set_connection_limit(&fleet.fleet, &who, name, Some(3)).await;
    assert!(matches!(limit, Err(Refusal::NotForAdopted(why)) if why.contains("credentials")));
    let refused = credentials::issue(&fleet.fleet, &who, name, request).await.err().unwrap();
    assert!(matches!(refused, Refusal::Managed(error) if error.hint().unwrap().contains("grant")));
    run(&fleet, &format!("grant {login} to tenantry_owner;")).await;

    let issued = credentials::issue(&fleet.fleet, &who, name, request).await.unwrap();
    assert_eq!(fleet.schema().await.role_name, Some(issued.user.clone()));
    let url = url_of(&fleet.managed, &issued.user, &issued.password);
    let mut institution = PgConnection::connect(url.as_str()).await.unwrap();
    institution
        .execute("insert into pupil (name) values ('Alan'); delete from pupil where name = 'Alan'")
        .await
        .unwrap();
    // also on what the application's migrations make later
    let mut application = session(&fleet.managed, &login).await;
    application.execute("create table school_oak.later (id int)").await.unwrap();
    institution.execute("insert into later values (1)").await.unwrap();
    assert!(institution.execute("create table mine (id int)").await.is_err());
    credentials::set_connection_limit(&fleet.fleet, &who, name, Some(3)).await.unwrap();
    let reader = CredentialsRequest { read_only: true, rotate: false };
    credentials::issue(&fleet.fleet, &who, name, reader).await.unwrap();
    reconcile::reconcile(&fleet.fleet).await.unwrap();
    let findings = tenantry_store::findings::open(&fleet.fleet.store).await.unwrap();
    assert!(findings.iter().all(|finding| finding.schema_id.is_none()), "{findings:#?}");
    application.execute("drop table school_oak.later").await.unwrap();
    fleet.succeeded(change(&fleet, name, SchemaAction::Release).await.unwrap()).await;
    worker.stop().await;
    assert!(institution.execute("select 1").await.is_err(), "its sessions are ended");
    assert!(schemas::by_name(&fleet.fleet.store, name).await.unwrap().is_none());
    let roles: i64 =
        sqlx::query_scalar("select count(*) from pg_roles where rolname like '%' || $1 || '%'")
            .bind(name)
            .fetch_one(&mut application)
            .await
            .unwrap();
    assert_eq!(roles, 0);
    // every right is as before; PostgreSQL writes the owner's own out once somebody had another
    let after = contents(&fleet.managed, &["school_oak"]).await;
    let rows = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| line.starts_with("rows of")).cloned().collect()
    };
    assert_eq!(rows(&after), rows(&before));
    assert!(!after.iter().any(|line| line.contains(name) || line.starts_with("default rights")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superusers_schema_is_adopted_and_never_acted_for() {
    let (fleet, _) = fleet_beside("create schema school_elm").await;
    run(&fleet, "create schema school_oak; create table school_oak.pupil (id int)").await;
    let mut request = ask(pattern("school_*"));
    request.exclude.push("school_elm".into());
    request.names.insert("school_oak".into(), Slug::parse(&fleet.name).unwrap());
    let worker = fleet.worker();
    let report = adopt_all(&fleet, &request).await;
    assert!(report.to_manage.iter().all(|line| !line.contains("grant postgres")), "{report:?}");
    fleet.succeeded(change(&fleet, &fleet.name, SchemaAction::Manage).await.unwrap()).await;
    let refused = fleet.ended(change(&fleet, &fleet.name, SchemaAction::Drop).await.unwrap()).await;
    worker.stop().await;
    let error = refused.error.unwrap();
    assert_eq!(error["code"], "owner_needed");
    assert!(!error["hint"].as_str().unwrap().contains("grant"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tenantry_made_is_neither_managed_nor_released() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    worker.stop().await;
    for action in [SchemaAction::Manage, SchemaAction::Release] {
        let refused = change(&fleet, &fleet.name, action).await.unwrap_err();
        assert!(matches!(refused, Refusal::NotAdopted(_)), "{refused:?}");
    }
    // nor adopted a second time
    let report = adoption::survey(&fleet.fleet, &ask(pattern("inst_*"))).await.unwrap();
    assert_eq!(report.schemas[0].fate, Fate::Managed);
}

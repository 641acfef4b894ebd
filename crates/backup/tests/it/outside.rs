//! What leaves a schema: what it needs elsewhere, and what must not be reached through it.

use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use tenantry_pg::export::{Export, Prerequisites, Sessions, missing};
use tenantry_pg::sql::Ident;
use tenantry_testkit::{Cluster, TestDatabase};

use crate::oracle::{furnished, made_in};

/// A schema that needs one thing of each sort.
const NEEDY: &str = "
  create extension hstore schema public;
  create table public.country (code text primary key);
  create function public.outside(integer) returns boolean language sql immutable as 'select true';
  create table pupil (
    id integer primary key check (public.outside(id)),
    name text collate \"de-x-icu\",
    more public.hstore[],
    country text references public.country,
    small integer
  );
  create view abroad as select code from public.country;
  create function named() returns bigint language plpgsql as 'begin return (select count(*) from inst_oak.pupil); end';
  create function not_named() returns integer language plpgsql as 'begin return inst_oaks(); end';
  create policy own on pupil to tenantry_oracle_a using (true);
  grant select on pupil to tenantry_oracle_b;
  create foreign table elsewhere (id integer) server away;
  create table heaped (id integer) using another_heap;
  create type level as enum ('one', 'two');
  create function leveled(level) returns integer language sql immutable as 'select 1';
  create cast (level as integer) with function leveled(level);
  create publication published for table pupil;
  create publication published_whole for tables in schema inst_oak";

async fn export(database: &TestDatabase) -> Export {
    Export::begin(&Sessions::new(database.url()).unwrap(), &Ident::new("inst_oak").unwrap())
        .await
        .unwrap()
}

async fn needy() -> (TestDatabase, Prerequisites) {
    let database = made_in(furnished().await, NEEDY).await;
    let wanted = export(&database).await.prerequisites().await.unwrap();
    (database, wanted)
}

#[tokio::test]
async fn what_leaves_the_schema_is_listed() {
    let (_database, wanted) = needy().await;
    let names: Vec<_> =
        wanted.extensions.iter().map(|x| (x.name.as_str(), x.schema.as_str(), x.inside)).collect();
    assert_eq!(names, [("hstore", "public", false), ("plpgsql", "pg_catalog", false)]);
    assert_eq!(wanted.languages, ["plpgsql"]);
    assert_eq!(wanted.servers, ["away"]);
    let sorted: Vec<_> = wanted.collations.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(sorted, ["de-x-icu"]);
    assert!(wanted.collations[0].version.is_some());
    let mut objects: Vec<_> = wanted.objects.iter().map(|o| o.names.join(".")).collect();
    objects.sort();
    objects.dedup();
    assert_eq!(objects, ["another_heap", "public.country.code", "public.outside"]);
    let roles: Vec<_> = wanted.roles.iter().map(|r| (r.name.as_str(), r.in_policies)).collect();
    assert_eq!(roles, [("tenantry_oracle_a", true), ("tenantry_oracle_b", false)]);
    assert_eq!(wanted.publications, ["published", "published_whole"]);
    assert_eq!(wanted.left_out, ["cast from level to integer"]);
    assert_eq!(wanted.naming_the_schema, ["FUNCTION named()"]);
    assert_eq!(wanted.encoding, "UTF8");
    assert_eq!(wanted.server_version, i32::try_from(Cluster::shared().await.version()).unwrap());
    let text = serde_json::to_string(&wanted).unwrap();
    assert_eq!(serde_json::from_str::<Prerequisites>(&text).unwrap(), wanted);
}

/// A schema that needs nothing says so, whatever is beside it.
#[tokio::test]
async fn what_needs_nothing_is_told_from_the_rest() {
    let database = made_in(
        furnished().await,
        "create extension hstore schema public;
         create table public.country (code text primary key, h public.hstore);
         create table pupil (id serial primary key, name text, self integer references pupil, parts integer[]);
         create view pupils as select * from pupil;
         create index pupil_name on pupil (lower(name))",
    )
    .await;
    let wanted = export(&database).await.prerequisites().await.unwrap();
    assert!(wanted.extensions.is_empty() && wanted.objects.is_empty(), "{wanted:?}");
    assert!(wanted.languages.is_empty() && wanted.naming_the_schema.is_empty(), "{wanted:?}");
}

/// Case 26: what a database lacks is said before anything is restored, all of it.
#[tokio::test]
async fn case_26_a_restore_is_refused_with_the_whole_list() {
    let (database, mut wanted) = needy().await;
    assert_eq!(missing(database.url(), &wanted).await.unwrap(), Vec::<String>::new());

    wanted.server_version = 990_001;
    wanted.collations[0].version = Some("1.2.3".into());
    wanted.collate = "tlh_KL".into();
    wanted.roles[0].name = "tenantry_oracle_gone".into();
    wanted.roles[1].name = "of no matter".into();
    let empty = Cluster::shared().await.create_database().await;
    let said = missing(empty.url(), &wanted).await.unwrap();
    for what in [
        "It was written by PostgreSQL 99, and this is PostgreSQL",
        "The database sorted by tlh_KL",
        "There is no extension hstore (version ",
        "There is no role tenantry_oracle_gone, which a policy names.",
        "There is no foreign server away",
        "The collation pg_catalog.de-x-icu is here in version",
        "There is no access method another_heap",
        "There is no function public.outside(integer)",
        "There is no column code of table public.country",
    ] {
        assert!(
            said.iter().any(|sentence| sentence.starts_with(what)),
            "{what} is not in {said:#?}"
        );
    }
    assert!(!said.iter().any(|sentence| sentence.contains("of no matter")), "{said:#?}");
    assert!(!said.iter().any(|sentence| sentence.contains("plpgsql")), "{said:#?}");

    // what is there and is older, or elsewhere
    let mut admin = empty.connect().await;
    admin.execute("create schema ext; create extension hstore schema ext").await.unwrap();
    let said = missing(empty.url(), &wanted).await.unwrap();
    let found = |what: &str| said.iter().any(|sentence| sentence.starts_with(what));
    assert!(found("The extension hstore is here in the schema ext"), "{said:#?}");
    wanted.extensions[0].version = "99.1".into();
    let said = missing(empty.url(), &wanted).await.unwrap();
    assert!(said.iter().any(|sentence| sentence.ends_with("and 99.1 is needed.")), "{said:#?}");
}

async fn knows_the_restriction(session: &mut PgConnection) -> bool {
    sqlx::query_scalar(
        "select exists (select from pg_settings where name = 'restrict_nonsystem_relation_kind')",
    )
    .fetch_one(session)
    .await
    .unwrap()
}

/// CVE-2024-7348: a view that is put in the place of a sequence while it is waited for is not read, as its functions
/// would run with the rights of whoever makes backups.
#[tokio::test]
async fn a_view_in_the_place_of_a_sequence_is_not_read() {
    let database = made_in(
        Cluster::shared().await.create_database().await,
        "create sequence ticket;
         create function taken() returns bigint language plpgsql as
         $$ begin raise exception 'it ran as %', current_user; end $$;",
    )
    .await;
    let (mut other, mut watcher) = (database.connect().await, database.connect().await);
    if !knows_the_restriction(&mut watcher).await {
        return;
    }
    other
        .execute(
            "begin; drop sequence inst_oak.ticket;
             create view inst_oak.ticket as select inst_oak.taken() as last_value, true as is_called",
        )
        .await
        .unwrap();
    let schema = Ident::new("inst_oak").unwrap();
    let swap = async {
        while !sqlx::query_scalar::<_, bool>(
            "select exists (select from pg_locks l join pg_class c on c.oid = l.relation
                            where not granted and c.relname = 'ticket')",
        )
        .fetch_one(&mut watcher)
        .await
        .unwrap()
        {
            tokio::task::yield_now().await;
        }
        other.execute("commit").await.unwrap();
    };
    let sessions = Sessions::new(database.url()).unwrap();
    let (refused, ()) = tokio::join!(Export::begin(&sessions, &schema), swap);
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("non-system view"), "{said}");
}

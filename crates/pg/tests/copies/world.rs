//! A managed database with two institutions, copies of the first, and what all of them hold.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::template::Spares;
use tenantry_pg::copies::{Landing, NewCopy, SchemaCopy};
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::schema::{Marker, NewSchema};
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Fence, ManagedDatabase, PgError, Situation, scram};
use tenantry_testkit::{Cluster, TestDatabase};
use url::Url;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "of-the-tests";
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

pub(crate) const SCRIPT: &str = "
    create table pupil (id bigint generated always as identity primary key, name text not null);
    create table mark (id serial primary key, pupil_id bigint references pupil, mark int);
    create view best as select * from mark where mark > 90;
    create function pupils() returns bigint language sql stable set search_path from current as 'select count(*) from pupil';
    insert into pupil (name) values ('Ada');";

/// What an archive of the same schema makes, with another row.
pub(crate) const RESTORED: &str = "
    create table pupil (id bigint generated always as identity primary key, name text not null);
    create table mark (id serial primary key, pupil_id bigint references pupil, mark int);
    create view best as select * from mark where mark > 90;
    create function pupils() returns bigint language sql stable set search_path from current as 'select count(*) from pupil';
    insert into pupil (name) values ('Ada'), ('Grace');";

pub(crate) struct World {
    pub(crate) database: ManagedDatabase,
    pub(crate) test: TestDatabase,
    pub(crate) ours: Marker,
    pub(crate) theirs: Marker,
}

impl World {
    pub(crate) async fn new() -> Self {
        let cluster = Cluster::shared().await;
        let test = cluster.create_database().await;
        let database = install(&cluster.url("postgres").parse().unwrap(), test.url()).await;
        let ours = make(&database).await;
        let theirs = make(&database).await;
        Self { database, test, ours, theirs }
    }

    /// A copy that is being made.
    pub(crate) async fn landing(&self, kind: &str) -> Landing {
        let new = NewCopy { kind, ..new_copy(&self.ours) };
        self.database.begin_copy(new, fence()).await.unwrap()
    }

    /// A copy that was restored from statements.
    pub(crate) async fn restored(&self, kind: &str, statements: &str) -> SchemaCopy {
        let landing = self.landing(kind).await;
        fill(&landing, statements).await;
        self.database.finish_copy(landing.copy, self.ours.id, fence()).await.unwrap()
    }

    pub(crate) async fn admin(&self) -> PgConnection {
        self.test.connect().await
    }

    pub(crate) async fn swap(&self, copy: Uuid, replaced: Uuid) -> Result<Marker, PgError> {
        self.database.swap_schema(self.ours.id, copy, replaced, WEEK, fence()).await
    }

    pub(crate) async fn drop_copy(&self, copy: Uuid) {
        let fence = fence();
        while self.database.drop_copy(copy, self.ours.id, fence).await.unwrap() > 0 {}
    }

    /// The URL that our application logs in with.
    pub(crate) async fn credentials(&self, read_only: bool) -> Url {
        let password = scram::random_password();
        let verifier = scram::verifier(&password);
        let id = self.ours.id;
        let role = self.database.set_password(id, read_only, &verifier, true).await.unwrap();
        as_role(self.test.url(), &role, &password)
    }

    /// Everything that the neighbour is: rows, form, rights and roles.
    pub(crate) async fn neighbour(&self) -> String {
        let mut admin = self.admin().await;
        let name = &self.theirs.schema_name;
        let id = self.theirs.id;
        ask(
            &mut admin,
            &format!(
                "select md5(concat_ws('|',
                   (select string_agg(p::text, ' ' order by p.id) from {name}.pupil p),
                   (select string_agg(m::text, ' ' order by m.id) from {name}.mark m),
                   (select string_agg(concat_ws(' ', c.oid, relname, relowner, relacl, relfilenode, c.xmin), ' ' order by c.oid)
                    from pg_class c where relnamespace = '{name}'::regnamespace),
                   (select string_agg(concat_ws(' ', a.attrelid, attname, atttypid, attacl, a.xmin), ' ' order by attrelid, attnum)
                    from pg_attribute a join pg_class c on c.oid = a.attrelid where relnamespace = '{name}'::regnamespace),
                   (select string_agg(concat_ws(' ', oid, proname, proacl, proconfig, p.xmin), ' ')
                    from pg_proc p where pronamespace = '{name}'::regnamespace),
                   (select concat_ws(' ', n.oid, nspname, nspowner, nspacl, n.xmin) from pg_namespace n where nspname = '{name}'),
                   (select string_agg(concat_ws(' ', oid, rolname, rolcanlogin), ' ') from pg_roles where rolname like '{name}%'),
                   (select m::text from tenantry.schema_marker m where id = '{id}')))"
            ),
        )
        .await
        .unwrap()
    }

    /// The names of our pupils, as an administrator sees them.
    pub(crate) async fn names_in(&self, schema: &str) -> String {
        let mut admin = self.admin().await;
        names(&mut admin, schema).await
    }
}

pub(crate) async fn names(session: &mut PgConnection, schema: &str) -> String {
    let text =
        format!("select coalesce(string_agg(name, ' ' order by name), '') from {schema}.pupil");
    ask(session, &text).await.unwrap()
}

pub(crate) fn new_copy(of: &Marker) -> NewCopy<'_> {
    NewCopy {
        id: Uuid::new_v4(),
        schema: of.id,
        institution: &of.institution,
        name: None,
        kind: "restored",
        backup: None,
        expires_in: Some(WEEK),
        outside: &[],
    }
}

/// Runs statements as the login of a copy, in its schema.
pub(crate) async fn fill(landing: &Landing, statements: &str) {
    let mut session = PgConnection::connect(landing.url.as_str()).await.unwrap();
    run(
        &mut session,
        &format!("set check_function_bodies = off; set search_path = {}", landing.schema_name),
    )
    .await
    .unwrap();
    run(&mut session, statements).await.unwrap();
    session.close().await.unwrap();
}

/// Installs into a database that is there, and opens it as the control plane does.
pub(crate) async fn install(admin: &Url, managed: &Url) -> ManagedDatabase {
    let name = Ident::new(managed.path().trim_start_matches('/')).unwrap();
    let setup = ServerSetup {
        admin_url: admin.clone(),
        control_password: Some(PASSWORD.into()),
        control_database: Ident::new("tenantry_test_control").unwrap(),
        managed_database: name,
    };
    prepare_server(&setup).await.unwrap();
    install_managed(managed).await.unwrap();
    let url = as_role(managed, "tenantry_control", PASSWORD);
    let database = ManagedDatabase::new(&DatabaseConfig { url, max_connections: 4 }).unwrap();
    database
        .publish_template("default", SCRIPT, "1", (Spares::Plain, None), Uuid::new_v4())
        .await
        .unwrap();
    database
}

/// The claim of another operation, later than all before.
pub(crate) fn fence() -> Fence {
    static LAST: AtomicI64 = AtomicI64::new(0);
    Fence { operation: Uuid::new_v4(), generation: LAST.fetch_add(1, Ordering::Relaxed) + 1 }
}

pub(crate) async fn make(database: &ManagedDatabase) -> Marker {
    let name = format!("c{}", &Uuid::new_v4().simple().to_string()[..12]);
    let new = NewSchema {
        id: Uuid::new_v4(),
        institution: &name,
        template: "default",
        version: 1,
        parameters: None,
    };
    database.make_schema(new, fence()).await.unwrap()
}

pub(crate) fn as_role(url: &Url, role: &str, password: &str) -> Url {
    let mut url = url.clone();
    url.set_username(role).unwrap();
    url.set_password(Some(password)).unwrap();
    url
}

pub(crate) async fn run(session: &mut PgConnection, text: &str) -> Result<(), sqlx::Error> {
    session.execute(script(text)).await.map(|_| ())
}

pub(crate) async fn ask(session: &mut PgConnection, text: &str) -> Result<String, sqlx::Error> {
    let row = sqlx::raw_sql(script(text)).fetch_one(session).await?;
    sqlx::Row::try_get_unchecked(&row, 0)
}

pub(crate) fn situation<T: std::fmt::Debug>(result: Result<T, PgError>) -> Situation {
    result.unwrap_err().situation()
}

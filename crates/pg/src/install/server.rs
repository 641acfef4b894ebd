//! The part that needs an administrator's rights, once: two roles and two databases.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use url::Url;

use crate::connect::connect_options;
use crate::database::CONTROL_ROLE;
use crate::ddl;
use crate::error::{PgError, Situation};
use crate::sql::Ident;

/// What [`prepare_server`] is to see to.
#[derive(Clone, Debug)]
pub struct ServerSetup {
    /// The administrator's URL; its database is where the first connection goes.
    pub admin_url: Url,
    /// The password that `tenantry_control` gets; none leaves it as it is.
    pub control_password: Option<String>,
    /// The name of the control database.
    pub control_database: Ident,
    /// The name of the managed database.
    pub managed_database: Ident,
}

/// The oldest server that is supported, as `server_version_num` writes it.
const OLDEST: i32 = 150_000;

/// Makes the roles `tenantry_owner` (owns every schema, cannot log in) and `tenantry_control` (what
/// the control plane logs in as) and both databases, where they are missing.
///
/// # Errors
/// `Forbidden` when the URL's role may not create roles or databases; `Refused` when the server is
/// older than PostgreSQL 15 or the two databases are one.
pub async fn prepare_server(setup: &ServerSetup) -> Result<(), PgError> {
    if setup.control_database == setup.managed_database {
        return Err(PgError::new(
            Situation::Refused,
            "the control database and the managed database must not be the same",
        ));
    }
    let mut admin = PgConnection::connect_with(&connect_options(&setup.admin_url)?).await?;
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int4")
        .fetch_one(&mut admin)
        .await?;
    if version < OLDEST {
        return Err(PgError::new(
            Situation::Refused,
            format!("this server is PostgreSQL {}; 15 or newer is needed", version / 10_000),
        ));
    }
    wait_for_others(&mut admin).await?;
    admin.execute(include_str!("../../sql/install/roles.sql")).await?;
    if let Some(password) = &setup.control_password {
        set_password(&mut admin, password).await?;
    }
    let control = Ident::new(CONTROL_ROLE).expect("a constant");
    make_database(&mut admin, &setup.control_database, &control).await?;
    make_database(&mut admin, &setup.managed_database, &control).await?;
    // institutions' roles belong to the whole server; the control database is none of their business
    let closed = ddl!("revoke all on database {} from public", setup.control_database);
    admin.execute(closed.into_sql()).await?;
    admin.close().await?;
    Ok(())
}

/// Two installers at once: the second waits here, in nobody's way, and finds everything made. But any
/// login of that database can hold the lock, so it is not waited for without end: what follows bears
/// being done by two at once, if need be by another try.
async fn wait_for_others(admin: &mut PgConnection) -> Result<(), PgError> {
    let waited = admin
        .execute("set lock_timeout = '20s'; select pg_advisory_lock(hashtext('tenantry install'))")
        .await;
    admin.execute("reset lock_timeout").await?;
    match waited.map_err(PgError::from) {
        Err(error) if error.sqlstate() == Some("55P03") => {
            tracing::warn!("another session holds the installers' lock; going on without it");
            Ok(())
        }
        waited => waited.map(drop),
    }
}

/// `alter role` takes no bind parameter, so the server itself quotes the password.
async fn set_password(admin: &mut PgConnection, password: &str) -> Result<(), PgError> {
    sqlx::query("select set_config('tenantry.password', $1, false)")
        .bind(password)
        .execute(&mut *admin)
        .await?;
    admin
        .execute(
            "do $$ begin
               execute format('alter role tenantry_control password %L',
                              current_setting('tenantry.password'));
             end $$;
             reset tenantry.password",
        )
        .await?;
    Ok(())
}

async fn make_database(
    admin: &mut PgConnection,
    name: &Ident,
    owner: &Ident,
) -> Result<(), PgError> {
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name.raw())
            .fetch_one(&mut *admin)
            .await?;
    if exists {
        return Ok(());
    }
    match admin.execute(ddl!("create database {} owner {}", name, owner).into_sql()).await {
        Ok(_) => Ok(()),
        // 42P04: another installer was faster
        Err(error)
            if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("42P04") =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

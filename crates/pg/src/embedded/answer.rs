//! Asks a server whether it is there and whose it is, by a real login. Knows the superuser's URL
//! and nothing of how a server is started.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::Instant;
use url::Url;

use super::home::Home;
use super::initialise::SUPERUSER;
use super::postmaster::Postmaster;

/// How long a start may take. Long, because recovery after a crash may.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// How long a server that cannot have its port may take to end.
const GOING: Duration = Duration::from_secs(3);

/// What a login tells us.
pub(super) struct Facts {
    pub(super) version: u32,
    /// The real path of its data directory.
    pub(super) data: PathBuf,
}

/// Why a server gave no answer.
pub(super) enum Silence {
    Ended,
    Refused(sqlx::Error),
    TooLong,
}

/// Waits until the server answers a query.
pub(super) async fn answer(
    home: &Home,
    postmaster: &Postmaster,
    port: u16,
) -> Result<Facts, Silence> {
    let Ok(secret) = home.secret() else { return Err(Silence::TooLong) };
    let url = with_database(server_url(port, &secret), "postgres");
    let data = home.data();
    let began = Instant::now();
    let mut told = began;
    while began.elapsed() < PATIENCE {
        if postmaster.has_ended(&data) {
            return Err(Silence::Ended);
        }
        match login(&url).await {
            // Another server on the port would not know the password; this guards against ours
            // having been copied with its directory.
            Ok(facts) if facts.data == data => return Ok(facts),
            Ok(_) => {}
            Err(error) if is_passing(&error) => {}
            // It may be another's server that refuses us, on a port that was taken from ours.
            Err(_) if postmaster.wait(&data, GOING).await => return Err(Silence::Ended),
            Err(error) => return Err(Silence::Refused(error)),
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            tracing::info!(dir = %home.dir().display(), "PostgreSQL is still starting");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(Silence::TooLong)
}

/// Whether waiting helps: starting up, in recovery, shutting down, all connections taken, or
/// nobody listening yet.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53"))
        }
        _ => true,
    }
}

/// Logs in once and asks what server this is.
pub(super) async fn login(url: &Url) -> Result<Facts, sqlx::Error> {
    let attempt = async {
        let options = PgConnectOptions::from_url(url)?.application_name("tenantry embedded");
        let mut connection = options.connect().await?;
        let (version, data): (i32, String) = sqlx::query_as(
            "select current_setting('server_version_num')::int4, current_setting('data_directory')",
        )
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        let data = PathBuf::from(data);
        Ok(Facts { version: version.unsigned_abs(), data: data.canonicalize().unwrap_or(data) })
    };
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, attempt).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// The superuser's URL, as yet without a database.
pub(super) fn server_url(port: u16, password: &str) -> Url {
    let text = format!("postgres://{SUPERUSER}@127.0.0.1:{port}/?sslmode=disable");
    let mut url = Url::parse(&text).expect("a URL of fixed parts and a number");
    url.set_password(Some(password)).expect("a URL with a host takes a password");
    url
}

/// The same URL for one of the databases.
pub(super) fn with_database(mut url: Url, database: &str) -> Url {
    url.path_segments_mut().expect("a URL with a host has a path").clear().push(database);
    url
}

//! The server that all tests of a run share.

use tokio::sync::OnceCell;
use url::Url;

use crate::database::TestDatabase;
use crate::{shared, template};

static SHARED: OnceCell<Cluster> = OnceCell::const_new();

/// A running PostgreSQL server that this test shares with all others: take a database of your
/// own, and leave the server's settings and roles that are not yours alone.
#[derive(Clone, Debug)]
pub struct Cluster {
    admin: Url,
    version: u32,
}

impl Cluster {
    /// The shared cluster; started by whoever asks first, in whatever process.
    pub async fn shared() -> &'static Self {
        SHARED
            .get_or_init(async || {
                // Let go of at once, for the next process; the server itself goes on.
                let server = shared::ensure().await;
                Self { admin: server.url("postgres"), version: server.version() }
            })
            .await
    }

    /// The superuser's URL for one of its databases.
    pub fn url(&self, database: &str) -> String {
        let mut url = self.admin.clone();
        url.set_path(database);
        url.into()
    }

    /// Its version as PostgreSQL counts: 150013 is 15.13.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// A database of one's own with nothing in it.
    pub async fn create_database(&self) -> TestDatabase {
        TestDatabase::create(&self.admin, "template1").await
    }

    /// A database of one's own that begins as a copy of `template`.
    pub async fn clone_database(&self, template: &str) -> TestDatabase {
        TestDatabase::create(&self.admin, template).await
    }

    /// The name of a database that `build` has filled, for [`Cluster::clone_database`]. It is
    /// built once for a `key` and test run, however many processes ask; no connection to it may
    /// outlive `build`.
    pub async fn template(&self, key: &str, build: impl AsyncFnOnce(Url)) -> String {
        template::ensure(&self.admin, key, build).await
    }
}

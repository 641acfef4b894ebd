//! From a schema to a sealed archive in the store: written into the work folder from one snapshot, and uploaded when
//! that is over, so that the snapshot lasts as long as the database takes and not as long as the store does.

use std::io::{BufWriter, Write};

use serde_json::Value;
use tenantry_backup::fallback;
use tenantry_backup::keys::InstitutionKey;
use tenantry_backup::manifest::{ArchiveFacts, Engine};
use tenantry_backup::repository::Spool;
use tenantry_backup::seal::Sealer;
use tenantry_backup::write::{Contents, write_archive};
use tenantry_pg::export::Export;
use tenantry_pg::sql::Ident;
use tenantry_store::backups;
use uuid::Uuid;

use super::progress::Progress;
use crate::runner::{Context, StepError};

/// What an archive is to be sealed into.
pub(crate) struct Sealing {
    out: Sealer<BufWriter<Spool>>,
    path: std::path::PathBuf,
    epoch: i32,
    key: InstitutionKey,
}

/// What was taken of a schema.
pub(crate) struct Taken {
    pub(crate) engine: Engine,
    pub(crate) server_version: String,
    pub(crate) database: String,
    pub(crate) contents: Contents,
    pub(crate) prerequisites: Value,
}

impl Sealing {
    /// A file of the work folder, sealed to the institution's key.
    pub(crate) async fn begin(
        cx: &Context,
        institution: Uuid,
        backup: Uuid,
    ) -> Result<Self, StepError> {
        let repository = &cx.fleet.backups()?.repository;
        let known = backups::keys(&cx.fleet.store, institution).await?;
        let known = known.iter().map(|key| key.epoch).max();
        let (epoch, key) = repository.key(institution, known).await?;
        let spool = repository.spool(backup, cx.fence.generation)?;
        let path = spool.path().to_owned();
        let out = Sealer::begin(BufWriter::new(spool), &key.recipient)?;
        Ok(Self { out, path, epoch, key })
    }

    /// Writes what an export describes, and ends it.
    pub(crate) async fn export(
        mut self,
        cx: &Context,
        mut export: Export,
    ) -> Result<(Self, Taken), StepError> {
        let progress = Progress::begin(cx, "write archive");
        let (out, contents) =
            write_archive(&mut export, self.out, &mut |now| progress.tables(&now)).await?;
        self.out = out;
        let prerequisites = export.prerequisites().await?;
        let taken = Taken {
            engine: Engine::Tenantry,
            server_version: export.server_version().to_owned(),
            database: export.database().to_owned(),
            contents,
            prerequisites: serde_json::to_value(prerequisites).unwrap_or_default(),
        };
        export.finish().await?;
        Ok((self, taken))
    }

    /// Has `pg_dump` write what the exporter refuses, for the reason given.
    pub(crate) async fn dump(
        mut self,
        cx: &Context,
        schema: &Ident,
        refused: StepError,
    ) -> Result<(Self, Taken), StepError> {
        let Some(program) = &cx.fleet.backups()?.pg_dump else {
            return Err(refused);
        };
        let database = cx.fleet.database.login();
        let (out, dumped) = fallback::dump(program, database, schema, self.out).await?;
        self.out = out;
        let taken = Taken {
            engine: dumped.engine,
            server_version: dumped.version,
            database: database.path().trim_start_matches('/').to_owned(),
            contents: Contents::default(),
            prerequisites: Value::Null,
        };
        Ok((self, taken))
    }

    /// Uploads it, and says what is in the store.
    pub(crate) async fn store(
        self,
        cx: &Context,
        institution: Uuid,
        backup: Uuid,
    ) -> Result<ArchiveFacts, StepError> {
        let (mut spool, sealed) = self.out.finish()?;
        spool.flush().map_err(tenantry_backup::seal::SealError::Stream)?;
        let progress = Progress::begin(cx, "store archive");
        let told = |bytes| progress.bytes(bytes, sealed.bytes);
        let repository = &cx.fleet.backups()?.repository;
        let generation = cx.fence.generation;
        let object =
            repository.store_archive(institution, backup, generation, &self.path, &told).await?;
        Ok(ArchiveFacts {
            object,
            bytes: sealed.bytes,
            sha256: sealed.sha256,
            plain_bytes: sealed.plain_bytes,
            key_epoch: self.epoch,
            recipient: self.key.recipient,
        })
    }
}

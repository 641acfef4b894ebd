//! One backup as the product's operation takes it, without the operation: its archive from one snapshot, sealed,
//! stored, and listed by a signed manifest. And the way back, into a schema of its own.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use tenantry_backup::manifest::{ArchiveFacts, Engine, FORMAT, Manifest, SignedManifest};
use tenantry_backup::restore::{Limits, restore_archive};
use tenantry_backup::seal::Sealer;
use tenantry_backup::write::write_archive;
use tenantry_domain::clock;
use tenantry_ops::backups::Backups;
use tenantry_pg::copies::NewCopy;
use tenantry_pg::export::Export;
use tenantry_pg::schema::Marker;
use tenantry_pg::sql::Ident;
use tenantry_pg::{Fence, ManagedDatabase};
use uuid::Uuid;

use super::samples::ms_since;

/// Takes backups of one database into one place.
pub(crate) struct Taker {
    database: ManagedDatabase,
    backups: Backups,
}

/// A backup that was taken.
pub(crate) struct Taken {
    /// What is known of it.
    pub(crate) signed: SignedManifest,
    /// Milliseconds until it was listed.
    pub(crate) ms: f64,
}

impl Taker {
    /// Into a place that is open.
    pub(crate) fn new(database: ManagedDatabase, backups: Backups) -> Self {
        Self { database, backups }
    }

    /// Into a folder, with the keys that are in it.
    pub(crate) async fn in_folder(database: ManagedDatabase, folder: &Path) -> Result<Self> {
        Ok(Self::new(database, Backups::within(folder).await?))
    }

    /// Takes one.
    pub(crate) async fn take(&self, institution: Uuid) -> Result<Taken> {
        let began = Instant::now();
        let repository = &self.backups.repository;
        let taken_at = clock::now();
        let marker = self.database.marker(institution).await?.context("no such institution")?;
        let schema = Ident::new(&marker.schema_name)?;
        self.database.change_mark(&schema).await?;
        let mut export = Export::begin(self.database.exports(), &schema).await?;
        let (key_epoch, key) = repository.key(institution, None).await?;
        let backup = Uuid::now_v7();
        let spool = repository.spool(backup, 1)?;
        let path = spool.path().to_owned();
        let out = Sealer::begin(BufWriter::new(spool), &key.recipient)?;
        let (out, contents) = write_archive(&mut export, out, &mut |_| {}).await?;
        let prerequisites = serde_json::to_value(export.prerequisites().await?)?;
        let (mut out, sealed) = out.finish()?;
        out.flush()?;
        let object = repository.store_archive(institution, backup, 1, &path, &|_| {}).await?;
        drop(out);
        let manifest = Manifest {
            format: FORMAT,
            backup,
            institution,
            name: marker.institution,
            schema_name: marker.schema_name,
            operation: Uuid::now_v7(),
            engine: Engine::Tenantry,
            reason: "manual".into(),
            server_version: export.server_version().to_owned(),
            database: export.database().to_owned(),
            taken_at,
            template: None,
            form: contents.form,
            objects: contents.objects,
            tables: contents.tables,
            archive: ArchiveFacts {
                object,
                bytes: sealed.bytes,
                sha256: sealed.sha256,
                plain_bytes: sealed.plain_bytes,
                key_epoch,
                recipient: key.recipient,
            },
            prerequisites,
            previous: None,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
        };
        export.finish().await?;
        let signed = manifest.sign(repository.signer())?;
        repository.store_manifest(&signed).await?;
        repository.tidy(&signed).await?;
        Ok(Taken { signed, ms: ms_since(began) })
    }

    /// Brings one back in a schema of its own, as a drill does; milliseconds until it is ready. That schema is
    /// dropped again, which does not count.
    pub(crate) async fn bring_back(&self, signed: &SignedManifest) -> Result<f64> {
        let manifest = &signed.manifest;
        let identities = self.backups.identities.as_ref().context("no identity")?;
        let began = Instant::now();
        let fetched = self.backups.repository.fetch(signed, identities, &|_| {}).await?;
        let archive = fetched.open()?;
        let new = NewCopy {
            id: Uuid::now_v7(),
            schema: manifest.institution,
            institution: &manifest.name,
            name: None,
            kind: "drill",
            backup: Some(manifest.backup),
            expires_in: None,
            outside: &[],
        };
        let landing = self.database.begin_copy(new, fence()).await?;
        let schema = Ident::new(&landing.schema_name)?;
        let limits = Limits { row_bytes: manifest.archive.plain_bytes, ..Limits::default() };
        restore_archive(archive, &landing.url, &schema, None, limits, |_| {}).await?;
        self.database.finish_copy(landing.copy, manifest.institution, fence()).await?;
        let took = ms_since(began);
        while self.database.drop_copy(landing.copy, manifest.institution, fence()).await? > 0 {}
        Ok(took)
    }
}

/// Makes an institution of a template's first version.
pub(crate) async fn make(
    database: &ManagedDatabase,
    institution: &str,
    template: &str,
) -> Result<Marker> {
    let new = tenantry_pg::schema::NewSchema {
        id: Uuid::now_v7(),
        institution,
        template,
        version: 1,
        parameters: None,
    };
    Ok(database.make_schema(new, fence()).await?)
}

/// The claim of another operation, later than all before.
fn fence() -> Fence {
    static LAST: AtomicI64 = AtomicI64::new(0);
    Fence { operation: Uuid::now_v7(), generation: LAST.fetch_add(1, Ordering::Relaxed) + 1 }
}

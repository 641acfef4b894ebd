//! Brings a backup back as a schema: beside the living one, under a name of its own, or in place of one that
//! was dropped or lost. Everything that can be asked beforehand is asked before anything is touched. Undo
//! drops what was restored; what lives is never touched.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_backup::manifest::Engine;
use tenantry_backup::restore::restore_archive;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::copies::NewCopy;
use tenantry_pg::export::missing;
use tenantry_store::Tx;
use uuid::Uuid;

use super::drop_copy::drop_whole_copy;
use super::made::Made;
use super::marker::{Seen, set_state};
use crate::archives::progress::Progress;
use crate::archives::trouble::schema_ident;
use crate::archives::{limits, outside, prerequisites, room};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The restore that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoreBackup {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The backup.
    pub backup: Uuid,
    /// The name of the schema that it becomes; none for one that nobody has to remember.
    pub name: Option<String>,
    /// Only these tables; empty for all.
    pub tables: Vec<String>,
    /// Whether texts that name the living schema may go on meaning it.
    #[serde(default)]
    pub accept_names: bool,
    /// Whether it becomes the institution's schema; the state that it was in before.
    pub in_place_of: Option<SchemaState>,
    /// For how many hours the copy is kept, or what it took the place of.
    pub keep_hours: u32,
    copy: Uuid,
    replaced: Uuid,
    #[serde(default)]
    made: Option<Made>,
    /// What is about the wanted tables and needs others.
    #[serde(default)]
    left_out: Vec<String>,
    /// What names the schema that it was taken from in its text, and so means that one beside it, too.
    #[serde(default)]
    naming: Vec<String>,
    #[serde(default)]
    seen: Option<Seen>,
    /// What the restore took the place of.
    #[serde(default)]
    put_aside: Option<Made>,
}

impl RestoreBackup {
    /// Asks for a restore beside the living schema.
    pub fn beside(
        schema: Uuid,
        institution: impl Into<String>,
        backup: Uuid,
        name: Option<String>,
        keep_hours: u32,
    ) -> Self {
        Self {
            schema,
            institution: institution.into(),
            backup,
            name,
            tables: Vec::new(),
            accept_names: false,
            in_place_of: None,
            keep_hours,
            copy: Uuid::now_v7(),
            replaced: Uuid::now_v7(),
            made: None,
            left_out: Vec::new(),
            naming: Vec::new(),
            seen: None,
            put_aside: None,
        }
    }

    /// Asks for a restore that becomes the institution's schema, which is in this state now.
    #[must_use]
    pub fn in_place_of(self, state: SchemaState) -> Self {
        Self { in_place_of: Some(state), ..self }
    }

    /// Only these tables.
    #[must_use]
    pub fn only(self, tables: Vec<String>) -> Self {
        Self { tables, ..self }
    }

    /// Whether texts that name the living schema may go on meaning it; without, such a backup is refused beside it.
    #[must_use]
    pub fn accepting_names(self, accept_names: bool) -> Self {
        Self { accept_names, ..self }
    }

    async fn check(&mut self, cx: &Context) -> Result<(), StepError> {
        let backups = cx.fleet.backups()?;
        backups.identities()?;
        let manifest =
            backups.signed_manifest(&cx.fleet.store, self.schema, self.backup).await?.manifest;
        if manifest.engine != Engine::Tenantry {
            let message =
                "this archive was written by pg_dump, which cannot be restored under another name";
            return Err(StepError::Fail(json!({
                "code": "not_restorable_here",
                "message": message,
                "hint": "Restore it with pg_restore into a database of its own: docs/runbooks/restore-with-stock-tools.md.",
            })));
        }
        let unknown: Vec<&String> = self
            .tables
            .iter()
            .filter(|name| !manifest.tables.iter().any(|table| table.name == **name))
            .collect();
        if !unknown.is_empty() {
            let message = format!("the backup has no table {unknown:?}");
            return Err(StepError::fail("table_not_found", message));
        }
        let wanted = prerequisites(&manifest)?;
        self.naming.clone_from(&wanted.naming_the_schema);
        let mut lacking = missing(cx.fleet.database.login(), &wanted).await?;
        // of single tables it is not known how much they are of the whole
        if self.tables.is_empty() {
            let files = cx.fleet.config.database_files.as_deref();
            lacking.extend(room::lacking(files, manifest.archive.plain_bytes));
        }
        // under its own name it means itself, and single tables come without functions
        if self.in_place_of.is_none() && self.tables.is_empty() && !self.accept_names {
            let named = |what: &String| {
                format!(
                    "{what} names {} in its text and would reach into the living schema from its copy",
                    manifest.schema_name
                )
            };
            lacking.extend(wanted.naming_the_schema.iter().map(named));
        }
        if lacking.is_empty() {
            return Ok(());
        }
        Err(StepError::Fail(json!({
            "code": "prerequisites_missing",
            "message": format!("this backup cannot be restored here as it is: {}", lacking.join("; ")),
            "hint": "Nothing was touched. See to each of these, then retry the operation. \
                     Texts that name the schema are right once the copy is swapped in: ask again with acceptNames (--accept-names) if that is what you want.",
            "missing": lacking,
        })))
    }

    async fn restore(&mut self, cx: &Context) -> Result<(), StepError> {
        let backups = cx.fleet.backups()?;
        let signed = backups.signed_manifest(&cx.fleet.store, self.schema, self.backup).await?;
        let progress = Progress::begin(cx, "fetch archive");
        let total = signed.manifest.archive.bytes;
        let fetched = backups
            .repository
            .fetch(&signed, backups.identities()?, &|bytes| progress.bytes(bytes, total))
            .await?;
        let archive = fetched.open()?;
        // done already, and nobody was told
        if let Some(copy) = cx.fleet.database.copy(self.copy).await?
            && copy.state == "ready"
        {
            self.made = Some(Made::of(copy));
            return Ok(());
        }
        let new = NewCopy {
            id: self.copy,
            schema: self.schema,
            institution: &self.institution,
            name: self.name.as_deref(),
            kind: "restored",
            backup: Some(self.backup),
            expires_in: Some(self.keep_for()),
            outside: &outside(&prerequisites(&signed.manifest)?),
        };
        let landing = cx.fleet.database.begin_copy(new, cx.fence).await?;
        let only = (!self.tables.is_empty()).then_some(self.tables.as_slice());
        let progress = Progress::begin(cx, "restore");
        let schema = schema_ident(&landing.schema_name)?;
        let limits = limits(&signed.manifest);
        let told = |now| progress.restored(&now);
        let restored = restore_archive(archive, &landing.url, &schema, only, limits, told).await?;
        self.left_out = restored.left_out;
        let copy = cx.fleet.database.finish_copy(self.copy, self.schema, cx.fence).await?;
        self.made = Some(Made::of(copy));
        Ok(())
    }

    async fn drop_copy(&mut self, cx: &Context) -> Result<(), StepError> {
        drop_whole_copy(cx, self.copy, self.schema).await?;
        self.made = None;
        Ok(())
    }

    fn keep_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_hours) * 60 * 60)
    }

    /// The restored schema becomes the institution's, where that was asked for.
    async fn put_in_place(&mut self, cx: &Context) -> Result<(), StepError> {
        if self.in_place_of.is_none() {
            return Ok(());
        }
        let database = &cx.fleet.database;
        let (schema, fence) = (self.schema, cx.fence);
        let lost = match database.marker(schema).await? {
            Some(marker) => !database.schema_is_there(&marker).await?,
            None => true,
        };
        let marker = if lost {
            database.replace_lost(schema, &self.institution, self.copy, fence).await?
        } else {
            let keep = self.keep_for();
            database.swap_schema(schema, self.copy, self.replaced, keep, fence).await?;
            database.unarchive_schema(schema, fence).await?
        };
        self.put_aside = database.copy(self.replaced).await?.map(Made::of);
        self.seen = Some(Seen::of(marker));
        Ok(())
    }
}

impl Kind for RestoreBackup {
    const NAME: &'static str = "restore_backup";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step { name: "check", run: |kind, cx| Box::pin(kind.check(cx)), undo: None },
        Step {
            name: "restore",
            run: |kind, cx| Box::pin(kind.restore(cx)),
            undo: Some(|kind, cx| Box::pin(kind.drop_copy(cx))),
        },
        Step { name: "put in place", run: |kind, cx| Box::pin(kind.put_in_place(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        let what = match self.tables.as_slice() {
            [] => "everything".to_owned(),
            tables => format!("the tables {}", tables.join(", ")),
        };
        vec![
            "Check that the database has all that the backup needs; nothing is touched if it has not.".to_owned(),
            format!(
                "Fetch backup {} of {}, hold it against its signed manifest, and restore {what} into a schema of its own.",
                self.backup, self.institution
            ),
            match self.in_place_of {
                Some(_) => format!("Make it the schema of {}.", self.institution),
                None => "Leave it beside the living schema, to be compared and swapped.".to_owned(),
            },
        ]
    }

    fn result(&self) -> Value {
        match (&self.seen, &self.made) {
            (Some(seen), _) => seen.result(),
            (None, Some(made)) => json!({
                "copy": made.name,
                "copyId": made.id,
                "expiresAt": made.expires_at,
                "leftOut": self.left_out,
                "namesTheSchema": self.naming,
            }),
            (None, None) => Value::Null,
        }
    }

    async fn begin(&self, tx: &mut Tx) -> Result<(), PgError> {
        match self.in_place_of {
            Some(_) => {
                set_state(tx, self.schema, &self.institution, SchemaState::Restoring, None).await
            }
            None => Ok(()),
        }
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, self.in_place_of) {
            (Ended::Succeeded, Some(_)) => {
                if let Some(aside) = &self.put_aside {
                    aside.record(tx, self.schema, &self.institution).await?;
                }
                match &self.seen {
                    Some(seen) => seen.record(tx, config.recoverable_for).await,
                    None => Ok(()),
                }
            }
            (Ended::Succeeded, None) => match &self.made {
                Some(made) => made.record(tx, self.schema, &self.institution).await,
                None => Ok(()),
            },
            // nothing came of it, and what was there is as it was
            (_, Some(before)) => set_state(tx, self.schema, &self.institution, before, None).await,
            (_, None) => Ok(()),
        }
    }
}

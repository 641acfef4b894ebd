//! Enters backups that lie in the store into the catalogue: those of another server, or of this one whose control
//! database was lost. A manifest is believed as far as a trusted key signed it. Institutions that are not known are
//! entered as purged, so that a restore in place brings them to life in this managed database. There is nothing to
//! take back: the store is only read.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_backup::manifest::SignedManifest;
use tenantry_domain::slug::Slug;
use tenantry_pg::PgError;
use tenantry_store::{Tx, backups, schemas};
use uuid::Uuid;

use crate::archives::enter_backup;
use crate::archives::progress::Progress;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The import that is asked for, and what came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportBackups {
    take_over: bool,
    #[serde(default)]
    entered: usize,
    #[serde(default)]
    known: usize,
    #[serde(default)]
    institutions: usize,
    #[serde(default)]
    refused: usize,
    /// The first of them.
    #[serde(default)]
    refusals: Vec<Refusal>,
}

/// A backup that was not entered.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Refusal {
    institution: Uuid,
    backup: Uuid,
    why: String,
}

/// So many refusals are told one by one.
const TOLD: usize = 50;

/// Why what was imported is kept, until somebody lets it go.
const HELD: &str = "imported: another server may count on it";

impl ImportBackups {
    /// Asks for an import. `take_over`: the store is this server's from now on, so its retention may let go of what was
    /// imported; without, everything is held.
    pub fn new(take_over: bool) -> Self {
        Self { take_over, ..Self::default() }
    }

    async fn enter(&mut self, cx: &Context) -> Result<(), StepError> {
        let repository = &cx.fleet.backups()?.repository;
        *self = Self::new(self.take_over);
        let listed = repository.listed(None).await?;
        let ids: Vec<Uuid> = listed.iter().map(|(_, backup)| *backup).collect();
        let known: HashSet<Uuid> =
            backups::known(&cx.fleet.store, &ids).await?.into_iter().collect();
        let progress = Progress::begin(cx, "enter backups");
        for (done, (institution, backup)) in listed.iter().enumerate() {
            progress.items(done, listed.len(), "backups");
            if known.contains(backup) {
                self.known += 1;
                continue;
            }
            match repository.manifest(*institution, *backup).await {
                // removed since it was listed
                Ok(None) => {}
                Ok(Some(signed)) => self.enter_one(cx, &signed).await?,
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(error) => self.refuse(*institution, *backup, error.to_string()),
            }
        }
        if self.refused > 0 && self.entered + self.known == 0 {
            return Err(StepError::Fail(json!({
                "code": "backups_not_believed",
                "message": format!("none of the {} backups in the store was believed", self.refused),
                "hint": "If another server signed them, name its public key in backup.trusted_keys, and retry.",
                "refused": self.refusals,
            })));
        }
        Ok(())
    }

    async fn enter_one(&mut self, cx: &Context, signed: &SignedManifest) -> Result<(), StepError> {
        let manifest = &signed.manifest;
        if let Err(error) = Slug::parse(&manifest.name) {
            let why = format!("{:?} cannot be an institution's name here: {error}", manifest.name);
            self.refuse(manifest.institution, manifest.backup, why);
            return Ok(());
        }
        let mut tx = cx.fleet.store.begin().await?;
        let new = schemas::insert_purged(&mut tx, manifest.institution, &manifest.name).await?;
        enter_backup(&mut tx, manifest, &signed.sha256, 0, None).await?;
        if !self.take_over {
            backups::set_hold(&mut tx, manifest.backup, Some(HELD)).await?;
        }
        tx.commit().await?;
        self.entered += 1;
        self.institutions += usize::from(new);
        Ok(())
    }

    fn refuse(&mut self, institution: Uuid, backup: Uuid, why: String) {
        self.refused += 1;
        if self.refusals.len() < TOLD {
            self.refusals.push(Refusal { institution, backup, why });
        }
    }
}

impl Kind for ImportBackups {
    const NAME: &'static str = "import_backups";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "enter backups", run: |kind, cx| Box::pin(kind.enter(cx)), undo: None }];

    fn plan(&self) -> Vec<String> {
        vec![
            format!(
                "Read the manifests in the store that the catalogue does not know, and enter those that a trusted key \
                 signed{}.",
                if self.take_over { "" } else { ", held" }
            ),
            "Enter institutions that are not known as purged.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        json!({
            "entered": self.entered,
            "known": self.known,
            "institutions": self.institutions,
            "refused": self.refused,
            "refusals": self.refusals,
        })
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        Ok(())
    }
}

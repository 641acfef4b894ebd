//! Makes a version of a template: proves the script in a scratch schema that is rolled back, which also
//! tells whether schemas can be made ahead from it, then publishes it in the managed database. Undo withdraws it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::template::{Seed, Spares};
use tenantry_pg::PgError;
use tenantry_store::templates::{self, NewTemplate};
use tenantry_store::{Tx, events};

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The template that is asked for; its script passed the checks of `tenantry_domain::template`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateTemplate {
    /// The template's name.
    pub name: String,
    /// The layout of the folder.
    pub layout: String,
    /// SHA-256 over its migrations.
    pub checksum: String,
    /// The script; lists leave it out.
    #[serde(default)]
    pub script: String,
    /// Name, path and checksum of each migration.
    pub migrations: Value,
    /// Who asks for it.
    pub created_by: String,
    /// What fills a new institution with its first rows; lists leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Seed>,
    #[serde(default)]
    relations: i32,
    #[serde(default)]
    proof_ms: f64,
    #[serde(default)]
    spares: Spares,
    #[serde(default)]
    spares_reason: Option<String>,
    #[serde(default)]
    version: i32,
}

impl CreateTemplate {
    /// Asks for it.
    pub fn new(
        name: String,
        layout: String,
        checksum: String,
        script: String,
        migrations: Value,
        created_by: String,
    ) -> Self {
        Self {
            name,
            layout,
            checksum,
            script,
            migrations,
            created_by,
            seed: None,
            relations: 0,
            proof_ms: 0.0,
            spares: Spares::default(),
            spares_reason: None,
            version: 0,
        }
    }

    /// With a seed that belongs to the version.
    #[must_use]
    pub fn with_seed(self, seed: Option<Seed>) -> Self {
        Self { seed, ..self }
    }

    async fn prove(&mut self, cx: &Context) -> Result<(), StepError> {
        let proof =
            cx.fleet.database.prove_seeded(&self.script, self.seed.as_ref(), cx.fence).await?;
        self.relations = proof.relations;
        self.proof_ms = proof.took.as_secs_f64() * 1000.0;
        self.spares = proof.spares;
        self.spares_reason = proof.spares_reason;
        Ok(())
    }

    async fn publish(&mut self, cx: &Context) -> Result<(), StepError> {
        let operation = cx.fence.operation;
        let database = &cx.fleet.database;
        let spares = (self.spares, self.spares_reason.as_deref());
        let (name, script, checksum) = (&self.name, &self.script, &self.checksum);
        self.version = match &self.seed {
            None => database.publish_template(name, script, checksum, spares, operation).await?,
            Some(seed) => {
                database.publish_seeded(name, script, checksum, spares, operation, seed).await?
            }
        };
        Ok(())
    }

    async fn withdraw(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.database.withdraw_template(cx.fence.operation).await?;
        Ok(())
    }
}

impl Kind for CreateTemplate {
    const NAME: &'static str = "create_template";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step { name: "prove script", run: |kind, cx| Box::pin(kind.prove(cx)), undo: None },
        Step {
            name: "publish version",
            run: |kind, cx| Box::pin(kind.publish(cx)),
            undo: Some(|kind, cx| Box::pin(kind.withdraw(cx))),
        },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            match self.seed {
                None => "Run the script in a scratch schema and roll it back.".to_owned(),
                Some(_) => "Run script and seed in a scratch schema and roll them back.".to_owned(),
            },
            format!("Store it as the next version of template {}.", self.name),
        ]
    }

    fn result(&self) -> Value {
        json!({
            "name": self.name,
            "version": self.version,
            "relations": self.relations,
            "proofMs": self.proof_ms,
            "spares": self.spares,
            "sparesReason": self.spares_reason,
        })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        if !matches!(ended, Ended::Succeeded) {
            return Ok(());
        }
        let new = NewTemplate {
            name: &self.name,
            version: self.version,
            layout: &self.layout,
            checksum: &self.checksum,
            script: &self.script,
            migrations: &self.migrations,
            relations: self.relations,
            proof_ms: self.proof_ms,
            spares: self.spares,
            spares_reason: self.spares_reason.as_deref(),
            created_by: &self.created_by,
            seed: self.seed.as_ref(),
        };
        templates::insert(tx, &new).await?;
        let data = json!({ "name": self.name, "version": self.version });
        events::insert(tx, "template.created", None, None, &data).await
    }
}

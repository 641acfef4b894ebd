//! What a bucket costs beside a folder: the same backups to both, in turn.

use std::path::Path;

use anyhow::Result;
use sqlx::Executor as _;
use tenantry_backup::keys::{Identities, Recipients, generate_identity};
use tenantry_backup::manifest::{Signer, Verifier};
use tenantry_backup::place::{Place, PlaceConfig};
use tenantry_backup::repository::Repository;
use tenantry_domain::template::Spares;
use tenantry_ops::backups::Backups;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::Postgres;
use super::product::Binary;
use super::programs::fill;
use super::s3_server::S3Server;
use super::samples::Samples;
use super::school;
use super::taker::{Taker, make};

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let sizes = if quick { ["1MB", "10MB"] } else { ["1MB", "100MB"] };
    let rounds = if quick { 2 } else { 7 };
    let postgres = Postgres::start(&[]).await?;
    let database = postgres.fleet()?.database;
    let script = school::script(root)?;
    let proof = (Spares::Plain, None);
    database.publish_template("default", &script, "bench", proof, Uuid::new_v4()).await?;
    let server = S3Server::start().await?;
    let folder = tempfile::tempdir()?;
    let bucket = Taker::new(database.clone(), in_bucket(&server.config, folder.path()).await?);
    let beside = Taker::in_folder(database.clone(), &folder.path().join("folder")).await?;
    let mut figures = Vec::new();
    for size in sizes {
        let school = make(&database, &format!("school_{}", size.to_lowercase()), "default").await?;
        fill(binary, &postgres.managed_admin_url(), &school.schema_name, size)?;
        postgres.managed_admin().await?.execute("vacuum analyze").await?;
        let (mut ours, mut folder, mut bytes) = (Samples::default(), Samples::default(), 0);
        for round in 0..=rounds {
            let taken = bucket.take(school.id).await?;
            let there = beside.take(school.id).await?;
            // the first one makes keys and is not counted
            if round > 0 {
                ours.add(taken.ms);
                folder.add(there.ms);
                bytes = taken.signed.manifest.archive.bytes;
            }
        }
        figures.push(Figure {
            name: format!("backup of a school of {size} to S3"),
            ours: ours.median(),
            unit: "ms",
            peer: Some(("to a folder", folder.median())),
            goal: Goal::None,
            note: format!(
                "{rounds} rounds, {:.0} to {:.0} ms; {:.0} kB sealed; the S3 server runs in the same process",
                ours.min(),
                ours.max(),
                bytes as f64 / 1e3
            ),
        });
    }
    Ok(figures)
}

/// Backups in a bucket, with keys of their own and a work folder in this one.
async fn in_bucket(config: &PlaceConfig, folder: &Path) -> Result<Backups> {
    let (secret, recipient) = generate_identity();
    let recipients = Recipients::parse(&[recipient, generate_identity().1])?;
    let signer = Signer::generate();
    let trusted = Verifier::of(&signer);
    let place = Place::open(config).await?;
    let work = folder.join("work");
    let repository = Repository::new(place, recipients.clone(), signer, trusted, work);
    Ok(Backups {
        repository,
        identities: Some(Identities::parse(&secret)?),
        recipients,
        pg_dump: None,
    })
}

//! A school of 1 GB, there and back: its backup against the newest `pg_dump` with zstd, its restore against
//! `pg_restore -j2`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::template::Spares;
use url::Url;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::Postgres;
use super::product::Binary;
use super::programs::{Programs, fill, run as run_program, run_through, run_unless};
use super::samples::Samples;
use super::school;
use super::taker::{Taker, make};

/// Where the peer restores.
const ELSEWHERE: &str = "bench_restored";

/// The peer, and what it writes.
struct Peer {
    programs: Programs,
    /// Whether `pg_dump` compresses by zstd itself; else a program of that name does.
    zstd: bool,
    database: Url,
    schema: String,
    folder: PathBuf,
}

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let (size, rounds) = if quick { ("20MB", 1) } else { ("1GB", 3) };
    let postgres = Postgres::start(&[]).await?;
    let database = postgres.fleet()?.database;
    let script = school::script(root)?;
    let proof = (Spares::Plain, None);
    database.publish_template("default", &script, "bench", proof, Uuid::new_v4()).await?;
    let school = make(&database, "large", "default").await?;
    fill(binary, &postgres.managed_admin_url(), &school.schema_name, size)?;
    let mut admin = postgres.managed_admin().await?;
    admin.execute("vacuum analyze").await?;
    let folder = tempfile::tempdir()?;
    let taker = Taker::in_folder(database, &folder.path().join("ours")).await?;
    let programs = Programs::newest()?;
    let peer = Peer {
        zstd: programs.know_zstd()?,
        programs,
        database: postgres.managed_admin_url(),
        schema: school.schema_name.clone(),
        folder: folder.path().to_owned(),
    };
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let (mut back, mut theirs_back) = (Samples::default(), Samples::default());
    let mut sizes = (0, 0, 0);
    for round in 0..=rounds {
        let taken = taker.take(school.id).await?;
        let dumped = peer.dump()?;
        // nobody writes out what another one left
        admin.execute("checkpoint").await?;
        let restored = taker.bring_back(&taken.signed).await?;
        admin.execute("checkpoint").await?;
        let theirs_restored = peer.restore(&mut admin).await?;
        admin.execute("checkpoint").await?;
        // the first one fills caches and is not counted
        if round > 0 {
            ours.add(taken.ms / 1000.0);
            theirs.add(dumped / 1000.0);
            back.add(restored / 1000.0);
            theirs_back.add(theirs_restored / 1000.0);
            let facts = &taken.signed.manifest.archive;
            sizes = (facts.plain_bytes, facts.bytes, peer.file().metadata()?.len());
        }
    }
    let spread = |of: &Samples| format!("{rounds} rounds, {:.1} to {:.1} s", of.min(), of.max());
    let figure = |name: &str, ours: &Samples, peer, note| Figure {
        name: format!("{name} of a school of {size}"),
        ours: ours.median(),
        unit: "s",
        peer: Some(peer),
        goal: Goal::RatioAtMost(1.0),
        note,
    };
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let (plain, sealed, dumped) = (megabytes(sizes.0), megabytes(sizes.1), megabytes(sizes.2));
    Ok(vec![
        figure(
            "backup",
            &ours,
            (peer.name(), theirs.median()),
            format!(
                "{}; {plain:.0} MB of archive come to {sealed:.1} MB sealed, the peer's to {dumped:.1} MB; {}",
                spread(&ours),
                peer.says()?
            ),
        ),
        figure(
            "restore",
            &back,
            ("pg_restore -j2", theirs_back.median()),
            format!(
                "{}; fetched, checked, opened and restored by one session; {}",
                spread(&back),
                peer.says()?
            ),
        ),
    ])
}

impl Peer {
    fn name(&self) -> &'static str {
        if self.zstd { "pg_dump -Fc --compress=zstd:3" } else { "pg_dump -Fc -Z0 | zstd -3 -T1" }
    }

    fn says(&self) -> Result<String> {
        Ok(format!("pg_dump and pg_restore {}", self.programs.version()?))
    }

    fn file(&self) -> PathBuf {
        self.folder.join(if self.zstd { "peer.dump" } else { "peer.dump.zst" })
    }

    fn dump(&self) -> Result<f64> {
        let mut command = self.programs.command("pg_dump");
        command.args(["-Fc", "-n", &self.schema, "-d", self.database.as_str()]);
        if self.zstd {
            command.arg("--compress=zstd:3").arg("-f").arg(self.file());
            return Ok(run_program(&mut command)?.ms);
        }
        let mut zstd = Command::new("zstd");
        run_through(command.arg("-Z0"), zstd.args(["-3", "-T1", "-q", "-c"]), &self.file())
    }

    /// Into a database of its own on the same server, as the schema's name is taken here. What zstd takes to unpack
    /// counts where `pg_restore` cannot do it.
    async fn restore(&self, admin: &mut PgConnection) -> Result<f64> {
        admin.execute("create database bench_restored").await?;
        let mut elsewhere = self.database.clone();
        elsewhere.set_path(ELSEWHERE);
        let (mut file, mut ms) = (self.file(), 0.0);
        if !self.zstd {
            file = self.folder.join("peer.dump");
            let mut zstd = Command::new("zstd");
            ms += run_program(zstd.args(["-d", "-q", "-f"]).arg(self.file()).arg("-o").arg(&file))?
                .ms;
        }
        let mut command = self.programs.command("pg_restore");
        command.args(["-j2", "-d", elsewhere.as_str()]).arg(file);
        ms += run_unless(&mut command, only_about_settings)?.ms;
        let mut there = PgConnection::connect(elsewhere.as_str()).await?;
        let tables: i64 = tables(&mut there, &self.schema).await?;
        ensure!(tables == self::tables(admin, &self.schema).await?, "pg_restore left tables out");
        drop(there);
        admin.execute("drop database bench_restored with (force)").await?;
        Ok(ms)
    }
}

async fn tables(session: &mut PgConnection, schema: &str) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from pg_tables where schemaname = $1")
        .bind(schema)
        .fetch_one(session)
        .await?)
}

/// A newer program sets what an older server does not know, and goes on.
fn only_about_settings(said: &str) -> bool {
    let mut errors = said.lines().filter(|line| line.contains("ERROR:"));
    said.contains("errors ignored") && errors.all(|line| line.contains("transaction_timeout"))
}

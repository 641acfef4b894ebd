//! Programs that a benchmark runs and watches: PostgreSQL's own, the peers of everything about backups, and the
//! one that fills schools.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tenantry_pg::embedded::binaries;
use url::Url;

use super::product::Binary;
use super::samples::ms_since;

/// Names a folder of programs that are newer than the server's own.
const NEWER: &str = "BENCH_PG_PROGRAMS";

/// How often the memory of a program is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// Milliseconds from its start to its end.
    pub(crate) ms: f64,
    /// The most memory that it had at a time, in MB (a million bytes); of the program alone, not of what it starts.
    pub(crate) megabytes: f64,
}

/// PostgreSQL's programs of one version.
pub(crate) struct Programs {
    folder: Option<PathBuf>,
}

impl Programs {
    /// Those of the server that is measured, else what is on the path.
    pub(crate) fn of_the_server() -> Result<Self> {
        let beside = binaries::choose(None, None)?.dir;
        Ok(Self { folder: beside.join("pg_dump").exists().then_some(beside) })
    }

    /// The newest that can be had: those that the environment names, else the server's.
    pub(crate) fn newest() -> Result<Self> {
        match std::env::var_os(NEWER).filter(|folder| !folder.is_empty()) {
            Some(folder) => Ok(Self { folder: Some(folder.into()) }),
            None => Self::of_the_server(),
        }
    }

    /// One of them, ready for arguments.
    pub(crate) fn command(&self, program: &str) -> Command {
        Command::new(match &self.folder {
            Some(folder) => folder.join(program),
            None => program.into(),
        })
    }

    /// The version of their `pg_dump`, such as `15.18`.
    pub(crate) fn version(&self) -> Result<String> {
        let said = self.command("pg_dump").arg("--version").output().context("no pg_dump")?.stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        let version =
            said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        Ok(version.unwrap_or("unknown").to_owned())
    }

    /// Whether their `pg_dump` compresses by zstd itself: from 16 on, if it was built so. It says no before it looks
    /// for a server.
    pub(crate) fn know_zstd(&self) -> Result<bool> {
        let mut command = self.command("pg_dump");
        let nowhere = "host=/nowhere";
        let said = command.args(["-Fc", "--compress=zstd:3", "-d", nowhere]).output()?.stderr;
        let said = String::from_utf8_lossy(&said).into_owned();
        Ok(said.contains("connection to server"))
    }
}

/// Runs a program and watches its memory; fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<Took> {
    run_unless(command, |_| false)
}

/// The same, but what it complains about may be excused.
pub(crate) fn run_unless(command: &mut Command, excused: impl Fn(&str) -> bool) -> Result<Took> {
    let name = command.get_program().display().to_string();
    let complaints = tempfile::NamedTempFile::new()?;
    command.stdin(Stdio::null()).stderr(complaints.reopen()?);
    let began = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let pid = child.id();
    let watching = std::thread::spawn(move || {
        let mut most = 0.0;
        while let Some(now) = peak_megabytes(pid) {
            most = now;
            std::thread::sleep(LOOK);
        }
        most
    });
    let status = child.wait()?;
    let ms = ms_since(began);
    let said = fs::read_to_string(complaints.path())?;
    ensure!(status.success() || excused(&said), "{name}: {status}: {said}");
    let megabytes = watching.join().unwrap_or(f64::NAN);
    Ok(Took { ms, megabytes })
}

/// The most memory that a running process had until now; none when it is over.
fn peak_megabytes(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Runs a program whose output goes through another one into a file; milliseconds until both are over.
pub(crate) fn run_through(first: &mut Command, second: &mut Command, file: &Path) -> Result<f64> {
    let began = Instant::now();
    let mut writing = first.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let output = writing.stdout.take().context("no output")?;
    let status = second.stdin(output).stdout(File::create(file)?).status()?;
    let ended = writing.wait()?;
    ensure!(ended.success() && status.success(), "{ended}; {status}");
    Ok(ms_since(began))
}

/// Fills an institution's schema with a school of a size; the same size and seed are always the same rows.
pub(crate) fn fill(binary: &Binary, database: &Url, schema: &str, size: &str) -> Result<()> {
    let program = binary.school_seed();
    let mut command = Command::new(&program);
    command.args(["--database-url", database.as_str(), "--schema", schema, "--size", size]);
    run(&mut command).map(drop).with_context(|| {
        format!(
            "{} fills schools; `cargo build -p school` makes it, with --release for a release",
            program.display()
        )
    })
}

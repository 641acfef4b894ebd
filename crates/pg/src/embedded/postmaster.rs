//! The server's main process: found by its pid file, started, signalled, waited for. Knows
//! nothing of SQL.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::Instant;

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::home::Home;

/// How often we look whether a process is still there.
const GLANCE: Duration = Duration::from_millis(20);

/// What `postmaster.pid` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    /// Missing for the first moments of a start.
    pub(super) port: Option<u16>,
    pub(super) stopping: bool,
}

impl PidFile {
    pub(super) fn read(data: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok().filter(|pid| *pid > 0)?;
        let port = lines.get(3).and_then(|port| port.parse().ok());
        Some(Self { pid, port, stopping: lines.get(7) == Some(&"stopping") })
    }
}

/// What a process number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// No process has it.
    Gone,
    /// The postmaster of our data directory.
    Ours,
    /// Some other process got the number, or the postmaster is dead and nobody has collected it.
    NotOurs,
    /// A process that we may not look at, or a system without `/proc`.
    Unknown,
}

/// Finds out what `pid` is, given the real path of a data directory.
pub(super) fn life(pid: i32, data: &Path) -> Life {
    if kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH) {
        return Life::Gone;
    }
    let process = Path::new("/proc").join(pid.to_string());
    let Ok(stat) = fs::read_to_string(process.join("stat")) else { return Life::Unknown };
    // `pid (name) state …`; the name may hold anything, so the last bracket counts.
    let Some((head, rest)) = stat.rsplit_once(')') else { return Life::Unknown };
    let dead = matches!(rest.trim_start().chars().next(), Some('Z' | 'X'));
    if dead || !(head.contains("postgres") || head.contains("postmaster")) {
        return Life::NotOurs;
    }
    // The postmaster's working directory is its data directory.
    match fs::read_link(process.join("cwd")) {
        Ok(cwd) if cwd == data => Life::Ours,
        Ok(_) => Life::NotOurs,
        Err(_) => Life::Unknown,
    }
}

/// A running postmaster, our child or found running.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: i32,
    /// Turns true when our child has ended.
    ended: Option<watch::Receiver<bool>>,
}

impl Postmaster {
    /// One that is running already.
    pub(super) fn found(pid: i32) -> Self {
        Self { pid, ended: None }
    }

    /// Starts one as our child, in a process group of its own, so that a Ctrl-C that is meant for
    /// us does not reach it. It outlives us.
    pub(super) fn spawn(
        home: &Home,
        account: &Account,
        binaries: &Binaries,
        port: u16,
    ) -> Result<Self, EmbeddedError> {
        let program = binaries.dir.join("postgres");
        let (log, _) = home.open_start_log()?;
        let again = log.try_clone().map_err(EmbeddedError::io("open", &home.start_log()))?;
        let mut command = account.command(&program, home.dir());
        // On the command line, where `alter system` cannot override them.
        command.arg("-D").arg(home.data()).arg("-p").arg(port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.stdout(Stdio::from(log)).stderr(Stdio::from(again)).process_group(0);
        let mut child = command.spawn().map_err(EmbeddedError::io("run", &program))?;
        let pid = i32::try_from(child.id()).expect("process numbers are positive i32");
        let (tell, ended) = watch::channel(false);
        // A thread and not a task: it must collect the child whatever becomes of the runtime.
        let collect = move || {
            let status = child.wait();
            tracing::debug!(pid, ?status, "postmaster ended");
            // Nobody may be listening any more; that is fine.
            let _ = tell.send(true);
        };
        std::thread::Builder::new()
            .name("postmaster-wait".to_owned())
            .spawn(collect)
            .map_err(EmbeddedError::io("watch", &program))?;
        Ok(Self { pid, ended: Some(ended) })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&self, data: &Path) -> bool {
        match &self.ended {
            Some(ended) => *ended.borrow(),
            None => matches!(life(self.pid, data), Life::Gone | Life::NotOurs),
        }
    }

    /// Waits for its end, but no longer than `patience`; says whether it has ended.
    pub(super) async fn wait(&self, data: &Path, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while !self.has_ended(data) {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(GLANCE).await;
        }
        true
    }

    /// Stops it: open transactions are rolled back and everything is written; when that takes too
    /// long, at once, leaving recovery to the next start.
    pub(super) async fn stop(&self, data: &Path) -> Result<(), EmbeddedError> {
        for (signal, patience) in [(Signal::SIGINT, 30), (Signal::SIGQUIT, 10)] {
            if self.has_ended(data) {
                return Ok(());
            }
            // It may end between the two; the wait tells.
            let _ = kill(Pid::from_raw(self.pid), signal);
            if self.wait(data, Duration::from_secs(patience)).await {
                return Ok(());
            }
            tracing::warn!(pid = self.pid, %signal, "postmaster is still running");
        }
        Err(EmbeddedError::StopFailed { pid: self.pid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read_at_every_stage_of_a_start() {
        let early = PidFile::parse("4242\n/d/data\n1700000000\n").unwrap();
        assert_eq!((early.pid, early.port, early.stopping), (4242, None, false));
        let text = "4242\n/d/data\n1700000000\n25432\n\n127.0.0.1\n 1 2\nstopping\n";
        let late = PidFile::parse(text).unwrap();
        assert_eq!((late.port, late.stopping), (Some(25432), true));
        assert_eq!(PidFile::parse("-4242\n"), None);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn another_process_with_the_number_is_not_ours() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert_ne!(life(own, Path::new("/nowhere")), Life::Ours);
        assert_eq!(life(i32::MAX - 1, Path::new("/nowhere")), Life::Gone);
    }
}

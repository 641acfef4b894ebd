//! Runs the binary to its end and keeps what it said.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far longer than anything here takes: only a program that hangs meets it.
const PATIENCE: Duration = Duration::from_secs(180);

/// The binary, without the variables of whoever runs the tests.
pub(crate) fn tenantry(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy().starts_with("TENANTRY_");
        if ours && name != "TENANTRY_PG_BIN" {
            command.env_remove(name);
        }
    }
    if let Some(programs) = std::env::var_os("TENANTRY_TEST_PG_BIN").filter(|dir| !dir.is_empty()) {
        command.env("TENANTRY_PG_BIN", programs);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a program left when it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    let (stdout, stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let mut command = tenantry(arguments);
    command.stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
    let status = wait(&mut command.spawn().unwrap());
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Everything that is in a file.
pub(crate) fn text(mut file: File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Waits for the end of a program; one that hangs is killed and fails the test.
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the program did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Ended {
    /// Fails the test unless the program ended with that status.
    pub(crate) fn is(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// Fails the test unless stderr says so.
    pub(crate) fn says(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "{what:?} is not said: {self:#?}");
        self
    }

    /// The one document that stdout is.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|why| panic!("{why}: {self:#?}"))
    }
}

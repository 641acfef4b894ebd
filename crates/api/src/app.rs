//! What every handler can reach.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tenantry_ops::Fleet;
use tenantry_ops::runner::Registry;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::console::Console;
use crate::sign_ins::FailedSignIns;

/// The parts that the server is made of.
#[derive(Clone)]
pub struct AppConfig {
    /// The databases.
    pub fleet: Fleet,
    /// The kinds of operations, for their steps and plans.
    pub registry: Registry,
    /// Renders what was measured.
    pub metrics: PrometheusHandle,
    /// Fires when the server is to stop; streams end then.
    pub stopping: CancellationToken,
    /// The console's files.
    pub console: Console,
}

/// Shared by all handlers.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: AppConfig,
    newest_event: watch::Receiver<i64>,
    failed_sign_ins: FailedSignIns,
    version: String,
}

impl App {
    /// Puts it together; `newest_event` follows the highest number of an event.
    pub(crate) fn new(config: AppConfig, newest_event: watch::Receiver<i64>) -> Self {
        let release = env!("CARGO_PKG_VERSION");
        let version = match config.console.build() {
            Some(build) => format!("{release}+{build}"),
            None => release.to_owned(),
        };
        let failed_sign_ins = FailedSignIns::default();
        Self(Arc::new(Inner { config, newest_event, failed_sign_ins, version }))
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.0.config.fleet
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.config.registry
    }

    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.0.config.metrics
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.0.config.stopping
    }

    pub(crate) fn console(&self) -> &Console {
        &self.0.config.console
    }

    /// The release, and which console is in it.
    pub(crate) fn version(&self) -> &str {
        &self.0.version
    }

    pub(crate) fn failed_sign_ins(&self) -> &FailedSignIns {
        &self.0.failed_sign_ins
    }

    pub(crate) fn newest_event(&self) -> watch::Receiver<i64> {
        self.0.newest_event.clone()
    }
}

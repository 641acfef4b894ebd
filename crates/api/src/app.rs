//! What every handler can reach.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tenantry_ops::Fleet;
use tenantry_ops::runner::Registry;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

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
}

/// Shared by all handlers.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: AppConfig,
    newest_event: watch::Receiver<i64>,
}

impl App {
    /// Puts it together; `newest_event` follows the highest number of an event.
    pub(crate) fn new(config: AppConfig, newest_event: watch::Receiver<i64>) -> Self {
        Self(Arc::new(Inner { config, newest_event }))
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

    pub(crate) fn newest_event(&self) -> watch::Receiver<i64> {
        self.0.newest_event.clone()
    }
}

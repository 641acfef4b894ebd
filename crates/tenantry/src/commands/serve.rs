//! `tenantry serve`

use crate::output::out;
use std::io::IsTerminal;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

use crate::config::Settings;
use crate::failure::{Exit, Failure, Outcome};
use crate::server;

/// Flags win over TENANTRY_* variables, and those over tenantry.toml.
#[derive(clap::Args)]
#[command(after_help = "\
Every setting is also a variable (shown above) and a key of the file, as `recoverable_hours = 24`.

Only in the file (docs/configuration.md):
  [plans.NAME]      what institutions of a plan may use
  [schedules.NAME]  kind, cron, time_zone, missed, jitter, not_after, at_once, per_minute, enabled
  [retention]       daily, weekly, monthly, yearly, keep_within, grace, time_zone

Examples:
  tenantry serve --embedded ./data
  tenantry serve --database-url 'postgres://postgres@localhost/' --listen 0.0.0.0:7400")]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// The settings file [default: tenantry.toml, if it is there]
    #[arg(long, env = "TENANTRY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Outcome {
    let settings = arguments.settings.complete(arguments.config.as_deref())?;
    start_logging(settings.log_format.as_deref(), "info")?;
    let server = server::start(&settings).await?;
    out!("Tenantry listens on {}", server.url());
    server.run_to_the_end().await
}

/// Sends the log to stderr; `TENANTRY_LOG` takes a filter as `info,tenantry_ops=debug`.
pub(crate) fn start_logging(format: Option<&str>, level: &str) -> Outcome {
    let filter = EnvFilter::try_from_env("TENANTRY_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        None | Some("text") => log.init(),
        Some("json") => log.json().init(),
        Some(other) => {
            let message = format!("`{other}` is not a log format; there are text and json");
            return Err(Failure::new(Exit::Refused, message));
        }
    }
    Ok(())
}

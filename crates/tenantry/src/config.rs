//! The server's settings: `tenantry.toml`, then `TENANTRY_*`, then flags. Unknown keys are refused.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use tenantry_domain::plan::{Plan, Plans, parse_size, parse_time};
use tenantry_domain::pool::PoolSettings;
use tenantry_domain::schedule::Schedules;
use tenantry_ops::{FleetConfig, QuotaConfig, UsageConfig, WatchdogConfig};
use url::Url;

use crate::backup_settings::{self, BackupSettings};
use crate::failure::{Exit, Failure};
use crate::profile::refuse_readable_by_others;
use crate::schedules::{RetentionSettings, ScheduleSettings, read_schedules};

/// Every setting; each is a flag, a `TENANTRY_…` variable and a key of the file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Address and port to listen on [default: 127.0.0.1:7400]
    #[arg(long, env = "TENANTRY_LISTEN", value_name = "A")]
    pub(crate) listen: Option<String>,
    /// Keep a PostgreSQL server of its own in this directory
    #[arg(long, env = "TENANTRY_EMBEDDED", value_name = "D", conflicts_with = "database_url")]
    pub(crate) embedded: Option<PathBuf>,
    /// The PostgreSQL server to use instead (15 to 18), as postgres://role:password@host/
    #[arg(long, env = "TENANTRY_DATABASE_URL", value_name = "U", hide_env_values = true)]
    pub(crate) database_url: Option<Url>,
    /// The name of the control database [default: tenantry_control]
    #[arg(long, env = "TENANTRY_CONTROL_DATABASE", value_name = "NAME")]
    pub(crate) control_database: Option<String>,
    /// The name of the managed database [default: tenantry_managed]
    #[arg(long, env = "TENANTRY_MANAGED_DATABASE", value_name = "NAME")]
    pub(crate) managed_database: Option<String>,
    /// For how many hours a dropped schema can be recovered [default: 168]
    #[arg(long, env = "TENANTRY_RECOVERABLE_HOURS", value_name = "N")]
    pub(crate) recoverable_hours: Option<u32>,
    /// Purge a schema by itself when that time is over [default: false]
    #[arg(long, env = "TENANTRY_AUTO_PURGE", value_name = "BOOL")]
    pub(crate) auto_purge: Option<bool>,
    /// With fewer spare schemas of a template than this, more are made; 0: never [default: 2]
    #[arg(long, env = "TENANTRY_POOL_FLOOR", value_name = "N")]
    pub(crate) pool_floor: Option<i32>,
    /// So many spare schemas of a template are made; those above it are dropped [default: 8]
    #[arg(long, env = "TENANTRY_POOL_CEILING", value_name = "N")]
    pub(crate) pool_ceiling: Option<i32>,
    /// At most so many spare schemas of a template are made in a second [default: 4]
    #[arg(long, env = "TENANTRY_POOL_RATE", value_name = "R")]
    pub(crate) pool_rate: Option<f64>,
    /// How many operations run at a time [default: 8]
    #[arg(long, env = "TENANTRY_PLACES", value_name = "N")]
    pub(crate) places: Option<NonZeroU16>,
    /// Where applications reach the managed database, as postgres://host:port/database, for the
    /// connection strings that are issued [default: where the server reaches it]
    #[arg(long, env = "TENANTRY_APPLICATIONS_URL", value_name = "U")]
    pub(crate) applications_url: Option<Url>,
    /// Where the managed database's files lie, when that is on this machine: a restore looks whether there is
    /// room [default: the embedded server's]
    #[arg(long, env = "TENANTRY_DATABASE_FILES", value_name = "D", conflicts_with = "embedded")]
    pub(crate) database_files: Option<PathBuf>,
    /// How many sessions the role of a new institution may have at a time [default: 20]
    #[arg(long, env = "TENANTRY_CONNECTION_LIMIT", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) connection_limit: Option<u16>,
    /// How often every schema is looked at for what it uses, in seconds [default: 60]
    #[arg(long, env = "TENANTRY_USAGE_SECONDS", value_name = "N")]
    pub(crate) usage_seconds: Option<NonZeroU32>,
    /// How old a size may become before it is measured again, in minutes [default: 15]
    #[arg(long, env = "TENANTRY_USAGE_PASS_MINUTES", value_name = "N")]
    pub(crate) usage_pass_minutes: Option<NonZeroU32>,
    /// For how many days use by the hour is kept [default: 14]
    #[arg(long, env = "TENANTRY_USAGE_HOURLY_DAYS", value_name = "N")]
    pub(crate) usage_hourly_days: Option<NonZeroU16>,
    /// For how many days use by the day is kept [default: 400]
    #[arg(long, env = "TENANTRY_USAGE_DAILY_DAYS", value_name = "N")]
    pub(crate) usage_daily_days: Option<NonZeroU16>,
    /// The plan of an institution that is made without one being named [default: none]
    #[arg(long, env = "TENANTRY_DEFAULT_PLAN", value_name = "PLAN")]
    pub(crate) default_plan: Option<String>,
    /// How long a statement of an application may run whose plan says nothing of it, as 30s or 5min,
    /// or off [default: off]
    #[arg(long, env = "TENANTRY_STATEMENT_LIMIT", value_name = "TIME")]
    pub(crate) statement_limit: Option<String>,
    /// How long a transaction of an application may be idle whose plan says nothing of it, or off
    /// [default: 1h]
    #[arg(long, env = "TENANTRY_IDLE_IN_TRANSACTION_LIMIT", value_name = "TIME")]
    pub(crate) idle_in_transaction_limit: Option<String>,
    /// `[backup]`
    #[command(flatten)]
    #[serde(default)]
    pub(crate) backup: BackupSettings,
    /// `[plans.NAME]`; only in the file
    #[arg(skip)]
    #[serde(default)]
    pub(crate) plans: BTreeMap<String, PlanSettings>,
    /// `[retention]`; only in the file
    #[arg(skip)]
    #[serde(default)]
    pub(crate) retention: RetentionSettings,
    /// `[schedules.NAME]`; only in the file
    #[arg(skip)]
    #[serde(default)]
    pub(crate) schedules: BTreeMap<String, ScheduleSettings>,
    /// Log lines as text or json [default: text]
    #[arg(long, env = "TENANTRY_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
}

/// What a plan of the settings file says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanSettings {
    quota: Option<Size>,
    connection_limit: Option<i32>,
    statement_timeout: Option<String>,
    idle_in_transaction_timeout: Option<String>,
}

/// Bytes, as a number or with a unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Size {
    Bytes(u64),
    Text(String),
}

/// Variables of ours that are not settings of the server.
const OTHER_VARIABLES: &[&str] = &[
    "TENANTRY_URL",
    "TENANTRY_MANAGED_DATABASE_URL",
    "TENANTRY_TOKEN",
    "TENANTRY_PROFILE",
    "TENANTRY_CONFIG",
    "TENANTRY_LOG",
    "TENANTRY_PG_BIN",
];

const VARIABLES: &[&str] = &[
    "TENANTRY_LISTEN",
    "TENANTRY_EMBEDDED",
    "TENANTRY_DATABASE_URL",
    "TENANTRY_CONTROL_DATABASE",
    "TENANTRY_MANAGED_DATABASE",
    "TENANTRY_RECOVERABLE_HOURS",
    "TENANTRY_AUTO_PURGE",
    "TENANTRY_POOL_FLOOR",
    "TENANTRY_POOL_CEILING",
    "TENANTRY_POOL_RATE",
    "TENANTRY_PLACES",
    "TENANTRY_APPLICATIONS_URL",
    "TENANTRY_DATABASE_FILES",
    "TENANTRY_CONNECTION_LIMIT",
    "TENANTRY_USAGE_SECONDS",
    "TENANTRY_USAGE_PASS_MINUTES",
    "TENANTRY_USAGE_HOURLY_DAYS",
    "TENANTRY_USAGE_DAILY_DAYS",
    "TENANTRY_DEFAULT_PLAN",
    "TENANTRY_STATEMENT_LIMIT",
    "TENANTRY_IDLE_IN_TRANSACTION_LIMIT",
    "TENANTRY_LOG_FORMAT",
];

impl Settings {
    /// Fills what flags and environment left open from the file, if there is one.
    pub(crate) fn complete(self, file: Option<&Path>) -> Result<Self, Failure> {
        refuse_unknown_variables(
            std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()),
        )?;
        let file = match file {
            Some(path) => read(path)?,
            None if Path::new("tenantry.toml").exists() => read(Path::new("tenantry.toml"))?,
            None => Self::default(),
        };
        let applications_url = self.applications_url.or(file.applications_url);
        applications_url.as_ref().map_or(Ok(()), check_applications_url)?;
        // a flag for one kind of server outranks the file's other kind
        let chosen = self.embedded.is_some() || self.database_url.is_some();
        Ok(Self {
            listen: self.listen.or(file.listen),
            embedded: self.embedded.or(file.embedded.filter(|_| !chosen)),
            database_url: self.database_url.or(file.database_url.filter(|_| !chosen)),
            control_database: self.control_database.or(file.control_database),
            managed_database: self.managed_database.or(file.managed_database),
            recoverable_hours: self.recoverable_hours.or(file.recoverable_hours),
            auto_purge: self.auto_purge.or(file.auto_purge),
            pool_floor: self.pool_floor.or(file.pool_floor),
            pool_ceiling: self.pool_ceiling.or(file.pool_ceiling),
            pool_rate: self.pool_rate.or(file.pool_rate),
            places: self.places.or(file.places),
            applications_url,
            database_files: self.database_files.or(file.database_files),
            connection_limit: self.connection_limit.or(file.connection_limit),
            usage_seconds: self.usage_seconds.or(file.usage_seconds),
            usage_pass_minutes: self.usage_pass_minutes.or(file.usage_pass_minutes),
            usage_hourly_days: self.usage_hourly_days.or(file.usage_hourly_days),
            usage_daily_days: self.usage_daily_days.or(file.usage_daily_days),
            default_plan: self.default_plan.or(file.default_plan),
            statement_limit: self.statement_limit.or(file.statement_limit),
            idle_in_transaction_limit: self
                .idle_in_transaction_limit
                .or(file.idle_in_transaction_limit),
            backup: self.backup.or(file.backup),
            plans: file.plans,
            retention: file.retention,
            schedules: file.schedules,
            log_format: self.log_format.or(file.log_format),
        })
    }

    /// Where to listen.
    pub(crate) fn listen(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:7400")
    }

    /// The fleet's settings.
    pub(crate) fn fleet(&self) -> Result<FleetConfig, Failure> {
        let hours = self.recoverable_hours.unwrap_or(7 * 24);
        let default = PoolSettings::default();
        let ceiling = self.pool_ceiling.unwrap_or(default.ceiling);
        let pool = PoolSettings {
            // a low ceiling alone is not contradictory
            floor: self.pool_floor.unwrap_or_else(|| default.floor.min(ceiling)),
            ceiling,
            rate: self.pool_rate.unwrap_or(default.rate),
        };
        let pool = pool.check().map_err(|reason| {
            Failure::new(Exit::Refused, format!("pool_floor, pool_ceiling, pool_rate: {reason}"))
        })?;
        Ok(FleetConfig {
            recoverable_for: Duration::from_secs(u64::from(hours) * 60 * 60),
            auto_purge: self.auto_purge.unwrap_or(false),
            pool,
            applications_url: self.applications_url.clone(),
            database_files: match &self.embedded {
                Some(directory) => Some(directory.join("postgres")),
                None => self.database_files.clone(),
            },
            usage: self.usage(),
            quota: self.quota(),
            watchdog: self.watchdog()?,
            verify_within: self.backup.verify_within()?,
            retention: self
                .retention
                .read()
                .map_err(|reason| Failure::new(Exit::Refused, format!("retention: {reason}")))?,
        })
    }

    /// The plans, checked.
    pub(crate) fn plans(&self) -> Result<Plans, Failure> {
        let mut named = BTreeMap::new();
        for (name, plan) in &self.plans {
            let plan = plan
                .read()
                .map_err(|reason| Failure::new(Exit::Refused, format!("plan {name}: {reason}")))?;
            named.insert(name.clone(), plan);
        }
        Plans { named, default: self.default_plan.clone() }
            .check()
            .map_err(|reason| Failure::new(Exit::Refused, reason))
    }

    /// The schedules, checked.
    pub(crate) fn schedules(&self) -> Result<Schedules, Failure> {
        read_schedules(&self.schedules).map_err(|reason| Failure::new(Exit::Refused, reason))
    }

    /// What institutions are held to whose plans say nothing.
    fn watchdog(&self) -> Result<WatchdogConfig, Failure> {
        let default = WatchdogConfig::default();
        let read = |key: &str, given: &Option<String>, default| match given.as_deref() {
            None => Ok(default),
            Some("off") => Ok(None),
            Some(text) => parse_time(text)
                .map(Some)
                .map_err(|reason| Failure::new(Exit::Refused, format!("{key}: {reason}, or off"))),
        };
        Ok(WatchdogConfig {
            statement: read("statement_limit", &self.statement_limit, default.statement)?,
            idle_in_transaction: read(
                "idle_in_transaction_limit",
                &self.idle_in_transaction_limit,
                default.idle_in_transaction,
            )?,
            ..default
        })
    }

    /// Whoever is near a quota is looked at six times as often as all others.
    fn quota(&self) -> QuotaConfig {
        QuotaConfig {
            watch_every: (self.usage().look_every / 6).max(Duration::from_secs(1)),
            ..QuotaConfig::default()
        }
    }

    /// How use is measured and kept.
    fn usage(&self) -> UsageConfig {
        let default = UsageConfig::default();
        let seconds = |given: Option<u32>, unit: u64, default| {
            given.map_or(default, |number| Duration::from_secs(u64::from(number) * unit))
        };
        let days = |given: Option<NonZeroU16>| given.map(|days| u32::from(days.get()));
        UsageConfig {
            look_every: seconds(self.usage_seconds.map(NonZeroU32::get), 1, default.look_every),
            measure_every: seconds(
                self.usage_pass_minutes.map(NonZeroU32::get),
                60,
                default.measure_every,
            ),
            tables_of_a_session: default.tables_of_a_session,
            hours_kept: seconds(days(self.usage_hourly_days), 24 * 60 * 60, default.hours_kept),
            days_kept: seconds(days(self.usage_daily_days), 24 * 60 * 60, default.days_kept),
        }
    }
}

impl PlanSettings {
    fn read(&self) -> Result<Plan, String> {
        let time = |key: &str, text: &Option<String>| {
            let read = |text: &String| parse_time(text).map_err(|why| format!("{key}: {why}"));
            text.as_ref().map(read).transpose()
        };
        Ok(Plan {
            quota_bytes: match &self.quota {
                None => None,
                Some(Size::Bytes(bytes)) => {
                    Some(i64::try_from(*bytes).map_err(|_| "quota: more than 8 EiB".to_owned())?)
                }
                Some(Size::Text(text)) => {
                    Some(parse_size(text).map_err(|why| format!("quota: {why}"))?)
                }
            },
            connection_limit: self.connection_limit,
            statement_timeout: time("statement_timeout", &self.statement_timeout)?,
            idle_in_transaction_timeout: time(
                "idle_in_transaction_timeout",
                &self.idle_in_transaction_timeout,
            )?,
        })
    }
}

fn read(path: &Path) -> Result<Settings, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Refused, format!("cannot read {}: {error}", path.display()))
    })?;
    let settings: Settings = toml::from_str(&text)
        .map_err(|error| Failure::new(Exit::Refused, format!("{}: {error}", path.display())))?;
    let has_secret = settings.database_url.as_ref().is_some_and(|url| url.password().is_some())
        || settings.backup.s3_secret_key.is_some();
    if has_secret {
        refuse_readable_by_others(path)?;
    }
    Ok(settings)
}

fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> Result<(), Failure> {
    for name in names.filter(|name| name.starts_with("TENANTRY_")) {
        let name = name.as_str();
        let ours = VARIABLES.contains(&name)
            || OTHER_VARIABLES.contains(&name)
            || backup_settings::VARIABLES.contains(&name);
        if !ours && !name.starts_with("TENANTRY_TEST_") {
            return Err(Failure::new(Exit::Refused, format!("the variable {name} is not known"))
                .hint("See `tenantry serve --help` for those that are."));
        }
    }
    Ok(())
}

/// Refuses an address for applications that is none, or that brings a secret along.
fn check_applications_url(url: &Url) -> Result<(), Failure> {
    let wrong = if !matches!(url.scheme(), "postgres" | "postgresql") || !url.has_host() {
        "is not postgres://host:port/database"
    } else if url.password().is_some() || !url.username().is_empty() {
        "names a user; each institution has its own"
    } else {
        return Ok(());
    };
    Err(Failure::new(Exit::Refused, format!("applications_url {wrong}")))
}

/// Passwords that everybody tries first.
const DEFAULT_PASSWORDS: &[&str] =
    &["postgres", "password", "tenantry", "admin", "secret", "changeme", "123456", "root"];

/// Refuses what must not go over a network: a connection without TLS, and a password that everybody
/// knows. On the machine itself both are let through.
pub(crate) fn refuse_careless(url: &Url) -> Result<(), Failure> {
    // a URL of this scheme keeps its host as text, also where it is an address
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let local = match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host.is_empty() || host == "localhost" || host.starts_with("%2F"),
    };
    if local {
        return Ok(());
    }
    let mode = url.query_pairs().find(|(key, _)| key == "sslmode" || key == "ssl-mode");
    let mode = mode.map_or_else(|| "prefer".to_owned(), |(_, value)| value.into_owned());
    if !["require", "verify-ca", "verify-full"].contains(&mode.as_str()) {
        let message = format!("the database is on another machine and sslmode is {mode}");
        return Err(Failure::new(Exit::Refused, message)
            .hint("Add ?sslmode=verify-full to the URL (or require, if you must)."));
    }
    if url.password().is_some_and(|password| DEFAULT_PASSWORDS.contains(&password)) {
        return Err(Failure::new(
            Exit::Refused,
            "the database's password is one that everybody tries",
        )
        .hint("Give the role a password of its own."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn refused(result: Result<impl std::fmt::Debug, Failure>) -> String {
        format!("{:?}", result.unwrap_err())
    }

    #[test]
    fn case_58_unknown_keys_and_variables_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tenantry.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlisten_adress = \"x\"\n").unwrap();
        assert!(refused(read(&path)).contains("listen_adress"));
        let names = ["TENANTRY_LISTEN", "PATH", "TENANTRY_LISTN"].map(String::from);
        assert!(refused(refuse_unknown_variables(names.into_iter())).contains("TENANTRY_LISTN"));
    }

    fn plans(text: &str) -> Result<Plans, Failure> {
        toml::from_str::<Settings>(text).unwrap().plans()
    }

    #[test]
    fn plans_are_read_and_what_cannot_be_meant_is_named() {
        let read = plans(
            "default_plan = \"basic\"\n[plans.basic]\nquota = \"5 GB\"\nconnection_limit = 10\n\
             statement_timeout = \"1min\"\n[plans.large]\nquota = 1000\n",
        )
        .unwrap();
        let basic = &read.named["basic"];
        assert_eq!(basic.quota_bytes, Some(5 << 30));
        assert_eq!(basic.statement_timeout, Some(Duration::from_secs(60)));
        assert_eq!(read.named["large"].quota_bytes, Some(1000));
        for (text, named) in [
            ("[plans.basic]\nquota = \"much\"", "plan basic: quota: `much`"),
            ("[plans.basic]\nstatement_timeout = \"5\"", "plan basic: statement_timeout: `5`"),
            ("[plans.basic]\nconnection_limit = 0", "connection_limit is 1 to 10000"),
            ("default_plan = \"pro\"\n[plans.basic]", "the plans are basic"),
        ] {
            assert!(refused(plans(text)).contains(named), "{text}");
        }
        assert!(toml::from_str::<Settings>("[plans.basic]\nqouta = 1").is_err());
        let limit = Settings { statement_limit: Some("soon".into()), ..Settings::default() };
        assert!(refused(limit.fleet()).contains("statement_limit"));
    }

    #[test]
    fn case_58_a_file_with_a_password_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tenantry.toml");
        std::fs::write(&path, "database_url = \"postgres://x:y@localhost/\"\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(refused(read(&path)).contains("others can read it"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(read(&path).is_ok());
    }

    #[test]
    fn case_58_no_tls_and_default_passwords_are_refused_over_a_network() {
        let check = |url: &str| refuse_careless(&url.parse().unwrap());
        assert!(
            refused(check("postgres://a:long@db.example.org/?sslmode=disable")).contains("disable")
        );
        assert!(refused(check("postgres://a:long@db.example.org/")).contains("prefer"));
        assert!(
            refused(check("postgres://a:postgres@10.0.0.1/?sslmode=require")).contains("everybody")
        );
        assert!(check("postgres://a:long@db.example.org/?sslmode=verify-full").is_ok());
        assert!(check("postgres://postgres:postgres@127.0.0.1/").is_ok());
    }
}

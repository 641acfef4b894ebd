//! `tenantry install`

use std::path::{Path, PathBuf};

use crate::config::{Settings, refuse_careless};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::out;
use crate::profile::refuse_readable_by_others;
use crate::server::{gateway, install};

/// Needs, once, a role that may create roles and databases; the server itself then works as
/// `tenantry_control`, without those rights. Does nothing where all is as it should be.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tenantry install --database-url 'postgres://postgres@localhost/' --control-password-file secret")]
pub(crate) struct Arguments {
    /// The PostgreSQL server and an administrator of it
    #[arg(long, env = "TENANTRY_DATABASE_URL", value_name = "U", hide_env_values = true)]
    database_url: url::Url,
    /// The name of the control database
    #[arg(long, default_value = "tenantry_control", value_name = "NAME")]
    control_database: String,
    /// The name of the managed database
    #[arg(long, default_value = "tenantry_managed", value_name = "NAME")]
    managed_database: String,
    /// A file with the password that the role tenantry_control gets; left as it is without
    #[arg(long, value_name = "FILE")]
    control_password_file: Option<PathBuf>,
    /// Make the login tenantry_gateway, for applications with one pool for all institutions
    #[arg(long)]
    gateway: bool,
    /// A file with the password that tenantry_gateway gets; left as it is without
    #[arg(long, value_name = "FILE", requires = "gateway")]
    gateway_password_file: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Outcome {
    refuse_careless(&arguments.database_url)?;
    let password = arguments.control_password_file.as_deref().map(secret).transpose()?;
    let for_gateway = arguments.gateway_password_file.as_deref().map(secret).transpose()?;
    if for_gateway.as_ref().is_some_and(|password| !password.bytes().all(|b| b.is_ascii_graphic()))
    {
        let message =
            "the gateway's password has characters other than ASCII letters, digits and signs";
        return Err(Failure::new(Exit::Refused, message));
    }
    let settings = Settings {
        control_database: Some(arguments.control_database),
        managed_database: Some(arguments.managed_database),
        ..Settings::default()
    };
    install(&settings, &arguments.database_url, password).await?;
    if arguments.gateway {
        let made = gateway(&settings, &arguments.database_url, for_gateway.as_deref()).await?;
        out!("The gateway may become the roles of {} institutions.", made.members);
        if made.is_slow() {
            eprintln!(
                "tenantry: warning: before PostgreSQL 17 a session's first change of role looks through \
                 all {} memberships; see docs/connecting.md",
                made.members
            );
        }
    }
    out!("Ready. The server works as the role tenantry_control, which is no superuser:");
    out!("  tenantry serve --database-url postgres://tenantry_control:…@HOST/");
    Ok(())
}

/// A password that stands in a file of its owner's alone.
fn secret(path: &Path) -> Result<String, Failure> {
    refuse_readable_by_others(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Refused, format!("cannot read {}: {error}", path.display()))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

//! `tenantry token …`

use crate::output::out;
use clap::{Args, Subcommand};
use reqwest::Method;
use tenantry_api::types::{IssuedToken, NewTokenRequest, TokenBody, TokenList};
use tenantry_domain::access::Role;
use uuid::Uuid;

use crate::client::{Client, Connection};
use crate::failure::Outcome;
use crate::output::{json, table, time};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a token; its secret is shown this once
    #[command(after_help = "Example:\n  tenantry token create ci --role operator --valid-days 30")]
    Create(Create),
    /// List tokens
    List,
    /// Revoke a token, at once and for good
    Revoke(Id),
}

#[derive(Args)]
pub(crate) struct Create {
    /// Its name, which lists and the audit log show
    name: String,
    /// viewer, operator or admin
    #[arg(long, default_value = "viewer")]
    role: Role,
    /// For how many days it is valid, at most 365
    #[arg(long, default_value_t = 90)]
    valid_days: u32,
}

#[derive(Args)]
pub(crate) struct Id {
    /// The token's id
    id: Uuid,
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::Create(arguments) => create(&client, arguments).await,
        Command::List => list(&client).await,
        Command::Revoke(Id { id }) => {
            let token: TokenBody =
                client.call(Method::DELETE, &format!("/api/admin/tokens/{id}")).await?;
            if client.json {
                json(&token);
            } else {
                out!("{} ({}…) is revoked", token.name, token.prefix);
            }
            Ok(())
        }
    }
}

async fn create(client: &Client, arguments: Create) -> Outcome {
    let body = NewTokenRequest {
        name: arguments.name,
        role: arguments.role,
        valid_days: Some(arguments.valid_days),
    };
    let issued: IssuedToken =
        client.send_body(Method::POST, "/api/admin/tokens", &body, None).await?;
    if client.json {
        json(&issued);
    } else {
        out!("{}", issued.secret);
        eprintln!(
            "{} may do what {} may, until {}. The secret is not shown again.",
            issued.token.name,
            issued.token.role,
            time(Some(issued.token.expires_at))
        );
    }
    Ok(())
}

async fn list(client: &Client) -> Outcome {
    let list: TokenList = client.get("/api/admin/tokens", &[]).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    let rows = list
        .items
        .iter()
        .map(|token| {
            [
                token.id.to_string(),
                token.name.clone(),
                token.role.to_string(),
                format!("{}…", token.prefix),
                if token.revoked_at.is_some() {
                    "revoked".into()
                } else {
                    time(Some(token.expires_at))
                },
                time(token.last_used_at),
            ]
        })
        .collect();
    table(["ID", "NAME", "ROLE", "TOKEN", "VALID UNTIL", "LAST USED"], rows);
    Ok(())
}

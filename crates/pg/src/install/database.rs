//! The schema `tenantry` of a managed database.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use url::Url;

use super::export;
use super::tables::{TableFile, apply_tables, retry_on_lock, sha256_hex};
use crate::connect::connect_options;
use crate::error::PgError;
use crate::sql::script;

const TABLES: &[TableFile] = &[
    TableFile {
        version: 1,
        name: "0001_base",
        text: include_str!("../../sql/tables/0001_base.sql"),
    },
    TableFile {
        version: 2,
        name: "0002_copies",
        text: include_str!("../../sql/tables/0002_copies.sql"),
    },
];

macro_rules! functions {
    ($($name:literal),* $(,)?) => {
        &[$(include_str!(concat!("../../sql/functions/", $name, ".sql"))),*]
    };
}

/// Functions, applied as a whole whenever one of them changed.
const FUNCTIONS: &[&str] = functions![
    "pass_fence",
    "schema_name_for",
    "role_exists",
    "roles_of",
    "read_only_name",
    "seal_schema",
    "require_owners",
    "refuse_adopted",
    "locked_marker",
    "write_marker",
    "run_script",
    "parameter",
    "run_seed",
    "pin_role",
    "grant_rights",
    "rename_roles",
    "drop_roles",
    "admit_gateway",
    "make_role",
    "furnish_schema",
    "spare_is_whole",
    "make_spare",
    "drop_spare",
    "repinned",
    "repin_functions",
    "claim_spare",
    "make_schema",
    "unmake_schema",
    "suspend_schema",
    "resume_schema",
    "archive_schema",
    "unarchive_schema",
    "begin_purge",
    "drop_objects",
    "purge_batch",
    "publish_template",
    "withdraw_template",
    "create_institution_schema",
    "drop_institution_schema",
    "make_read_only",
    "admit_application",
    "set_password",
    "set_connection_limit",
    "set_role_limits",
    "entrance",
    "enter",
    "open_gateway",
    "left_open",
    "note_usage",
    "measure_usage",
    "note_sizes",
    "note_reported",
    "note_pass",
    "withhold_writes",
    "block_writes",
    "give_writes",
    "unblock_writes",
    "writers_of",
    "try_space",
    "adopt_schema",
    "set_read_only",
    "release_schema",
    "ask_as_reader",
    "read_histories",
    "survey_schemas",
    "locked_copy",
    "usable_copy",
    "open_outside",
    "begin_copy",
    "close_login",
    "end_login",
    "close_to_others",
    "finish_copy",
    "drop_copy_role",
    "drop_copy",
    "shut_out",
    "let_in",
    "untrusted_definers",
    "give_copy",
    "move_rights",
    "settle_schema",
    "swap_schema",
    "relabel_copy",
    "house_role",
    "replace_lost",
    "kind_place",
    "only_of",
    "describe_schema",
    "rows_statement",
    "make_in_order",
    "compare_members",
    "copy_schema",
    "backup_institution_schema",
];

/// What an installation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The table files that were applied now.
    pub tables: Vec<&'static str>,
    /// Whether the functions were written.
    pub functions: bool,
    /// Logins of applications that were there before, which keep by name what every login had until now.
    pub residents: Vec<String>,
}

/// Installs or updates the schema `tenantry`; does nothing when all is as it should be.
///
/// # Errors
/// `Refused` when a newer Tenantry was here or a table file does not match what was applied;
/// `ForeignSchema` when somebody else's schema `tenantry` is there; `Forbidden` when the URL's role
/// lacks the rights.
pub async fn install_managed(admin_url: &Url) -> Result<Installed, PgError> {
    retry_on_lock(async || {
        let mut admin = PgConnection::connect_with(&connect_options(admin_url)?).await?;
        let done = install(&mut admin).await?;
        admin.close().await?;
        Ok(done)
    })
    .await
}

async fn install(admin: &mut PgConnection) -> Result<Installed, PgError> {
    let mut tx = admin.begin().await?;
    tx.execute(include_str!("../../sql/install/wait.sql")).await?;
    tx.execute(include_str!("../../sql/install/database.sql")).await?;
    tx.execute("set local role tenantry_owner; set local search_path = tenantry").await?;
    let tables = apply_tables(&mut tx, TABLES).await?;
    let checksum = functions_checksum();
    let written: Option<String> =
        sqlx::query_scalar("select value from setting where name = 'functions'")
            .fetch_optional(&mut *tx)
            .await?;
    let functions = written.as_deref() != Some(&checksum);
    if functions {
        for text in export::functions() {
            tx.execute(script(text)).await?;
        }
        for text in FUNCTIONS {
            tx.execute(*text).await?;
        }
        tx.execute(include_str!("../../sql/install/grants.sql")).await?;
        sqlx::query(
            "insert into setting values ('functions', $1)
             on conflict (name) do update set value = excluded.value",
        )
        .bind(&checksum)
        .execute(&mut *tx)
        .await?;
    }
    tx.execute("reset role; reset search_path").await?;
    let residents = keep_residents(&mut tx).await?;
    tx.execute(include_str!("../../sql/install/close.sql")).await?;
    tx.commit().await?;
    Ok(Installed { tables, functions, residents })
}

/// Gives the logins of applications that live in this database by name what [`close.sql`] takes from
/// everybody, so that they go on working. Does nothing when the database was closed before.
///
/// [`close.sql`]: ../../sql/install/close.sql
async fn keep_residents(tx: &mut PgConnection) -> Result<Vec<String>, PgError> {
    let open: bool = sqlx::query_scalar(
        "select has_database_privilege('public', current_database(), 'connect')",
    )
    .fetch_one(&mut *tx)
    .await?;
    if !open {
        return Ok(Vec::new());
    }
    let residents: Vec<String> =
        sqlx::query_scalar(include_str!("../../sql/install/residents.sql"))
            .fetch_all(&mut *tx)
            .await?;
    for login in &residents {
        sqlx::query("select set_config('tenantry.resident', $1, true)")
            .bind(login)
            .execute(&mut *tx)
            .await?;
        tx.execute(include_str!("../../sql/install/keep_resident.sql")).await?;
    }
    Ok(residents)
}

fn functions_checksum() -> String {
    let all: String = export::functions().collect();
    sha256_hex(&(all + &FUNCTIONS.concat() + include_str!("../../sql/install/grants.sql")))
}

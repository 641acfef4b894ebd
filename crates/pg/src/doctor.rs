//! What is wrong with a managed database: an audit of rights, owners, functions, settings and files.
//! Each check is a query in `sql/doctor/` that returns what it found; none of them changes anything.

use tenantry_domain::finding::Severity;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::{PgError, Situation};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check that found it, the name of its file.
    pub check: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The object that it is about.
    pub object: String,
    /// The schema's id, where one institution is concerned.
    pub schema_id: Option<Uuid>,
    /// What was found and why it matters.
    pub detail: String,
    /// The statement that mends it, or what to do where no statement does.
    pub remedy: String,
}

/// A question to the catalogs.
struct Check {
    name: &'static str,
    sql: &'static str,
}

macro_rules! checks {
    ($($name:literal),* $(,)?) => {
        &[$(Check { name: $name, sql: include_str!(concat!("../sql/doctor/", $name, ".sql")) }),*]
    };
}

const CHECKS: &[Check] = checks![
    "foreign_grants",
    "excess_grants",
    "default_grants",
    "foreign_owners",
    "role_attributes",
    "memberships",
    "cross_schema_keys",
    "cross_schema_views",
    "cross_schema_functions",
    "definer_functions",
    "adopted_schemas",
    "open_to_everyone",
    "server_version",
    "lock_table",
    "relation_count",
    "crash_recovery",
    "orphan_files",
];

/// What a check selects: severity, object, schema, detail, remedy.
type Row = (String, String, Option<Uuid>, String, String);

impl ManagedDatabase {
    /// The names of all checks, in the order in which they are made.
    pub fn checks() -> impl Iterator<Item = &'static str> {
        CHECKS.iter().map(|check| check.name)
    }

    /// Makes every check, each for a minute at most. One that may not be made, or takes longer, is a
    /// finding itself.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn examine(&self) -> Result<Vec<Finding>, PgError> {
        let mut found = Vec::new();
        for check in CHECKS {
            match self.make_check(check).await {
                Ok(rows) => found.extend(rows),
                Err(error) if matches!(error.situation(), Situation::Transient) => {
                    return Err(error);
                }
                Err(error) => found.push(not_made(check, &error)),
            }
        }
        found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(found)
    }

    async fn make_check(&self, check: &Check) -> Result<Vec<Finding>, PgError> {
        let mut tx = self.pool().begin().await?;
        sqlx::query("select set_config('statement_timeout', '60s', true)")
            .execute(&mut *tx)
            .await?;
        let rows: Vec<Row> = sqlx::query_as(check.sql).fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        Ok(rows
            .into_iter()
            .map(|(severity, object, schema_id, detail, remedy)| Finding {
                check: check.name,
                // the words are our own: an unknown one is a mistake that should not be overlooked
                severity: severity.parse().unwrap_or(Severity::Critical),
                object,
                schema_id,
                detail,
                remedy,
            })
            .collect())
    }
}

fn not_made(check: &Check, error: &PgError) -> Finding {
    let remedy = match error.situation() {
        Situation::Forbidden if check.name == "orphan_files" => {
            "As a superuser: grant execute on function pg_ls_dir(text, boolean, boolean), \
             pg_stat_file(text, boolean) to tenantry_owner;"
        }
        Situation::Forbidden => "Run the doctor as a role that may read it.",
        _ => "Try again when the server has less to do.",
    };
    Finding {
        check: check.name,
        severity: Severity::Info,
        object: check.name.into(),
        schema_id: None,
        detail: format!("This check could not be made: {error}."),
        remedy: remedy.into(),
    }
}

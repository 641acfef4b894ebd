//! Which schemas a list shows, a bulk change is about, an export writes: one condition for all.

use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments as _, PgConnection};
use tenantry_domain::clock;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use uuid::Uuid;

use crate::PgError;
use crate::ids::first_at;

/// Which schemas a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of the name or display name; upper and lower case are alike.
    pub text: Option<String>,
    /// Only these states; empty means all but `purged`.
    pub states: Vec<SchemaState>,
    /// Only the one that the user's own system calls so.
    pub external_id: Option<String>,
    /// Only those that have all these labels, as a JSON object; none for all.
    pub labels: Option<Value>,
    /// Only these plans; empty means all, and those without one.
    pub plans: Vec<String>,
    /// Only these levels of the quota; empty means all.
    pub levels: Vec<QuotaLevel>,
    /// Only those made from this template.
    pub template: Option<String>,
    /// Only those at this version of their template.
    pub template_version: Option<i32>,
    /// Only those whose newest backup is like this.
    pub backup: Option<BackupAge>,
    /// Only those of which an operation failed or is stuck, within a week, and none succeeded since.
    pub failing: bool,
    /// Only these names; none for all.
    pub names: Option<Vec<String>>,
}

/// How old a newest backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupAge {
    /// There is none.
    Missing,
    /// Older than this.
    OlderThan(Duration),
    /// At most as old as this.
    Within(Duration),
}

/// For so long a failure counts that nothing of the same schema followed.
const FAILING_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A filter as SQL takes it. Printed, it is the key of how many pass it.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pattern: Option<String>,
    states: Vec<&'static str>,
    external_id: Option<String>,
    labels: Option<Value>,
    plans: Option<Vec<String>>,
    levels: Option<Vec<&'static str>>,
    template: Option<String>,
    template_version: Option<i32>,
    without_backup: Option<bool>,
    older_than: Option<i64>,
    within: Option<i64>,
    failing: Option<Vec<Uuid>>,
    names: Option<Vec<String>>,
}

impl Filter {
    /// The filter as SQL takes it. Which ones are failing is looked up first: they are few, and every list would else
    /// be planned with a look through the history.
    pub(super) async fn bound(&self, connection: &mut PgConnection) -> Result<Bound, PgError> {
        let failing = if self.failing { Some(failing(&mut *connection).await?) } else { None };
        let pattern = match &self.text {
            Some(text) => Some(lower(&mut *connection, &like_pattern(text)).await?),
            None => None,
        };
        let seconds = |age: Duration| i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let (without_backup, older_than, within) = match self.backup {
            None => (None, None, None),
            Some(BackupAge::Missing) => (Some(true), None, None),
            Some(BackupAge::OlderThan(age)) => (None, Some(seconds(age)), None),
            Some(BackupAge::Within(age)) => (None, None, Some(seconds(age))),
        };
        let levels: Vec<_> = self.levels.iter().map(|level| level.as_str()).collect();
        Ok(Bound {
            pattern,
            states: self.states().iter().map(|state| state.as_str()).collect(),
            external_id: self.external_id.clone(),
            labels: self.labels.clone(),
            plans: (!self.plans.is_empty()).then(|| self.plans.clone()),
            levels: (!levels.is_empty()).then_some(levels),
            template: self.template.clone(),
            template_version: self.template_version,
            without_backup,
            older_than,
            within,
            failing,
            names: self.names.clone(),
        })
    }

    fn states(&self) -> Vec<SchemaState> {
        if self.states.is_empty() {
            SchemaState::ALL.into_iter().filter(|state| *state != SchemaState::Purged).collect()
        } else {
            self.states.clone()
        }
    }
}

impl Bound {
    /// The condition on a row `s` of `tenant_schema`, with some of the parameters $1 to $12. It says only what is asked:
    /// beside ten conditions that pass everything when their parameter is null, PostgreSQL takes the page for one row,
    /// and sorts the whole table for it as soon as it keeps a plan for all values. The states stand in the text, so that
    /// the plan that is kept for a few rare ones is not that of the many.
    pub(super) fn condition(&self) -> Vec<&'static str> {
        let mut pieces = vec!["s.state in ("];
        for (place, state) in self.states.iter().enumerate() {
            pieces.extend([if place == 0 { "'" } else { ", '" }, state, "'"]);
        }
        pieces.push(") ");
        let asked = [
            (self.pattern.is_some(), "and s.search like $1 "),
            (self.external_id.is_some(), "and s.external_id = $2 "),
            (self.labels.is_some(), "and s.labels @> $3 "),
            (self.plans.is_some(), "and s.plan = any($4) "),
            (self.levels.is_some(), "and s.quota_level = any($5) "),
            (self.template.is_some(), "and s.template = $6 "),
            (self.template_version.is_some(), "and s.template_version = $7 "),
            (self.without_backup.is_some(), "and $8 = (s.backup_at is null) "),
            (self.older_than.is_some(), "and s.backup_at < now() - make_interval(secs => $9) "),
            (self.within.is_some(), "and s.backup_at >= now() - make_interval(secs => $10) "),
            (self.failing.is_some(), "and s.id = any($11) "),
            (self.names.is_some(), "and s.name = any($12) "),
        ];
        pieces.extend(asked.into_iter().filter_map(|(is, condition)| is.then_some(condition)));
        pieces
    }

    /// The parameters $1 to $12, those that are not asked for, too; others may follow.
    pub(super) fn arguments(&self) -> Result<PgArguments, PgError> {
        let mut all = PgArguments::default();
        let mut add = || -> Result<(), sqlx::error::BoxDynError> {
            all.add(&self.pattern)?;
            all.add(&self.external_id)?;
            all.add(&self.labels)?;
            all.add(&self.plans)?;
            all.add(&self.levels)?;
            all.add(&self.template)?;
            all.add(self.template_version)?;
            all.add(self.without_backup)?;
            all.add(self.older_than)?;
            all.add(self.within)?;
            all.add(&self.failing)?;
            all.add(&self.names)
        };
        add().map_err(sqlx::Error::Encode)?;
        Ok(all)
    }
}

/// A text in lower case, as the database has it, and before the list is asked: PostgreSQL knows then how many rows have
/// it, and whether to walk along the order until the page is full.
async fn lower(connection: &mut PgConnection, text: &str) -> Result<String, PgError> {
    Ok(sqlx::query_scalar("select lower($1)").bind(text).fetch_one(connection).await?)
}

/// Ids of the schemas of which an operation failed or is stuck, a short time ago, and none succeeded since.
async fn failing(connection: &mut PgConnection) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        "select distinct o.schema_id from operation o
         -- in these words, else `operation_troubled` is not used
         where o.state in ('failed', 'cancelled', 'stuck') and o.state <> 'cancelled' and o.id > $1
           and o.schema_id is not null
           and not exists (
             select from operation later
             where later.schema_name = o.schema_name and later.id > o.id
               and later.state in ('succeeded', 'failed', 'cancelled', 'stuck')
               and later.state = 'succeeded')",
    )
    .bind(first_at(clock::now() - FAILING_FOR))
    .fetch_all(connection)
    .await?)
}

/// A text as LIKE takes it: everywhere in the value, nothing in it special.
fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_search_text_is_special() {
        assert_eq!(like_pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}

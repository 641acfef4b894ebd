//! Lists of institutions' schemas: `/api/admin/schemas`, `…/rows` and `…/facets`, and the filter that they
//! share with exports and bulk changes.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tenantry_domain::plan::is_plan_name;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use tenantry_ops::backups::freshness::STALE_AFTER;
use tenantry_store::schemas::{self, BackupAge, Cursor, Filter, Sort, SortKey, Start};
use utoipa::IntoParams;

use super::schemas::{invalid, page_size, parse_words};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::shape;
use crate::types::{
    BackupFilter, Facets, LevelCount, PlanCount, ProblemBody, SchemaList, SchemaRowList,
    StateCount, TemplateCount,
};

/// Which schemas, in which order, which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// A part of the name or display name.
    q: Option<String>,
    /// States, separated by commas; all but `purged` when it is left out.
    #[param(example = "active,suspended")]
    state: Option<String>,
    /// Plans, separated by commas.
    #[param(example = "basic")]
    plan: Option<String>,
    /// Levels of the quota, separated by commas: `ok`, `warning`, `soft`, `blocked`.
    #[param(example = "soft,blocked")]
    quota: Option<String>,
    /// The template that they are made from.
    template: Option<String>,
    /// The version of the template that they are at.
    #[param(minimum = 1)]
    template_version: Option<i32>,
    /// `none`: without a backup; `stale`: the newest is older than 26 hours; `fresh`: it is not.
    #[param(inline)]
    backup: Option<BackupFilter>,
    /// `true`: of which an operation failed or is stuck, within a week, and none succeeded since.
    #[serde(default)]
    failing: bool,
    /// `name`, `state`, `createdAt`, `updatedAt`, `usage`, `backup` or `activity`; with `-` in front the largest
    /// first.
    #[param(
        example = "-updatedAt",
        pattern = "^-?(name|state|createdAt|updatedAt|usage|backup|activity)$"
    )]
    sort: Option<String>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// Rows to pass over; not together with `cursor`.
    #[param(minimum = 0)]
    offset: Option<i64>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// What your own system calls the institution.
    external_id: Option<String>,
    /// Labels that it has, separated by commas.
    #[param(example = "region=north,plan=basic")]
    label: Option<String>,
}

/// A query that was read.
struct Asked {
    filter: Filter,
    sort: Sort,
    start: Start,
    limit: i64,
}

impl ListQuery {
    fn read(self) -> Result<Asked, Problem> {
        let sort = parse_sort(self.sort.as_deref().unwrap_or("name"))?;
        let limit = page_size(self.limit)?;
        let start = match (self.cursor, self.offset) {
            (Some(_), Some(_)) => {
                return Err(invalid("`cursor` and `offset` exclude each other."));
            }
            (Some(cursor), None) => Start::After(
                Cursor::decode(&cursor, sort)
                    .ok_or_else(|| invalid("`cursor` does not belong to this list and sort."))?,
            ),
            (None, offset) => match offset.unwrap_or(0) {
                offset @ 0.. => Start::Offset(offset),
                _ => return Err(invalid("`offset` is not negative.")),
            },
        };
        let filter = filter(FilterWords {
            q: self.q,
            state: self.state.as_deref(),
            plan: self.plan.as_deref(),
            quota: self.quota.as_deref(),
            template: self.template,
            template_version: self.template_version,
            backup: self.backup,
            failing: self.failing,
            external_id: self.external_id,
            label: self.label.as_deref(),
        })?;
        Ok(Asked { filter, sort, start, limit })
    }
}

/// Lists schemas.
#[utoipa::path(get, path = "/api/admin/schemas", tag = "schemas", operation_id = "list_schemas", params(ListQuery), responses(
    (status = 200, body = SchemaList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<SchemaList>, Problem> {
    let asked = query.read()?;
    let store = &app.fleet().store;
    let page = schemas::list(store, &asked.filter, asked.sort, &asked.start, asked.limit).await?;
    Ok(Json(SchemaList {
        items: shape::schemas(&app, page.items).await?,
        total: page.total,
        next_cursor: page.next.map(|cursor| cursor.encode()),
    }))
}

/// Lists schemas with what a row on a screen shows, and no more: a page of hundreds stays small.
#[utoipa::path(get, path = "/api/admin/schemas/rows", tag = "schemas", operation_id = "list_schema_rows", params(ListQuery), responses(
    (status = 200, body = SchemaRowList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn rows(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<SchemaRowList>, Problem> {
    let asked = query.read()?;
    let store = &app.fleet().store;
    let page =
        schemas::list_rows(store, &asked.filter, asked.sort, &asked.start, asked.limit).await?;
    Ok(Json(SchemaRowList {
        items: page.items.into_iter().map(shape::row).collect(),
        total: page.total,
        next_cursor: page.next.map(|cursor| cursor.encode()),
    }))
}

/// A filter as it stands in a query.
#[derive(Default)]
pub(super) struct FilterWords<'a> {
    pub(super) q: Option<String>,
    pub(super) state: Option<&'a str>,
    pub(super) plan: Option<&'a str>,
    pub(super) quota: Option<&'a str>,
    pub(super) template: Option<String>,
    pub(super) template_version: Option<i32>,
    pub(super) backup: Option<BackupFilter>,
    pub(super) failing: bool,
    pub(super) external_id: Option<String>,
    pub(super) label: Option<&'a str>,
}

/// Which schemas a list shows, an export writes, or a bulk change is about.
pub(super) fn filter(words: FilterWords<'_>) -> Result<Filter, Problem> {
    let texts = [&words.q, &words.external_id, &words.template];
    if texts.into_iter().flatten().any(|text| text.contains('\0'))
        || words.label.is_some_and(|label| label.contains('\0'))
    {
        return Err(invalid("The query contains a NUL character."));
    }
    if words.template_version.is_some_and(|version| version < 1) {
        return Err(invalid("`templateVersion` is 1 or more."));
    }
    let plans = parse_words::<PlanName>(words.plan)?;
    let mut labels = BTreeMap::new();
    for pair in words.label.unwrap_or_default().split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| invalid("`label` is `key=value`."))?;
        labels.insert(key.to_owned(), value.to_owned());
    }
    Ok(Filter {
        text: words.q.filter(|q| !q.is_empty()),
        states: parse_words::<SchemaState>(words.state)?,
        plans: plans.into_iter().map(|PlanName(name)| name).collect(),
        levels: parse_words::<QuotaLevel>(words.quota)?,
        template: words.template.filter(|template| !template.is_empty()),
        template_version: words.template_version,
        backup: words.backup.map(backup_age),
        failing: words.failing,
        external_id: words.external_id.filter(|id| !id.is_empty()),
        labels: (!labels.is_empty()).then(|| serde_json::to_value(labels).unwrap_or_default()),
        names: None,
    })
}

/// How old a backup is by the word for it.
pub(super) fn backup_age(word: BackupFilter) -> BackupAge {
    match word {
        BackupFilter::None => BackupAge::Missing,
        BackupFilter::Stale => BackupAge::OlderThan(STALE_AFTER),
        BackupFilter::Fresh => BackupAge::Within(STALE_AFTER),
    }
}

/// Counts over the whole fleet.
#[utoipa::path(get, path = "/api/admin/schemas/facets", tag = "schemas", operation_id = "count_schemas", responses(
    (status = 200, body = Facets),
))]
pub(crate) async fn facets(State(app): State<App>) -> Result<Json<Facets>, Problem> {
    let facets = schemas::facets(&app.fleet().store, STALE_AFTER).await?;
    Ok(Json(Facets {
        states: facets
            .states
            .into_iter()
            .map(|(state, count)| StateCount { state, count })
            .collect(),
        templates: facets
            .templates
            .into_iter()
            .map(|(template, version, count)| TemplateCount { template, version, count })
            .collect(),
        plans: facets.plans.into_iter().map(|(plan, count)| PlanCount { plan, count }).collect(),
        quota_levels: facets
            .levels
            .into_iter()
            .map(|(level, count)| LevelCount { level, count })
            .collect(),
        without_backup: facets.without_backup,
        stale_backup: facets.stale,
        failing: facets.failing,
        usage_bytes: facets.usage_bytes,
    }))
}

/// A plan's name as a filter has it; one that there is not finds nothing.
struct PlanName(String);

impl FromStr for PlanName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_plan_name(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("`{}` is not a name of a plan", text.escape_debug()))
    }
}

fn parse_sort(text: &str) -> Result<Sort, Problem> {
    let (key, descending) = match text.strip_prefix('-') {
        Some(key) => (key, true),
        None => (text, false),
    };
    let key = match key {
        "name" => SortKey::Name,
        "state" => SortKey::State,
        "createdAt" => SortKey::CreatedAt,
        "updatedAt" => SortKey::UpdatedAt,
        "usage" => SortKey::Usage,
        "backup" => SortKey::Backup,
        "activity" => SortKey::Activity,
        _ => {
            return Err(invalid(
                "`sort` is name, state, createdAt, updatedAt, usage, backup or activity, or one of them \
                 after `-`.",
            ));
        }
    };
    Ok(Sort { key, descending })
}

//! Adopting schemas that somebody else made: a survey that changes nothing, and an operation for each
//! schema that is to be adopted.

mod names;
mod report;
mod request;
mod sources;

use std::collections::HashMap;

use tenantry_domain::access::Role;
use tenantry_domain::adoption::{Standing, most_common};
use tenantry_pg::PgError;
use tenantry_pg::adoption::Survey;
use tenantry_store::adoptions;
use tenantry_store::schemas::TenantSchema;

use crate::fleet::Fleet;
use crate::kinds::AdoptSchema;
use crate::queue::{name_taken, queue};
use crate::request::Refusal;
use crate::request::Requester;

pub use report::{Fate, FoundSchema, MOST_SCHEMAS, Obstacle, Report};
pub use request::{AdoptionRequest, Source};

/// Looks for schemas that can be adopted; changes nothing.
///
/// # Errors
/// `AdoptionRefused` when the request cannot be answered, `Managed`, `Store`.
pub async fn survey(fleet: &Fleet, request: &AdoptionRequest) -> Result<Report, Refusal> {
    let seen = sources::look(&fleet.database, request).await?;
    let is_whole = !seen.obstacles.iter().any(|obstacle| obstacle.fatal);
    let mut report = Report {
        origin: seen.origin,
        tenants_table: seen.tenants_table,
        schemas: names::decide(fleet, request, seen.candidates, is_whole).await?,
        rows_without_schema: seen.rows_without_schema,
        most_common: None,
        obstacles: seen.obstacles,
        to_manage: Vec::new(),
    };
    measure(fleet, &mut report).await.map_err(Refusal::Managed)?;
    read_histories(fleet, &mut report, &seen.histories).await.map_err(Refusal::Managed)?;
    Ok(report)
}

/// Asks for each schema that can be adopted to be adopted; all operations are queued, or none is.
///
/// # Errors
/// As [`survey`], and `AdoptionRefused` when something must be readable first; `SchemaExists` when a
/// name was taken in this moment.
pub async fn adopt(
    fleet: &Fleet,
    who: &Requester,
    request: &AdoptionRequest,
) -> Result<Report, Refusal> {
    let mut report = survey(fleet, request).await?;
    if let Some(obstacle) = report.obstacles.iter().find(|obstacle| obstacle.fatal) {
        return Err(Refusal::AdoptionRefused(format!("{} {}", obstacle.detail, obstacle.remedy)));
    }
    // each operation is its own; asking again finds what is adopted and leaves it
    let who = Requester { idempotency: None, ..who.clone() };
    let mut tx = fleet.store.begin().await?;
    for found in report.schemas.iter_mut().filter(|found| found.fate == Fate::Adopt) {
        let Some(name) = &found.name else { continue };
        let version = found.history.as_ref().and_then(|h| Some((h.version.clone()?, h.applied)));
        let display_name = found.display_name.clone().unwrap_or_else(|| name.clone());
        let kind = AdoptSchema::new(
            name.clone(),
            display_name,
            found.schema.clone(),
            report.origin,
            version,
        );
        let of = Some((kind.schema, name.as_str()));
        let accepted = queue(&mut tx, &who, &kind, of, Role::Admin)
            .await
            .map_err(|refusal| name_taken(refusal, name))?;
        found.operation = Some(accepted.operation);
    }
    tx.commit().await?;
    fleet.wake_workers();
    Ok(report)
}

/// Reads how far an adopted schema is by its tool's history, and notes it.
///
/// # Errors
/// When a database cannot be asked; a history that may not be read leaves what is noted.
pub async fn read_version(fleet: &Fleet, schema: &TenantSchema) -> Result<(), PgError> {
    let (Some(_), Some(name)) = (&schema.adoption, &schema.schema_name) else {
        return Ok(());
    };
    let there = fleet.database.histories_of(name).await?;
    let Some(table) = sources::HISTORIES.iter().find(|table| there.iter().any(|h| h == *table))
    else {
        return Ok(());
    };
    for read in fleet.database.read_histories(&[(name.clone(), *table)]).await? {
        if let Ok(history) = read.history {
            let mut tx = fleet.store.begin().await?;
            let version = history.version.as_deref();
            adoptions::note_version(&mut tx, schema.id, version, history.applied).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn measure(fleet: &Fleet, report: &mut Report) -> Result<(), PgError> {
    let names: Vec<String> = report.schemas.iter().map(|found| found.schema.clone()).collect();
    let surveys: HashMap<String, Survey> = fleet
        .database
        .survey_schemas(&names)
        .await?
        .into_iter()
        .map(|survey| (survey.name.clone(), survey))
        .collect();
    let mut owners = Vec::new();
    for found in &mut report.schemas {
        let Some(survey) = surveys.get(&found.schema) else { continue };
        found.owner = Some(survey.owner.clone());
        found.tables = Some(survey.tables);
        found.bytes = survey.bytes;
        owners.push(survey.owner.clone());
    }
    owners.sort();
    owners.dedup();
    report.to_manage = fleet.database.statements_to_act_for(&owners).await?;
    Ok(())
}

async fn read_histories(
    fleet: &Fleet,
    report: &mut Report,
    tables: &HashMap<String, &'static str>,
) -> Result<(), PgError> {
    let asked: Vec<(String, &'static str)> = report
        .schemas
        .iter()
        .filter_map(|found| Some((found.schema.clone(), *tables.get(&found.schema)?)))
        .collect();
    let mut read = HashMap::new();
    let mut unread = Vec::new();
    for answer in fleet.database.read_histories(&asked).await? {
        match answer.history {
            Ok(history) => {
                read.insert(answer.schema, history);
            }
            Err(words) => unread.push(format!("{}: {words}", answer.schema)),
        }
    }
    if let Some(first) = unread.first() {
        report.obstacles.push(Obstacle {
            detail: format!(
                "The histories of {} schema(s) could not be read; the first: {first}.",
                unread.len()
            ),
            remedy: "Without it their versions stay unknown. As an administrator: grant \
                     pg_read_all_data to tenantry_reader; and when they are adopted: revoke \
                     pg_read_all_data from tenantry_reader;"
                .into(),
            fatal: false,
        });
    }
    let counted = report
        .schemas
        .iter()
        .filter(|found| matches!(found.fate, Fate::Adopt | Fate::NameNeeded | Fate::Managed))
        .filter_map(|found| read.get(&found.schema));
    report.most_common = most_common(counted).map(|(history, count)| (history.clone(), count));
    for found in &mut report.schemas {
        found.history = read.remove(&found.schema);
        let most = report.most_common.as_ref().map(|(history, _)| history);
        found.standing = Standing::of(found.history.as_ref(), most);
    }
    Ok(())
}

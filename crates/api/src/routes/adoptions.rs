//! Schemas that were there before Tenantry: `/api/admin/adoptions`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tenantry_domain::adoption::NamePattern;
use tenantry_domain::problem::Code;
use tenantry_domain::slug::Slug;
use tenantry_ops::adoption::{self, Fate, FoundSchema, Report, Source};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::problem::Problem;
use crate::routes::schemas::invalid;
use crate::types::{
    AdoptionBody, AdoptionFate, AdoptionRequest, AdoptionTool, CommonVersion, FoundSchemaBody,
    ObstacleBody, ProblemBody,
};

/// Tells which schemas can be adopted, or adopts them. Adopted schemas are only read; nothing in them is
/// touched. Asking twice is safe: what is adopted already is left alone.
#[utoipa::path(post, path = "/api/admin/adoptions", tag = "schemas", operation_id = "adopt_schemas",
    request_body = AdoptionRequest, responses(
    (status = 200, body = AdoptionBody, description = "What was found; nothing was changed"),
    (status = 202, body = AdoptionBody, description = "The operations are queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    // a key that makes the request safe to repeat is not needed
    Body { value, .. }: Body<AdoptionRequest>,
) -> Result<Response, Problem> {
    let dry_run = value.dry_run.unwrap_or(true);
    let request = request_of(value)?;
    if dry_run {
        let report = adoption::survey(app.fleet(), &request).await?;
        return Ok((StatusCode::OK, Json(body(report, true))).into_response());
    }
    let report = adoption::adopt(app.fleet(), &caller.requester(None), &request).await?;
    Ok((StatusCode::ACCEPTED, Json(body(report, false))).into_response())
}

fn request_of(value: AdoptionRequest) -> Result<adoption::AdoptionRequest, Problem> {
    let texts = [&value.tenants_table, &value.pattern, &value.query, &value.slug_from]
        .into_iter()
        .chain([&value.display_name_from])
        .flatten()
        .chain(&value.exclude)
        .chain(value.slugs.keys());
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(invalid("A text contains a NUL character."));
    }
    if value.query.as_ref().is_some_and(|query| query.chars().count() > 20_000) {
        return Err(invalid("`query` has at most 20000 characters."));
    }
    let source = match (value.tool, value.pattern, value.query) {
        (Some(tool), None, None) => source_of(tool, value.tenants_table.clone())?,
        (None, Some(pattern), None) => Source::Pattern(
            NamePattern::parse(&pattern).map_err(|reason| invalid(format!("{reason}.")))?,
        ),
        (None, None, Some(query)) if !query.trim().is_empty() => Source::Query(query),
        _ => return Err(invalid("Give exactly one of `tool`, `pattern` and `query`.")),
    };
    if value.tenants_table.is_some()
        && !matches!(source, Source::DjangoTenants(_) | Source::Stancl(_))
    {
        return Err(invalid("`tenantsTable` goes with the tools django-tenants and stancl."));
    }
    let names = value
        .slugs
        .into_iter()
        .map(|(schema, name)| match Slug::parse(&name) {
            Ok(slug) => Ok((schema, slug)),
            Err(error) => Err(Problem::new(
                Code::InvalidName,
                format!("{name:?} for the schema {schema:?} is not usable: {error}."),
            )),
        })
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    Ok(adoption::AdoptionRequest {
        source,
        exclude: value.exclude,
        name_from: value.slug_from,
        display_name_from: value.display_name_from,
        names,
    })
}

fn source_of(tool: AdoptionTool, table: Option<String>) -> Result<Source, Problem> {
    Ok(match tool {
        AdoptionTool::Auto => Source::Auto,
        AdoptionTool::DjangoTenants => Source::DjangoTenants(table),
        AdoptionTool::Apartment => Source::Apartment,
        AdoptionTool::Stancl => Source::Stancl(table),
    })
}

fn body(report: Report, dry_run: bool) -> AdoptionBody {
    AdoptionBody {
        dry_run,
        origin: report.origin,
        tenants_table: report.tenants_table,
        adopted: report.schemas.iter().filter(|found| found.fate == Fate::Adopt).count(),
        schemas: report.schemas.into_iter().map(found_body).collect(),
        rows_without_schema: report.rows_without_schema,
        common_version: report.most_common.map(|(history, schemas)| CommonVersion {
            version: history.version,
            migrations_applied: history.applied,
            schemas,
        }),
        obstacles: report
            .obstacles
            .into_iter()
            .map(|obstacle| ObstacleBody {
                detail: obstacle.detail,
                remedy: obstacle.remedy,
                fatal: obstacle.fatal,
            })
            .collect(),
        statements_to_manage: report.to_manage,
    }
}

fn found_body(found: FoundSchema) -> FoundSchemaBody {
    FoundSchemaBody {
        schema_name: found.schema,
        fate: match found.fate {
            Fate::Adopt => AdoptionFate::Adopt,
            Fate::Managed => AdoptionFate::Managed,
            Fate::Excluded => AdoptionFate::Excluded,
            Fate::NameNeeded => AdoptionFate::NameNeeded,
            Fate::NoRow => AdoptionFate::NoRow,
        },
        reason: found.reason,
        name: found.name,
        display_name: found.display_name,
        owner: found.owner,
        tables: found.tables,
        bytes: found.bytes,
        migrations_applied: found.history.as_ref().map(|history| history.applied),
        tool_version: found.history.and_then(|history| history.version),
        standing: found.standing,
        operation: found.operation,
    }
}

//! Where schemas that can be adopted are found: how each tool lays its tenants out.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use tenantry_domain::adoption::Origin;
use tenantry_pg::adoption::{READER_ROLE, SchemaThere, TableThere};
use tenantry_pg::sql::Ident;
use tenantry_pg::{ManagedDatabase, PgError, Situation};

use super::report::{MOST_SCHEMAS, Obstacle};
use super::request::{AdoptionRequest, Source};
use crate::request::Refusal;

/// The tables in which tools keep their histories; the first that is in a schema is read.
pub(super) const HISTORIES: [&str; 3] = ["django_migrations", "schema_migrations", "migrations"];

/// A schema that may be adopted.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) schema: String,
    /// The institution that it belongs to already.
    pub(super) institution: Option<String>,
    /// What its institution's name is made of; none for the schema's name.
    pub(super) name_text: Option<String>,
    pub(super) display_name: Option<String>,
    /// Whether the list of tenants has a row of it; true where there is no list.
    pub(super) has_row: bool,
}

/// What a look at the database found.
pub(super) struct Seen {
    pub(super) origin: Origin,
    pub(super) tenants_table: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) rows_without_schema: Vec<String>,
    pub(super) obstacles: Vec<Obstacle>,
    /// The table with the history of each schema that has one.
    pub(super) histories: HashMap<String, &'static str>,
}

/// A row that names a schema.
struct Tenant {
    schema: String,
    name_text: Option<String>,
    display_name: Option<String>,
}

/// Finds the schemas that a request is about.
pub(super) async fn look(
    database: &ManagedDatabase,
    request: &AdoptionRequest,
) -> Result<Seen, Refusal> {
    let there = database.schemas_there().await.map_err(Refusal::Managed)?;
    let source = match &request.source {
        Source::Auto => recognise(database, &there).await?,
        source => source.clone(),
    };
    let mut seen = match &source {
        Source::DjangoTenants(table) => {
            let table = tenants_table(database, table.as_deref(), Origin::DjangoTenants).await?;
            by_table(database, request, &there, &table, Origin::DjangoTenants).await?
        }
        Source::Stancl(table) => {
            let table = table.as_deref().unwrap_or("tenants");
            let table = tenants_table(database, Some(table), Origin::Stancl).await?;
            by_table(database, request, &there, &table, Origin::Stancl).await?
        }
        Source::Query(query) => by_query(database, request, &there, query).await?,
        Source::Apartment | Source::Auto => {
            by_name(request, Origin::Apartment, &there, |schema| {
                is_rails(schema).then_some(&schema.name[..])
            })?
        }
        Source::Pattern(pattern) => {
            by_name(request, Origin::Pattern, &there, |schema| pattern.wildcard(&schema.name))?
        }
    };
    if seen.candidates.len() > MOST_SCHEMAS {
        return Err(too_many());
    }
    seen.candidates.sort_by(|one, other| one.schema.cmp(&other.schema));
    seen.histories = histories(&seen, &there);
    Ok(seen)
}

/// Which tool laid the database out, when there is one answer.
async fn recognise(database: &ManagedDatabase, there: &[SchemaThere]) -> Result<Source, Refusal> {
    let tables = database.tables_of("public").await.map_err(Refusal::Managed)?;
    let tenants = there.iter().filter(|schema| schema.name != "public");
    let with = |table: &str| {
        tenants.clone().any(|schema| schema.histories.iter().any(|history| history == table))
    };
    let mut signs = Vec::new();
    if tables.iter().any(lists_schemas) && with("django_migrations") {
        signs.push(Source::DjangoTenants(None));
    }
    if tables.iter().any(lists_stancl) && with("migrations") {
        signs.push(Source::Stancl(None));
    }
    if tenants.clone().any(is_rails) {
        signs.push(Source::Apartment);
    }
    match <[Source; 1]>::try_from(signs) {
        Ok([source]) => Ok(source),
        Err(signs) if signs.is_empty() => Err(Refusal::AdoptionRefused(
            "This database shows the signs of no tool that Tenantry knows (django-tenants, apartment, \
             stancl). Name the schemas by a pattern or a query."
                .into(),
        )),
        Err(_) => Err(Refusal::AdoptionRefused(
            "This database shows the signs of more than one tool. Say which one is meant.".into(),
        )),
    }
}

fn is_rails(schema: &SchemaThere) -> bool {
    let has = |table: &str| schema.histories.iter().any(|history| history == table);
    has("schema_migrations") && has("ar_internal_metadata")
}

fn lists_schemas(table: &TableThere) -> bool {
    table.schema_name_is_unique
}

fn lists_stancl(table: &TableThere) -> bool {
    let has = |name: &str| table.columns.iter().any(|column| column == name);
    table.name == "tenants" && has("id") && has("data")
}

/// The table that lists the tenants: the one that is named, or the only one that looks like it.
async fn tenants_table(
    database: &ManagedDatabase,
    named: Option<&str>,
    origin: Origin,
) -> Result<TableThere, Refusal> {
    let (schema, name) = match named {
        Some(text) => match text.split_once('.') {
            Some((schema, name)) => (schema, Some(name)),
            None => ("public", Some(text)),
        },
        None => ("public", None),
    };
    let tables = database.tables_of(schema).await.map_err(Refusal::Managed)?;
    let refused = |reason: String| Err(Refusal::AdoptionRefused(reason));
    let Some(name) = name else {
        let mut fitting: Vec<TableThere> = tables.into_iter().filter(lists_schemas).collect();
        return match fitting.len() {
            1 => Ok(fitting.remove(0)),
            0 => refused(format!(
                "The schema {schema} has no table with a unique column `schema_name`, which {origin} \
                 needs. Name the table of tenants."
            )),
            _ => {
                let names: Vec<&str> = fitting.iter().map(|table| table.name.as_str()).collect();
                refused(format!(
                    "More than one table has a unique column `schema_name`: {}. Name the table of \
                     tenants.",
                    names.join(", ")
                ))
            }
        };
    };
    let Some(table) = tables.into_iter().find(|table| table.name == name) else {
        return refused(format!("There is no table {schema}.{name}."));
    };
    let needed: &[&str] = if origin == Origin::Stancl { &["id"] } else { &["schema_name"] };
    match needed.iter().find(|column| !table.columns.iter().any(|there| there == *column)) {
        Some(column) => refused(format!("The table {schema}.{name} has no column `{column}`.")),
        None => Ok(table),
    }
}

/// Schemas by a tool's list of tenants.
async fn by_table(
    database: &ManagedDatabase,
    request: &AdoptionRequest,
    there: &[SchemaThere],
    table: &TableThere,
    origin: Origin,
) -> Result<Seen, Refusal> {
    let quoted = |name: &str| {
        Ident::new(name).map_err(|error| Refusal::AdoptionRefused(format!("{error}.")))
    };
    let place = format!("{}.{}", quoted(&table.schema)?, quoted(&table.name)?);
    let history = if origin == Origin::Stancl { "migrations" } else { "django_migrations" };
    let mut seen = Seen::new(origin);
    seen.tenants_table = Some(format!("{}.{}", table.schema, table.name));
    let rows = match database.ask_as_reader(&format!("select * from {place}"), limit()).await {
        Ok(rows) => rows,
        Err(error) if error.situation() == Situation::Forbidden => {
            let schema = quoted(&table.schema)?;
            seen.obstacles.push(Obstacle {
                detail: format!("The list of tenants could not be read: {error}."),
                remedy: format!(
                    "As its owner: grant usage on schema {schema} to {READER_ROLE}; grant select on \
                     {place} to {READER_ROLE};"
                ),
                fatal: true,
            });
            return Ok(seen);
        }
        Err(error) => return Err(of_query(error)),
    };
    let tenants =
        rows.iter().map(|row| tenant_of(row, request, origin)).collect::<Result<Vec<_>, _>>()?;
    seen.match_rows(tenants, there)?;
    let listed: HashSet<String> = seen.candidates.iter().map(|c| c.schema.clone()).collect();
    let unlisted = there.iter().filter(|schema| {
        schema.name != "public"
            && !listed.contains(&schema.name)
            && schema.histories.iter().any(|table| table == history)
    });
    seen.candidates.extend(unlisted.map(|schema| Candidate {
        schema: schema.name.clone(),
        institution: schema.institution.clone(),
        name_text: None,
        display_name: None,
        has_row: false,
    }));
    Ok(seen)
}

/// A row of a list of tenants.
fn tenant_of(row: &Value, request: &AdoptionRequest, origin: Origin) -> Result<Tenant, Refusal> {
    // stancl keeps what has no column of its own in `data`
    let field = |name: &str| {
        text(row.get(name)).or_else(|| text(row.get("data").and_then(|data| data.get(name))))
    };
    let missing = |name: &str| {
        Refusal::AdoptionRefused(format!("The list of tenants has a row without `{name}`."))
    };
    let schema = match origin {
        Origin::Stancl => match field("tenancy_db_name") {
            Some(schema) => schema,
            None => format!("tenant{}", field("id").ok_or_else(|| missing("id"))?),
        },
        _ => field("schema_name").ok_or_else(|| missing("schema_name"))?,
    };
    let name_text = match request.name_from.as_deref() {
        Some("schema") => None,
        Some("wildcard") => return Err(wildcard_needs_pattern()),
        Some(column) => Some(field(column).ok_or_else(|| missing(column))?),
        None if origin == Origin::Stancl => field("id"),
        None => None,
    };
    let display_name = match request.display_name_from.as_deref() {
        Some(column) => Some(field(column).ok_or_else(|| missing(column))?),
        None => field("name"),
    };
    Ok(Tenant { schema, name_text, display_name: usable(display_name) })
}

/// Schemas that a user's query names.
async fn by_query(
    database: &ManagedDatabase,
    request: &AdoptionRequest,
    there: &[SchemaThere],
    query: &str,
) -> Result<Seen, Refusal> {
    let query = query.trim().trim_end_matches(';');
    let rows = database.ask_as_reader(query, limit()).await.map_err(of_query)?;
    let refused = |reason: &str| Refusal::AdoptionRefused(reason.into());
    let tenants = rows
        .iter()
        .map(|row| {
            let schema = text(row.get("schema_name"))
                .ok_or_else(|| refused("The query has a row without a `schema_name`."))?;
            let name_text = match request.name_from.as_deref() {
                Some("schema") => None,
                Some("wildcard") => return Err(wildcard_needs_pattern()),
                Some(column) => Some(text(row.get(column)).ok_or_else(|| {
                    Refusal::AdoptionRefused(format!("The query has a row without a `{column}`."))
                })?),
                None => text(row.get("slug")),
            };
            let display = request.display_name_from.as_deref().unwrap_or("display_name");
            Ok(Tenant { schema, name_text, display_name: usable(text(row.get(display))) })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut seen = Seen::new(Origin::Query);
    seen.match_rows(tenants, there)?;
    Ok(seen)
}

/// Schemas whose names or tables tell. `fits` answers with what a pattern's `*` stands for.
fn by_name<'a>(
    request: &AdoptionRequest,
    origin: Origin,
    there: &'a [SchemaThere],
    fits: impl Fn(&'a SchemaThere) -> Option<&'a str>,
) -> Result<Seen, Refusal> {
    let by_wildcard = match request.name_from.as_deref() {
        None | Some("schema") => false,
        Some("wildcard") if origin == Origin::Pattern => true,
        Some("wildcard") => return Err(wildcard_needs_pattern()),
        Some(column) => {
            return Err(Refusal::AdoptionRefused(format!(
                "Names cannot be made of `{column}`: there is no list of tenants with such a column."
            )));
        }
    };
    let mut seen = Seen::new(origin);
    for schema in there.iter().filter(|schema| schema.name != "public") {
        let Some(wildcard) = fits(schema) else { continue };
        seen.candidates.push(Candidate {
            schema: schema.name.clone(),
            institution: schema.institution.clone(),
            name_text: by_wildcard.then(|| wildcard.to_owned()),
            display_name: None,
            has_row: true,
        });
    }
    Ok(seen)
}

impl Seen {
    fn new(origin: Origin) -> Self {
        Self {
            origin,
            tenants_table: None,
            candidates: Vec::new(),
            rows_without_schema: Vec::new(),
            obstacles: Vec::new(),
            histories: HashMap::new(),
        }
    }

    /// Rows whose schemas are there become candidates; the others are told. `public` is nobody's.
    fn match_rows(&mut self, tenants: Vec<Tenant>, there: &[SchemaThere]) -> Result<(), Refusal> {
        if tenants.len() > MOST_SCHEMAS {
            return Err(too_many());
        }
        let by_name: HashMap<&str, &SchemaThere> =
            there.iter().map(|schema| (schema.name.as_str(), schema)).collect();
        let mut met = HashSet::new();
        for tenant in tenants.into_iter().filter(|tenant| tenant.schema != "public") {
            if !met.insert(tenant.schema.clone()) {
                return Err(Refusal::AdoptionRefused(format!(
                    "The schema {:?} is named twice.",
                    tenant.schema
                )));
            }
            match by_name.get(tenant.schema.as_str()) {
                Some(schema) => self.candidates.push(Candidate {
                    schema: tenant.schema,
                    institution: schema.institution.clone(),
                    name_text: tenant.name_text,
                    display_name: tenant.display_name,
                    has_row: true,
                }),
                None => self.rows_without_schema.push(tenant.schema),
            }
        }
        Ok(())
    }
}

/// The table with the history of each schema.
fn histories(seen: &Seen, there: &[SchemaThere]) -> HashMap<String, &'static str> {
    let wanted: &[&'static str] = match seen.origin {
        Origin::DjangoTenants => &HISTORIES[..1],
        Origin::Apartment => &HISTORIES[1..2],
        Origin::Stancl => &HISTORIES[2..],
        Origin::Pattern | Origin::Query => &HISTORIES,
    };
    let candidates: HashSet<&str> = seen.candidates.iter().map(|c| c.schema.as_str()).collect();
    there
        .iter()
        .filter(|schema| candidates.contains(schema.name.as_str()))
        .filter_map(|schema| {
            let table = wanted.iter().find(|table| schema.histories.iter().any(|h| h == *table))?;
            Some((schema.name.clone(), *table))
        })
        .collect()
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A name for people as the API would take it; any other is left out.
fn usable(name: Option<String>) -> Option<String> {
    name.filter(|name| {
        !name.trim().is_empty()
            && name.chars().count() <= 200
            && !name.chars().any(char::is_control)
    })
}

fn limit() -> i32 {
    i32::try_from(MOST_SCHEMAS).unwrap_or(i32::MAX)
}

fn too_many() -> Refusal {
    Refusal::AdoptionRefused(format!(
        "More than {MOST_SCHEMAS} schemas were found. Adopt them in parts, by patterns or queries."
    ))
}

fn wildcard_needs_pattern() -> Refusal {
    Refusal::AdoptionRefused("Names can be made of `wildcard` only together with a pattern.".into())
}

/// What the server says of a query is for whoever wrote it.
fn of_query(error: PgError) -> Refusal {
    match error.situation() {
        Situation::Transient => Refusal::Managed(error),
        Situation::Forbidden => Refusal::AdoptionRefused(format!(
            "The query was refused: {error}. It runs as {READER_ROLE}, which reads what it was given: \
             grant usage on schema …, grant select on … to {READER_ROLE};"
        )),
        _ => Refusal::AdoptionRefused(format!(
            "The query was refused: {error}. It must be one SELECT that writes nothing and is done \
             within 30 s; tables are named with their schema."
        )),
    }
}

//! `tenantry demo`: everything on one machine, to look at and to play with.

use crate::output::out;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use include_dir::{Dir, include_dir};
use tenantry_domain::operation::OperationState;
use tenantry_domain::slug::Slug;
use tenantry_domain::template::{Layout, SourceFile, TemplateScript};
use tenantry_ops::pool::keep_pools;
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_ops::{Fleet, Refusal};
use tenantry_store::{PgError, operations, pools, templates};
use uuid::Uuid;

use crate::config::Settings;
use crate::console;
use crate::failure::{Exit, Failure, Outcome};
use crate::profile::default_directory;
use crate::server::{self, database_failure};

/// The example application, so that the demo needs nothing but the binary.
static SCHOOL: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../examples/school/prisma/migrations");

/// The schools of the demo; more are numbered.
const SCHOOLS: [(&str, &str); 12] = [
    ("ashgrove", "Ashgrove Primary School"),
    ("riverbank", "Riverbank High School"),
    ("st_marys", "St Mary's College"),
    ("northgate", "Northgate Academy"),
    ("lakeside", "Lakeside Montessori"),
    ("hillcrest", "Hillcrest Secondary School"),
    ("maple_leaf", "Maple Leaf Kindergarten"),
    ("kings_cross", "King's Cross Grammar"),
    ("sunrise", "Sunrise International School"),
    ("westfield", "Westfield Technical College"),
    ("greenhill", "Greenhill Community School"),
    ("harbour_view", "Harbour View School of Music"),
];

#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tenantry demo --dir ./demo --listen 127.0.0.1:7500 --institutions 50")]
pub(crate) struct Arguments {
    /// Where it keeps PostgreSQL's data and the profile
    #[arg(long, value_name = "D", default_value_os_t = default_directory())]
    dir: PathBuf,
    /// Address and port to listen on
    #[arg(long, value_name = "A", default_value = "127.0.0.1:7400")]
    listen: String,
    /// How many schools to create
    #[arg(long, value_name = "N", default_value_t = 12)]
    institutions: usize,
}

pub(crate) async fn run(arguments: Arguments) -> Outcome {
    super::serve::start_logging(None, "warn")?;
    let settings = Settings {
        listen: Some(arguments.listen),
        embedded: Some(arguments.dir.clone()),
        // who plays with a quota does not want to wait for a minute
        usage_seconds: NonZeroU32::new(6),
        ..Settings::default()
    };
    out!("Starting a server with a PostgreSQL of its own in {} …", arguments.dir.display());
    let server = server::start(&settings).await?;
    let fleet = server.fleet.clone();
    tokio::select! {
        built = build_fleet(&fleet, arguments.institutions) => built?,
        // Ctrl-C while the fleet is being built
        _ = tokio::signal::ctrl_c() => return server.stop().await,
    }
    let profile = &server.profile;
    out!();
    out!("Tenantry is ready.");
    out!();
    out!("  URL      {}", server.url());
    out!("  token    {}", profile.token);
    out!("  API      {}/docs", server.url());
    out!("  profile  {}", arguments.dir.join("profile.toml").display());
    out!("  SQL      psql '{}'", profile.managed_database_url);
    out!();
    let browser = match console::built_in().build() {
        Some(_) => "Open the URL in a browser and sign in with the token. ",
        None => "", // there is nothing to sign in to
    };
    out!("{browser}Try, in another terminal:");
    out!("  tenantry schema list{}", profile_flag(&arguments.dir));
    out!("  tenantry schema create elm_park --wait{}", profile_flag(&arguments.dir));
    out!();
    out!("Ctrl-C stops everything; the next `tenantry demo` goes on with the same data.");
    server.run_to_the_end().await
}

/// Commands find the demo's own directory by themselves.
fn profile_flag(directory: &std::path::Path) -> String {
    if directory == default_directory() {
        String::new()
    } else {
        format!(" --profile {}", directory.display())
    }
}

async fn build_fleet(fleet: &Fleet, institutions: usize) -> Outcome {
    make_template(fleet).await?;
    let started = Instant::now();
    let mut pending: Vec<(String, Uuid)> = Vec::new();
    for number in 0..institutions {
        let (name, display_name) = school(number);
        let slug = Slug::parse(&name).map_err(|error| Failure::new(Exit::Failed, error))?;
        let request = CreateRequest {
            display_name: Some(display_name),
            labels: serde_json::json!({ "demo": "yes" }),
            ..CreateRequest::of(slug, "default")
        };
        match submit::create_schema(fleet, &Requester::system(), request).await {
            Ok(accepted) => pending.push((name, accepted.operation)),
            Err(Refusal::SchemaExists(_)) => {} // from an earlier demo
            Err(refusal) => return Err(failure(refusal)),
        }
    }
    let total = pending.len();
    for (done, (name, operation)) in pending.into_iter().enumerate() {
        wait_for(fleet, operation).await?;
        out!("  {:>4} of {total}  {name} is active", done + 1);
    }
    if total > 0 {
        out!("Created {total} schools in {:.1} s.", started.elapsed().as_secs_f64());
    }
    fill_pool(fleet).await
}

/// So that the first school that somebody makes by hand is made of a spare.
async fn fill_pool(fleet: &Fleet) -> Outcome {
    let failed = |error: PgError| database_failure(&error);
    keep_pools(fleet).await.map_err(failed)?;
    let mut tx = fleet.store.begin().await.map_err(failed)?;
    let refill = pools::last_refill(&mut tx, "default").await.map_err(failed)?;
    drop(tx);
    if let Some(refill) = refill.filter(|refill| refill.pending) {
        out!("Making spares, from which the next schools are created …");
        wait_for(fleet, refill.id).await?;
    }
    Ok(())
}

fn school(number: usize) -> (String, String) {
    match SCHOOLS.get(number) {
        Some((name, display_name)) => ((*name).to_owned(), (*display_name).to_owned()),
        None => (format!("school_{:05}", number + 1), format!("School No. {}", number + 1)),
    }
}

async fn make_template(fleet: &Fleet) -> Outcome {
    let there = templates::find(&fleet.store, "default", None)
        .await
        .map_err(|error| database_failure(&error))?;
    if there.is_some() {
        return Ok(());
    }
    out!("Making the template `default` from the school example …");
    let files = SCHOOL
        .find("**/*")
        .map_err(|error| Failure::new(Exit::Failed, error))?
        .filter_map(include_dir::DirEntry::as_file)
        .filter_map(|file| {
            let text = file.contents_utf8()?.to_owned();
            Some(SourceFile { path: file.path().to_str()?.to_owned(), text })
        })
        .collect();
    let script = TemplateScript::read(Some(Layout::Prisma), files).map_err(|refusals| {
        Failure::new(Exit::Failed, format!("the school example was refused: {refusals:?}"))
    })?;
    let accepted = submit::create_template(fleet, &Requester::system(), "default", &script)
        .await
        .map_err(failure)?;
    wait_for(fleet, accepted.operation).await
}

async fn wait_for(fleet: &Fleet, id: Uuid) -> Outcome {
    let mut endings = fleet.endings();
    loop {
        let operation = operations::by_id(&fleet.store, id)
            .await
            .map_err(|error| database_failure(&error))?
            .ok_or_else(|| Failure::new(Exit::Failed, "an operation vanished"))?;
        if operation.state == OperationState::Succeeded {
            return Ok(());
        }
        if operation.state.is_final() {
            let error = operation.error.unwrap_or_default();
            let reason = error["message"].as_str().unwrap_or("no reason was given");
            let message = format!("{} {}: {reason}", operation.kind, operation.state);
            return Err(Failure::new(Exit::Failed, message));
        }
        // either of both says that it is time to look again
        let _ = tokio::time::timeout(Duration::from_millis(500), endings.recv()).await;
    }
}

fn failure(refusal: Refusal) -> Failure {
    Failure::new(Exit::Failed, format!("the demo's fleet cannot be built: {refusal:?}"))
}

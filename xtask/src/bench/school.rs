//! The school example's migrations: 40 tables and what belongs to them, the schema that every
//! benchmark of schemas makes.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Result, bail};
use reqwest::Method;
use serde_json::json;
use tenantry_domain::template::{SourceFile, TemplateScript};
use walkdir::WalkDir;

use super::http::Client;
use super::postgres::Postgres;

const FOLDER: &str = "examples/school/prisma/migrations";

/// The migration folder as the product takes it.
fn files(root: &Path) -> Result<Vec<SourceFile>> {
    let folder = root.join(FOLDER);
    let mut files = Vec::new();
    for entry in WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&folder)?.display().to_string();
            files.push(SourceFile { path, text: fs::read_to_string(entry.path())? });
        }
    }
    Ok(files)
}

/// The script that the template comes to.
pub(crate) fn script(root: &Path) -> Result<String> {
    match TemplateScript::read(None, files(root)?) {
        Ok(script) => Ok(script.sql()),
        Err(refusals) => bail!("{FOLDER} is no template: {}", refusals[0]),
    }
}

/// How many schools one session makes: it remembers every table that it made, and grows by some 0.4 MB with each school.
const A_SESSION: usize = 50;

/// Makes the schools `school_0` and so on whose numbers are given, in two sessions at a time.
pub(crate) async fn make_many(postgres: &Postgres, places: Range<usize>) -> Result<()> {
    let middle = places.start + places.len() / 2;
    let (first, second) = (places.start..middle, middle..places.end);
    tokio::try_join!(make_in_turn(postgres, first), make_in_turn(postgres, second))?;
    Ok(())
}

async fn make_in_turn(postgres: &Postgres, mut places: Range<usize>) -> Result<()> {
    while !places.is_empty() {
        let mut session = postgres.managed_admin().await?;
        for place in places.by_ref().take(A_SESSION) {
            sqlx::query("select tenantry.create_institution_schema($1)")
                .bind(format!("school_{place}"))
                .execute(&mut session)
                .await?;
        }
    }
    Ok(())
}

/// Makes the template `default` of it.
pub(crate) async fn publish(client: &Client, root: &Path) -> Result<()> {
    let files: Vec<_> = files(root)?
        .into_iter()
        .map(|file| json!({ "path": file.path, "text": file.text }))
        .collect();
    let body = json!({ "name": "default", "files": files });
    client.change(Method::POST, "/templates", &body).await.map(drop)
}

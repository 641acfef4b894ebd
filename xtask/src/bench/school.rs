//! The school example's migrations: 40 tables and what belongs to them, the schema that every
//! benchmark of schemas makes.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use reqwest::Method;
use serde_json::json;
use tenantry_domain::template::{SourceFile, TemplateScript};
use walkdir::WalkDir;

use super::http::Client;

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

/// Makes the template `default` of it.
pub(crate) async fn publish(client: &Client, root: &Path) -> Result<()> {
    let files: Vec<_> = files(root)?
        .into_iter()
        .map(|file| json!({ "path": file.path, "text": file.text }))
        .collect();
    let body = json!({ "name": "default", "files": files });
    client.change(Method::POST, "/templates", &body).await.map(drop)
}

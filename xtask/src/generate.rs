//! Writes the files that are made from the code and committed all the same, so that every change
//! of them is seen in review: the OpenAPI document, from which the clients are made in turn.
//!
//! The api crate prints its own document, so that `xtask` needs none of the product to be built.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

const DOCUMENT: &str = "crates/api/openapi.json";

/// Writes every generated file below `root`, and says which of them changed.
pub(crate) fn generate(root: &Path) -> Result<()> {
    let document = printed_by(root, "tenantry-api", "tenantry-openapi")?;
    let file = root.join(DOCUMENT);
    let before = fs::read(&file).unwrap_or_default();
    let changed = before != document;
    if changed {
        fs::write(&file, document).with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("{DOCUMENT}: {}", if changed { "written" } else { "as it was" });
    Ok(())
}

/// What a binary of the workspace prints.
fn printed_by(root: &Path, package: &str, binary: &str) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", package, "--bin", binary])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "{binary} failed: {}", output.status);
    Ok(output.stdout)
}

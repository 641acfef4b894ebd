//! Prints the OpenAPI document as it is committed; `cargo xtask generate` writes it to its place.

use std::process::ExitCode;

fn main() -> ExitCode {
    match tenantry_api::openapi().to_pretty_json() {
        Ok(document) => {
            println!("{document}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the OpenAPI document cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

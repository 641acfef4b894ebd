//! What the server itself costs: memory when idle, its own part of the start, the size of its binary.

use std::time::Duration;

use anyhow::Result;

use super::figure::{Figure, Goal};
use super::product::{Binary, Home, Product};
use super::samples::Samples;

/// After this long, what a start needs is given back.
const SETTLE: Duration = Duration::from_secs(10);

/// Measures.
pub(crate) async fn run(binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let restarts = if quick { 1 } else { 5 };
    let home = Home::make()?;
    let (first, _) = Product::start(binary, &home)?.start_times()?;
    let (mut own, mut postgres, mut resident) = <(Samples, Samples, Samples)>::default();
    for _ in 0..restarts {
        let product = Product::start(binary, &home)?;
        let times = product.start_times()?;
        own.add(times.0);
        postgres.add(times.1);
        tokio::time::sleep(SETTLE).await;
        resident.add(product.resident_megabytes()?);
    }
    let figure = |name: &str, ours, unit, most, note| Figure {
        name: name.into(),
        ours,
        unit,
        peer: None,
        goal: Goal::AtMost(most),
        note,
    };
    Ok(vec![
        figure(
            "server, resident when idle",
            resident.median(),
            "MB",
            80.0,
            "10 s after the start, without PostgreSQL's processes".into(),
        ),
        figure(
            "server, own part of a start",
            own.median(),
            "ms",
            1000.0,
            format!(
                "median of {} restarts; the first start took {first:.0} ms; PostgreSQL's part, with \
                 roles, tables and functions, is {:.0} ms",
                own.len(),
                postgres.median()
            ),
        ),
        figure("server, size of the binary", binary.megabytes()?, "MB", 60.0, String::new()),
    ])
}

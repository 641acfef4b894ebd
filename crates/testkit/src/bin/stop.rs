//! Stops the cluster that the tests of this workspace share and removes it. Called at the end of
//! a test run; harmless at any other time, since the next run makes a new one.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stopped = tenantry_testkit::stop_all().await;
    println!("shared test clusters stopped: {stopped}");
}

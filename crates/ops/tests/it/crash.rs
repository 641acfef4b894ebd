//! The crash matrix: every kind, at every step, fails, runs twice, and dies before the step, after
//! its effect and after its journal, on the way forward and on the way back. Whatever happens, the
//! world ends as after an undisturbed run, or as it was before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use sqlx::Executor as _;
use tenantry_domain::operation::OperationState;
use tenantry_ops::kinds::registry;
use tenantry_ops::runner::{FaultAction, Faults, Phase, Worker};
use tenantry_ops::submit::{self, Requester};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::fleet::{TestFleet, as_control_role, open, quick, with_backups};
use crate::scenario::{SCENARIOS, Scenario};
use crate::world::world;

const PHASES: [Phase; 3] = [Phase::Before, Phase::AfterEffect, Phase::AfterJournal];

/// How many cases run side by side.
const ABREAST: usize = 4;

fn scenario_of(kind: &str) -> &'static Scenario {
    SCENARIOS.iter().find(|scenario| scenario.kind == kind).unwrap_or_else(|| {
        panic!(
            "the kind {kind} is registered, but crates/ops/tests/it/scenario.rs has no line for it"
        )
    })
}

/// Every step of every registered kind: scenario, step, whether it can be undone.
fn steps() -> Vec<(&'static Scenario, &'static str, bool)> {
    let registry = registry();
    // while one kind is worked on: `TENANTRY_TEST_KINDS=swap_schema,drop_copy`
    let chosen = std::env::var("TENANTRY_TEST_KINDS").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split(',').filter(|kind| !kind.is_empty()).collect();
    registry
        .iter()
        .filter(|kind| chosen.is_empty() || chosen.contains(&kind.name))
        .flat_map(|kind| {
            let scenario = scenario_of(kind.name);
            (kind.steps)().into_iter().map(move |(name, undo)| (scenario, name, undo))
        })
        .collect()
}

/// The world after an undisturbed run, which is the same each time: one for all cases.
async fn undisturbed(scenario: &Scenario) -> Vec<String> {
    type Worlds = BTreeMap<&'static str, Arc<OnceCell<Vec<String>>>>;
    static WORLDS: Mutex<Worlds> = Mutex::new(BTreeMap::new());
    let world_of = WORLDS.lock().unwrap().entry(scenario.kind).or_default().clone();
    let after = async || {
        let fleet = scenario.prepare().await;
        let worker = fleet.worker();
        let id = scenario.ask.submit(&fleet).await;
        fleet.succeeded(id).await;
        worker.stop().await;
        world(&fleet).await
    };
    world_of.get_or_init(after).await.clone()
}

/// Fails with the lines that differ, and no others.
fn same(found: &[String], wanted: &[String], what: &str) {
    let more: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
    let less: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
    assert!(
        more.is_empty() && less.is_empty() && found.len() == wanted.len(),
        "{what}: there is too much {more:#?}, there is missing {less:#?}, {} lines and not {}",
        found.len(),
        wanted.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fails_at_every_step_and_leaves_the_world_as_it_was() {
    let cases = steps().into_iter().flat_map(|(scenario, step, _)| {
        [Phase::Before, Phase::AfterEffect].map(|phase| (scenario, step, phase))
    });
    let ran = futures::stream::iter(cases)
        .map(|(scenario, step, phase)| fail_at(scenario, step, phase))
        .buffer_unordered(ABREAST)
        .count()
        .await;
    assert_eq!(ran, steps().len() * 2);
}

async fn fail_at(scenario: &Scenario, step: &str, phase: Phase) {
    let fleet = scenario.prepare().await;
    let before = world(&fleet).await;
    let faults = Faults::none().and(scenario.kind, step, false, phase, FaultAction::Fail);
    let worker = fleet.faulty_worker(faults);
    let id = scenario.ask.submit(&fleet).await;
    let operation = fleet.ended(id).await;
    assert_eq!(operation.state, OperationState::Failed, "{operation:#?}");
    assert_eq!(operation.error.unwrap()["code"], "injected");
    worker.stop().await;

    let begun = begun_for_good(scenario, step, phase);
    if !begun && !scenario.leaves_rows() {
        same(
            &world(&fleet).await,
            &before,
            &format!("{} failing at {step} {phase:?}", scenario.kind),
        );
    }
    // the way on that every failed operation has
    let worker = fleet.worker();
    submit::retry(&fleet.fleet, &Requester::system(), id).await.unwrap();
    fleet.succeeded(id).await;
    worker.stop().await;
    same(&world(&fleet).await, &undisturbed(scenario).await, scenario.kind);
}

/// Whether a failure comes after the point of no return.
fn begun_for_good(scenario: &Scenario, step: &str, phase: Phase) -> bool {
    let registry = registry();
    let steps = (registry.get(scenario.kind).unwrap().steps)();
    let place = |name: &str| steps.iter().position(|(step, _)| *step == name).unwrap();
    match scenario.no_way_back_from {
        None => false,
        Some(first) => place(step) > place(first) || step == first && phase != Phase::Before,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_twice_comes_to_the_same_end() {
    futures::stream::iter(steps())
        .for_each_concurrent(ABREAST, async |(scenario, step, _)| {
            let fleet = scenario.prepare().await;
            let twice = FaultAction::Twice;
            let phase = Phase::AfterEffect;
            let worker =
                fleet.faulty_worker(Faults::none().and(scenario.kind, step, false, phase, twice));
            let id = scenario.ask.submit(&fleet).await;
            fleet.succeeded(id).await;
            worker.stop().await;
            let what = format!("{} {step}", scenario.kind);
            same(&world(&fleet).await, &undisturbed(scenario).await, &what);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_undo_twice_comes_to_the_same_end() {
    let undos = steps().into_iter().filter(|(.., undo)| *undo);
    futures::stream::iter(undos)
        .for_each_concurrent(ABREAST, async |(scenario, step, _)| {
            let fleet = scenario.prepare().await;
            let before = world(&fleet).await;
            let phase = Phase::AfterEffect;
            let faults = Faults::none()
                .and(scenario.kind, step, false, phase, FaultAction::Fail)
                .and(scenario.kind, step, true, phase, FaultAction::Twice);
            let worker = fleet.faulty_worker(faults);
            let id = scenario.ask.submit(&fleet).await;
            assert_eq!(fleet.ended(id).await.state, OperationState::Failed);
            worker.stop().await;
            if scenario.kind == "create_schema" {
                only_the_failed_row_is_left(&fleet).await;
            } else if !scenario.leaves_rows() {
                same(&world(&fleet).await, &before, &format!("{} {step}", scenario.kind));
            }
        })
        .await;
}

/// A creation that failed keeps its row, with the reason, and nothing else.
async fn only_the_failed_row_is_left(fleet: &TestFleet) {
    let lines = world(fleet).await;
    let about: Vec<_> = lines.iter().filter(|line| line.contains("NAME")).collect();
    assert_eq!(about, ["listed NAME failed   template 1"]);
}

/// Case 1: `kill -9` at each of the three points of each step; another worker completes it.
#[tokio::test(flavor = "multi_thread")]
async fn case_01_killed_at_every_point_another_worker_completes_it() {
    let cases = steps()
        .into_iter()
        .flat_map(|(scenario, step, _)| PHASES.map(|phase| (scenario, step, phase)));
    futures::stream::iter(cases)
        .for_each_concurrent(ABREAST, async |(scenario, step, phase)| {
            let fleet = scenario.prepare().await;
            let id = scenario.ask.submit(&fleet).await;
            let faults = format!("{}|{step}|false|{phase:?}|Kill", scenario.kind);
            die_as_worker(&fleet, &faults).await;
            let worker = fleet.worker();
            fleet.succeeded(id).await;
            worker.stop().await;
            let what = format!("{} killed at {step} {phase:?}", scenario.kind);
            same(&world(&fleet).await, &undisturbed(scenario).await, &what);
            exactly_one_audit_row_per_transition(&fleet, id).await;
        })
        .await;
}

/// Case 2: `kill -9` before, in and after the undo of a failed operation; another worker completes
/// the undo, and nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn case_02_killed_during_an_undo_another_worker_completes_the_undo() {
    let cases = steps()
        .into_iter()
        .filter(|(.., undo)| *undo)
        .flat_map(|(scenario, step, _)| PHASES.map(|phase| (scenario, step, phase)));
    futures::stream::iter(cases)
        .for_each_concurrent(ABREAST, async |(scenario, step, phase)| {
            let fleet = scenario.prepare().await;
            let before = world(&fleet).await;
            let id = scenario.ask.submit(&fleet).await;
            let faults = format!(
                "{kind}|{step}|false|AfterEffect|Fail;{kind}|{step}|true|{phase:?}|Kill",
                kind = scenario.kind
            );
            die_as_worker(&fleet, &faults).await;
            let worker = fleet.worker();
            let operation = fleet.ended(id).await;
            assert_eq!(operation.state, OperationState::Failed, "{operation:#?}");
            worker.stop().await;
            if scenario.kind == "create_schema" {
                only_the_failed_row_is_left(&fleet).await;
            } else if !scenario.leaves_rows() {
                same(&world(&fleet).await, &before, &format!("{} {step} {phase:?}", scenario.kind));
            }
        })
        .await;
}

async fn exactly_one_audit_row_per_transition(fleet: &TestFleet, id: Uuid) {
    let mut control = fleet.control.connect().await;
    let outcomes: Vec<String> =
        sqlx::query_scalar("select outcome from audit where operation_id = $1 order by id")
            .bind(id)
            .fetch_all(&mut control)
            .await
            .unwrap();
    assert_eq!(outcomes, ["accepted", "succeeded"], "{:?}", fleet.operation(id).await.kind);
}

const WORKER_VARIABLE: &str = "TENANTRY_TEST_WORKER";

/// Runs a worker in a process of its own, which is to die of its fault.
async fn die_as_worker(fleet: &TestFleet, faults: &str) {
    let status = worker_command(fleet, faults).status().await.unwrap();
    let mut control = fleet.control.connect().await;
    if status.success() {
        let operations: Vec<String> = sqlx::query_scalar(
            "select concat_ws(' ', kind, state, current_step, attempt, crash_count, error) from operation",
        )
        .fetch_all(&mut control)
        .await
        .unwrap();
        panic!("the worker did not reach its fault {faults}: {operations:#?}");
    }
    // its lease is long, as a busy machine needs it, and is not waited for each time
    control
        .execute("update operation set lease_until = clock_timestamp() where state = 'running'")
        .await
        .unwrap();
}

/// This test program once more, as a worker on the fleet's databases.
pub(crate) fn worker_command(fleet: &TestFleet, faults: &str) -> tokio::process::Command {
    let control = as_control_role(fleet.control.url());
    let managed = as_control_role(fleet.managed.url());
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "crash::be_a_worker", "--nocapture"])
        .env(
            WORKER_VARIABLE,
            format!("{control}\n{managed}\n{}\n{faults}", fleet.folder().display()),
        )
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Not a test of its own: what [`worker_command`] runs. Without the variable it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn be_a_worker() {
    let Ok(order) = std::env::var(WORKER_VARIABLE) else {
        return;
    };
    let mut lines = order.lines();
    let control = lines.next().unwrap().parse().unwrap();
    let managed = lines.next().unwrap().parse().unwrap();
    let folder = PathBuf::from(lines.next().unwrap());
    let faults = lines.next().unwrap_or_default().split(';').filter(|fault| !fault.is_empty());
    let faults = faults.fold(Faults::none(), |faults, fault| {
        let parts: Vec<&str> = fault.split('|').collect();
        let phase = PHASES.into_iter().find(|phase| format!("{phase:?}") == parts[3]).unwrap();
        let actions = [FaultAction::Kill, FaultAction::Fail, FaultAction::Twice];
        let action = actions.into_iter().find(|a| format!("{a:?}") == parts[4]).unwrap();
        faults.and(parts[0], parts[1], parts[2] == "true", phase, action)
    });
    let fleet = with_backups(open(&control, &managed), &folder).await;
    let _worker = Worker::start(fleet, registry(), quick(faults));
    // until the fault, or whoever started us, ends it; the bound is for a test that broke
    tokio::time::sleep(std::time::Duration::from_secs(240)).await;
}

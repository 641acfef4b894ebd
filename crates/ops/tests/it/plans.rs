//! What a plan says holds for its institutions, whichever of the two is changed; what an institution has
//! of its own goes before it.

use std::time::Duration;

use tenantry_domain::plan::{Plan, Plans};
use tenantry_domain::quota::QuotaLevel;
use tenantry_ops::credentials::set_connection_limit;
use tenantry_ops::plans::{apply_plans, install};
use tenantry_ops::quotas::judge_all;
use tenantry_ops::reconcile::reconcile;
use tenantry_ops::submit::{self, Refusal, Requester};
use tenantry_ops::usage::sample_usage;
use tenantry_store::findings;
use tenantry_store::schemas::Attributes;
use uuid::Uuid;

use crate::fleet::TestFleet;

pub(crate) fn plans(named: &[(&str, Plan)], default: Option<&str>) -> Plans {
    Plans {
        named: named.iter().map(|(name, plan)| ((*name).to_owned(), plan.clone())).collect(),
        default: default.map(str::to_owned),
    }
}

/// Gives the test's institution a plan of one name that says something new, and asks for it to be applied.
pub(crate) async fn give_plan(fleet: &TestFleet, plan: Plan) -> Uuid {
    install(&fleet.fleet, &plans(&[("basic", plan)], None)).await.unwrap();
    set_plan(fleet, Some("basic")).await.unwrap();
    apply_plans(&fleet.fleet).await.unwrap();
    newest(fleet).await.expect("it is asked for")
}

/// The operation that was asked for last; a worker may be done with it already.
async fn newest(fleet: &TestFleet) -> Option<Uuid> {
    sqlx::query_scalar(
        "select id from operation where kind = 'apply_plan' order by id desc limit 1",
    )
    .fetch_optional(&mut fleet.control.connect().await)
    .await
    .unwrap()
}

async fn set_plan(fleet: &TestFleet, plan: Option<&str>) -> Result<(), Refusal> {
    let change = Attributes { plan: Some(plan), ..Attributes::default() };
    let who = Requester::system();
    submit::set_attributes(&fleet.fleet, &who, &fleet.name, &change).await.map(drop)
}

/// Applies what is to be applied, and says whether there was anything.
async fn settle(fleet: &TestFleet) -> bool {
    let before = newest(fleet).await;
    apply_plans(&fleet.fleet).await.unwrap();
    match newest(fleet).await.filter(|operation| Some(*operation) != before) {
        Some(operation) => {
            fleet.succeeded(operation).await;
            true
        }
        None => false,
    }
}

/// The connection limit and the settings of the institution's role, but for its search path.
async fn role(fleet: &TestFleet) -> (i32, Vec<String>) {
    sqlx::query_as(
        "select rolconnlimit, (select array_agg(s order by s) from unnest(rolconfig) s
                               where s not like 'search_path=%')
         from pg_roles where rolname = $1",
    )
    .bind(fleet.schema().await.role_name)
    .fetch_one(&mut fleet.managed.connect().await)
    .await
    .unwrap()
}

/// What the reconciler finds of an institution's plan or role.
async fn found(fleet: &TestFleet) -> Vec<String> {
    reconcile(&fleet.fleet).await.unwrap();
    let open = findings::open(&fleet.fleet.store).await.unwrap();
    open.into_iter()
        .map(|finding| finding.kind)
        .filter(|kind| kind.starts_with("role_") || kind.starts_with("plan_"))
        .collect()
}

fn basic() -> Plan {
    Plan {
        quota_bytes: Some(1 << 30),
        connection_limit: Some(3),
        statement_timeout: Some(Duration::from_secs(90)),
        idle_in_transaction_timeout: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_follow_the_plan_and_an_own_limit_goes_before_it() {
    let fleet = TestFleet::new().await;
    let large = Plan { connection_limit: Some(50), ..Plan::default() };
    install(&fleet.fleet, &plans(&[("basic", basic()), ("large", large.clone())], Some("basic")))
        .await
        .unwrap();
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    assert_eq!(fleet.schema().await.plan.as_deref(), Some("basic"), "the default");
    assert!(settle(&fleet).await);
    let (limit, settings) = role(&fleet).await;
    assert_eq!(limit, 3);
    assert!(
        settings.contains(&"statement_timeout=90s".to_owned())
            || settings.contains(&"statement_timeout=90000ms".to_owned()),
        "{settings:?}"
    );
    assert!(
        settings.contains(&"idle_in_transaction_session_timeout=1min".to_owned()),
        "{settings:?}"
    );
    assert_eq!(found(&fleet).await, Vec::<String>::new(), "nothing of that was done by hand");
    assert!(!settle(&fleet).await, "once is enough");

    // another plan
    set_plan(&fleet, Some("large")).await.unwrap();
    assert!(settle(&fleet).await);
    let (limit, settings) = role(&fleet).await;
    assert_eq!(limit, 50);
    assert!(settings.contains(&"statement_timeout=5min".to_owned()), "{settings:?}");

    // the plan says something else
    let larger = Plan { connection_limit: Some(60), ..large };
    let changed = plans(&[("basic", basic()), ("large", larger)], Some("basic"));
    install(&fleet.fleet, &changed).await.unwrap();
    assert!(settle(&fleet).await);
    assert_eq!(role(&fleet).await.0, 60);

    // its own limit, and back
    let who = Requester::system();
    set_connection_limit(&fleet.fleet, &who, &fleet.name, Some(7)).await.unwrap();
    settle(&fleet).await;
    assert_eq!(role(&fleet).await.0, 7);
    set_plan(&fleet, Some("basic")).await.unwrap();
    assert!(settle(&fleet).await);
    assert_eq!(role(&fleet).await.0, 7);
    set_connection_limit(&fleet.fleet, &who, &fleet.name, None).await.unwrap();
    assert_eq!(role(&fleet).await.0, 3, "the plan's at once");
    settle(&fleet).await;

    // no plan at all: what roles are made with
    set_plan(&fleet, None).await.unwrap();
    assert!(settle(&fleet).await);
    let (limit, settings) = role(&fleet).await;
    assert_eq!(limit, 20);
    assert!(settings.contains(&"statement_timeout=5min".to_owned()), "{settings:?}");
    assert_eq!(found(&fleet).await, Vec::<String>::new());
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_plan_is_refused_and_one_that_went_away_is_told_of() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    install(&fleet.fleet, &plans(&[("basic", basic()), ("large", Plan::default())], None))
        .await
        .unwrap();
    fleet.succeeded(fleet.create().await).await;
    assert_eq!(fleet.schema().await.plan, None, "there is no default");
    match set_plan(&fleet, Some("huge")).await {
        Err(Refusal::PlanNotFound { name, known }) => {
            assert_eq!((name.as_str(), known.as_str()), ("huge", "basic, large"));
        }
        other => panic!("{other:?}"),
    }
    set_plan(&fleet, Some("basic")).await.unwrap();
    assert!(settle(&fleet).await);

    install(&fleet.fleet, &plans(&[("large", Plan::default())], None)).await.unwrap();
    assert_eq!(found(&fleet).await, ["plan_missing"]);
    assert!(!settle(&fleet).await, "its limits hold");
    assert_eq!(role(&fleet).await.0, 3);
    assert_eq!(fleet.schema().await.allowed_bytes(), Some(1 << 30));
    let again = set_plan(&fleet, Some("basic")).await;
    assert!(matches!(again, Err(Refusal::PlanNotFound { .. })), "{again:?}");
    set_plan(&fleet, Some("large")).await.unwrap();
    assert_eq!(found(&fleet).await, Vec::<String>::new());
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_the_plan_holds_unless_the_institution_has_its_own() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    let small = Plan { quota_bytes: Some(1000), ..Plan::default() };
    let wide = Plan { quota_bytes: Some(1 << 40), ..Plan::default() };
    install(&fleet.fleet, &plans(&[("small", small), ("wide", wide)], Some("small")))
        .await
        .unwrap();
    fleet.succeeded(fleet.create().await).await;
    settle(&fleet).await;
    sample_usage(&fleet.fleet).await.unwrap();
    let judged = async |fleet: &TestFleet| {
        judge_all(&fleet.fleet).await.unwrap();
        if let Some(operation) = fleet.schema().await.active_operation {
            fleet.succeeded(operation).await;
        }
        let schema = fleet.schema().await;
        (schema.quota_level, schema.writes_blocked_at.is_some())
    };
    assert_eq!(judged(&fleet).await, (QuotaLevel::Blocked, true));
    let own = Attributes { quota_bytes: Some(Some(1 << 30)), ..Attributes::default() };
    let who = Requester::system();
    submit::set_attributes(&fleet.fleet, &who, &fleet.name, &own).await.unwrap();
    assert_eq!(judged(&fleet).await, (QuotaLevel::Ok, false));
    let none = Attributes { quota_bytes: Some(None), ..Attributes::default() };
    submit::set_attributes(&fleet.fleet, &who, &fleet.name, &none).await.unwrap();
    assert_eq!(judged(&fleet).await, (QuotaLevel::Blocked, true));
    set_plan(&fleet, Some("wide")).await.unwrap();
    settle(&fleet).await;
    assert_eq!(judged(&fleet).await, (QuotaLevel::Ok, false), "judged anew by the new plan");
    worker.stop().await;
}

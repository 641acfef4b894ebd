//! What the crash matrix must know of a kind: which operations come before it, and how it is asked
//! for. A kind that is registered without a line here fails the matrix.

use tenantry_domain::bulk::BulkAction;
use tenantry_domain::plan::Plan;
use tenantry_domain::schema::SchemaAction;
use tenantry_ops::bulk::{self, BulkRequest};
use tenantry_ops::quotas;
use tenantry_ops::submit::{self, Requester};
use tenantry_store::schemas::Filter;
use uuid::Uuid;

use crate::fleet::{TestFleet, script};
use crate::plans::give_plan;

/// How a kind is brought about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) kind: &'static str,
    /// Operations on the test's institution that come before, each undisturbed.
    pub(crate) before: &'static [Ask],
    pub(crate) ask: Ask,
    /// The first step that cannot be taken back; failing there or later, a retry completes it.
    pub(crate) no_way_back_from: Option<&'static str>,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    Create,
    Change(SchemaAction),
    /// Its plan applied: so many sessions.
    Plan(i32),
    /// To be kept from writing, or to be let write again.
    Block(bool),
    /// One change of all institutions.
    ChangeAll(BulkAction),
    Template,
    /// A schema that was there before.
    Adopt,
    /// The next version of the template `default`.
    Version,
    /// The pool of `default` filled, as housekeeping asks for it, until so many are ready.
    Refill(i32),
    /// Two institutions from a sheet.
    Import,
    /// A backup of the institution, or of all.
    Backup,
    BackupAll,
    /// A drill of its newest backup, or of all.
    Verify,
    VerifyAll,
    /// Its newest backup beside it.
    Restore,
    Snapshot,
    /// Its newest copy in its place, or dropped.
    Swap,
    DropCopy,
    Prune,
    /// What lies in the store, all of which is known.
    ImportBackups,
    DestroyKeys,
    RotateKeys,
}

pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario { kind: "create_schema", before: &[], ask: Ask::Create, no_way_back_from: None },
    Scenario { kind: "create_template", before: &[], ask: Ask::Template, no_way_back_from: None },
    Scenario {
        kind: "suspend_schema",
        before: &[Ask::Create],
        ask: Ask::Change(SchemaAction::Suspend),
        no_way_back_from: None,
    },
    Scenario {
        kind: "resume_schema",
        before: &[Ask::Create, Ask::Change(SchemaAction::Suspend)],
        ask: Ask::Change(SchemaAction::Resume),
        no_way_back_from: None,
    },
    Scenario {
        kind: "change_schemas",
        before: &[Ask::Create],
        ask: Ask::ChangeAll(BulkAction::Suspend),
        no_way_back_from: Some("change institutions"),
    },
    Scenario {
        kind: "drop_schema",
        before: &[Ask::Create],
        ask: Ask::Change(SchemaAction::Drop),
        no_way_back_from: None,
    },
    Scenario {
        kind: "undrop_schema",
        before: &[Ask::Create, Ask::Change(SchemaAction::Drop)],
        ask: Ask::Change(SchemaAction::Undrop),
        no_way_back_from: None,
    },
    Scenario {
        kind: "purge_schema",
        before: &[Ask::Create, Ask::Change(SchemaAction::Drop)],
        ask: Ask::Change(SchemaAction::Purge),
        no_way_back_from: Some("begin purge"),
    },
    Scenario {
        kind: "apply_plan",
        before: &[Ask::Create, Ask::Plan(5)],
        ask: Ask::Plan(3),
        no_way_back_from: Some("set limits"),
    },
    Scenario {
        kind: "block_writes",
        before: &[Ask::Create],
        ask: Ask::Block(true),
        no_way_back_from: None,
    },
    Scenario {
        kind: "unblock_writes",
        before: &[Ask::Create, Ask::Block(true)],
        ask: Ask::Block(false),
        no_way_back_from: None,
    },
    Scenario { kind: "adopt_schema", before: &[], ask: Ask::Adopt, no_way_back_from: None },
    Scenario {
        kind: "manage_schema",
        before: &[Ask::Adopt],
        ask: Ask::Change(SchemaAction::Manage),
        no_way_back_from: None,
    },
    Scenario {
        kind: "release_schema",
        before: &[Ask::Adopt],
        ask: Ask::Change(SchemaAction::Release),
        no_way_back_from: Some("remove marker"),
    },
    Scenario {
        kind: "refill_pool",
        // one too many is dropped, and two of the next version are made
        before: &[Ask::Refill(1), Ask::Version],
        ask: Ask::Refill(2),
        no_way_back_from: Some("retire spares"),
    },
    Scenario {
        kind: "import_schemas",
        before: &[],
        ask: Ask::Import,
        // its creations are operations of their own, and were queued with it
        no_way_back_from: Some("create institutions"),
    },
    Scenario {
        kind: "backup_schema",
        before: &[Ask::Create],
        ask: Ask::Backup,
        no_way_back_from: None,
    },
    Scenario {
        kind: "backup_schemas",
        before: &[Ask::Create],
        ask: Ask::BackupAll,
        no_way_back_from: Some("back up institutions"),
    },
    Scenario {
        kind: "verify_backup",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::Verify,
        no_way_back_from: None,
    },
    Scenario {
        kind: "verify_backups",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::VerifyAll,
        no_way_back_from: Some("verify backups"),
    },
    Scenario {
        kind: "restore_backup",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::Restore,
        no_way_back_from: None,
    },
    Scenario {
        kind: "snapshot_schema",
        before: &[Ask::Create],
        ask: Ask::Snapshot,
        no_way_back_from: None,
    },
    Scenario {
        kind: "swap_schema",
        before: &[Ask::Create, Ask::Snapshot],
        ask: Ask::Swap,
        no_way_back_from: None,
    },
    Scenario {
        kind: "drop_copy",
        before: &[Ask::Create, Ask::Snapshot],
        ask: Ask::DropCopy,
        no_way_back_from: Some("drop objects"),
    },
    Scenario {
        kind: "prune_backups",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::Prune,
        no_way_back_from: Some("mark"),
    },
    Scenario {
        kind: "import_backups",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::ImportBackups,
        no_way_back_from: Some("enter backups"),
    },
    Scenario {
        kind: "destroy_backup_keys",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::DestroyKeys,
        no_way_back_from: Some("destroy keys"),
    },
    Scenario {
        kind: "rotate_backup_keys",
        before: &[Ask::Create, Ask::Backup],
        ask: Ask::RotateKeys,
        no_way_back_from: Some("rotate keys"),
    },
];

impl Ask {
    pub(crate) async fn submit(self, fleet: &TestFleet) -> Uuid {
        match self {
            Self::Create => fleet.create().await,
            Self::Change(action) => fleet.change(action).await,
            Self::Plan(sessions) => {
                let plan = Plan { connection_limit: Some(sessions), ..Plan::default() };
                give_plan(fleet, plan).await
            }
            Self::Block(block) => {
                let (schema, who) = (fleet.schema().await, Requester::system());
                quotas::limit_writes(
                    &fleet.fleet,
                    &who,
                    schema.id,
                    &schema.name,
                    block.then_some(1),
                )
                .await
                .unwrap()
                .operation
            }
            Self::ChangeAll(action) => {
                let request = BulkRequest { action, filter: Filter::default(), confirm: None };
                let who = Requester::system();
                bulk::change(&fleet.fleet, &who, &request).await.unwrap().operation
            }
            Self::Import => fleet.import(2).await,
            Self::Backup
            | Self::BackupAll
            | Self::Verify
            | Self::VerifyAll
            | Self::Restore
            | Self::Snapshot
            | Self::Swap
            | Self::DropCopy
            | Self::Prune
            | Self::ImportBackups
            | Self::DestroyKeys
            | Self::RotateKeys => crate::backups::ask(self, fleet).await,
            Self::Adopt => crate::adopt::adopt_legacy(fleet).await,
            Self::Refill(wanted) => fleet.refill(wanted).await,
            Self::Version => fleet.publish(&crate::fleet::next_script()).await,
            Self::Template => {
                let who = Requester::system();
                submit::create_template(&fleet.fleet, &who, "clinic", &script())
                    .await
                    .unwrap()
                    .operation
            }
        }
    }
}

impl Scenario {
    /// Whether a failure leaves what was asked for in the lists: a creation its row with the reason, an
    /// import the institutions of its other operations, as other parents what their children did.
    pub(crate) fn leaves_rows(&self) -> bool {
        matches!(
            self.kind,
            "change_schemas"
                | "create_schema"
                | "import_schemas"
                | "backup_schemas"
                | "verify_backups"
        )
    }

    /// A fleet in which the kind can be asked for.
    pub(crate) async fn prepare(&self) -> TestFleet {
        let fleet = TestFleet::new().await;
        if matches!(self.ask, Ask::Adopt) || self.before.iter().any(|ask| matches!(ask, Ask::Adopt))
        {
            crate::adopt::make_legacy(&fleet).await;
        }
        let worker = fleet.worker();
        for ask in self.before {
            let id = ask.submit(&fleet).await;
            fleet.succeeded(id).await;
        }
        worker.stop().await;
        fleet
    }
}

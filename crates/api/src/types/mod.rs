//! The bodies that go over the wire, for the server and for the command line's client alike. JSON in
//! camelCase; unknown fields of a request are refused.

mod adoption;
mod backup;
mod bulk;
mod credentials;
mod import;
mod list;
mod operation;
mod plan;
mod problem;
mod schedule;
mod schema;
mod system;
mod template;
mod token;
mod usage;

pub use adoption::{
    AdoptionBody, AdoptionFate, AdoptionRequest, AdoptionTool, CommonVersion, FoundSchemaBody,
    ObstacleBody,
};
pub use backup::{
    BackupBody, BackupFreshness, BackupKeyBody, BackupKeyList, BackupList, BackupPatch, CopyBody,
    CopyList, DrillBody, DrillList, ImportBackupsRequest, KeepRequest, NewBackupRequest,
    PruneDecision, PrunePlan, RestoreRequestBody, Verification, VerifyRequest,
};
pub use bulk::{BulkFilter, BulkOutcome, BulkPreview, BulkRequestBody};
pub use credentials::{
    ApplicationRoleBody, CredentialsBody, CredentialsRequest, CredentialsRole, CredentialsState,
};
pub use import::{ImportOutcome, ImportReport, ImportRow};
pub use list::{
    BackupFilter, BackupOfRow, Facets, LevelCount, OperationOfRow, PlanCount, SchemaList,
    SchemaRow, SchemaRowList, StateCount, TemplateCount,
};
pub use operation::{
    OperationBody, OperationCounts, OperationHistory, OperationList, Progress, StepBody,
};
pub use plan::{PlanBody, PlanList};
pub use problem::{ProblemBody, RefusalBody};
pub use schedule::{
    DeletedSchedule, MissedPolicy, NewScheduleRequest, NextSlot, PauseRequest, ScheduleBody,
    ScheduleList, SchedulePatch, ScheduleSettingsBody, ScheduleSettingsPatch, SlotBody, SlotList,
};
pub use schema::{
    AdoptionOfSchema, BackupOfSchema, ContactPatch, DropRequest, Health, NewSchemaRequest,
    PatchAction, PatchOutcome, Quota, QuotaSource, SchemaBody, SchemaPatch,
};
pub use system::{AuditList, AuditRecord, EventBody, FindingBody, FindingList, Readiness, Whoami};
pub use template::{
    MigrationBody, NewTemplateRequest, PoolBody, PoolPatch, SparesOfVersion, TemplateBody,
    TemplateFile, TemplateLayout, TemplateList,
};
pub use token::{IssuedToken, NewTokenRequest, SignInRequest, TokenBody, TokenList};
pub use usage::{
    FleetUsage, FleetUsageHistory, FleetUsagePoint, GrownSchema, LargestSchema, Usage,
    UsageHistory, UsagePoint,
};

//! What is not done to adopted schemas.

use tenantry_domain::schema::SchemaAction;
use tenantry_store::schemas::TenantSchema;

use crate::request::Refusal;

/// What can be seen at once of an action on an adopted schema; the managed database looks again.
pub(crate) fn check_adopted(schema: &TenantSchema, action: SchemaAction) -> Result<(), Refusal> {
    let name = schema.name.clone();
    let asks_for_adopted = matches!(action, SchemaAction::Manage | SchemaAction::Release);
    match &schema.adoption {
        None if asks_for_adopted => Err(Refusal::NotAdopted(name)),
        Some(adoption) if adoption.read_only && !asks_for_adopted => {
            Err(Refusal::AdoptedReadOnly { name })
        }
        Some(_) if matches!(action, SchemaAction::Suspend | SchemaAction::Resume) => {
            Err(Refusal::NotForAdopted(format!(
                "The application's own login owns the schema of {name} and has every right on it, \
                 so nothing that Tenantry takes away shuts it out. Drop it instead: it is renamed \
                 out of the way, and `undrop` brings it back.",
            )))
        }
        _ => Ok(()),
    }
}

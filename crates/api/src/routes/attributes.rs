//! The attributes of institutions, as requests give them; no route of its own.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tenantry_domain::institution::{self, Contact};
use tenantry_domain::problem::Code;
use tenantry_ops::attributes;
use tenantry_ops::credentials::set_connection_limit;
use tenantry_ops::submit::Requester;
use tenantry_store::schemas::{Attributes, ContactChange};

use crate::app::App;
use crate::headers::etag;
use crate::problem::Problem;
use crate::shape;
use crate::types::{PatchOutcome, SchemaPatch};

/// Whether a patch changes what the lists show, and not only the roles.
pub(super) fn is_listed(patch: &SchemaPatch) -> bool {
    patch.display_name.is_some()
        || patch.labels.is_some()
        || patch.quota_bytes.is_some()
        || patch.contact.is_some()
        || patch.external_id.is_some()
        || patch.plan.is_some()
}

/// Changes attributes, at once.
pub(super) async fn change_attributes(
    app: &App,
    who: &Requester,
    name: &str,
    patch: SchemaPatch,
) -> Result<Response, Problem> {
    check_attributes(patch.display_name.as_deref(), patch.quota_bytes.flatten())?;
    let listed = is_listed(&patch);
    let labels = check_labels(patch.labels)?;
    let contact = patch.contact.unwrap_or_default();
    let known = Contact {
        name: contact.name.clone().flatten(),
        email: contact.email.clone().flatten(),
        phone: contact.phone.clone().flatten(),
    };
    institution::check_contact(&known).map_err(invalid)?;
    let external_id = patch.external_id.as_ref().map(Option::as_deref);
    external_id.flatten().map_or(Ok(()), institution::check_external_id).map_err(invalid)?;
    let change = Attributes {
        display_name: patch.display_name.as_deref(),
        labels: labels.as_ref(),
        quota_bytes: patch.quota_bytes,
        contact: ContactChange {
            name: contact.name.as_ref().map(Option::as_deref),
            email: contact.email.as_ref().map(Option::as_deref),
            phone: contact.phone.as_ref().map(Option::as_deref),
        },
        external_id,
        plan: patch.plan.as_ref().map(Option::as_deref),
    };
    let mut schema = None;
    let mut who = who.clone();
    if let Some(limit) = patch.connection_limit {
        check_connection_limit(limit)?;
        // a request that was done before is based on a version that it changed itself
        if !attributes::was_done(app.fleet(), &who).await? {
            schema = Some(set_connection_limit(app.fleet(), &who, name, limit).await?);
            // and so is the rest of this one
            who.expected = None;
        }
    }
    let schema = match schema.filter(|_| !listed) {
        Some(schema) => schema,
        None => attributes::set_attributes(app.fleet(), &who, name, &change).await?,
    };
    let body = shape::schema(app, schema).await?;
    let etag = etag(&body.version);
    Ok((etag, Json(PatchOutcome::Schema(Box::new(body)))).into_response())
}

/// The two that creations and changes share.
pub(super) fn check_attributes(
    display_name: Option<&str>,
    quota: Option<i64>,
) -> Result<(), Problem> {
    display_name.map_or(Ok(()), institution::check_display_name).map_err(invalid)?;
    if quota.is_some_and(|bytes| bytes < 0) {
        return Err(invalid("`quotaBytes` is not negative."));
    }
    Ok(())
}

fn check_connection_limit(limit: Option<i32>) -> Result<(), Problem> {
    match limit {
        None | Some(1..=10_000) => Ok(()),
        Some(_) => Err(invalid("`connectionLimit` is 1 to 10000, or null for the default.")),
    }
}

/// Labels as they are kept.
pub(super) fn check_labels(
    labels: Option<BTreeMap<String, String>>,
) -> Result<Option<Value>, Problem> {
    let Some(labels) = labels else {
        return Ok(None);
    };
    institution::check_labels(&labels).map_err(invalid)?;
    Ok(Some(serde_json::to_value(labels).unwrap_or_default()))
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}

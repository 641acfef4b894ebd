//! What the institutions of found schemas are called. A name that others would have too, or that cannot be
//! made without a guess, is left to whoever asks.

use std::collections::{BTreeMap, HashMap, HashSet};

use tenantry_domain::adoption::{Standing, propose};
use tenantry_store::schemas;

use super::report::{Fate, FoundSchema};
use super::request::AdoptionRequest;
use super::sources::Candidate;
use crate::fleet::Fleet;
use crate::request::Refusal;

/// Gives each candidate its name and its fate. `is_whole`: these are all that there are.
pub(super) async fn decide(
    fleet: &Fleet,
    request: &AdoptionRequest,
    candidates: Vec<Candidate>,
    is_whole: bool,
) -> Result<Vec<FoundSchema>, Refusal> {
    if is_whole {
        check_decided(request, &candidates)?;
    }
    let mut found: Vec<FoundSchema> =
        candidates.into_iter().map(|candidate| first_look(request, candidate)).collect();
    let proposed: Vec<String> = found
        .iter()
        .filter(|found| found.fate == Fate::Adopt)
        .filter_map(|found| found.name.clone())
        .collect();
    let taken: HashSet<String> =
        schemas::living_of(&fleet.store, &proposed).await?.into_iter().collect();
    let mut bearers: HashMap<String, Vec<String>> = HashMap::new();
    for schema in found.iter().filter(|found| found.fate == Fate::Adopt) {
        if let Some(name) = &schema.name {
            bearers.entry(name.clone()).or_default().push(schema.schema.clone());
        }
    }
    for schema in found.iter_mut().filter(|found| found.fate == Fate::Adopt) {
        let Some(name) = schema.name.clone() else { continue };
        let others: Vec<&str> = bearers[&name]
            .iter()
            .map(String::as_str)
            .filter(|other| *other != schema.schema)
            .collect();
        if taken.contains(&name) {
            needs_name(schema, format!("there is an institution {name} already"));
        } else if let Some(other) = others.first() {
            needs_name(schema, format!("{name} would be the name of the schema {other} too"));
        }
    }
    Ok(found)
}

/// Decided names that are about nothing are a mistake that should not pass unseen.
fn check_decided(request: &AdoptionRequest, candidates: &[Candidate]) -> Result<(), Refusal> {
    let there: HashSet<&str> = candidates.iter().map(|c| c.schema.as_str()).collect();
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for (schema, slug) in &request.names {
        if !there.contains(schema.as_str()) {
            return Err(Refusal::AdoptionRefused(format!(
                "A name is given for the schema {schema:?}, which was not found."
            )));
        }
        if let Some(other) = named.insert(slug.as_str(), schema) {
            return Err(Refusal::AdoptionRefused(format!(
                "The name {slug} is given to the schemas {other:?} and {schema:?}."
            )));
        }
    }
    if let Some(unknown) = request.exclude.iter().find(|schema| !there.contains(schema.as_str())) {
        return Err(Refusal::AdoptionRefused(format!(
            "The schema {unknown:?} is to be left out, but was not found."
        )));
    }
    Ok(())
}

fn first_look(request: &AdoptionRequest, candidate: Candidate) -> FoundSchema {
    let mut found = FoundSchema {
        schema: candidate.schema,
        fate: Fate::Adopt,
        reason: None,
        name: None,
        display_name: candidate.display_name,
        owner: None,
        tables: None,
        bytes: None,
        history: None,
        standing: Standing::Unknown,
        operation: None,
    };
    if let Some(institution) = candidate.institution {
        found.fate = Fate::Managed;
        found.name = Some(institution);
        return found;
    }
    if request.exclude.contains(&found.schema) {
        found.fate = Fate::Excluded;
        return found;
    }
    if !candidate.has_row {
        found.fate = Fate::NoRow;
        found.reason = Some("the list of tenants has no row of it".into());
        return found;
    }
    if let Some(slug) = request.names.get(&found.schema) {
        found.name = Some(slug.as_str().to_owned());
        return found;
    }
    let text = candidate.name_text.as_deref().unwrap_or(&found.schema);
    match propose(text) {
        Ok(proposal) => {
            if proposal.changed {
                found.reason = Some(format!("{text:?} is written {} here", proposal.slug));
            }
            found.name = Some(proposal.slug.as_str().to_owned());
        }
        Err(reason) => needs_name(&mut found, reason),
    }
    found
}

fn needs_name(found: &mut FoundSchema, reason: String) {
    found.fate = Fate::NameNeeded;
    found.reason = Some(reason);
}

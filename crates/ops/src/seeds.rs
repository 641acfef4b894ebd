//! What a template's seed is given for a new institution.

use std::collections::BTreeMap;

use serde_json::Value;
use tenantry_store::templates::Template;

/// The parameters that a seed cannot do without and was not given.
pub(crate) fn missing(template: &Template, parameters: &BTreeMap<String, String>) -> Vec<String> {
    let own = ["institution", "institution_name"];
    let required = template.seed_requires.iter().flatten();
    required
        .filter(|name| !own.contains(&name.as_str()) && !parameters.contains_key(*name))
        .cloned()
        .collect()
}

/// What is kept with the creation; nothing where there is no seed to need it, so that no address is
/// kept for nothing.
pub(crate) fn given(
    template: &Template,
    display_name: &str,
    parameters: &BTreeMap<String, String>,
) -> Option<Value> {
    template.seed_requires.as_ref()?;
    let mut given = parameters.clone();
    given.insert("institution_name".to_owned(), display_name.to_owned());
    serde_json::to_value(given).ok()
}

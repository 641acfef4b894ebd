//! Many institutions from a sheet. First every row gets its fate; then, in one transaction, those that
//! are there are changed, and one operation is queued with a creation for each of the others as its
//! child. Whatever changed between the look and the transaction makes the look be repeated.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::Value;
use tenantry_domain::access::Role;
use tenantry_domain::plan::names;
use tenantry_domain::sheet::{Fate, Given, Row};
use tenantry_domain::template::check_parameters;
use tenantry_store::operations::{self, NewOperation};
use tenantry_store::schemas::{self, Known, Wanted};
use tenantry_store::templates::{self, Template};
use tenantry_store::{Tx, plans};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::kinds::{CreateSchema, ImportSchemas};
use crate::queue::{queue, repeated};
use crate::request::{Accepted, Refusal, Requester};
use crate::runner::Kind;
use crate::seeds;

/// What is asked of an import.
#[derive(Clone, Debug)]
pub struct Options {
    /// The template of rows that name none.
    pub template: String,
    /// Whether institutions that differ from the sheet are changed.
    pub update: bool,
    /// Whether invalid rows are left out; else one of them refuses all.
    pub skip_invalid: bool,
}

/// What becomes of a row.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The line of the file, from 1.
    pub line: u64,
    /// The institution's name, as it is written.
    pub name: String,
    /// What is done with it.
    pub fate: Fate,
    /// Why nothing can be, a sentence each.
    pub reasons: Vec<String>,
    /// The attributes in which the institution that is there differs, by their names in the API.
    pub changes: Vec<&'static str>,
}

/// What became of an import.
#[derive(Debug)]
pub enum Imported {
    /// It is under way.
    Accepted(Accepted),
    /// It has invalid rows, and nothing was done.
    Refused(Vec<Outlook>),
}

/// A sheet held against what is there.
struct Plan {
    outlook: Vec<Outlook>,
    /// With the values for the template's seed.
    create: Vec<(Wanted, Option<Value>)>,
    update: Vec<Wanted>,
}

/// How often a sheet is held against what is there before an import gives up.
const TRIES: usize = 5;

/// How many rows of a kind go into one statement.
const BATCH: usize = 2_000;

/// Says what an import would do with each row; changes nothing.
///
/// # Errors
/// `Store`.
pub async fn preview(
    fleet: &Fleet,
    rows: &[Row],
    options: &Options,
) -> Result<Vec<Outlook>, Refusal> {
    Ok(plan(fleet, rows, options).await?.outlook)
}

/// Imports a sheet, unless it has invalid rows that are not to be skipped.
///
/// # Errors
/// `IdempotencyMismatch`, `Busy` when others kept changing the same institutions, `Store`.
pub async fn import(
    fleet: &Fleet,
    who: &Requester,
    rows: &[Row],
    options: &Options,
) -> Result<Imported, Refusal> {
    for _ in 0..TRIES {
        if let Some(accepted) = repeated(fleet, who).await? {
            return Ok(Imported::Accepted(accepted));
        }
        let plan = plan(fleet, rows, options).await?;
        let invalid = plan.outlook.iter().any(|row| row.fate == Fate::Invalid);
        if invalid && !options.skip_invalid {
            return Ok(Imported::Refused(plan.outlook));
        }
        match carry_out(fleet, who, &plan).await {
            Ok(Some(accepted)) => {
                fleet.wake_workers();
                return Ok(Imported::Accepted(accepted));
            }
            // a name or an external id was taken, or an institution changed, since we looked
            Ok(None) => {}
            Err(Refusal::Store(error)) if error.sqlstate() == Some("23505") => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Err(Refusal::Busy)
}

/// All in one transaction; none when what is there is not what the plan was made on.
async fn carry_out(
    fleet: &Fleet,
    who: &Requester,
    plan: &Plan,
) -> Result<Option<Accepted>, Refusal> {
    let count = |fate: Fate| plan.outlook.iter().filter(|row| row.fate == fate).count();
    let kind = ImportSchemas::new(
        plan.create.len(),
        plan.update.len(),
        count(Fate::Unchanged),
        count(Fate::Differs),
        count(Fate::Invalid),
    );
    let mut tx = fleet.store.begin().await?;
    let accepted = queue(&mut tx, who, &kind, None, Role::Operator).await?;
    if accepted.repeated {
        return Ok(Some(accepted));
    }
    let parent = accepted.operation;
    let total = i32::try_from(plan.create.len()).unwrap_or(i32::MAX);
    operations::expect_children(&mut tx, parent, total).await?;
    for batch in plan.update.chunks(BATCH) {
        if schemas::update_many(&mut tx, batch).await? != batch.len() as u64 {
            return Ok(None);
        }
        schemas::tell_of_updates(&mut tx, batch, parent, &who.actor).await?;
    }
    for batch in plan.create.chunks(BATCH) {
        if !create_some(&mut tx, who, parent, batch).await? {
            return Ok(None);
        }
    }
    operations::tell_of_children(&mut tx, parent, &who.actor).await?;
    tx.commit().await?;
    Ok(Some(accepted))
}

/// Enters institutions and queues their creations; false when a name was taken meanwhile.
async fn create_some(
    tx: &mut Tx,
    who: &Requester,
    parent: Uuid,
    batch: &[(Wanted, Option<Value>)],
) -> Result<bool, Refusal> {
    let wanted: Vec<Wanted> = batch.iter().map(|(wanted, _)| wanted.clone()).collect();
    if schemas::insert_many(tx, &wanted).await? != wanted.len() as u64 {
        return Ok(false);
    }
    let pattern = NewOperation {
        id: Uuid::nil(),
        kind: CreateSchema::NAME,
        kind_version: CreateSchema::VERSION,
        schema_id: None,
        schema_name: None,
        input: Value::Null,
        lane: CreateSchema::LANE.as_str(),
        steps_total: i32::try_from(CreateSchema::STEPS.len()).unwrap_or(i32::MAX),
        // whoever waits for one institution does not wait for ten thousand
        priority: -1,
        actor: who.actor.name.clone(),
        token: who.actor.token_id,
        required_role: Role::Operator,
        source: who.actor.source,
        request_id: who.actor.request_id.clone(),
        idempotency: None,
        parent: Some(parent),
    };
    let children: Vec<_> = batch
        .iter()
        .map(|(new, parameters)| {
            let kind = CreateSchema::new(new.id, &*new.name, &*new.template, new.template_version)
                .with_parameters(parameters.clone());
            let input = serde_json::to_value(kind).unwrap_or_default();
            (Uuid::now_v7(), Some(new.id), Some(new.name.clone()), input)
        })
        .collect();
    operations::insert_many(tx, &pattern, &children).await?;
    Ok(true)
}

/// What is there of what a sheet names.
struct There {
    by_name: HashMap<String, Known>,
    archived: HashSet<String>,
    /// External id, to name and id of the institution that has it.
    bearers: HashMap<String, (String, Uuid)>,
    /// Name and wanted version, to the template; none when there is no such one.
    templates: HashMap<(String, Option<i32>), Option<Template>>,
    /// Names of the plans that an institution can be given.
    plans: Vec<String>,
}

async fn plan(fleet: &Fleet, rows: &[Row], options: &Options) -> Result<Plan, Refusal> {
    let there = look(fleet, rows, options).await?;
    let mut plan = Plan { outlook: Vec::new(), create: Vec::new(), update: Vec::new() };
    for row in rows {
        let mut outlook = Outlook {
            line: row.line,
            name: row.name.clone(),
            fate: Fate::Invalid,
            reasons: row.reasons.clone(),
            changes: Vec::new(),
        };
        let known = there.by_name.get(&row.name);
        outlook.reasons.extend(there.against(row, known, options));
        if outlook.reasons.is_empty() {
            match known {
                None => {
                    outlook.fate = Fate::Create;
                    let template = there.template_of(row, options);
                    let new = wanted(row, None, template);
                    let parameters = template.and_then(|template| {
                        seeds::given(template, &new.display_name, &row.parameters)
                    });
                    plan.create.push((new, parameters));
                }
                Some(known) => {
                    let new = wanted(row, Some(known), None);
                    outlook.changes = differences(&new, known);
                    outlook.fate = match (outlook.changes.is_empty(), options.update) {
                        (true, _) => Fate::Unchanged,
                        (false, true) => Fate::Update,
                        (false, false) => Fate::Differs,
                    };
                    if outlook.fate == Fate::Update {
                        plan.update.push(new);
                    }
                }
            }
        }
        plan.outlook.push(outlook);
    }
    Ok(plan)
}

async fn look(fleet: &Fleet, rows: &[Row], options: &Options) -> Result<There, Refusal> {
    let store = &fleet.store;
    let names: Vec<&str> =
        rows.iter().filter_map(|row| row.slug.as_ref()).map(|slug| slug.as_str()).collect();
    let ids: Vec<&str> =
        rows.iter().filter_map(|row| row.given.external_id.as_ref()?.as_deref()).collect();
    let mut there = There {
        by_name: HashMap::new(),
        archived: HashSet::new(),
        bearers: HashMap::new(),
        templates: HashMap::new(),
        plans: Vec::new(),
    };
    for known in schemas::known(store, &names, &ids).await? {
        if let Some(id) = &known.external_id {
            there.bearers.insert(id.clone(), (known.name.clone(), known.id));
        }
        if matches!(known.state.as_str(), "archived" | "purging") {
            there.archived.insert(known.name);
        } else {
            there.by_name.insert(known.name.clone(), known);
        }
    }
    let mut plans = plans::all(store).await?;
    plans.retain(|plan| plan.configured);
    there.plans = plans.into_iter().map(|plan| plan.name).collect();
    for row in rows {
        if let Entry::Vacant(place) = there.templates.entry(key_of(row, options)) {
            let (name, version) = place.key();
            let found = templates::find(store, name, *version).await?;
            place.insert(found);
        }
    }
    Ok(there)
}

/// The template that a row is to be made from, and the version that it wants.
fn key_of(row: &Row, options: &Options) -> (String, Option<i32>) {
    (row.template.clone().unwrap_or_else(|| options.template.clone()), row.template_version)
}

impl There {
    /// What is there that is against a row.
    fn against(&self, row: &Row, known: Option<&Known>, options: &Options) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some(Some(id)) = &row.given.external_id
            && let Some((bearer, of)) = self.bearers.get(id)
            && known.is_none_or(|known| known.id != *of)
        {
            reasons.push(format!("`externalId`: {bearer} has the same."));
        }
        if let Some(plan) = &row.given.plan
            && known.is_none_or(|known| known.plan.as_ref() != Some(plan))
            && !self.plans.contains(plan)
        {
            let known = names(self.plans.iter().map(String::as_str));
            reasons.push(format!("`plan`: there is no plan {plan:?}; there are {known}."));
        }
        match known {
            Some(known) if known.state == "failed" => reasons.push(
                "`name`: its creation failed; retry that, or drop the institution.".to_owned(),
            ),
            Some(_) => {}
            None if self.archived.contains(&row.name) => reasons.push(
                "`name`: an institution of this name was dropped; bring it back (undrop), or purge it."
                    .to_owned(),
            ),
            None if row.slug.is_some() && self.template_of(row, options).is_none() => {
                reasons.push(match key_of(row, options) {
                    (name, Some(version)) => {
                        format!("`template`: there is no version {version} of {name:?}.")
                    }
                    (name, None) => format!("`template`: there is no template {name:?}."),
                });
            }
            None => {
                let template = self.template_of(row, options);
                let missing =
                    template.map_or_else(Vec::new, |it| seeds::missing(it, &row.parameters));
                let reason = |name| format!("`parameter.{name}`: the template's seed requires it.");
                reasons.extend(missing.into_iter().map(reason));
                reasons.extend(check_parameters(&row.parameters).err());
            }
        }
        reasons
    }

    fn template_of(&self, row: &Row, options: &Options) -> Option<&Template> {
        self.templates.get(&key_of(row, options))?.as_ref()
    }
}

/// An institution as a row has it: what the sheet does not have stays as it is.
fn wanted(row: &Row, known: Option<&Known>, template: Option<&Template>) -> Wanted {
    let Given {
        display_name,
        external_id,
        contact_name,
        contact_email,
        contact_phone,
        labels,
        quota_bytes,
        plan,
    } = row.given.clone();
    let (template, template_version) =
        template.map(|it| (it.name.clone(), it.version)).unwrap_or_default();
    let there = |part: fn(&Known) -> &Option<String>| known.and_then(|known| part(known).clone());
    Wanted {
        id: known.map_or_else(Uuid::now_v7, |known| known.id),
        revision: known.map_or(0, |known| known.revision),
        name: row.name.clone(),
        display_name: match (display_name, known) {
            (None, Some(known)) => known.display_name.clone(),
            (given, _) => given.flatten().unwrap_or_else(|| row.name.clone()),
        },
        contact: [
            contact_name.unwrap_or_else(|| there(|known| &known.contact_name)),
            contact_email.unwrap_or_else(|| there(|known| &known.contact_email)),
            contact_phone.unwrap_or_else(|| there(|known| &known.contact_phone)),
        ],
        external_id: external_id.unwrap_or_else(|| there(|known| &known.external_id)),
        labels: match (labels, known) {
            (None, Some(known)) => known.labels.clone(),
            (given, _) => serde_json::to_value(given.unwrap_or_default()).unwrap_or_default(),
        },
        quota_bytes: quota_bytes.unwrap_or_else(|| known.and_then(|known| known.quota_bytes)),
        plan: plan.or_else(|| there(|known| &known.plan)),
        template,
        template_version,
    }
}

fn differences(new: &Wanted, known: &Known) -> Vec<&'static str> {
    let [name, email, phone] = &new.contact;
    [
        ("displayName", new.display_name != known.display_name),
        ("externalId", new.external_id != known.external_id),
        ("contact.name", *name != known.contact_name),
        ("contact.email", *email != known.contact_email),
        ("contact.phone", *phone != known.contact_phone),
        ("labels", new.labels != known.labels),
        ("quotaBytes", new.quota_bytes != known.quota_bytes),
        ("plan", new.plan != known.plan),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

//! `tenantry schema update`: changes what is known of an institution.

use std::collections::BTreeMap;

use clap::Args;
use reqwest::Method;
use tenantry_api::types::{ContactPatch, SchemaBody, SchemaPatch};
use tenantry_domain::institution::Contact;
use tenantry_domain::problem::Code;
use tenantry_domain::quota::parse_bytes;

use crate::client::{Client, segment};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{json, out};

/// Whom to ask at a new institution.
#[derive(Args)]
pub(crate) struct NewContact {
    /// Whom to ask there
    #[arg(long, value_name = "NAME")]
    contact_name: Option<String>,
    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    contact_email: Option<String>,
    /// Their telephone number
    #[arg(long, value_name = "NUMBER")]
    contact_phone: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
An empty value takes an attribute away: --external-id ''.
Examples:
  tenantry schema update oakwood --contact-email office@oakwood.example --quota 5GB
  tenantry schema update oakwood --label region=north --unlabel trial
  tenantry schema update oakwood --external-id 4711 --if-match 0190a5c2e6b87f9a8c1d2e3f40516273-4")]
pub(crate) struct Update {
    /// The institution
    name: String,
    /// Its name for people
    #[arg(long)]
    display_name: Option<String>,
    #[command(flatten)]
    contact: NewContact,
    /// What your own system calls it
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// A label to set
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = key_value)]
    labels: Vec<(String, String)>,
    /// A label to take away
    #[arg(long = "unlabel", value_name = "KEY")]
    unlabels: Vec<String>,
    /// What it may use, as 5GB; none for no limit
    #[arg(long, value_name = "SIZE", value_parser = quota)]
    quota: Option<Quota>,
    /// Only if this version is still there (`version` of `schema show --json`)
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
}

/// A quota, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota(pub(crate) Option<i64>);

impl NewContact {
    /// The contact of an institution that is asked for.
    pub(crate) fn into_contact(self) -> Option<Contact> {
        let contact = Contact {
            name: self.contact_name,
            email: self.contact_email,
            phone: self.contact_phone,
        };
        (contact != Contact::default()).then_some(contact)
    }

    fn into_patch(self) -> Option<ContactPatch> {
        let patch = ContactPatch {
            name: self.contact_name.map(unless_empty),
            email: self.contact_email.map(unless_empty),
            phone: self.contact_phone.map(unless_empty),
        };
        let some = patch.name.is_some() || patch.email.is_some() || patch.phone.is_some();
        some.then_some(patch)
    }
}

fn unless_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// How often labels are put together anew because somebody else changed the institution meanwhile.
const TRIES: usize = 5;

pub(crate) async fn update(client: &Client, arguments: Update) -> Outcome {
    let path = format!("/api/admin/schemas/{}", segment(&arguments.name));
    let Update { labels, unlabels, if_match, .. } = arguments;
    let mut patch = SchemaPatch {
        // emptied, it is the name itself again
        display_name: arguments
            .display_name
            .map(|text| if text.is_empty() { arguments.name.clone() } else { text }),
        contact: arguments.contact.into_patch(),
        external_id: arguments.external_id.map(unless_empty),
        quota_bytes: arguments.quota.map(|quota| quota.0),
        ..SchemaPatch::default()
    };
    if is_empty(&patch) && labels.is_empty() && unlabels.is_empty() {
        return Err(Failure::new(Exit::Refused, "there is nothing to change")
            .hint("Name at least one attribute: see `tenantry schema update --help`."));
    }
    let mut tries = 0;
    let changed: SchemaBody = loop {
        tries += 1;
        let mut version = if_match.clone();
        if !labels.is_empty() || !unlabels.is_empty() {
            // labels are replaced as a whole: what is put together must be based on what is there
            let there: SchemaBody = client.get(&path, &[]).await?;
            patch.labels = Some(relabelled(there.labels, &labels, &unlabels));
            version = version.or(Some(there.version));
        }
        let sent = client.send_based(Method::PATCH, &path, &patch, version.as_deref()).await;
        match sent {
            Err(failure)
                if if_match.is_none()
                    && tries < TRIES
                    && failure.code() == Some(Code::PreconditionFailed) => {}
            sent => break sent?,
        }
    };
    if client.json {
        json(&changed);
    } else {
        out!("{} is changed: version {}", changed.name, changed.version);
    }
    Ok(())
}

fn is_empty(patch: &SchemaPatch) -> bool {
    serde_json::to_value(patch).is_ok_and(|value| value == serde_json::json!({}))
}

fn relabelled(
    mut there: BTreeMap<String, String>,
    labels: &[(String, String)],
    unlabels: &[String],
) -> BTreeMap<String, String> {
    there.retain(|key, _| !unlabels.contains(key));
    there.extend(labels.iter().cloned());
    there
}

pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("`{text}` is not KEY=VALUE"))
}

/// A size, or `none`.
pub(crate) fn quota(text: &str) -> Result<Quota, String> {
    match text {
        "none" | "" => Ok(Quota(None)),
        text => parse_bytes(text).map(|bytes| Quota(Some(bytes))),
    }
}

/// A size that an institution begins with.
pub(crate) fn size(text: &str) -> Result<i64, String> {
    parse_bytes(text)
}

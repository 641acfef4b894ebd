//! What is known of an institution beside its name: whom to ask, under which number the user's own
//! system knows it, labels. Each check answers with a whole sentence, which names the field as the
//! API does. Knows nothing of how the values came in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whom to ask at the institution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contact {
    /// The person's or office's name, up to 200 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// An e-mail address, up to 254 characters.
    #[serde(default)]
    pub email: Option<String>,
    /// A telephone number as people write it, up to 40 characters.
    #[serde(default)]
    pub phone: Option<String>,
}

/// The most bytes of an external id.
pub const EXTERNAL_ID_BYTES: usize = 128;

/// Checks a name for people.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_display_name(name: &str) -> Result<(), String> {
    check_line("displayName", name, 200)
}

/// Checks what is given of a contact.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_contact(contact: &Contact) -> Result<(), String> {
    if let Some(name) = &contact.name {
        check_line("contact.name", name, 200)?;
    }
    contact.email.as_deref().map_or(Ok(()), check_email)?;
    contact.phone.as_deref().map_or(Ok(()), check_phone)
}

/// One `@` with something on both sides, no spaces. Whether it can be delivered only sending tells.
fn check_email(email: &str) -> Result<(), String> {
    let parts = email.split_once('@');
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@<>,;\"".contains(c);
    let whole = parts.is_some_and(|(local, host)| {
        (1..=64).contains(&local.len())
            && !host.is_empty()
            && !host.starts_with(['.', '-'])
            && !host.ends_with(['.', '-'])
            && local.chars().chain(host.chars()).all(plain)
    });
    if whole && email.len() <= 254 {
        return Ok(());
    }
    Err("`contact.email` is an address as `office@example.org`, of at most 254 characters.".into())
}

fn check_phone(phone: &str) -> Result<(), String> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || " +-()./x#*".contains(c);
    if (3..=40).contains(&phone.len()) && digits >= 3 && phone.chars().all(plain) {
        return Ok(());
    }
    Err("`contact.phone` has 3 to 40 characters: digits, spaces and + - ( ) . / # * x.".into())
}

/// Checks what the user's own system calls the institution.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_external_id(id: &str) -> Result<(), String> {
    if id.len() > EXTERNAL_ID_BYTES {
        return Err(format!("`externalId` has at most {EXTERNAL_ID_BYTES} bytes."));
    }
    if id.trim() != id {
        return Err("`externalId` neither begins nor ends with a space.".into());
    }
    check_line("externalId", id, EXTERNAL_ID_BYTES)
}

/// Checks labels: 50 at most, keys of 1 to 63 and values of up to 255 bytes.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_labels(labels: &BTreeMap<String, String>) -> Result<(), String> {
    let fits = |(key, value): (&String, &String)| {
        (1..=63).contains(&key.len())
            && value.len() <= 255
            && !(key.contains('\0') || value.contains('\0'))
    };
    if labels.len() <= 50 && labels.iter().all(fits) {
        return Ok(());
    }
    Err("There are at most 50 labels, with keys of 1 to 63 and values of up to 255 bytes.".into())
}

/// One line of text that says something.
fn check_line(field: &str, text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() || text.chars().count() > most {
        return Err(format!("`{field}` has 1 to {most} characters, not only spaces."));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("`{field}` contains a control character."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_told_from_other_texts() {
        for good in ["a@b", "head.office+x@oak-wood.example", "büro@schule.example"] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        let long = format!("{}@b.example", "a".repeat(65));
        for bad in
            ["", "@", "a@", "@b", "a b@c", "a@b@c", "a@b,c@d", "<a@b>", "a@.b", "a@b\n", &long]
        {
            assert!(check_email(bad).is_err(), "{bad}");
        }
        for good in ["112", "+49 30 1234-56", "(030) 12.34/5 x7"] {
            assert_eq!(check_phone(good), Ok(()), "{good}");
        }
        for bad in ["", "11", "call me", "+++", "12\u{7}34", &"1".repeat(41)] {
            assert!(check_phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_external_id_is_a_line_without_spaces_around_it() {
        for good in ["4711", "urn:school:DE/BE/03K07", "Ünï 1"] {
            assert_eq!(check_external_id(good), Ok(()), "{good}");
        }
        for bad in ["", " ", " 1", "1 ", "a\0b", "a\tb", &"é".repeat(65)] {
            assert!(check_external_id(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_contact_is_checked_as_far_as_it_is_given() {
        assert_eq!(check_contact(&Contact::default()), Ok(()));
        let contact = Contact { phone: Some("x".into()), ..Contact::default() };
        assert!(check_contact(&contact).unwrap_err().contains("contact.phone"));
        let contact = Contact { name: Some("a\u{1b}".into()), ..Contact::default() };
        assert!(check_contact(&contact).unwrap_err().contains("contact.name"));
    }
}

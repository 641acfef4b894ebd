//! The keys of institutions in a place. Each is a signed note: a line of JSON that says whose key it is and what
//! archives are sealed to, and after it the secret half, sealed to the organisation. Signed, because who could put
//! another public half there would read every later backup.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Repository, RepositoryError, layout};
use crate::keys::{Identities, InstitutionKey, Recipients};
use crate::manifest::sha256;
use crate::place::Put;

/// The format of keys and proofs.
const FORMAT: u32 = 1;

/// How often somebody else may be faster.
const TRIES: usize = 5;

/// What is said of a key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    format: u32,
    institution: Uuid,
    epoch: i32,
    recipient: String,
    /// The recipients of the organisation that have it, for people.
    sealed_to: Vec<String>,
}

/// What is signed when a key is destroyed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    format: u32,
    institution: Uuid,
    epoch: i32,
    recipient: String,
    /// Of the note that held the key.
    key_sha256: String,
    destroyed_by: String,
    destroyed_at: Timestamp,
}

impl Repository {
    /// The key that an institution's archives are sealed to, and its epoch: the newest that was not destroyed, or
    /// one of a new epoch that is made now. When several make one at once, all get the same. `known` is the
    /// highest epoch that is known of elsewhere: no older key is used and no number given twice, even if the place
    /// lost something.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn key(
        &self,
        institution: Uuid,
        known: Option<i32>,
    ) -> Result<(i32, InstitutionKey), RepositoryError> {
        let known = known.unwrap_or_default();
        for _ in 0..TRIES {
            let (living, destroyed) = self.epochs(institution).await?;
            let newest = living.iter().rev().find(|epoch| !destroyed.contains(epoch)).copied();
            let highest = living.iter().chain(&destroyed).max().copied().unwrap_or_default();
            let (epoch, found) = match newest.filter(|epoch| *epoch == highest.max(known)) {
                Some(epoch) => (epoch, self.read_key(institution, epoch).await?),
                None => {
                    let epoch = highest.max(known) + 1;
                    (epoch, self.make_key(institution, epoch).await?)
                }
            };
            // none: destroyed between one look and the next
            if let Some(key) = found {
                return Ok((epoch, key));
            }
        }
        Err(RepositoryError::KeyMissing { object: layout::keys(institution) })
    }

    /// Makes a key of a new epoch, which archives are sealed to from now on; those before keep theirs.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn renew_key(
        &self,
        institution: Uuid,
        known: Option<i32>,
    ) -> Result<(i32, InstitutionKey), RepositoryError> {
        let (living, destroyed) = self.epochs(institution).await?;
        let highest = living.iter().chain(&destroyed).max().copied().unwrap_or_default();
        let epoch = highest.max(known.unwrap_or_default()) + 1;
        match self.make_key(institution, epoch).await? {
            Some(key) => Ok((epoch, key)),
            None => Err(RepositoryError::KeyMissing { object: layout::key(institution, epoch) }),
        }
    }

    /// Seals all keys of an institution to other recipients, and says of which epochs they are. Archives are left
    /// as they are; the recipients of before open nothing of it any more.
    ///
    /// # Errors
    /// When an identity is missing; what was done stays. See [`RepositoryError`].
    pub async fn rotate(
        &self,
        institution: Uuid,
        identities: &Identities,
        to: &Recipients,
    ) -> Result<Vec<i32>, RepositoryError> {
        let (living, destroyed) = self.epochs(institution).await?;
        let mut rotated = Vec::new();
        for epoch in living.into_iter().filter(|epoch| !destroyed.contains(epoch)) {
            let Some(key) = self.read_key(institution, epoch).await? else { continue };
            let key = key.rewrap(identities, to)?;
            let object = layout::key(institution, epoch);
            self.place.put(&object, &self.key_note(institution, epoch, &key, to)?).await?;
            // destroyed meanwhile: it must not come back
            if self.proof(institution, epoch).await?.is_some() {
                self.place.remove(&object).await?;
                continue;
            }
            rotated.push(epoch);
        }
        Ok(rotated)
    }

    /// Destroys all keys of an institution, so that none of its backups can be read any more, and says what was
    /// signed about it: `institution` and, for each epoch, the proof that is also stored. Doing it again finishes
    /// what broke off, and says what was signed first.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn destroy_keys(
        &self,
        institution: Uuid,
        who: &str,
        at: Timestamp,
    ) -> Result<Value, RepositoryError> {
        let (living, destroyed) = self.epochs(institution).await?;
        for epoch in &living {
            let object = layout::key(institution, *epoch);
            if !destroyed.contains(epoch)
                && let Some(note) = self.place.get(&object).await?
            {
                let label = self.label(institution, *epoch, &note)?.0;
                let proof = Proof {
                    format: FORMAT,
                    institution,
                    epoch: *epoch,
                    recipient: label.recipient,
                    key_sha256: sha256(&note),
                    destroyed_by: who.to_owned(),
                    destroyed_at: at,
                };
                let note = self.signer.sign(&line(&proof)?);
                // of two who destroy it, the first one's proof stands
                self.place.put_new(&layout::proof(institution, *epoch), &note).await?;
            }
            self.place.remove(&object).await?;
        }
        let mut proofs = Vec::new();
        for epoch in self.epochs(institution).await?.1 {
            proofs.extend(self.proof(institution, epoch).await?);
        }
        Ok(json!({ "institution": institution, "keys": proofs }))
    }

    /// What was signed when a key was destroyed, with the note itself as `note`; none when it was not.
    pub(super) async fn proof(
        &self,
        institution: Uuid,
        epoch: i32,
    ) -> Result<Option<Value>, RepositoryError> {
        let object = layout::proof(institution, epoch);
        let Some(note) = self.place.get(&object).await? else { return Ok(None) };
        let altered = |why: String| RepositoryError::Altered { object: object.clone(), why };
        let text = self.trusted.open(&note).map_err(|error| altered(error.to_string()))?;
        let proof: Proof =
            serde_json::from_str(text).map_err(|error| altered(error.to_string()))?;
        if (proof.institution, proof.epoch) != (institution, epoch) {
            return Err(altered("it is of another key".into()));
        }
        let mut value = serde_json::to_value(&proof).map_err(|error| altered(error.to_string()))?;
        value["note"] = String::from_utf8_lossy(&note).into();
        Ok(Some(value))
    }

    /// The key of an epoch; none when it is not there.
    pub(super) async fn read_key(
        &self,
        institution: Uuid,
        epoch: i32,
    ) -> Result<Option<InstitutionKey>, RepositoryError> {
        let Some(note) = self.place.get(&layout::key(institution, epoch)).await? else {
            return Ok(None);
        };
        let (label, sealed) = self.label(institution, epoch, &note)?;
        Ok(Some(InstitutionKey { recipient: label.recipient, sealed }))
    }

    async fn make_key(
        &self,
        institution: Uuid,
        epoch: i32,
    ) -> Result<Option<InstitutionKey>, RepositoryError> {
        let key = InstitutionKey::generate(&self.recipients)?;
        let note = self.key_note(institution, epoch, &key, &self.recipients)?;
        match self.place.put_new(&layout::key(institution, epoch), &note).await? {
            Put::Done => Ok(Some(key)),
            Put::Exists => self.read_key(institution, epoch).await,
        }
    }

    fn key_note(
        &self,
        institution: Uuid,
        epoch: i32,
        key: &InstitutionKey,
        to: &Recipients,
    ) -> Result<Vec<u8>, RepositoryError> {
        let recipient = key.recipient.clone();
        let sealed_to = to.texts();
        let label = Label { format: FORMAT, institution, epoch, recipient, sealed_to };
        let sealed = String::from_utf8_lossy(&key.sealed);
        Ok(self.signer.sign(&format!("{}{}\n", line(&label)?, sealed.trim_end())))
    }

    /// What a key's note says, and the sealed half.
    fn label(
        &self,
        institution: Uuid,
        epoch: i32,
        note: &[u8],
    ) -> Result<(Label, Vec<u8>), RepositoryError> {
        let object = layout::key(institution, epoch);
        let altered = |why: String| RepositoryError::Altered { object: object.clone(), why };
        let text = self.trusted.open(note).map_err(|error| altered(error.to_string()))?;
        let (label, sealed) = text.split_once('\n').unwrap_or((text, ""));
        let label: Label =
            serde_json::from_str(label).map_err(|error| altered(error.to_string()))?;
        if label.format != FORMAT {
            return Err(altered(format!(
                "it has format {} and this version reads {FORMAT}",
                label.format
            )));
        }
        if (label.institution, label.epoch) != (institution, epoch) {
            let why = format!("it is the key of epoch {} of {}", label.epoch, label.institution);
            return Err(altered(why));
        }
        Ok((label, sealed.as_bytes().to_vec()))
    }

    /// The epochs of keys that are there and of proofs that are there, each in order.
    async fn epochs(&self, institution: Uuid) -> Result<(Vec<i32>, Vec<i32>), RepositoryError> {
        // proofs after keys: a key that is seen and was destroyed before is seen as destroyed
        let keys = self.epochs_in(&layout::keys(institution)).await?;
        Ok((keys, self.epochs_in(&layout::proofs(institution)).await?))
    }

    async fn epochs_in(&self, folder: &str) -> Result<Vec<i32>, RepositoryError> {
        let found = self.place.list(folder).await?;
        let mut epochs: Vec<i32> =
            found.iter().filter_map(|found| layout::epoch_of(&found.key)).collect();
        epochs.sort_unstable();
        Ok(epochs)
    }
}

fn line(value: &impl Serialize) -> Result<String, RepositoryError> {
    let text = serde_json::to_string(value).map_err(|error| RepositoryError::Altered {
        object: "what is to be signed".into(),
        why: error.to_string(),
    })?;
    Ok(format!("{text}\n"))
}

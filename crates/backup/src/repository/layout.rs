//! Names of objects, made and read (docs/backup-format.md).

use uuid::Uuid;

use super::error::RepositoryError;
use crate::manifest::Manifest;

pub(super) fn root() -> String {
    "institutions".into()
}

/// The folder of an institution's keys.
pub(super) fn keys(institution: Uuid) -> String {
    format!("institutions/{institution}/keys")
}

pub(super) fn key(institution: Uuid, epoch: i32) -> String {
    format!("{}/{epoch}", keys(institution))
}

/// The folder of the proofs that keys of an institution were destroyed.
pub(super) fn proofs(institution: Uuid) -> String {
    format!("institutions/{institution}/destroyed")
}

pub(super) fn proof(institution: Uuid, epoch: i32) -> String {
    format!("{}/{epoch}", proofs(institution))
}

/// The folder of an institution's backups.
pub(super) fn backups(institution: Uuid) -> String {
    format!("institutions/{institution}/backups")
}

pub(super) fn backup(institution: Uuid, backup: Uuid) -> String {
    format!("{}/{backup}", backups(institution))
}

pub(super) fn archive(institution: Uuid, backup: Uuid, generation: i64) -> String {
    format!("{}/archive-{generation}.pgdump.zst.age", self::backup(institution, backup))
}

pub(super) fn manifest(institution: Uuid, backup: Uuid) -> String {
    format!("{}/manifest", self::backup(institution, backup))
}

/// Institution, backup and the rest of a key below a backup.
fn below_backup(key: &str) -> Option<(Uuid, Uuid, &str)> {
    let rest = key.strip_prefix("institutions/")?;
    let (institution, rest) = rest.split_once("/backups/")?;
    let (backup, rest) = rest.split_once('/')?;
    Some((institution.parse().ok()?, backup.parse().ok()?, rest))
}

/// Whose manifest a key is.
pub(super) fn manifest_of(key: &str) -> Option<(Uuid, Uuid)> {
    let (institution, backup, rest) = below_backup(key)?;
    (rest == "manifest").then_some((institution, backup))
}

/// Whose archive a key is.
pub(super) fn archive_of(key: &str) -> Option<(Uuid, Uuid)> {
    let (institution, backup, rest) = below_backup(key)?;
    let generation = rest.strip_prefix("archive-")?.strip_suffix(".pgdump.zst.age")?;
    generation.parse::<i64>().ok()?;
    Some((institution, backup))
}

/// The epoch that a key or proof is of.
pub(super) fn epoch_of(key: &str) -> Option<i32> {
    key.rsplit('/').next()?.parse().ok().filter(|epoch| *epoch > 0)
}

/// The archive that a manifest names, which is one of its own backup.
pub(super) fn own_archive(manifest: &Manifest) -> Result<&str, RepositoryError> {
    let object = &manifest.archive.object;
    if archive_of(object) != Some((manifest.institution, manifest.backup)) {
        return Err(RepositoryError::Altered {
            object: self::manifest(manifest.institution, manifest.backup),
            why: format!("it names {object}, which is not an archive of this backup"),
        });
    }
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_made() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(archive_of(&archive(one, two, 7)), Some((one, two)));
        assert_eq!(manifest_of(&manifest(one, two)), Some((one, two)));
        assert_eq!(epoch_of(&key(one, 3)), Some(3));
        assert_eq!(epoch_of(&proof(one, 12)), Some(12));
        for other in ["", "x", &manifest(one, two), &format!("{}x", archive(one, two, 7))] {
            assert_eq!(archive_of(other), None, "{other}");
        }
        assert_eq!(manifest_of(&archive(one, two, 7)), None);
        assert_eq!(epoch_of("institutions/x/keys/0"), None);
    }
}

//! The walls: laws about the code's own shape that a machine can hold up. One file per wall; each
//! lists its offences, and each has tests that break it.

mod cycles;
mod docs;
mod edges;
mod headers;
mod length;
mod names;
mod offence;
mod test_code;

use anyhow::Result;

use crate::repository::Repository;
use offence::Offence;

type Wall = fn(&Repository) -> Result<Vec<Offence>>;

const WALLS: [(&str, Wall); 6] = [
    ("crate edges", edges::check),
    ("module cycles", cycles::check),
    ("file lengths", length::check),
    ("paths in docs", docs::check),
    ("file headers", headers::check),
    ("file names", names::check),
];

/// Checks every wall, prints every offence, and answers whether all walls stand.
pub(crate) fn check_all(repository: &Repository) -> Result<bool> {
    let mut count = 0;
    for (name, wall) in WALLS {
        for offence in wall(repository)? {
            println!("{name}: {offence}");
            count += 1;
        }
    }
    if count == 0 {
        println!("{} walls stand", WALLS.len());
    } else {
        println!("{count} offences against the walls");
    }
    Ok(count == 0)
}

#[cfg(test)]
mod tests {
    use super::check_all;
    use crate::repository::fixture;

    const MANIFEST: (&str, &str) = ("Cargo.toml", "[workspace]\nmembers = []\n");

    #[test]
    fn a_tidy_repository_passes() {
        let (_folder, repository) = fixture::repository(&[MANIFEST, ("a.rs", "//! A.\n")]);
        assert!(check_all(&repository).unwrap());
    }

    #[test]
    fn one_offence_fails_the_whole() {
        let (_folder, repository) = fixture::repository(&[MANIFEST, ("a.rs", "fn a() {}\n")]);
        assert!(!check_all(&repository).unwrap());
    }
}

//! What a schema needs that is no part of it, so that a restore can say beforehand what is not there. Knows what
//! leaves the schema, not what is in it.

mod missing;
mod read;

use serde::{Deserialize, Serialize};

pub use missing::missing;
pub(super) use read::read;

/// Everything that leaves a schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prerequisites {
    /// The server's version as PostgreSQL counts: 150013 is 15.13.
    pub server_version: i32,
    /// The database's encoding, collation and character classes.
    pub encoding: String,
    /// How the database sorts where nothing else is said.
    pub collate: String,
    /// What letters are.
    pub ctype: String,
    /// The version of the library that the database sorts by, where it has one.
    pub collation_version: Option<String>,
    /// Extensions of which something is used.
    pub extensions: Vec<Extension>,
    /// Roles that are named.
    pub roles: Vec<Role>,
    /// Languages that functions are written in.
    pub languages: Vec<String>,
    /// Collations of others.
    pub collations: Vec<Collation>,
    /// Servers of foreign tables.
    pub servers: Vec<String>,
    /// Other things outside that are needed: tables, functions, types and so on.
    pub objects: Vec<Outside>,
    /// Tablespaces that things are kept in. A restore does without them.
    pub tablespaces: Vec<String>,
    /// Publications that the schema or tables of it were put into; a restore does not put them there again.
    pub publications: Vec<String>,
    /// What was made with things of the schema and belongs to the database: casts and the like. No archive has it.
    pub left_out: Vec<String>,
    /// Things whose text contains the schema's name as a word, which nobody rewrites: they mean the schema that
    /// is called so, whatever it is restored as.
    pub naming_the_schema: Vec<String>,
}

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The schema that its objects are in.
    pub schema: String,
    /// Whether that is the very schema that was exported, which a second schema cannot be given.
    pub inside: bool,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Whether something is its own.
    pub owns: bool,
    /// Whether it was given rights.
    pub has_rights: bool,
    /// Whether a policy names it; only then the schema cannot be restored without it.
    pub in_policies: bool,
}

/// A collation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collation {
    /// The schema that it is in.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The version of the library behind it, where it has one.
    pub version: Option<String>,
}

/// Something outside, as the server finds it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// What it is, in PostgreSQL's words.
    pub kind: String,
    /// Its name and what it is in.
    pub names: Vec<String>,
    /// The types of its arguments.
    pub arguments: Vec<String>,
    /// The same for people.
    pub description: String,
}

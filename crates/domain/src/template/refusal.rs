//! Why a folder cannot be a template: the vocabulary that reading and checking share.
//!
//! Leaf of the room: knows no layout, no grammar and no other file here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// At most this many refusals are handed out; a folder with more has one cause, not two hundred.
pub(super) const MOST: usize = 200;

/// One thing in the folder that keeps it from being a template, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The file, relative to the folder; empty when the refusal is about the folder.
    pub file: String,
    /// 1-based line of the offending word; 0 when it is about a whole file or the folder.
    pub line: u32,
    /// The kind of refusal, for programs.
    pub code: RefusalCode,
    /// One sentence for people: what is wrong and what to do instead.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => write!(out, "{}", self.reason),
            (file, 0) => write!(out, "{file}: {}", self.reason),
            (file, line) => write!(out, "{file}:{line}: {}", self.reason),
        }
    }
}

impl std::error::Error for Refusal {}

/// The kinds of refusal. More may come: a reader should treat an unknown one as a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RefusalCode {
    /// The folder holds no migration.
    NoMigrations,
    /// A Prisma migration directory has no `migration.sql` (Prisma's P3015).
    MissingScript,
    /// A migration's name has characters that history tables or other tools trip over.
    UnreadableName,
    /// Two files have the same place in the order.
    AmbiguousOrder,
    /// `migration_lock.toml` names another database product (Prisma's P3019).
    WrongProvider,
    /// The file is another tool's: it carries that tool's own marks or its way back.
    OtherTool,
    /// The text is not PostgreSQL, or too deep or too large to be parsed.
    Unparsable,
    /// The file begins, ends or sets up a transaction.
    TransactionControl,
    /// The file changes the search path or the role, and so the place where later names resolve.
    SearchPathChange,
    /// The file changes a setting that decides how the rest of the script is read.
    SettingChange,
    /// A name reaches out of the institution's schema.
    ForeignName,
    /// The statement acts on the database or the server, not on one schema.
    ClusterWide,
    /// The statement gives or takes rights or ownership.
    Rights,
    /// The statement cannot share a transaction with the rest of the script.
    NeedsOwnTransaction,
    /// A function would run with the rights of the owner of every institution's objects.
    DefinerFunction,
    /// A function's language can reach the server's machine.
    UntrustedLanguage,
    /// A temporary object, which would live outside the schema and vanish with the session.
    Temporary,
    /// The statement needs a client on the other end that sends or takes rows.
    NeedsClient,
}

//! Statements and clauses that have no place in a template, told by the kind of their node alone.
//!
//! Knows kinds, not names: which object a statement is about is looked at elsewhere.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::refusal::RefusalCode;
use super::finding::Finding;

const TRANSACTION: &str =
    "the whole script runs in one transaction of its own, so leave transaction control out";
const STEADY: &str =
    "the search path and the role stay as they are for the whole script: leave this out";
const OTHER_SCHEMA: &str =
    "a template fills one schema, which is made for it: leave this out and write names alone";
const WHOLE_SERVER: &str = "this acts on the whole database or server, not on one institution's \
                      schema: leave it out and have a database administrator do it once";
const ONCE_PER_DATABASE: &str = "an extension belongs to the whole database: leave it out and ask the \
                         database administrator to install it once per database";
const FOREIGN: &str = "foreign data is reached through objects of the whole database, outside the \
                       institution's schema: leave it out";
const RIGHTS: &str =
    "rights and owners are Tenantry's to give, the same for every institution: leave this out";
const ALONE: &str = "this cannot run in the one transaction of the script: leave it out";
const WAITING: &str = "the schema is new and nobody waits for it: drop the word CONCURRENTLY";
const DEFINER: &str = "it would run with the rights of the role that owns every institution's \
                       objects: use SECURITY INVOKER";
const TEMPORARY: &str = "a temporary object lives outside the institution's schema and vanishes \
                         with the session: make it an ordinary one, or use a WITH query";
const CLIENT: &str = "there is no client to send or take rows: use INSERT ... VALUES";
const FILES: &str = "it reaches the files and programs of the server's machine: use INSERT";
const EVERYTHING: &str = "without a table it goes through every institution's: name the table";

/// What is wrong with a statement or clause of this kind, whatever it is about.
///
/// `later` says that it runs when a function is called, and not with the script: temporary objects
/// are the caller's then.
pub(super) fn judge(node: &SyntaxNode, later: bool) -> Option<Finding> {
    let (code, why) = in_transaction(node.kind())
        .or_else(|| of_the_server(node.kind()))
        .or_else(|| in_context(node, later))?;
    Some(Finding::new(code, format!("{}: {why}", heading(node))))
}

fn in_transaction(kind: SyntaxKind) -> Option<(RefusalCode, &'static str)> {
    use SyntaxKind::*;
    Some(match kind {
        BEGIN
        | COMMIT_TRANSACTION
        | COMMIT_PREPARED
        | ROLLBACK_TRANSACTION
        | ROLLBACK_TO_SAVEPOINT
        | ROLLBACK_PREPARED
        | SAVEPOINT_CREATE
        | RELEASE_SAVEPOINT
        | PREPARE_TRANSACTION
        | SET_TRANSACTION
        | RESET_TRANSACTION_ISOLATION
        | PLPGSQL_COMMIT_STMT
        | PLPGSQL_ROLLBACK_STMT => (RefusalCode::TransactionControl, TRANSACTION),
        SET_ROLE | RESET_ROLE | SET_SESSION_AUTH | RESET_SESSION_AUTH | SET_SCHEMA_VALUE
        | SET_CATALOG | DISCARD => (RefusalCode::SearchPathChange, STEADY),
        CREATE_SCHEMA
        | ALTER_SCHEMA
        | DROP_SCHEMA
        | SET_SCHEMA
        | OBJECT_SCHEMA
        | REINDEX_TARGET_SCHEMA => (RefusalCode::ForeignName, OTHER_SCHEMA),
        CREATE_FOREIGN_TABLE | ALTER_FOREIGN_TABLE | DROP_FOREIGN_TABLE | IMPORT_FOREIGN_SCHEMA => {
            (RefusalCode::ForeignName, FOREIGN)
        }
        VACUUM | REPACK | REINDEX_TARGET_DATABASE | REINDEX_TARGET_SYSTEM => {
            (RefusalCode::NeedsOwnTransaction, ALONE)
        }
        GRANT | REVOKE | ALTER_DEFAULT_PRIVILEGES | OWNER_TO => (RefusalCode::Rights, RIGHTS),
        SECURITY_DEFINER_FUNC_OPTION => (RefusalCode::DefinerFunction, DEFINER),
        COPY_STDIN | COPY_STDOUT => (RefusalCode::NeedsClient, CLIENT),
        _ => return None,
    })
}

fn of_the_server(kind: SyntaxKind) -> Option<(RefusalCode, &'static str)> {
    use SyntaxKind::*;
    Some(match kind {
        CREATE_EXTENSION | ALTER_EXTENSION | DROP_EXTENSION | OBJECT_EXTENSION => {
            (RefusalCode::ClusterWide, ONCE_PER_DATABASE)
        }
        CREATE_DATABASE
        | ALTER_DATABASE
        | DROP_DATABASE
        | OBJECT_DATABASE
        | CREATE_ROLE
        | ALTER_ROLE
        | DROP_ROLE
        | OBJECT_ROLE
        | CREATE_USER
        | ALTER_USER
        | DROP_USER
        | CREATE_GROUP
        | ALTER_GROUP
        | DROP_GROUP
        | CREATE_TABLESPACE
        | ALTER_TABLESPACE
        | DROP_TABLESPACE
        | OBJECT_TABLESPACE
        | TABLESPACE_REF
        | CREATE_SUBSCRIPTION
        | ALTER_SUBSCRIPTION
        | DROP_SUBSCRIPTION
        | OBJECT_SUBSCRIPTION
        | CREATE_PUBLICATION
        | ALTER_PUBLICATION
        | DROP_PUBLICATION
        | OBJECT_PUBLICATION
        | CREATE_EVENT_TRIGGER
        | ALTER_EVENT_TRIGGER
        | DROP_EVENT_TRIGGER
        | OBJECT_EVENT_TRIGGER
        | CREATE_LANGUAGE
        | ALTER_LANGUAGE
        | DROP_LANGUAGE
        | OBJECT_LANGUAGE
        | CREATE_FOREIGN_DATA_WRAPPER
        | ALTER_FOREIGN_DATA_WRAPPER
        | DROP_FOREIGN_DATA_WRAPPER
        | OBJECT_FOREIGN_DATA_WRAPPER
        | CREATE_SERVER
        | ALTER_SERVER
        | DROP_SERVER
        | OBJECT_SERVER
        | CREATE_USER_MAPPING
        | ALTER_USER_MAPPING
        | DROP_USER_MAPPING
        | CREATE_CAST
        | DROP_CAST
        | OBJECT_CAST
        | CREATE_ACCESS_METHOD
        | DROP_ACCESS_METHOD
        | OBJECT_ACCESS_METHOD
        | CREATE_TRANSFORM
        | DROP_TRANSFORM
        | OBJECT_TRANSFORM
        | ALTER_SYSTEM
        | CHECKPOINT
        | LOAD
        | REASSIGN
        | DROP_OWNED
        | SECURITY_LABEL
        | LISTEN
        | UNLISTEN
        | NOTIFY
        | ALTER_LARGE_OBJECT
        | OBJECT_LARGE_OBJECT => (RefusalCode::ClusterWide, WHOLE_SERVER),
        COPY_PROGRAM => (RefusalCode::ClusterWide, FILES),
        _ => return None,
    })
}

/// Kinds that are refused for what they hold or lack.
fn in_context(node: &SyntaxNode, later: bool) -> Option<(RefusalCode, &'static str)> {
    use SyntaxKind::*;
    let has = |kind| node.children().any(|child| child.kind() == kind);
    let says = |kind| node.children_with_tokens().any(|it| it.kind() == kind);
    match node.kind() {
        TEMP if !later => Some((RefusalCode::Temporary, TEMPORARY)),
        CREATE_INDEX
        | DROP_INDEX
        | REFRESH
        | REINDEX_TARGET_INDEX
        | REINDEX_TARGET_TABLE
        | REINDEX_OPTION_CONCURRENTLY
        | DETACH_CONCURRENTLY
            if says(CONCURRENTLY_KW) =>
        {
            Some((RefusalCode::NeedsOwnTransaction, WAITING))
        }
        CLUSTER if !has(TABLE_NAME_REF) && !has(CLUSTER_LEGACY) => {
            Some((RefusalCode::NeedsOwnTransaction, EVERYTHING))
        }
        ANALYZE if !has(TABLE_AND_COLUMNS_LIST) => Some((RefusalCode::ClusterWide, EVERYTHING)),
        RESET if has(ALL) => Some((RefusalCode::SearchPathChange, STEADY)),
        RESET_FUNC_OPTION if says(ALL_KW) => Some((RefusalCode::SearchPathChange, STEADY)),
        _ => None,
    }
}

/// What to call a statement or clause: by the keywords it starts with, mostly.
fn heading(node: &SyntaxNode) -> String {
    let kind = format!("{:?}", node.kind());
    match node.kind() {
        SyntaxKind::TABLESPACE_REF => "TABLESPACE".to_owned(),
        SyntaxKind::SET_SCHEMA_VALUE => "SET SCHEMA".to_owned(),
        SyntaxKind::SET_CATALOG => "SET CATALOG".to_owned(),
        SyntaxKind::RESET | SyntaxKind::RESET_FUNC_OPTION => "RESET ALL".to_owned(),
        SyntaxKind::COPY_PROGRAM => "COPY with a file or a program".to_owned(),
        SyntaxKind::COPY_STDIN | SyntaxKind::COPY_STDOUT => "COPY with the client".to_owned(),
        _ if let Some(object) = kind.strip_prefix("OBJECT_") => {
            format!("COMMENT ON {}", object.replace('_', " "))
        }
        _ if let Some(target) = kind.strip_prefix("REINDEX_TARGET_") => format!("REINDEX {target}"),
        _ => first_keywords(node, kind.split('_').count().min(4)),
    }
}

/// The first keywords in a node, at most so many: those further on may be the user's names.
fn first_keywords(node: &SyntaxNode, most: usize) -> String {
    let tokens = node.descendants_with_tokens().filter_map(|it| it.into_token());
    let words: Vec<String> = tokens
        .filter(|token| !token.kind().is_trivia())
        .take_while(|token| format!("{:?}", token.kind()).ends_with("_KW"))
        .take(most)
        .map(|token| token.text().to_ascii_uppercase())
        .collect();
    words.join(" ")
}

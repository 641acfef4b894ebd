//! A look at words alone, for SQL that no tree was made of: what PL/pgSQL the parser cannot follow,
//! and constant text that a body executes.
//!
//! A second line, kept narrow so that ordinary code passes: it knows sequences of words, not
//! grammar, and text that is put together when it runs goes past it.

use squawk_lexer::{TokenKind, tokenize};

use super::super::refusal::RefusalCode;
use super::finding::Finding;
use super::{calls, settings};

/// What is wrong in a piece of SQL, with the byte at which it is.
pub(super) fn scan(text: &str) -> Vec<(usize, Finding)> {
    let words = Words::of(text);
    let mut found = Vec::new();
    for at in 0..words.0.len() {
        let finding = words.session(at).or_else(|| words.statement(at)).or_else(|| words.name(at));
        found.extend(finding.map(|finding| (words.0[at].at, finding)));
    }
    found
}

struct Word {
    at: usize,
    /// In lower case unless it was quoted; strings are kept with their quotes.
    text: String,
    is_name: bool,
    /// The word before the bracket that this one stands in.
    inside: Option<usize>,
}

struct Words(Vec<Word>);

impl Words {
    fn of(text: &str) -> Words {
        let (mut words, mut open, mut at) = (Vec::<Word>::new(), Vec::new(), 0);
        for token in tokenize(text) {
            let raw = &text[at..at + token.len as usize];
            let (word, is_name) = match token.kind {
                TokenKind::Whitespace
                | TokenKind::LineComment
                | TokenKind::BlockComment { .. }
                | TokenKind::Eof => {
                    at += raw.len();
                    continue;
                }
                TokenKind::QuotedIdent { .. } => (raw.trim_matches('"').to_owned(), true),
                TokenKind::Ident => (raw.to_lowercase(), true),
                _ => (raw.to_owned(), false),
            };
            match token.kind {
                TokenKind::OpenParen => open.push(words.len().checked_sub(1)),
                TokenKind::CloseParen => _ = open.pop(),
                _ => {}
            }
            words.push(Word { at, text: word, is_name, inside: open.last().copied().flatten() });
            at += raw.len();
        }
        Words(words)
    }

    fn word(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |word| word.text.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    /// Whether a statement may begin here.
    fn starts(&self, at: usize) -> bool {
        matches!(self.before(at), "" | ";" | "begin" | "then" | "else" | "loop")
    }

    /// `SET` and `RESET` of what decides where names resolve, and `set_config`.
    fn session(&self, at: usize) -> Option<Finding> {
        let path = |reason: &str| Some(Finding::new(RefusalCode::SearchPathChange, reason));
        if self.word(at) == "set_config" && self.word(at + 1) == "(" {
            let first = self.word(at + 2);
            let is_constant = first.starts_with('\'') && self.word(at + 3) == ",";
            return calls::set_config(is_constant.then(|| first.trim_matches('\'')));
        }
        if !matches!(self.word(at), "set" | "reset") {
            return (self.word(at) == "discard" && self.starts(at))
                .then(|| path("DISCARD resets the search path: leave it out"))
                .flatten();
        }
        let scoped = matches!(self.word(at + 1), "local" | "session");
        let setting = at + 1 + usize::from(scoped);
        let next = self.word(setting + 1);
        match self.word(setting) {
            "search_path" => settings::judge("search_path"),
            "authorization" if scoped => settings::judge("session_authorization"),
            // `UPDATE t SET role = ...` is a column.
            "role" if !matches!(next, "=" | ",") => settings::judge("role"),
            "all" if self.word(at) == "reset" => {
                path("RESET ALL resets the search path: leave it out")
            }
            "schema" if next.starts_with('\'') => {
                path("SET SCHEMA changes the search path: leave it out")
            }
            _ => None,
        }
    }

    /// Statements that act outside of the schema, give rights, or end the transaction.
    fn statement(&self, at: usize) -> Option<Finding> {
        let (word, next) = (self.word(at), self.word(at + 1));
        let refuse = |code, what: &str| {
            Some(Finding::new(code, format!("{what} has no place in a template: leave it out")))
        };
        match word {
            "create" | "alter" | "drop" if is_outward(next) => {
                let what = format!("{} {}", word.to_uppercase(), next.to_uppercase());
                refuse(RefusalCode::ClusterWide, &what)
            }
            "create" | "alter" | "drop" if next == "schema" => {
                refuse(RefusalCode::ForeignName, &format!("{} SCHEMA", word.to_uppercase()))
            }
            "security" if next == "definer" => {
                refuse(RefusalCode::DefinerFunction, "SECURITY DEFINER")
            }
            "owner" if next == "to" => refuse(RefusalCode::Rights, "OWNER TO"),
            "grant" | "revoke" if self.starts(at) => {
                refuse(RefusalCode::Rights, &word.to_uppercase())
            }
            "copy" if self.starts(at) => refuse(RefusalCode::ClusterWide, "COPY"),
            "commit" | "rollback" if self.starts(at) && matches!(next, ";" | "and" | "") => {
                refuse(RefusalCode::TransactionControl, &word.to_uppercase())
            }
            _ if next == "(" && self.0[at].is_name => calls::outward(word),
            _ => None,
        }
    }

    /// A qualified name where a table, a function or a type is named.
    fn name(&self, at: usize) -> Option<Finding> {
        let [schema, dot, object] = self.0.get(at..at + 3)? else { return None };
        if !schema.is_name || dot.text != "." || !object.is_name {
            return None;
        }
        // `%I.f(` of a format is not known before it runs.
        let is_called = self.word(at + 3) == "(" && self.before(at) != "%";
        if !is_called && !self.names_table(at) {
            return None;
        }
        match schema.text.as_str() {
            "pg_catalog" | "information_schema" | "new" | "old" | "excluded" => None,
            schema => {
                let name = format!("{schema}.{}", object.text);
                let name: String = name.chars().take(130).collect();
                let reason = format!(
                    "{name} reaches out of the institution's schema: write the name without it"
                );
                Some(Finding::new(RefusalCode::ForeignName, reason))
            }
        }
    }

    /// Whether the word before makes the word here the name of a table or a type.
    fn names_table(&self, at: usize) -> bool {
        let before_that = at.checked_sub(2).map_or("", |at| self.word(at));
        match self.before(at) {
            "join" | "table" | "only" | "references" => true,
            ":" => before_that == ":",
            "update" => !matches!(before_that, "for" | "on" | "or" | "before" | "after"),
            "into" => matches!(before_that, "insert" | "merge"),
            "from" => {
                let function = self.0[at].inside.map_or("", |at| self.word(at));
                let takes_from = ["extract", "substring", "trim", "overlay", "position"];
                before_that != "distinct" && !takes_from.contains(&function)
            }
            _ => false,
        }
    }
}

fn is_outward(object: &str) -> bool {
    matches!(
        object,
        "role"
            | "user"
            | "group"
            | "database"
            | "tablespace"
            | "extension"
            | "subscription"
            | "publication"
            | "server"
            | "system"
            | "event"
    )
}

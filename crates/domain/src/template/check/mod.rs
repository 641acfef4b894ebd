//! Checks what the migrations say, statement by statement, before anything is run.
//!
//! Knows PostgreSQL's grammar and the rules of this house about it. Must not know how migrations
//! are found or ordered, nor what becomes of the script. It is a first line: the proof that only
//! the schema changed is a comparison of the catalogs, made where there is a database.

mod calls;
mod depth;
mod finding;
mod names;
mod settings;
mod statements;
mod walk;
mod words;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use squawk_lexer::{TokenKind, tokenize};
use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode;

use self::finding::{Finding, Found};
use self::walk::{Place, walk};
use super::read::Migration;
use super::refusal::{MOST, Refusal, RefusalCode};

/// The parser works by recursion and its tree is dropped by recursion. What `depth` admits fits in
/// here many times over, in a debug build too; the pages are only claimed when they are touched.
const STACK: usize = 64 << 20;

/// Larger files are data, and data does not belong in a template.
const LARGEST: usize = 16 << 20;

/// Every refusal of every migration, in the order of the script, file by file and line by line.
pub(super) fn check(migrations: &[Migration]) -> Vec<Refusal> {
    let checker = || {
        let mut refusals = Vec::new();
        for migration in migrations {
            refusals.extend(check_one(migration));
            if refusals.len() >= MOST {
                break;
            }
        }
        refusals
    };
    let checked = thread::scope(|scope| {
        let builder = thread::Builder::new().name("template-check".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, checker).ok().map(|thread| thread.join())
    });
    match checked {
        Some(Ok(refusals)) => refusals,
        // No thread could be had, or checking failed outside of any file: never a silent yes.
        _ => migrations.iter().take(1).map(|it| refusal(it, unreadable(0))).collect(),
    }
}

/// The statements of a seed with their lines, or every refusal.
pub(super) fn seed(text: &str) -> Result<Vec<(i32, String)>, Vec<Refusal>> {
    let refusal = |found: Found| {
        let Found { line, code, reason } = found;
        Refusal { file: "seed".to_owned(), line, code, reason }
    };
    let checker = || {
        let lines = Lines::of(text);
        if let Some((at, finding)) = unfit(text) {
            return Err(vec![refusal(finding.on(lines.line(at)))]);
        }
        let found = read_through(text, Place::seed(), &lines);
        if found.is_empty() {
            return Ok(split(text, &lines));
        }
        Err(found.into_iter().take(MOST).map(refusal).collect())
    };
    let checked = thread::scope(|scope| {
        let builder = thread::Builder::new().name("seed-check".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, checker).ok().map(|thread| thread.join())
    });
    match checked {
        Some(Ok(checked)) => checked,
        // no thread could be had, or the parser panicked: never a silent yes
        _ => Err(vec![refusal(unreadable(0))]),
    }
}

/// Each statement, without the semicolon behind it.
fn split(text: &str, lines: &Lines) -> Vec<(i32, String)> {
    let parsed = SourceFile::parse(text);
    let statements = parsed.tree().stmts().filter_map(|statement| {
        let range = statement.syntax().text_range();
        let (start, end): (usize, usize) = (range.start().into(), range.end().into());
        let sql = text[start..end].trim().trim_end_matches(';').trim_end();
        let line = i32::try_from(lines.line(start)).unwrap_or(i32::MAX);
        (!sql.is_empty()).then(|| (line, sql.to_owned()))
    });
    statements.collect()
}

fn check_one(migration: &Migration) -> Vec<Refusal> {
    let text = migration.runnable();
    let lines = Lines::of(text);
    let found = match unfit(text) {
        Some((at, finding)) => vec![finding.on(lines.line(at))],
        None => {
            let caught: Result<_, Box<dyn Any + Send>> =
                catch_unwind(AssertUnwindSafe(|| read_through(text, Place::default(), &lines)));
            caught.unwrap_or_else(|_| vec![unreadable(0)])
        }
    };
    found.into_iter().map(|found| refusal(migration, found)).collect()
}

/// What keeps a text from being given to the parser at all, and where.
fn unfit(text: &str) -> Option<(usize, Finding)> {
    let unparsable = |at, reason: &str| Some((at, Finding::new(RefusalCode::Unparsable, reason)));
    if text.len() > LARGEST {
        return unparsable(0, "the file is larger than 16 MiB: load data after the schema is made");
    }
    if let Some(at) = text.find('\0') {
        return unparsable(
            at,
            "there is a NUL character, which PostgreSQL does not take: remove it",
        );
    }
    let at = depth::too_deep(text)?;
    unparsable(at, "this is nested too deeply to be parsed: split the statement up")
}

fn read_through(text: &str, place: Place, lines: &Lines) -> Vec<Found> {
    let line_of = |at: usize| lines.line(at);
    let parsed = SourceFile::parse(text);
    let mut found = meta_commands(text, lines);
    if found.is_empty() {
        for error in parsed.errors() {
            let line = line_of(error.range().start().into());
            // One mistake often makes the parser stumble several times before the line ends.
            if found.last().is_none_or(|last| last.line != line) {
                let reason = format!("this is not PostgreSQL as we read it: {}", error.message());
                found.push(Finding::new(RefusalCode::Unparsable, reason).on(line));
            }
        }
    }
    walk(parsed.tree().syntax(), place, &line_of, &mut found);
    found.sort_by_key(|found| found.line);
    found.dedup();
    found
}

/// psql's own commands: no server understands them, and what follows them seldom parses either.
fn meta_commands(text: &str, lines: &Lines) -> Vec<Found> {
    let (mut at, mut found) = (0, Vec::<Found>::new());
    for token in tokenize(text) {
        let line = lines.line(at);
        if token.kind == TokenKind::Unknown
            && text[at..].starts_with('\\')
            && found.last().is_none_or(|last| last.line != line)
        {
            let word: String =
                text[at..].chars().take_while(|it| !it.is_whitespace()).take(20).collect();
            let reason = format!("{word} is a command of psql, not SQL: remove it");
            found.push(Finding::new(RefusalCode::Unparsable, reason).on(line));
        }
        at += token.len as usize;
    }
    found
}

fn unreadable(line: u32) -> Found {
    let reason = "the file could not be parsed: simplify it, or split it up";
    Finding::new(RefusalCode::Unparsable, reason).on(line)
}

fn refusal(migration: &Migration, found: Found) -> Refusal {
    let Found { line, code, reason } = found;
    Refusal { file: migration.path.clone(), line, code, reason }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(text.bytes().enumerate().filter(|(_, it)| *it == b'\n').map(|(at, _)| at).collect())
    }

    /// The 1-based line of a byte. CR LF ends a line once, because only LF counts.
    fn line(&self, at: usize) -> u32 {
        let before = self.0.partition_point(|newline| *newline < at);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;

//! The way through a syntax tree, and into the bodies that stand in it as strings.
//!
//! Knows where SQL can be and in which order to ask the rules; the rules themselves are in the
//! files beside this one.

use squawk_syntax::ast::{
    AstNode, CreateFunction, CreateProcedure, Do, DoLanguage, LanguageFuncOption, Literal,
};
use squawk_syntax::body::{Body, BodyLanguage};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::refusal::RefusalCode;
use super::finding::{Finding, Found};
use super::{calls, names, settings, statements, words};

/// Where the SQL that is looked at stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// How many strings deep; 0 is the file itself. Bodies can hold blocks that have bodies.
    depth: usize,
    /// Whether it runs when a function is called, and not with the script.
    later: bool,
    /// Whether it belongs to a seed, which may ask for its parameters.
    seed: bool,
}

impl Place {
    /// The text of a seed.
    pub(super) fn seed() -> Place {
        Place { seed: true, ..Place::default() }
    }
}

/// How deep blocks in blocks are followed. Each is a string in a string, so real ones stay flat.
const DEEPEST_BODY: usize = 8;

/// Languages that only a superuser may use, because they reach the server's machine.
const UNTRUSTED: &[&str] =
    &["c", "internal", "plperlu", "plpython2u", "plpython3u", "plpythonu", "plsh", "pltclu"];

/// Asks every rule about every node, and goes into bodies in SQL and PL/pgSQL.
///
/// `line_of` gives the file's line of a byte of this tree's text.
pub(super) fn walk(
    root: &SyntaxNode,
    place: Place,
    line_of: &dyn Fn(usize) -> u32,
    found: &mut Vec<Found>,
) {
    let mut refused_to = 0;
    for node in root.descendants() {
        let (start, end): (usize, usize) =
            (node.text_range().start().into(), node.text_range().end().into());
        // A statement that is refused as such need not be refused again for what it holds.
        if start < refused_to {
            continue;
        }
        if let Some(finding) = statements::judge(&node, place.later) {
            found.push(finding.on(line_of(start)));
            refused_to = end;
            continue;
        }
        if place.seed && !place.later && names::asks_for_parameter(&node) {
            continue;
        }
        let finding = names::judge(&node, place.depth > 0)
            .or_else(|| calls::judge(&node))
            .or_else(|| setting(&node))
            .or_else(|| language(&node));
        found.extend(finding.map(|finding| finding.on(line_of(start))));
        executed(&node, line_of, found);
        bodies(&node, place, line_of, found);
    }
}

/// `SET` and `RESET`, alone or as a clause of a function.
fn setting(node: &SyntaxNode) -> Option<Finding> {
    let shown = node.parent().is_some_and(|it| it.kind() == SyntaxKind::SHOW);
    if node.kind() != SyntaxKind::CONFIG_PARAMETER_REF || shown || pins_function(node) {
        return None;
    }
    settings::judge(&names::segments(node).join("."))
}

/// `set search_path from current` of a function: it pins the function to the institution's schema.
fn pins_function(node: &SyntaxNode) -> bool {
    let Some(setting) = node.parent() else { return false };
    let of_function = node.ancestors().any(|it| it.kind() == SyntaxKind::SET_FUNC_OPTION);
    of_function
        && names::segments(node) == ["search_path"]
        && setting.descendants().any(|it| it.kind() == SyntaxKind::FROM_CURRENT)
}

fn language(node: &SyntaxNode) -> Option<Finding> {
    let name = match node.kind() {
        SyntaxKind::LANGUAGE_FUNC_OPTION => LanguageFuncOption::cast(node.clone())?.language_name(),
        SyntaxKind::DO_LANGUAGE => DoLanguage::cast(node.clone())?.language_name(),
        _ => None,
    };
    let name = name?.name;
    UNTRUSTED.contains(&name.as_str()).then(|| {
        let reason = format!(
            "language {name} reaches the server's machine and needs a superuser: use SQL or PL/pgSQL"
        );
        Finding::new(RefusalCode::UntrustedLanguage, reason)
    })
}

/// Constant text that PL/pgSQL executes, such as the format of a `format(...)`.
fn executed(node: &SyntaxNode, line_of: &dyn Fn(usize) -> u32, found: &mut Vec<Found>) {
    use SyntaxKind::*;
    if !matches!(
        node.kind(),
        PLPGSQL_DYN_EXECUTE_STMT
            | PLPGSQL_FOR_DYN_STMT
            | PLPGSQL_OPEN_EXECUTE
            | PLPGSQL_RETURN_QUERY_EXECUTE_STMT
    ) {
        return;
    }
    let Some(query) = node.children().find(|it| it.kind() == PLPGSQL_EXPR) else { return };
    for literal in query.descendants().filter_map(Literal::cast) {
        let Some(text) = literal.decoded_value() else { continue };
        let first_line = line_of(literal.syntax().text_range().start().into());
        for (at, finding) in words::scan(text.text()) {
            add(found, finding.on(first_line + newlines(&text.text()[..at])));
        }
    }
}

fn bodies(node: &SyntaxNode, place: Place, line_of: &dyn Fn(usize) -> u32, found: &mut Vec<Found>) {
    let (in_plpgsql, in_sql, literal) = match node.kind() {
        SyntaxKind::CREATE_FUNCTION => {
            let it = CreateFunction::cast(node.clone());
            let bodies = it.map(|it| (it.plpgsql(), it.sql_body()));
            let (in_plpgsql, in_sql) = bodies.unwrap_or_default();
            (in_plpgsql, in_sql, definition(node))
        }
        SyntaxKind::CREATE_PROCEDURE => {
            let it = CreateProcedure::cast(node.clone());
            let bodies = it.map(|it| (it.plpgsql(), it.sql_body()));
            let (in_plpgsql, in_sql) = bodies.unwrap_or_default();
            (in_plpgsql, in_sql, definition(node))
        }
        SyntaxKind::DO => {
            let it = Do::cast(node.clone());
            (it.as_ref().and_then(Do::plpgsql), None, it.and_then(|it| it.body()))
        }
        _ => return,
    };
    let Some(literal) = literal else { return };
    let first_line = line_of(literal.syntax().text_range().start().into());
    let later = place.later || node.kind() != SyntaxKind::DO;
    let place = Place { depth: place.depth + 1, later, ..place };
    if place.depth > DEEPEST_BODY {
        let reason = "blocks are nested too deeply in each other: flatten them";
        found.push(Finding::new(RefusalCode::Unparsable, reason).on(first_line));
        return;
    }
    if let Some(body) = in_plpgsql {
        enter(&body, place, first_line, found);
        // The parser does not follow all of PL/pgSQL (`SELECT ... INTO STRICT`): what it leaves
        // without a tree is looked at word by word.
        if !body.errors().is_empty() {
            for (at, finding) in words::scan(body.text()) {
                add(found, finding.on(first_line + newlines(&body.text()[..at])));
            }
        }
    }
    if let Some(body) = in_sql {
        enter(&body, place, first_line, found);
    }
}

/// The string behind the `AS` of a function or procedure.
fn definition(function: &SyntaxNode) -> Option<Literal> {
    let definition = function.descendants().find(|it| it.kind() == SyntaxKind::AS_DEFINITION)?;
    definition.children().find_map(Literal::cast)
}

fn enter<T: BodyLanguage>(body: &Body<T>, place: Place, first_line: u32, found: &mut Vec<Found>) {
    let line_of = |at: usize| first_line + newlines(&body.text()[..at]);
    walk(&body.syntax(), place, &line_of, found);
}

/// Adds what the words show unless the tree has shown it: it says the same with better words.
fn add(found: &mut Vec<Found>, new: Found) {
    if !found.iter().any(|it| it.line == new.line && it.code == new.code) {
        found.push(new);
    }
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}

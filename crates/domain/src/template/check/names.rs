//! Names that reach out of the institution's schema, where the grammar says what a name is of.
//!
//! Knows paths in the syntax tree. `a.b` in an expression is a column of an alias, most often, and
//! is none of this file's business unless it is called or has three parts.

use squawk_syntax::ast::normalize_name_node;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::refusal::RefusalCode;
use super::finding::Finding;

/// What is wrong with the name that this node is, if it is one.
pub(super) fn judge(node: &SyntaxNode, in_body: bool) -> Option<Finding> {
    match node.kind() {
        SyntaxKind::PATH | SyntaxKind::PATH_REF => judge_path(node),
        SyntaxKind::CALL_EXPR => judge_call(node),
        SyntaxKind::FIELD_EXPR if !in_body => judge_column(node),
        SyntaxKind::SCHEMA_REF => {
            Some(foreign(&[normalize_name_node(node)], "leave the schema's name out"))
        }
        _ => None,
    }
}

/// Whether this is `tenantry.parameter(…)`, the one function of ours that a seed may call.
pub(super) fn asks_for_parameter(node: &SyntaxNode) -> bool {
    node.kind() == SyntaxKind::CALL_EXPR
        && called(node).is_some_and(|parts| parts == ["tenantry", "parameter"])
}

/// A finding for a qualified name, or none when its qualifier is PostgreSQL's own.
pub(super) fn judge_parts(parts: &[String]) -> Option<Finding> {
    match parts {
        [] | [_] => None,
        [schema, _] if is_catalog(schema) => None,
        [.., name] if name.is_empty() => Some(foreign(parts, "leave the schema's name out")),
        [.., name] => {
            let what = format!(
                "write {} alone, which is found in the institution's own schema",
                shown(std::slice::from_ref(name))
            );
            Some(foreign(parts, &what))
        }
    }
}

/// The parts of a call's name: one, or with its qualifiers.
pub(super) fn called(call: &SyntaxNode) -> Option<Vec<String>> {
    parts_of(&call.first_child()?)
}

fn judge_path(path: &SyntaxNode) -> Option<Finding> {
    let holder = path.parent()?;
    let columns = match holder.kind() {
        SyntaxKind::PATH
        | SyntaxKind::PATH_REF
        | SyntaxKind::CONFIG_PARAMETER_REF
        | SyntaxKind::PLPGSQL_ALIAS_TARGET => return None,
        // The last part is a column of what the others name: `OWNED BY t.id`, `t.id%TYPE`.
        SyntaxKind::QUALIFIED_COLUMN_NAME_REF | SyntaxKind::PERCENT_TYPE => 1,
        _ => 0,
    };
    let mut parts = segments(path);
    parts.truncate(parts.len().saturating_sub(columns));
    if let [schema, _] = parts.as_slice()
        && is_catalog(schema)
        && is_target(path)
    {
        let reason = format!(
            "{} belongs to PostgreSQL itself: make and change objects of the institution's schema",
            shown(&parts)
        );
        return Some(Finding::new(RefusalCode::ForeignName, reason));
    }
    judge_parts(&parts)
}

fn judge_call(call: &SyntaxNode) -> Option<Finding> {
    judge_parts(&called(call)?)
}

/// `schema.table.column`: an alias and a column have two parts.
fn judge_column(field: &SyntaxNode) -> Option<Finding> {
    let parent = field.parent()?.kind();
    let is_inner = matches!(parent, SyntaxKind::FIELD_EXPR | SyntaxKind::CALL_EXPR);
    // A function in the standard's form is parsed here with its body, where a name may have three
    // parts for another reason: function, parameter, field.
    if is_inner || field.ancestors().any(|it| it.kind() == SyntaxKind::ATOMIC_BODY) {
        return None;
    }
    let mut parts = parts_of(field)?;
    if parts.len() < 3 {
        return None;
    }
    parts.pop();
    judge_parts(&parts)
}

/// The names in `a.b.c`, or none when it is not made of names alone.
fn parts_of(expr: &SyntaxNode) -> Option<Vec<String>> {
    match expr.kind() {
        SyntaxKind::NAME_REF => Some(vec![normalize_name_node(expr)]),
        SyntaxKind::FIELD_EXPR => {
            let mut parts = parts_of(&expr.first_child()?)?;
            let last = expr.last_child()?;
            // `a.*` has no node for its star.
            parts.push(match expr.children().count() {
                1 => "*".to_owned(),
                _ => normalize_name_node(&last),
            });
            Some(parts)
        }
        _ => None,
    }
}

/// The parts of a path, or of the path in a node that holds nothing else.
pub(super) fn segments(path: &SyntaxNode) -> Vec<String> {
    path.descendants()
        .filter(|it| matches!(it.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF))
        .map(|it| normalize_name_node(&it))
        .collect()
}

fn is_catalog(schema: &str) -> bool {
    matches!(schema, "pg_catalog" | "information_schema")
}

/// Whether a path is what its statement makes, changes or drops, and not what it merely uses.
fn is_target(path: &SyntaxNode) -> bool {
    if path.kind() == SyntaxKind::PATH {
        return true;
    }
    let Some(holder) = path.parent() else { return false };
    let user = holder.ancestors().skip(1).find(|it| !is_wrapper(it.kind()));
    user.is_some_and(|user| changes(user.kind()))
}

fn is_wrapper(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        TABLE_RELATION_NAME
            | RELATION_NAME
            | TABLE_LIST
            | ON_RELATION
            | ON_TABLE
            | COPY_TABLE
            | FUNCTION_SIG
            | FUNCTION_SIG_LIST
            | PROCEDURE_SIG
            | PROCEDURE_SIG_LIST
            | ROUTINE_SIG
            | ROUTINE_SIG_LIST
            | AGGREGATE
    )
}

fn changes(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    let named = format!("{kind:?}");
    matches!(kind, INSERT | UPDATE | DELETE | MERGE | TRUNCATE | COPY)
        || matches!(kind, CREATE_INDEX | CREATE_TRIGGER | CREATE_RULE | CREATE_POLICY)
        || ["ALTER_", "DROP_", "OBJECT_"].iter().any(|start| named.starts_with(start))
}

fn foreign(parts: &[String], what: &str) -> Finding {
    let reason = format!("{} reaches out of the institution's schema: {what}", shown(parts));
    Finding::new(RefusalCode::ForeignName, reason)
}

/// A name as people write it, cut when somebody made it absurdly long.
fn shown(parts: &[String]) -> String {
    let cut = |part: &String| part.chars().take(63).collect::<String>();
    parts.iter().map(cut).collect::<Vec<_>>().join(".")
}

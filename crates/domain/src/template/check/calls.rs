//! Function calls and casts that do what a statement may not: settings changed by a call, names
//! kept in strings, and PostgreSQL's own functions that reach out of the schema.

use squawk_syntax::ast::{AstNode, Literal};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::refusal::RefusalCode;
use super::finding::Finding;
use super::{names, settings};

/// Functions whose first argument names a relation, type or function in a string.
const NAMING: &[&str] = &[
    "nextval",
    "currval",
    "setval",
    "pg_get_serial_sequence",
    "to_regclass",
    "to_regtype",
    "to_regproc",
    "to_regprocedure",
    "to_regoper",
    "to_regoperator",
];

/// Types whose literals are names of objects.
const NAMES: &[&str] = &[
    "regclass",
    "regtype",
    "regproc",
    "regprocedure",
    "regoper",
    "regoperator",
    "regconfig",
    "regdictionary",
    "regcollation",
];

/// Functions that act on the database or the server, however they are called.
const OUTWARD: &[&str] = &[
    "lo_close",
    "lo_creat",
    "lo_create",
    "lo_export",
    "lo_from_bytea",
    "lo_get",
    "lo_import",
    "lo_open",
    "lo_put",
    "lo_truncate",
    "lo_unlink",
    "loread",
    "lowrite",
    "pg_cancel_backend",
    "pg_ls_dir",
    "pg_notify",
    "pg_read_binary_file",
    "pg_read_file",
    "pg_reload_conf",
    "pg_stat_file",
    "pg_terminate_backend",
];

/// What is wrong with a call or a cast.
pub(super) fn judge(node: &SyntaxNode) -> Option<Finding> {
    match node.kind() {
        SyntaxKind::CALL_EXPR => judge_call(node),
        SyntaxKind::CAST_EXPR => judge_cast(node),
        _ => None,
    }
}

/// What is wrong with calling this function by its bare name: known to act outside the schema.
pub(super) fn outward(function: &str) -> Option<Finding> {
    OUTWARD.contains(&function).then(|| {
        let reason = format!(
            "{function} acts on the whole database or server, not on one institution's schema: \
             leave the call out"
        );
        Finding::new(RefusalCode::ClusterWide, reason)
    })
}

/// `set_config` with this setting; none stands for one that is only known when it runs.
pub(super) fn set_config(setting: Option<&str>) -> Option<Finding> {
    match setting {
        Some(setting) => settings::judge(setting),
        None => {
            let reason = "set_config may change the search path when its first argument is not a \
                          constant: name the setting in a plain string";
            Some(Finding::new(RefusalCode::SearchPathChange, reason))
        }
    }
}

fn judge_call(call: &SyntaxNode) -> Option<Finding> {
    let parts = names::called(call)?;
    let function = match parts.as_slice() {
        [name] => name,
        [schema, name] if schema == "pg_catalog" => name,
        _ => return None,
    };
    let arguments = call.children().find(|it| it.kind() == SyntaxKind::ARG_LIST)?;
    let first = arguments.children().find(|it| it.kind() == SyntaxKind::ARG);
    if function == "set_config" {
        return set_config(first.and_then(|it| constant(&it)).as_deref());
    }
    if NAMING.contains(&function.as_str()) {
        // A cast around the string changes nothing: the first string is the name.
        let name = first?.descendants().find_map(|it| text_of(&it))?;
        return names::judge_parts(&name_parts(&name));
    }
    outward(function)
}

fn judge_cast(cast: &SyntaxNode) -> Option<Finding> {
    let target = cast.children().find(|it| it.kind() == SyntaxKind::PATH_TYPE)?;
    let target = names::segments(&target);
    if !target.last().is_some_and(|it| NAMES.contains(&it.as_str())) {
        return None;
    }
    let name = cast.children().find_map(|it| text_of(&it))?;
    names::judge_parts(&name_parts(&name))
}

/// The string that an argument is, when it is nothing but a string.
fn constant(argument: &SyntaxNode) -> Option<String> {
    let value = argument.last_child()?;
    match value.kind() {
        SyntaxKind::NAMED_ARG => text_of(&value.last_child()?),
        _ => text_of(&value),
    }
}

fn text_of(node: &SyntaxNode) -> Option<String> {
    Some(Literal::cast(node.clone())?.decoded_value()?.text().to_owned())
}

/// The parts of a name in a string, read as `regclass` reads it: quotes keep case and dots.
fn name_parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let text = text.trim();
    for (at, letter) in text.char_indices() {
        match letter {
            // A doubled quote is a letter of the name.
            '"' if quoted && text[at + 1..].starts_with('"') => quoted = false,
            '"' => {
                if !quoted && at > 0 && text[..at].ends_with('"') {
                    push(&mut parts, '"');
                }
                quoted = !quoted;
            }
            '.' if !quoted => parts.push(String::new()),
            '(' if !quoted => break,
            letter if quoted => push(&mut parts, letter),
            letter => push(&mut parts, letter.to_ascii_lowercase()),
        }
    }
    parts
}

fn push(parts: &mut [String], letter: char) {
    if let Some(last) = parts.last_mut() {
        last.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_strings_are_read_as_regclass_reads_them() {
        assert_eq!(name_parts("t"), ["t"]);
        assert_eq!(name_parts("Public.T"), ["public", "t"]);
        assert_eq!(name_parts(r#""a.b"."C""#), ["a.b", "C"]);
        assert_eq!(name_parts(r#""a""b""#), [r#"a"b"#]);
        assert_eq!(name_parts("f(public.t)"), ["f"]);
        assert_eq!(name_parts("\"\u{e9}.x"), ["\u{e9}.x"]);
        assert_eq!(name_parts(""), [""]);
    }
}

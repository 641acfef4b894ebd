//! How deep a text may nest, measured on its words before the recursive parser sees it.
//!
//! Knows words and brackets, not grammar: a bound from above is enough.

use squawk_lexer::{LiteralKind, Token, TokenKind, tokenize};

/// A tree is never deeper than the words that may still be open in it.
const DEEPEST: usize = 8_000;

/// How many brackets and blocks may be open at once: each costs the parser several calls.
const MOST_OPEN: usize = 1_000;

/// Where a text nests too deeply, in its statements or in a quoted body.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let (mut open, mut at) = (Open::default(), 0);
    for token in tokenize(text) {
        let word = &text[at..at + token.len as usize];
        open.take(token, word);
        if open.total > DEEPEST || open.groups.len() > MOST_OPEN {
            return Some(at);
        }
        if is_body(token.kind)
            && word.len() > MOST_OPEN
            && let Some(inside) = body_of(word).and_then(too_deep)
        {
            return Some(at + inside);
        }
        at += token.len as usize;
    }
    None
}

/// The groups that are open: whether by a bracket or by a word, and the words in each since its
/// last comma or semicolon.
#[derive(Default)]
struct Open {
    groups: Vec<(bool, usize)>,
    here: usize,
    total: usize,
    after_end: bool,
}

impl Open {
    fn take(&mut self, token: Token, word: &str) {
        match token.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment { .. }
            | TokenKind::Eof => return,
            TokenKind::OpenParen | TokenKind::OpenBracket => self.enter(true),
            TokenKind::CloseParen | TokenKind::CloseBracket => self.leave(true),
            TokenKind::Comma | TokenKind::Semi => {
                self.total -= self.here;
                self.here = 0;
            }
            TokenKind::Ident if is(word, &["begin", "case", "if", "loop"]) && !self.after_end => {
                self.enter(false);
            }
            // `IF EXISTS` opens nothing.
            TokenKind::Ident if is(word, &["end", "exists"]) => self.leave(false),
            _ => {
                self.here += 1;
                self.total += 1;
            }
        }
        self.after_end = token.kind == TokenKind::Ident && is(word, &["end"]);
    }

    fn enter(&mut self, bracket: bool) {
        self.groups.push((bracket, self.here));
        self.total += 1;
        self.here = 1;
    }

    fn leave(&mut self, bracket: bool) {
        if let Some((_, outer)) = self.groups.pop_if(|(opened_by, _)| *opened_by == bracket) {
            self.total -= self.here;
            // What was inside counts as one word of the group around it.
            self.here = outer + 1;
            self.total += 1;
        }
    }
}

fn is(word: &str, words: &[&str]) -> bool {
    words.iter().any(|it| word.eq_ignore_ascii_case(it))
}

fn is_body(kind: TokenKind) -> bool {
    let TokenKind::Literal { kind } = kind else { return false };
    matches!(
        kind,
        LiteralKind::DollarQuotedString { .. }
            | LiteralKind::Str { .. }
            | LiteralKind::EscStr { .. }
            | LiteralKind::UnicodeEscStr { .. }
    )
}

/// The inside of a quoted word, near enough: what counts is that it gets shorter.
fn body_of(word: &str) -> Option<&str> {
    let (tag, rest) = word.split_at_checked(word.find(['$', '\''])? + 1)?;
    if tag.ends_with('\'') {
        return Some(rest.strip_suffix('\'').unwrap_or(rest));
    }
    rest.split_once('$').map(|(_, body)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_bounded_and_length_is_not() {
        assert_eq!(too_deep(&"(".repeat(MOST_OPEN)), None);
        assert_eq!(too_deep(&"(".repeat(MOST_OPEN + 1)), Some(MOST_OPEN));
        assert_eq!(too_deep(&"(a),".repeat(100_000)), None);
        assert_eq!(too_deep(&"drop table if exists a; ".repeat(10_000)), None);
        assert_eq!(too_deep(&"if a then b; end if; ".repeat(10_000)), None);
        assert!(too_deep(&"if a then b; ".repeat(10_000)).is_some());
        assert!(too_deep(&"not ".repeat(30_000)).is_some());
        assert!(too_deep(&"(a)+".repeat(30_000)).is_some());
        assert!(too_deep(&format!("do $a$ {} $a$", "(".repeat(2_000))).is_some());
        assert!(too_deep(&format!("do ' {} '", "(".repeat(2_000))).is_some());
    }
}

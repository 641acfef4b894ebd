//! Reads off a parsed file which names of its own crate it mentions, what it defines and what it
//! imports. Knows nothing of other files.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ImplItem, Item, ItemMod, ItemUse, Macro, Path, UseTree, Visibility};

use crate::walls::test_code::{attributes, for_tests_only};

/// A name as it was written: from the crate's root, or from what is in sight.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) from_root: bool,
    pub(crate) parts: Vec<String>,
}

/// How a name is mentioned.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum How {
    /// `use a::B;`
    Import,
    /// `use a::*;`
    ImportAll,
    /// In a signature or a body.
    Code,
}

/// One mention of a name.
pub(crate) struct Mention {
    pub(crate) name: Name,
    pub(crate) how: How,
    /// Whether the import is shown to others (`pub use`).
    pub(crate) shown: bool,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// What a module's file says.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: BTreeMap<String, Name>,
    pub(crate) imports_all: Vec<Name>,
    pub(crate) mentions: Vec<Mention>,
    /// Modules in files of their own that only tests see, from the root.
    pub(crate) test_modules: Vec<Vec<String>>,
}

/// Adds to `facts` what `parsed`, the file of `module`, says.
pub(crate) fn collect(facts: &mut Facts, parsed: &syn::File, file: &str, module: &[String]) {
    for item in &parsed.items {
        facts.items.extend(defined_name(item));
    }
    let at = module.to_vec();
    Collector { facts, file, at, outside: 0 }.visit_file(parsed);
}

struct Collector<'a> {
    facts: &'a mut Facts,
    file: &'a str,
    /// The module of the line that is read, inline modules included.
    at: Vec<String>,
    /// How many inline modules and blocks lie around that line.
    outside: usize,
}

impl Collector<'_> {
    /// Turns `crate`, `self` and `super` at the head of a name into the way from the root.
    fn name(&self, parts: &[String]) -> Name {
        let mut base = self.at.clone();
        let mut rest = parts;
        let mut from_root = false;
        while let Some((head, tail)) = rest.split_first() {
            match head.as_str() {
                "crate" => base.clear(),
                "super" => {
                    base.pop();
                }
                "self" => {}
                _ => break,
            }
            from_root = true;
            rest = tail;
        }
        let parts = if from_root { [&base[..], rest].concat() } else { rest.to_vec() };
        Name { from_root, parts }
    }

    fn mention(&mut self, parts: &[String], how: How, shown: bool, line: usize) {
        let (name, file) = (self.name(parts), self.file.to_owned());
        self.facts.mentions.push(Mention { name, how, shown, file, line });
    }

    /// Walks one `use` down to its leaves.
    fn import(&mut self, tree: &UseTree, before: &mut Vec<String>, shown: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before, shown);
                before.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, shown);
                }
            }
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                self.mention(before, How::ImportAll, shown, line);
                if self.outside == 0 {
                    let name = self.name(before);
                    self.facts.imports_all.push(name);
                }
            }
            UseTree::Name(leaf) => self.leaf(&leaf.ident, None, before, shown),
            UseTree::Rename(leaf) => self.leaf(&leaf.ident, Some(&leaf.rename), before, shown),
        }
    }

    fn leaf(&mut self, ident: &Ident, renamed: Option<&Ident>, before: &[String], shown: bool) {
        let mut parts = before.to_vec();
        if ident != "self" || parts.is_empty() {
            parts.push(ident.to_string());
        }
        self.mention(&parts, How::Import, shown, ident.span().start().line);
        let local = renamed.map(ToString::to_string).or_else(|| parts.last().cloned());
        if let (0, Some(local)) = (self.outside, local) {
            let name = self.name(&parts);
            self.facts.imports.insert(local, name);
        }
    }

    /// Macros are not parsed, so names in them are found by their `::`.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            if let TokenTree::Group(group) = &tokens[i] {
                self.scan(group.stream());
            }
            let (parts, next) = path_at(&tokens, i);
            // `$crate` is the crate of whoever the macro is for.
            let foreign = i > 0 && (is_punct(&tokens[i - 1], '$') || is_punct(&tokens[i - 1], ':'));
            if parts.len() > 1 && !foreign {
                self.mention(&parts, How::Code, false, tokens[i].span().start().line);
            }
            i = next.max(i + 1);
        }
    }
}

/// The path `a::b::c` that begins at token `i`, and the token after it.
fn path_at(tokens: &[TokenTree], mut i: usize) -> (Vec<String>, usize) {
    let mut parts = Vec::new();
    while let Some(TokenTree::Ident(ident)) = tokens.get(i) {
        parts.push(ident.to_string());
        i += 1;
        let colons = tokens.get(i..i + 2).is_some_and(|two| two.iter().all(|t| is_punct(t, ':')));
        if !colons {
            break;
        }
        i += 2;
    }
    (parts, i)
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests_only(attributes(item)) {
            visit::visit_item(self, item);
        } else if let Item::Mod(ItemMod { ident, content: None, .. }) = item {
            let mut module = self.at.clone();
            module.push(ident.to_string());
            self.facts.test_modules.push(module);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if for_tests_only(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.content.is_some() {
            self.at.push(module.ident.to_string());
            self.outside += 1;
            visit::visit_item_mod(self, module);
            self.outside -= 1;
            self.at.pop();
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.outside += 1;
        visit::visit_block(self, block);
        self.outside -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            let shown = !matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, &mut Vec::new(), shown);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            let parts: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
            let line = path.segments[0].ident.span().start().line;
            self.mention(&parts, How::Code, false, line);
        }
        visit::visit_path(self, path);
    }

    /// `pub(in crate::a)` says who may look in, it needs nothing from there.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }
}

/// The name that an item gives to its module; imports and modules in files of their own give none.
fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Mod(item) if item.content.is_some() => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

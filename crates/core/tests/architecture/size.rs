//! How long a file, a function and a line may be.

use syn::spanned::Spanned;
use syn::visit::Visit;

/// The most lines of a file, tests left out.
const FILE_LINES: usize = 400;
/// The most lines of a function. A longer one carries `#[expect(clippy::too_many_lines)]` with its
/// reason.
const FUNCTION_LINES: usize = 60;
/// The most characters of a line. Lines with a web address may be longer.
const LINE_WIDTH: usize = 100;

/// What is too long in a file, one sentence each.
pub(crate) fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//! ") {
        faults.push(format!("{path} has no header"));
    }
    let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().lines().count();
    if lines > FILE_LINES {
        faults.push(format!("{path} has {lines} lines, more than {FILE_LINES}"));
    }
    for (index, line) in text.lines().enumerate() {
        if line.chars().count() > LINE_WIDTH && !line.contains("://") {
            faults.push(format!("{path}:{} is wider than {LINE_WIDTH}", index + 1));
        }
    }
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut functions = Functions { path, faults };
    functions.visit_file(&file);
    functions.faults
}

struct Functions<'a> {
    path: &'a str,
    faults: Vec<String>,
}

impl Functions<'_> {
    fn check(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], block: &syn::Block) {
        let span = block.span();
        let lines = span.end().line - span.start().line;
        let reasoned = attributes.iter().any(|attribute| attribute.path().is_ident("expect"));
        if lines > FUNCTION_LINES && !reasoned {
            self.faults.push(format!("{}: `{name}` has {lines} lines", self.path));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.check(&item.sig.ident, &item.attrs, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.check(&item.sig.ident, &item.attrs, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

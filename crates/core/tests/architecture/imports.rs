//! Reads which file of a crate uses which other file, from its parsed source.
//!
//! An arrow leads to the file that defines a name: re-exports are followed. Paths count wherever
//! they are written: in `use` declarations, in code, and in the arguments of macros. Code for
//! tests (`#[cfg(test)]`) does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, File, Item, UseTree, Visibility};

/// A path of names: a module, or an item in it. The crate itself is the empty path.
pub(crate) type Names = Vec<String>;

/// The source files of one crate and the arrows between them.
pub(crate) struct Crate {
    /// Files by module, relative to `src/`.
    pub(crate) files: BTreeMap<Names, PathBuf>,
    /// The modules that each module uses.
    pub(crate) uses: BTreeMap<Names, BTreeSet<Names>>,
    /// Imports that reach a name by the re-export of a folder they lie in.
    pub(crate) roundabout: Vec<String>,
}

/// Reads all files below `src` and the arrows between them.
pub(crate) fn read(src: &Path) -> Crate {
    let mut files = BTreeMap::new();
    collect(src, src, &mut files);
    let parsed: BTreeMap<Names, Module> =
        files.iter().map(|(names, path)| (names.clone(), Module::parse(&src.join(path)))).collect();
    let resolver = Resolver { modules: &parsed };
    let mut uses: BTreeMap<Names, BTreeSet<Names>> = BTreeMap::new();
    let mut roundabout = Vec::new();
    for (names, module) in &parsed {
        let arrows = uses.entry(names.clone()).or_default();
        for path in &module.paths {
            let Some(target) = resolver.definition(names, path) else { continue };
            if target.module != *names {
                arrows.insert(target.module.clone());
            }
            let through_own_folder = target.through.iter().any(|via| names.starts_with(via));
            if through_own_folder && target.module != *names {
                roundabout.push(format!(
                    "{} imports `{}`, which `{}` defines",
                    files[names].display(),
                    path.join("::"),
                    files[&target.module].display()
                ));
            }
        }
    }
    Crate { files, uses, roundabout }
}

fn collect(src: &Path, folder: &Path, files: &mut BTreeMap<Names, PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(src, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(src).expect("below src").to_owned();
            let mut names: Names = relative
                .with_extension("")
                .iter()
                .map(|part| part.to_string_lossy().into())
                .collect();
            names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
            files.insert(names, relative);
        }
    }
}

/// What one file says of others.
struct Module {
    /// Paths that begin with `crate`, `self`, `super`, or the name of a child module.
    paths: BTreeSet<Names>,
    /// The re-exported names and the paths they refer to; `*` for all names.
    exports: Vec<(String, Names)>,
}

impl Module {
    fn parse(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the source can be read");
        let File { items, .. } =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let items: Vec<Item> = items.into_iter().filter(|item| !is_for_tests(item)).collect();
        let children: BTreeSet<String> = items
            .iter()
            .filter_map(|item| match item {
                Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        let mut module = Self { paths: BTreeSet::new(), exports: Vec::new() };
        for item in &items {
            if let Item::Use(declaration) = item {
                let mut leaves = Vec::new();
                flatten(&declaration.tree, &mut Vec::new(), &mut leaves);
                let exported = !matches!(declaration.vis, Visibility::Inherited);
                for (name, path) in leaves {
                    let own_child = children.contains(&path[0]);
                    if exported {
                        module.exports.push((name, path.clone()));
                    }
                    // A folder that re-exports what lies in it does not use it.
                    if !(exported && own_child) {
                        module.paths.insert(path);
                    }
                }
            } else if !matches!(item, Item::Mod(module) if module.content.is_none()) {
                scan(strip_tests(item).into_token_stream(), &children, &mut module.paths);
            }
        }
        module
    }
}

fn cfg_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.to_token_stream().to_string().contains("(test)")
    })
}

fn is_for_tests(item: &Item) -> bool {
    match item {
        Item::Mod(item) => cfg_test(&item.attrs),
        Item::Use(item) => cfg_test(&item.attrs),
        Item::Fn(item) => cfg_test(&item.attrs),
        Item::Impl(item) => cfg_test(&item.attrs),
        Item::Const(item) => cfg_test(&item.attrs),
        _ => false,
    }
}

/// An item without the methods in it that are for tests only.
fn strip_tests(item: &Item) -> Item {
    let mut item = item.clone();
    if let Item::Impl(block) = &mut item {
        block.items.retain(|member| match member {
            syn::ImplItem::Fn(member) => !cfg_test(&member.attrs),
            _ => true,
        });
    }
    item
}

/// The leaves of a `use` declaration: the name each brings in, and its path.
fn flatten(tree: &UseTree, prefix: &mut Names, leaves: &mut Vec<(String, Names)>) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, leaves);
            prefix.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, leaves);
            }
        }
        UseTree::Name(name) if name.ident == "self" => {
            leaves.push((prefix.last().cloned().unwrap_or_default(), prefix.clone()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            leaves.push((name.clone(), [prefix.as_slice(), &[name]].concat()));
        }
        UseTree::Rename(rename) => {
            let path = [prefix.as_slice(), &[rename.ident.to_string()]].concat();
            leaves.push((rename.rename.to_string(), path));
        }
        UseTree::Glob(_) => {
            leaves.push(("*".into(), [prefix.as_slice(), &["*".into()]].concat()));
        }
    }
}

/// Finds paths in code: `crate::…`, `self::…`, `super::…`, and those of child modules.
fn scan(tokens: TokenStream, children: &BTreeSet<String>, paths: &mut BTreeSet<Names>) {
    let mut found: Vec<Names> = vec![Vec::new()];
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) if colons == 2 => {
                found.last_mut().expect("never empty").push(ident.to_string());
            }
            TokenTree::Ident(ident) => found.push(vec![ident.to_string()]),
            TokenTree::Group(group) => {
                scan(group.stream(), children, paths);
                found.push(Vec::new());
            }
            _ => found.push(Vec::new()),
        }
        colons = 0;
    }
    paths.extend(found.into_iter().filter(|path| {
        path.len() > 1
            && (["crate", "self", "super"].contains(&path[0].as_str())
                || children.contains(&path[0]))
    }));
}

struct Resolver<'a> {
    modules: &'a BTreeMap<Names, Module>,
}

/// Where a name is defined.
struct Definition {
    module: Names,
    /// The modules whose re-exports lead there.
    through: Vec<Names>,
}

impl Resolver<'_> {
    /// The file that defines what `path` means in the module `from`; none for other crates.
    fn definition(&self, from: &Names, path: &Names) -> Option<Definition> {
        let absolute = self.absolute(from, path)?;
        let mut through = Vec::new();
        let module = self.follow(absolute, &mut through);
        Some(Definition { module, through })
    }

    fn absolute(&self, from: &Names, path: &Names) -> Option<Names> {
        let mut base = from.clone();
        let mut rest = path.as_slice();
        match path[0].as_str() {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|first| first == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            child => {
                let child = [base.as_slice(), &[child.to_owned()]].concat();
                if !self.modules.contains_key(&child) {
                    return None;
                }
            }
        }
        Some([base.as_slice(), rest].concat())
    }

    fn follow(&self, absolute: Names, through: &mut Vec<Names>) -> Names {
        let depth = (0..=absolute.len())
            .rev()
            .find(|depth| self.modules.contains_key(&absolute[..*depth]))
            .expect("the crate itself is a module");
        let module = absolute[..depth].to_vec();
        let Some(name) = absolute.get(depth).filter(|name| *name != "*") else { return module };
        for (exported, path) in &self.modules[&module].exports {
            if exported != name {
                continue;
            }
            let Some(target) = self.absolute(&module, path) else { continue };
            through.push(module);
            return self.follow(target, through);
        }
        module
    }
}

/// The circles among the modules: each a set of modules that reach one another.
pub(crate) fn circles(uses: &BTreeMap<Names, BTreeSet<Names>>) -> Vec<Vec<Names>> {
    let reach: BTreeMap<&Names, BTreeSet<&Names>> =
        uses.keys().map(|start| (start, reachable(uses, start))).collect();
    let mut found: Vec<Vec<Names>> = Vec::new();
    for start in uses.keys() {
        if found.iter().flatten().any(|known| known == start) || !reach[start].contains(start) {
            continue;
        }
        let circle = uses
            .keys()
            .filter(|other| reach[start].contains(other) && reach[other].contains(start))
            .cloned()
            .collect();
        found.push(circle);
    }
    found
}

fn reachable<'a>(
    uses: &'a BTreeMap<Names, BTreeSet<Names>>,
    start: &'a Names,
) -> BTreeSet<&'a Names> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(next) = open.pop() {
        for target in uses.get(next).into_iter().flatten() {
            if seen.insert(target) {
                open.push(target);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::{Crate, Names, circles, read};

    /// Writes the files of a small crate and reads its imports.
    fn check(name: &str, files: &[(&str, &str)]) -> Crate {
        let src = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&src);
        for (path, text) in files {
            let path = src.join(path);
            std::fs::create_dir_all(path.parent().expect("below src")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        read(&src)
    }

    fn module(path: &str) -> Names {
        path.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn grouped_imports_make_arrows() {
        let read = check(
            "grouped",
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "use crate::{b::{self, One as Two}, c};"),
                ("b.rs", "use crate::a;"),
                ("c.rs", ""),
            ],
        );
        assert!(read.uses[&module("a")].contains(&module("c")));
        assert_eq!(circles(&read.uses), [vec![module("a"), module("b")]]);
    }

    #[test]
    fn paths_in_code_and_macros_make_arrows() {
        let read = check(
            "paths",
            &[
                ("lib.rs", "mod a; mod b; mod c;"),
                ("a.rs", "fn f() { crate::b::g(); }"),
                ("b.rs", "fn g() { println!(\"{}\", super::c::h(1)); }"),
                ("c.rs", "fn h(_: crate::a::T) {}"),
            ],
        );
        assert_eq!(circles(&read.uses), [vec![module("a"), module("b"), module("c")]]);
    }

    #[test]
    fn a_folder_and_its_file_make_a_circle() {
        let read = check(
            "folder",
            &[("a/mod.rs", "mod b; fn f() { b::g() }"), ("a/b.rs", "fn g() { super::f() }")],
        );
        assert_eq!(circles(&read.uses), [vec![module("a"), module("a::b")]]);
    }

    #[test]
    fn re_exports_lead_to_the_file_that_defines_the_name() {
        let read = check(
            "exports",
            &[
                ("a/mod.rs", "mod b; mod c; pub use b::B;"),
                ("a/b.rs", "pub struct B;"),
                ("a/c.rs", "use super::B;"),
                ("d.rs", "use crate::a::B;"),
            ],
        );
        assert!(read.uses[&module("d")].contains(&module("a::b")));
        assert!(circles(&read.uses).is_empty());
        assert_eq!(read.roundabout, ["a/c.rs imports `super::B`, which `a/b.rs` defines"]);
    }

    #[test]
    fn code_for_tests_makes_no_arrow() {
        let read = check(
            "for_tests",
            &[("a.rs", "#[cfg(test)] mod tests { use crate::b; }"), ("b.rs", "use crate::a;")],
        );
        assert!(read.uses[&module("a")].is_empty());
        assert!(circles(&read.uses).is_empty());
    }
}

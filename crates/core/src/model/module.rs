//! Modules of every type: their header, and what is known of the types Optakit does not create.

use std::collections::BTreeMap;

use super::field_reader::FieldReader;
use super::modules::Modules;
use super::rules::MISSING_FIELD;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::span::{Span, Spanned};
use crate::suggest;
use crate::syntax::{Mapping, Node, NodeKind};
use crate::text::Text;

/// A type no Opta version had.
pub static UNKNOWN_MODULE_TYPE: Rule = Rule {
    id: "unknown-module-type",
    severity: Severity::Error,
    doc: "The module's type is none that Opta knew. Optakit renders `k8s-service` and leaves the other types alone, but a \
          misspelt type would be left alone too.",
    bad: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\n\
         modules:\n  - {type: k8s-servce, image: AUTO, port: {http: 80}}\n",
    ),
    good: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

/// Two modules of one name.
pub static DUPLICATE_MODULE_NAME: Rule = Rule {
    id: "duplicate-module-name",
    severity: Severity::Error,
    doc: "Two modules of the file have the same name, so that links and objects of the two would be mixed up.",
    bad: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n\
         \x20 - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n\
         \x20 - {type: k8s-service, name: api, image: AUTO, port: {http: 81}}\n",
    ),
    good: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n\
         \x20 - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n\
         \x20 - {type: k8s-service, name: web, image: AUTO, port: {http: 81}}\n",
    ),
}
.published();

/// The type Optakit renders.
pub const K8S_SERVICE: &str = "k8s-service";

/// The short names of Opta's module types for AWS; each also stands with `aws-` before it.
pub const TYPES: &[&str] = &[
    K8S_SERVICE,
    "base",
    "dns",
    "k8s-cluster",
    "k8s-base",
    "postgres",
    "mysql",
    "redis",
    "documentdb",
    "mongodb-atlas",
    "s3",
    "sqs",
    "sns",
    "dynamodb",
    "ses",
    "iam-role",
    "iam-user",
    "nodegroup",
    "eks",
    "helm-chart",
    "datadog",
    "cloudfront-distribution",
    "custom-terraform",
    "lambda-function",
    "static-site",
    "runx",
    "linkerd",
    "vpn",
    "ecs-service",
    "gcp-k8s-service",
    "sagemaker-endpoint",
    "external-state",
    "ssh-key",
    "kubernetes-manifest",
];

/// A field that a type Optakit does not create must have, since links read it.
const REQUIRED: &[(&str, &str, &str)] = &[("s3", "bucket_name", "acme-media")];

/// The fields beside type and name that a module of a type must have, each with an example.
pub fn required_fields(short_type: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    REQUIRED
        .iter()
        .filter(move |(of, ..)| *of == short_type)
        .map(|(_, field, example)| (*field, *example))
}

/// A module as far as its type does not matter.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name, given or made from the type.
    pub name: Spanned<String>,
    /// Whether the name is given.
    pub named: bool,
    /// Its type as written.
    pub kind: Spanned<String>,
    /// Where in the file, like `modules[0]`.
    pub path: String,
    /// All of its fields.
    pub mapping: Mapping,
    /// The module itself.
    pub span: Span,
}

impl Header {
    /// The type without `aws-`.
    #[must_use]
    pub fn short_type(&self) -> &str {
        short_type(&self.kind.value)
    }
}

/// A type without `aws-`.
#[must_use]
pub fn short_type(kind: &str) -> &str {
    kind.strip_prefix("aws-").unwrap_or(kind)
}

/// Reads the headers of a file's modules; one that is no map or has no type is left out.
pub fn headers(modules: &Modules, reader: &mut FieldReader<'_>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    // Opta's default name is the type without dashes; a second one of a type would collide, which
    // is reported.
    reader.under("modules", |reader| {
        for (index, node) in modules.0.iter().enumerate() {
            let header = reader.in_item(index, |reader| header(node, reader));
            headers.extend(header);
        }
    });
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for module in &headers {
        let name = module.name.value.as_str();
        let Some(first) = seen.get(name) else {
            seen.insert(name, module.name.span);
            continue;
        };
        let message = format!("module name `{name}` is used twice");
        let diagnostic = Diagnostic::new(
            &DUPLICATE_MODULE_NAME,
            module.name.span,
            format!("{}.name", module.path),
            message,
        )
        .help("give each module a name of its own")
        .label(*first, "first used here");
        reader.diagnostics.push(diagnostic);
    }
    headers
}

fn header(node: &Node, reader: &mut FieldReader<'_>) -> Option<Header> {
    let NodeKind::Mapping(mapping) = &node.kind else {
        if !node.is_broken() {
            reader.push(reader.wrong_type(node, "a map with a `type`"));
        }
        return None;
    };
    let owner = mapping.entries.first().map_or(node.span, |first| first.key.span);
    let kind: Spanned<Text> =
        reader.required(mapping, super::k8s_service::K8sService::field("type"), owner)?;
    let short = short_type(kind.value.as_str()).to_owned();
    if !TYPES.contains(&&*short) {
        let message = format!("unknown module type `{}`", kind.value.as_str());
        let path = reader.path_of("type");
        let mut diagnostic = Diagnostic::new(&UNKNOWN_MODULE_TYPE, kind.span, path, message);
        diagnostic = match suggest::nearest(&short, TYPES.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Safe,
                format!("write `{near}`"),
                kind.span,
                near,
            ),
            None => diagnostic
                .help("Optakit renders `k8s-service`; Opta's other types may stand beside it"),
        };
        reader.diagnostics.push(diagnostic);
    }
    for (field, example) in required_fields(&short) {
        if mapping.get(field).is_none() && !mapping.broken {
            let path = reader.path_of(field);
            let diagnostic =
                Diagnostic::new(&MISSING_FIELD, owner, path, format!("`{field}` is missing"))
                    .help(format!("add `{field}: {example}`"));
            reader.diagnostics.push(diagnostic);
        }
    }
    let name: Option<Spanned<Text>> =
        reader.optional(mapping, super::k8s_service::K8sService::field("name"));
    let named = name.is_some();
    let name = name.map_or_else(
        || Spanned::new(kind.value.as_str().replace('-', ""), owner),
        |name| Spanned::new(name.value.as_str().to_owned(), name.span),
    );
    let kind = Spanned::new(kind.value.as_str().to_owned(), kind.span);
    Some(Header {
        name,
        named,
        kind,
        path: reader.path().to_owned(),
        mapping: mapping.clone(),
        span: node.span,
    })
}

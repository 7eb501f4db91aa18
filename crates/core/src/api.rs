//! The way in: a request with every text, an analysis of plain data out, for any front end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::aws;
use crate::bundle::Bundle;
use crate::check::{self, Checked, Surroundings};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lower;
use crate::model::environment::Environment;
use crate::model::image::{Image, check_digest, check_tag};
use crate::model::k8s_service::K8sService;
use crate::model::layer::EnvironmentEntry;
use crate::model::module::{Header, K8S_SERVICE};
use crate::model::name::Names;
use crate::model::text::Text;
use crate::render::{self, Frame, LinkVariable, Manifests, Profile, WithoutImage};
use crate::resolve::{self, LayerFile, Scope, Values};
use crate::source::{LineIndex, Source};
use crate::span::{FileId, Span};
use crate::syntax;
use crate::value::{Value, ValueKind};

/// A text under its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// Its path or name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// What is to be analysed.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The service file.
    pub service: SourceText,
    /// The environment files, by the `path` under which the service file names them: the text, or why it cannot be read.
    pub environment_files: BTreeMap<String, Result<String, String>>,
    /// The values file.
    pub values: Option<SourceText>,
    /// What to render.
    pub choices: Choices,
    /// The certificates of RDS for the region, as PEM; needed when [`Analysis::rds_certificates_for`] names a region.
    pub rds_certificates: Option<String>,
}

/// What to render of a service file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Choices {
    /// The environment's name; may be left out when there is only one.
    pub environment: Option<String>,
    /// The profile's name; `default` when left out.
    pub profile: Option<String>,
    /// The tag of AUTO images.
    pub image_tag: Option<String>,
    /// The digest of AUTO images, which wins over the tag.
    pub image_digest: Option<String>,
}

/// An environment that a service file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentRef {
    /// Its name.
    pub name: String,
    /// The path of its file, relative to the service file.
    pub path: String,
}

/// All that can be said of a request.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The faults, in source order.
    pub diagnostics: Vec<Finding>,
    /// The environments of the file.
    pub environments: Vec<EnvironmentRef>,
    /// The environment the rest is about.
    pub environment: Option<String>,
    /// Why the choices do not fit the file, when they do not.
    pub refusal: Option<String>,
    /// The manifests; none while there is an error.
    pub manifests: Option<Vec<Manifest>>,
    /// The AWS resources of the services.
    pub aws: Vec<AwsResource>,
    /// The inputs that are used and not known, like `parent.zone_id`.
    pub inputs: Vec<String>,
    /// The modules whose pods are left out since their AUTO image has neither tag nor digest.
    pub without_image: Vec<String>,
    /// The secrets that must exist in the namespace.
    pub secrets: Vec<RequiredSecret>,
    /// The region whose certificates of RDS are needed and were not given.
    pub rds_certificates_for: Option<String>,
}

impl Analysis {
    /// Whether any fault is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == "error")
    }

    /// The manifests as one YAML stream.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        let manifests = self.manifests.as_ref()?;
        Some(manifests.iter().map(|manifest| manifest.yaml.as_str()).collect::<Vec<_>>().join("---\n"))
    }
}

/// A diagnostic as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The name of the text it is in.
    pub file: String,
    /// Its place.
    pub place: Place,
    /// `error`, `warning` or `hint`.
    pub severity: &'static str,
    /// The rule's name.
    pub rule: &'static str,
    /// Where in the document.
    pub path: String,
    /// What was found and expected.
    pub message: String,
    /// The next action.
    pub help: Option<String>,
    /// A second place, with the name of its text and why it matters.
    pub label: Option<Note>,
    /// The repairs.
    pub fixes: Vec<Repair>,
}

/// A place in a text, in every unit that front ends count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// First line, from 1.
    pub line: u32,
    /// First column in characters, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// First UTF-16 code unit.
    pub from: usize,
    /// One past the last UTF-16 code unit.
    pub to: usize,
}

/// A second place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The name of the text it is in.
    pub file: String,
    /// Its place.
    pub place: Place,
    /// Why it matters.
    pub message: String,
}

/// A repair as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// What it does.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safe: bool,
    /// The replacements.
    pub edits: Vec<Replacement>,
}

/// A replacement in the text of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replacement {
    /// What is replaced.
    pub place: Place,
    /// What takes its place.
    pub text: String,
}

/// One Kubernetes object.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// The object as a YAML document.
    pub yaml: String,
    #[serde(skip)]
    value: Value,
}

impl Manifest {
    /// The object as data.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(&self.value).expect("a manifest is a tree of maps with text keys")
    }
}

/// One AWS resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AwsResource {
    /// `ecr-repository` or `iam-role`.
    pub kind: &'static str,
    /// The module it belongs to.
    pub module: String,
    /// Its name.
    pub name: String,
    /// All of it, as JSON text.
    pub json: String,
}

/// A Secret with the keys that must be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredSecret {
    /// The Secret's name.
    pub name: String,
    /// Its keys.
    pub keys: Vec<String>,
}

/// The environments of a service file, for a front end that must read their files before it asks for an analysis.
#[must_use]
pub fn environments(service: &SourceText) -> Vec<EnvironmentRef> {
    let source = Source::new(FileId::Service, &*service.name, &*service.text);
    let (document, _) = syntax::parse(&source);
    refs(&resolve::layer_file(&document, &source).0)
}

fn refs(file: &LayerFile) -> Vec<EnvironmentRef> {
    let entry = |entry: &EnvironmentEntry| {
        let (name, path) = (entry.name.as_ref()?, entry.path.as_ref()?);
        Some(EnvironmentRef { name: name.value.as_str().to_owned(), path: path.value.as_str().to_owned() })
    };
    file.environments.iter().filter_map(|spanned| entry(&spanned.value)).collect()
}

/// Checks a request and renders it when there is no error.
///
/// `link_values` puts the Secret `secret` of link values among the manifests, when the values file knows them.
#[must_use]
pub fn analyze(request: &Request, link_values: bool) -> Analysis {
    let pass = Pass::run(request, WithoutImage::LeaveOut);
    let mut analysis = pass.analysis;
    if let Some(rendered) = pass.rendered {
        let mut objects = rendered.objects;
        if link_values {
            objects.extend(rendered.link_secret);
        }
        let manifests = Manifests::new(objects);
        analysis.manifests = Some(manifests.objects.iter().map(manifest).collect());
    }
    analysis
}

fn manifest(object: &render::Object) -> Manifest {
    Manifest {
        kind: object.kind,
        name: object.name.clone(),
        namespace: object.namespace.clone(),
        yaml: syntax::to_yaml(&object.value),
        value: object.value.clone(),
    }
}

/// Makes the bundle of a request.
///
/// # Errors
///
/// The analysis that says why there is none.
pub fn bundle(request: &Request) -> Result<Bundle, Box<Analysis>> {
    let mut clean = request.clone();
    let values = read_values(request);
    clean.choices = clean.choices.over(&values);
    clean.values = None;
    // A secret that a text refers to must stay a hole: a bundle is passed around.
    bundle_of(&clean, values.without_secrets()).ok_or_else(|| Box::new(Pass::run(request, WithoutImage::Hole).analysis))
}

/// The bundle of a request without a values file, from values without secrets; none when it has errors.
pub(crate) fn bundle_of(request: &Request, values: Values) -> Option<Bundle> {
    let Pass { analysis, rendered } = Pass::run_with(request, WithoutImage::Hole, values);
    let rendered = rendered.filter(|_| analysis.rds_certificates_for.is_none())?;
    Some(Bundle::new(request, &analysis, &rendered))
}

fn read_values(request: &Request) -> Values {
    request
        .values
        .as_ref()
        .map_or_else(Values::default, |values| resolve::read_values(&Source::new(FileId::Values, &*values.name, &*values.text)).0)
}

/// An AWS resource of a module.
pub(crate) struct Resource {
    /// `ecr-repository` or `iam-role`.
    pub(crate) kind: &'static str,
    /// The module.
    pub(crate) module: String,
    /// All of it.
    pub(crate) value: Value,
}

impl Resource {
    fn name(&self) -> String {
        match self.value.get("name").map(|name| &name.kind) {
            Some(ValueKind::Text(name)) => name.as_str().to_owned(),
            _ => String::new(),
        }
    }
}

/// What a pass over a request without errors gives.
pub(crate) struct Rendered {
    /// The layer's name.
    pub(crate) layer: String,
    /// The environment.
    pub(crate) environment: Environment,
    /// The path of the environment file, and its text.
    pub(crate) environment_file: Option<SourceText>,
    /// The objects of all services, without the Secret of link values.
    pub(crate) objects: Vec<render::Object>,
    /// The Secret of link values.
    pub(crate) link_secret: Option<render::Object>,
    /// The AWS resources, as data.
    pub(crate) aws: Vec<Resource>,
    /// The values that were used.
    pub(crate) used: BTreeMap<String, String>,
    /// The texts of the request, for places.
    pub(crate) texts: Texts,
}

/// The texts of a request with their line indexes.
pub(crate) struct Texts(Vec<(Source, LineIndex)>);

impl Texts {
    fn push(&mut self, source: Source) {
        let index = LineIndex::new(&source.text);
        self.0.push((source, index));
    }

    fn get(&self, file: FileId) -> Option<&(Source, LineIndex)> {
        self.0.iter().find(|(source, _)| source.file == file)
    }

    fn name(&self, file: FileId) -> String {
        self.get(file).map(|(source, _)| source.name.clone()).unwrap_or_default()
    }

    /// The place of a span, and the name of the text it is in.
    pub(crate) fn place(&self, span: Span) -> (String, Place) {
        let Some((source, index)) = self.get(span.file) else {
            let nowhere = Place { line: 1, column: 1, end_line: 1, end_column: 1, start: 0, end: 0, from: 0, to: 0 };
            return (String::new(), nowhere);
        };
        let text = &source.text;
        let (start, end) = (span.start as usize, span.end as usize);
        let (first, last) = (index.position(text, start), index.position(text, end));
        let place = Place {
            line: first.line,
            column: first.column,
            end_line: last.line,
            end_column: last.column,
            start,
            end,
            from: index.utf16(text, start),
            to: index.utf16(text, end),
        };
        (source.name.clone(), place)
    }
}

struct Pass {
    analysis: Analysis,
    rendered: Option<Rendered>,
}

impl Pass {
    fn run(request: &Request, without_image: WithoutImage) -> Self {
        Self::run_with(request, without_image, Values::default())
    }

    /// Runs every stage. `values` are used when the request has no values file.
    fn run_with(request: &Request, without_image: WithoutImage, values: Values) -> Self {
        let mut texts = Texts(Vec::new());
        let source = Source::new(FileId::Service, &*request.service.name, &*request.service.text);
        let (document, mut diagnostics) = syntax::parse(&source);
        let (file, mut faults) = resolve::layer_file(&document, &source);
        diagnostics.append(&mut faults);
        texts.push(source.clone());
        let mut analysis = Analysis { environments: refs(&file), ..Analysis::default() };

        let values = match &request.values {
            Some(text) => {
                let values_source = Source::new(FileId::Values, &*text.name, &*text.text);
                let (values, mut faults) = resolve::read_values(&values_source);
                diagnostics.append(&mut faults);
                texts.push(values_source);
                values
            }
            None => values,
        };
        let choices = request.choices.over(&values);
        let profile = choices.profile();
        let refusal = profile.as_ref().err().cloned().or_else(|| choices.image_fault());
        let (entry, refusal) = match (resolve::choose(&file, choices.environment.as_deref()), refusal) {
            (_, Some(refusal)) => (None, Some(refusal)),
            (Ok(entry), None) => (entry, None),
            (Err(refusal), None) => (None, Some(refusal)),
        };
        analysis.refusal = refusal;

        let (environment, environment_file) = environment(request, &file, entry, &mut diagnostics, &mut texts);
        analysis.environment = entry.and_then(|entry| entry.name.as_ref()).map(|name| name.value.as_str().to_owned());
        let no_variables = BTreeMap::new();
        let variables = entry.map_or(no_variables, EnvironmentEntry::all_variables);
        let layer_name = file.layer.as_ref().and_then(|layer| layer.name.as_ref());
        if let Some(fault) = layer_name.and_then(check::names::check_layer) {
            diagnostics.push(fault);
        }
        let image = (choices.image_tag.as_deref(), choices.image_digest.as_deref());
        let used = RefCell::new(BTreeMap::new());
        let layer = layer_name.map(|name| name.value.as_str()).unwrap_or_default();
        let scope = Scope {
            layer_name: layer,
            environment: &environment,
            variables: &variables,
            modules: &file.modules,
            values: &values,
            image,
            used: &used,
        };
        let services = check_modules(&file, &source, &scope, &mut diagnostics);

        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start, diagnostic.span.end));
        analysis.diagnostics = diagnostics.iter().map(|diagnostic| finding(diagnostic, &texts)).collect();
        let good = !diagnostics.iter().any(Diagnostic::is_error) && analysis.refusal.is_none();
        let rendered = (good && layer_name.is_some()).then(|| {
            let input = RenderInput {
                source: &source,
                scope: &scope,
                services: &services,
                profile: profile.unwrap_or_default(),
                without_image,
                layer_span: layer_name.map(|name| name.span),
                request,
            };
            render_all(&input, environment_file, texts, &mut analysis)
        });
        Self { analysis, rendered }
    }
}

impl Choices {
    /// These choices, where left out those of a values file.
    fn over(&self, values: &Values) -> Self {
        Self {
            environment: self.environment.clone().or_else(|| values.env.clone()),
            profile: self.profile.clone(),
            image_tag: self.image_tag.clone().or_else(|| values.image_tag.clone()),
            // A digest wins over a tag, so that one of the values must not win over a tag that was asked for.
            image_digest: self.image_digest.clone().or_else(|| values.image_digest.clone().filter(|_| self.image_tag.is_none())),
        }
    }

    fn profile(&self) -> Result<Profile, String> {
        let Some(name) = &self.profile else { return Ok(Profile::default()) };
        let found = Profile::ALL.iter().find(|(known, _)| known == name).map(|(_, profile)| *profile);
        found.ok_or_else(|| {
            let names: Vec<&str> = Profile::ALL.iter().map(|(name, _)| *name).collect();
            format!("there is no profile `{name}`, choose one of {}", crate::model::field::list(&names))
        })
    }

    fn image_fault(&self) -> Option<String> {
        let tag = self.image_tag.as_deref().and_then(|tag| check_tag(tag).err());
        tag.or_else(|| self.image_digest.as_deref().and_then(|digest| check_digest(digest).err()))
    }
}

/// The chosen environment, from its file, from the service file itself, or with only its name known.
fn environment(
    request: &Request,
    file: &LayerFile,
    entry: Option<&EnvironmentEntry>,
    diagnostics: &mut Vec<Diagnostic>,
    texts: &mut Texts,
) -> (Environment, Option<SourceText>) {
    let Some(entry) = entry else {
        let own = file.layer.as_ref().filter(|_| file.environments.is_empty()).map(|layer| own_environment(layer, &file.modules));
        return (own.unwrap_or_default(), None);
    };
    let named = Environment {
        name: entry.name.as_ref().map(|name| name.value.as_str().to_owned()).unwrap_or_default(),
        ..Environment::default()
    };
    let Some(path) = &entry.path else { return (named, None) };
    match request.environment_files.get(path.value.as_str()) {
        None => (named, None),
        Some(Err(reason)) => {
            let index =
                file.environments.iter().position(|other| std::ptr::eq(&raw const other.value, entry)).unwrap_or_default();
            let message = format!("the environment file `{}` cannot be read: {reason}", path.value.as_str());
            let at = format!("environments[{index}].path");
            diagnostics.push(
                Diagnostic::new(&resolve::ENVIRONMENT_FILE, path.span, at, message)
                    .help("the path is relative to the service file"),
            );
            (named, None)
        }
        Some(Ok(text)) => {
            let source = Source::new(FileId::Environment, path.value.as_str(), &**text);
            let (mut environment, mut faults) = resolve::environment_file(&source);
            diagnostics.append(&mut faults);
            texts.push(source);
            if environment.name.is_empty() {
                environment.name = named.name;
            }
            (environment, Some(SourceText { name: path.value.as_str().to_owned(), text: text.clone() }))
        }
    }
}

fn own_environment(layer: &crate::model::layer::Layer, modules: &[Header]) -> Environment {
    let file = crate::model::environment::EnvironmentFile {
        name: layer.name.clone(),
        org_name: layer.org_name.clone(),
        providers: layer.providers.clone(),
        modules: None,
    };
    Environment { own: true, ..Environment::from_file(&file, modules) }
}

/// A service that may be rendered, with its module.
struct Service {
    header: Header,
    checked: Checked<K8sService>,
}

fn check_modules(file: &LayerFile, source: &Source, scope: &Scope<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Service> {
    let surroundings = Surroundings { layer_name: scope.layer_name, modules: &file.modules, image: scope.image };
    let others = file.modules.iter().filter(|module| module.short_type() != K8S_SERVICE);
    diagnostics.extend(others.filter_map(check::names::check_module));
    let mut services = Vec::new();
    for (lowered, faults) in lower::lower(&file.modules, source, scope) {
        let header = lowered.header.clone();
        let (checked, mut faults) = check::check(lowered, faults, &surroundings);
        diagnostics.append(&mut faults);
        services.extend(checked.map(|checked| Service { header, checked }));
    }
    services
}

struct RenderInput<'a> {
    source: &'a Source,
    scope: &'a Scope<'a>,
    services: &'a [Service],
    profile: Profile,
    without_image: WithoutImage,
    layer_span: Option<Span>,
    request: &'a Request,
}

fn render_all(input: &RenderInput<'_>, environment_file: Option<SourceText>, texts: Texts, analysis: &mut Analysis) -> Rendered {
    let (scope, environment) = (input.scope, input.scope.environment);
    let names: Vec<Names> = input
        .services
        .iter()
        .map(|service| Names { layer: scope.layer_name.to_owned(), module: service.header.name.value.clone() })
        .collect();
    let variables: Vec<Vec<LinkVariable>> =
        input.services.iter().map(|service| render::link_variables(&service.checked, scope.modules)).collect();
    let certificates = input.request.rds_certificates.as_deref();
    let needs_certificates = input.profile == Profile::Opta2021 || variables.iter().flatten().any(|variable| variable.rds);
    if needs_certificates && certificates.is_none() && !input.services.is_empty() {
        analysis.rds_certificates_for = environment.region.clone();
    }
    let frames: Vec<Frame<'_>> = (0..input.services.len())
        .map(|index| Frame {
            names: &names[index],
            environment,
            profile: input.profile,
            image_tag: scope.image.0,
            image_digest: scope.image.1,
            without_image: input.without_image,
            rds_certificates: certificates.unwrap_or_default(),
            link_variables: &variables[index],
            span: input.services[index].header.span,
            layer_span: input.layer_span,
        })
        .collect();
    let mut objects = Vec::new();
    if !frames.is_empty() {
        objects.push(render::namespace(scope.layer_name, environment, input.layer_span));
    }
    let mut aws_resources = Vec::new();
    for (service, frame) in input.services.iter().zip(&frames) {
        objects.extend(render::render(&service.checked, frame));
        aws_resources.extend(aws_of(service, frame, input));
        let auto = service.checked.image().value == Image::Auto;
        if auto && frame.image_tag.is_none() && frame.image_digest.is_none() {
            analysis.without_image.push(frame.names.module.clone());
        }
    }
    let objects = Manifests::new(objects).objects;
    analysis.secrets = required_secrets(input.services, &variables);
    analysis.inputs = inputs(&objects, &aws_resources);
    let data = |resource: &Resource| AwsResource {
        kind: resource.kind,
        module: resource.module.clone(),
        name: resource.name(),
        json: syntax::to_json(&resource.value),
    };
    analysis.aws = aws_resources.iter().map(data).collect();
    let link_secret = render::link_secret(&frames, scope.values);
    Rendered {
        layer: scope.layer_name.to_owned(),
        environment: environment.clone(),
        environment_file,
        objects,
        link_secret,
        aws: aws_resources,
        used: scope.used.borrow().clone(),
        texts,
    }
}

fn aws_of(service: &Service, frame: &Frame<'_>, input: &RenderInput<'_>) -> Vec<Resource> {
    let environment = input.scope.environment;
    let resource = |kind, value| Resource { kind, module: frame.names.module.clone(), value };
    let mut resources = Vec::new();
    if service.checked.image().value == Image::Auto {
        resources.push(resource("ecr-repository", aws::ecr::repository(frame.names, environment)));
    }
    let grants = aws::grants::grants(&service.checked, input.source, input.scope);
    let additional = service.checked.additional_iam_policies.value.iter().map(|policy| policy.value.clone());
    let additional: Vec<Text> = additional.chain(aws::grants::linked_policies(&service.checked)).collect();
    let issuer = input.scope.value(aws::iam::ISSUER);
    resources.push(resource("iam-role", aws::iam::role(frame.names, environment, issuer.as_deref(), &grants, &additional)));
    resources
}

fn required_secrets(services: &[Service], variables: &[Vec<LinkVariable>]) -> Vec<RequiredSecret> {
    let manual =
        services.iter().flat_map(|service| service.checked.secrets.value.iter().map(|secret| secret.value.as_str().to_owned()));
    let linked = variables.iter().flatten().map(|variable| variable.name.clone());
    let required = |name: &str, keys: Vec<String>| {
        let keys: BTreeSet<String> = keys.into_iter().collect();
        (!keys.is_empty()).then(|| RequiredSecret { name: name.to_owned(), keys: keys.into_iter().collect() })
    };
    [required("manual-secrets", manual.collect()), required("secret", linked.collect())].into_iter().flatten().collect()
}

/// The inputs that manifests and AWS resources lack; the image is told apart.
fn inputs(objects: &[render::Object], aws: &[Resource]) -> Vec<String> {
    let values = objects.iter().map(|object| &object.value).chain(aws.iter().map(|resource| &resource.value));
    let inputs = values.flat_map(holes).map(|(input, _)| input);
    let inputs: BTreeSet<String> = inputs.filter(|input| input != render::IMAGE_DIGEST).collect();
    inputs.into_iter().collect()
}

/// The inputs that a document lacks, each with the JSON pointer to the text it goes to.
pub(crate) fn holes(value: &Value) -> Vec<(String, String)> {
    let mut holes = Vec::new();
    value.walk(&mut |pointer, value| {
        if let ValueKind::Text(text) = &value.kind {
            holes.extend(text.holes().iter().map(|hole| (hole.input.clone(), pointer.to_owned())));
        }
    });
    holes
}

fn finding(diagnostic: &Diagnostic, texts: &Texts) -> Finding {
    let (file, place) = texts.place(diagnostic.span);
    let label = diagnostic.label.as_ref().map(|label| {
        let (file, place) = texts.place(label.span);
        Note { file, place, message: label.message.clone() }
    });
    let fixes = diagnostic.fixes.iter().map(|fix| Repair {
        title: fix.title.clone(),
        safe: fix.applicability == Applicability::Safe,
        edits: fix.edits.iter().map(|edit| Replacement { place: texts.place(edit.span).1, text: edit.text.clone() }).collect(),
    });
    Finding {
        file: if file.is_empty() { texts.name(FileId::Service) } else { file },
        place,
        severity: diagnostic.rule.severity.as_str(),
        rule: diagnostic.rule.id,
        path: diagnostic.path.clone(),
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        label,
        fixes: fixes.collect(),
    }
}

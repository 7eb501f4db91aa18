//! How requests reach a service and what it uses, as shapes of a picture.

use super::analysis::Analysis;
use super::pass::{self, Product};
use super::places::{Place, Places};
use super::render::RenderInput;
use super::request::Request;
use super::service_file::ServiceFile;
use crate::check::Checked;
use crate::model::image::Image;
use crate::model::k8s_service::{K8sService, PortKind};
use crate::model::module::Header;
use crate::model::public_uri::PublicUri;
use crate::render::{Scale, scale};
use crate::resolve::Values;
use crate::source::SourceText;
use crate::span::Span;

/// The picture of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// The module's name.
    pub module: String,
    /// Where requests come in, from outside.
    pub routes: Vec<Shape>,
    /// The Service.
    pub service: Shape,
    /// The pods.
    pub pods: Shape,
    /// What decides how many there are, when something does.
    pub autoscaler: Option<Shape>,
    /// The modules it links to.
    pub links: Vec<Shape>,
    /// Its AWS resources.
    pub aws: Vec<Shape>,
}

/// A shape of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// The place that decides it, with the name of its text.
    pub place: (String, Place),
}

/// The pictures of the services of a request; none when it has errors.
#[must_use]
pub fn diagram(request: &Request) -> Vec<Diagram> {
    let mut diagrams = Diagrams::default();
    pass::run(
        request,
        &ServiceFile::parse(&request.service),
        None,
        &mut diagrams,
        Values::default(),
    );
    diagrams.0
}

#[derive(Default)]
struct Diagrams(Vec<Diagram>);

impl Product for Diagrams {
    fn make(
        &mut self,
        input: &RenderInput<'_>,
        _: Option<SourceText>,
        places: Places,
        _: &mut Analysis,
    ) {
        let checked =
            input.services.iter().filter_map(|service| Some((service.header, service.checked()?)));
        self.0 = checked
            .map(|(header, checked)| of(header, checked, input.scope.modules, &places))
            .collect();
    }
}

/// The picture of a service.
fn of(
    header: &Header,
    checked: &Checked<K8sService>,
    modules: &[Header],
    places: &Places,
) -> Diagram {
    let shape = |title: &str, detail: String, span: Option<Span>| Shape {
        title: title.to_owned(),
        detail,
        place: places.place(span.unwrap_or(header.span)),
    };
    let route = |uri: PublicUri| {
        let host =
            uri.host.map_or_else(|| "every domain".to_owned(), |host| host.as_str().to_owned());
        shape(&host, uri.prefix.as_str().to_owned(), Some(uri.span))
    };
    let kind = match checked.port().kind {
        PortKind::Http => "HTTP",
        PortKind::Tcp => "TCP",
        PortKind::Grpc => "gRPC",
    };
    let image = &checked.image();
    let image_name = match &image.value {
        Image::Auto => "own image",
        Image::Reference(reference) => reference.as_str(),
    };
    let (count, autoscaler) = match scale(checked) {
        Scale::Fixed(count) => (format!("always {count}"), None),
        Scale::Automatic(min, max) => {
            let targets = [
                ("cpu", &checked.autoscaling_target_cpu_percentage),
                ("memory", &checked.autoscaling_target_mem_percentage),
            ];
            let targets = targets
                .iter()
                .filter(|(_, target)| target.value.0 > 0)
                .map(|(name, target)| format!("{name} {}%", target.value.0));
            let span = checked.max_containers.span.or(checked.min_containers.span);
            (
                format!("{min} to {max}"),
                Some(shape("Autoscaler", targets.collect::<Vec<_>>().join(", "), span)),
            )
        }
    };
    let linked = checked.links.value.0.iter().map(|link| {
        let target = link.target.value.as_str();
        let kind = modules
            .iter()
            .find(|module| module.name.value == target)
            .map_or("IAM policy", Header::short_type);
        shape(target, kind.to_owned(), Some(link.target.span))
    });
    let mut aws = Vec::new();
    if image.value == Image::Auto {
        aws.push(shape("ECR repository", "of its images".to_owned(), Some(image.span)));
    }
    aws.push(shape("IAM role", "of its ServiceAccount".to_owned(), None));
    Diagram {
        module: header.name.value.clone(),
        routes: PublicUri::of(checked).into_iter().map(route).collect(),
        service: shape(
            "Service",
            format!("{kind}, port 80 to {}", checked.port().number),
            Some(checked.port().span),
        ),
        pods: shape("Pods", format!("{count} · {image_name}"), Some(image.span)),
        autoscaler,
        links: linked.collect(),
        aws,
    }
}

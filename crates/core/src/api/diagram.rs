//! Diagrams of services: how requests reach them, and what they use.

use super::check::{CheckedRequest, CheckedService};
use super::places::{Place, Places};
use super::request::Request;
use crate::check::Checked;
use crate::model::cron_job::CronJob;
use crate::model::image::Image;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::model::module_list::ModuleList;
use crate::model::port::PortKind;
use crate::model::ports::ServicePort;
use crate::model::public_uri::PublicUri;
use crate::render::{Scale, scale};
use crate::span::{Span, Spanned};

/// The diagram of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// The name of the module.
    pub module: String,
    /// The public URIs that lead to the service.
    pub routes: Vec<Shape>,
    /// The Service.
    pub service: Shape,
    /// The pods.
    pub pods: Shape,
    /// The autoscaler, if there is one.
    pub autoscaler: Option<Shape>,
    /// The cron jobs.
    pub jobs: Vec<Shape>,
    /// The linked modules.
    pub links: Vec<Shape>,
    /// The AWS resources.
    pub aws: Vec<Shape>,
}

/// A shape of a diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The title.
    pub title: String,
    /// The text below the title.
    pub detail: String,
    /// The file and the place that decide the shape.
    pub place: (String, Place),
}

/// Returns the diagrams of all services; none if the request has errors.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, diagram};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// assert_eq!(diagram(&request)[0].service.detail, "HTTP, port 80 to 80");
/// ```
#[must_use]
pub fn diagram(request: &Request) -> Vec<Diagram> {
    let checked = CheckedRequest::new(request);
    if !checked.is_renderable {
        return Vec::new();
    }
    let modules = &checked.prepared.file.layer.modules;
    let places = &checked.prepared.places;
    checked.services.iter().map(|service| Drawing { service, modules, places }.diagram()).collect()
}

/// A service to draw.
struct Drawing<'a> {
    service: &'a CheckedService<'a>,
    modules: &'a ModuleList,
    places: &'a Places,
}

impl Drawing<'_> {
    fn diagram(&self) -> Diagram {
        let routes = PublicUri::of(&self.service.service).into_iter();
        Diagram {
            module: self.service.header.name.value.clone(),
            routes: routes.map(|uri| self.route(&uri)).collect(),
            service: self.kubernetes_service(),
            pods: self.pods(),
            autoscaler: self.autoscaler(),
            jobs: self.jobs(),
            links: self.links(),
            aws: self.aws(),
        }
    }

    fn fields(&self) -> &Checked<K8sService> {
        &self.service.service
    }

    /// Returns a shape. A shape without a span is decided by the module.
    fn shape(&self, title: &str, detail: impl Into<String>, span: Option<Span>) -> Shape {
        Shape {
            title: title.to_owned(),
            detail: detail.into(),
            place: self.places.place(span.unwrap_or(self.service.header.span)),
        }
    }

    fn route(&self, uri: &PublicUri) -> Shape {
        let host = uri.host.as_ref().map_or("every domain", |host| host.as_str());
        self.shape(host, uri.prefix.as_str(), Some(uri.span))
    }

    fn kubernetes_service(&self) -> Shape {
        let ports = self.fields().all_ports();
        let Some(first) = ports.first() else { return self.shape("No Service", "no port", None) };
        let port = |port: &ServicePort| {
            let kind = match port.kind {
                PortKind::Http => "HTTP",
                PortKind::Websocket => "websockets",
                PortKind::Grpc => "gRPC",
                PortKind::Tcp => "TCP",
            };
            format!("{kind}, port {} to {}", port.service_port.0, port.number)
        };
        let detail: Vec<String> = ports.iter().map(port).collect();
        self.shape("Service", detail.join(" · "), Some(first.span))
    }

    fn pods(&self) -> Shape {
        let count = match scale(self.fields()) {
            Scale::Fixed(count) => format!("always {count}"),
            Scale::Automatic(min, max) => format!("{min} to {max}"),
        };
        let image = self.fields().image();
        let image_name = match &image.value {
            Image::Auto => "image: AUTO",
            Image::Reference(reference) => reference.as_str(),
        };
        let mut detail = format!("{count} · {image_name}");
        for volume in &self.fields().persistent_storage.value.0 {
            if let (Some(path), Some(size)) = (&volume.value.path, &volume.value.size) {
                detail.push_str(&format!(" · {} with {} GiB", path.value.as_str(), size.value.0));
            }
        }
        self.shape("Pods", detail, Some(image.span))
    }

    fn jobs(&self) -> Vec<Shape> {
        let jobs = self.fields().cron_jobs.value.0.iter();
        let shape = |job: &Spanned<CronJob>| {
            let schedule = job.value.schedule.as_ref()?;
            Some(self.shape("Cron job", schedule.value.as_str(), Some(schedule.span)))
        };
        jobs.filter_map(shape).collect()
    }

    fn autoscaler(&self) -> Option<Shape> {
        let fields = self.fields();
        let Scale::Automatic(..) = scale(fields) else { return None };
        let targets = [
            ("cpu", fields.autoscaling_target_cpu_percentage.value.0),
            ("memory", fields.autoscaling_target_mem_percentage.value.0),
        ];
        let targets = targets.iter().filter(|(_, percentage)| *percentage > 0);
        let targets: Vec<String> =
            targets.map(|(name, percentage)| format!("{name} {percentage}%")).collect();
        let span = fields.max_containers.span.or(fields.min_containers.span);
        Some(self.shape("Autoscaler", targets.join(", "), span))
    }

    fn links(&self) -> Vec<Shape> {
        let shape = |target: &str, span| {
            let module = self.modules.named(target);
            let detail = module.map_or("IAM policy", Header::short_type);
            self.shape(target, detail, Some(span))
        };
        let links = self.fields().links().iter();
        links.map(|link| shape(link.target.value.as_str(), link.target.span)).collect()
    }

    fn aws(&self) -> Vec<Shape> {
        let image = self.fields().image();
        let repository = (image.value == Image::Auto)
            .then(|| self.shape("ECR repository", "for its images", Some(image.span)));
        let role = self.shape("IAM role", "for its ServiceAccount", None);
        repository.into_iter().chain([role]).collect()
    }
}

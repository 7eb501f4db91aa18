//! The CronJobs of a service. Their pods have the image and the environment of the service, but not
//! its labels: the Service, the autoscaler and the Deployment select no pod of a job.

use super::context::ServiceContext;
use super::image::ContainerImage;
use super::object::{Object, object};
use super::pod_template::{
    config_mount, config_volume, container_security, env_from, image_fields, pod_fields, resources,
};
use super::secret::MANUAL_SECRETS;
use super::target::Profile;
use super::{env, labels, pod};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::cron_job::CronJob;
use crate::model::k8s_service::K8sService;
use crate::span::Spanned;
use crate::value::{Map, Value};

/// How many finished Jobs are kept, with their logs.
const HISTORY: i64 = 3;

pub(super) fn render(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Vec<Object> {
    let jobs = service.cron_jobs.value.0.iter().enumerate();
    jobs.map(|(index, job)| {
        let name = context.names.cron_job(index);
        let spec = Map::new()
            .maybe("schedule", job.value.schedule.as_ref().map(text))
            .with("concurrencyPolicy", "Forbid")
            .with("successfulJobsHistoryLimit", HISTORY)
            .with("failedJobsHistoryLimit", HISTORY)
            .with("jobTemplate", job_template(job, service, image, context));
        let mut object =
            object(Kind::CronJob, name, context, Map::new(), Map::new().with("spec", spec));
        object.value = object.value.at(job.span);
        object
    })
    .collect()
}

fn text(text: &Spanned<crate::text::Text>) -> Value {
    Value::from(text.value.clone()).at(text.span)
}

fn job_template(
    job: &Spanned<CronJob>,
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let labels = labels::of_job_pod(context, service.is_stateful());
    let labels = labels.join(service.pod_labels.value.to_map());
    let own = match context.profile {
        Profile::Default => Map::new(),
        // A proxy would never end, and so the Job would not either.
        Profile::Opta2021 | Profile::Opta2022 => Map::new().with("linkerd.io/inject", "disabled"),
    };
    let annotations = own.overridden_by(service.pod_annotations.value.to_map());
    let metadata = Map::new()
        .with("labels", labels)
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    // Opta 2022 gave the pods neither the ServiceAccount nor the file with the certificates.
    let is_opta_2022 = context.profile == Profile::Opta2022;
    let fields = if is_opta_2022 { Map::new() } else { pod_fields(context) };
    let spec = fields
        .with("restartPolicy", "Never")
        .with("containers", vec![Value::from(container(job, service, image, context))])
        .maybe("tolerations", pod::tolerations(service))
        .maybe(
            "volumes",
            config_volume(context).filter(|_| !is_opta_2022).map(|volume| vec![volume]),
        );
    let template = Map::new().with("metadata", metadata).with("spec", spec);
    Map::new().with("spec", Map::new().with("template", template))
}

fn container(
    job: &Spanned<CronJob>,
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let is_opta_2022 = context.profile == Profile::Opta2022;
    let command = job.value.commands.as_ref().map(|words| pod::words(&words.value));
    let args = pod::words(&job.value.args.value);
    let env = env::of_job(service, context);
    let mount = config_mount(context).filter(|_| !is_opta_2022).map(|mount| vec![mount]);
    image_fields("cron", image, context)
        .maybe("command", command.filter(|words| !words.is_empty()))
        .maybe("args", (!args.is_empty()).then_some(args))
        .maybe("env", (!env.is_empty()).then_some(env))
        .maybe("envFrom", is_opta_2022.then(|| env_from(&[MANUAL_SECRETS])))
        .with("resources", resources(service, context.profile))
        .maybe("securityContext", (!context.profile.is_opta()).then(|| container_security(context)))
        .maybe("volumeMounts", mount)
}

//! The changes that an apply would make in the cluster and in AWS.

use std::fmt::{self, Display, Formatter};

use optakit_core::effect::Effect;
use optakit_core::kind::Kind;

use crate::applyset::{ApplySet, Leftover};
use crate::aws::AwsPlan;
use crate::history::{self, Base, Current, HistoryError};
use crate::live::{self, DesiredObject, LiveError, ObjectChange, VolumeChange};
use crate::owner::Force;
use crate::plan::{self, Action};
use crate::replicas::ReplicaChange;
use crate::report::{Event, ObjectAction, Report};
use crate::routes;
use crate::running_image::KeptImage;
use crate::session::Session;
use crate::wait::Paused;

/// All changes that an apply would make in the cluster and in AWS.
pub(crate) struct Changes {
    /// Each object: its live state and its state after the apply.
    pub(crate) objects: Vec<ObjectChange>,
    /// Objects of a namespace that does not exist yet. A dry run cannot test them.
    pub(crate) untested: Vec<DesiredObject>,
    /// Objects that would be deleted.
    pub(crate) leftovers: Vec<Leftover>,
    /// Objects that would be deleted if the revision that runs now were known.
    pub(crate) kept: Option<Kept>,
    /// The ApplySet that contains all objects.
    pub(crate) set: ApplySet,
    /// The changes in AWS. Empty if the session does not change AWS.
    pub(crate) aws: AwsPlan,
}

/// Objects that are not deleted, because what runs now is not in the history.
pub(crate) struct Kept {
    /// What is missing in the history.
    reason: String,
    objects: Vec<Leftover>,
}

impl Changes {
    /// Finds the changes with dry runs and by reading AWS, without writing anything.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a dry run, if AWS rejects a call, or if an AWS resource must
    /// change that belongs to others.
    pub(crate) async fn find(session: &Session, force: &Force) -> anyhow::Result<Self> {
        let (changes, aws) = tokio::join!(Self::in_cluster(session, force), aws_plan(session));
        match (changes, aws) {
            (Ok(changes), Ok(aws)) => Ok(Self { aws, ..changes }),
            (Err(rejections), Err(faults)) => Err(anyhow::anyhow!("{rejections}\n{faults}")),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }

    /// Finds the changes in the cluster.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a dry run.
    pub(crate) async fn in_cluster(session: &Session, force: &Force) -> anyhow::Result<Self> {
        let mut targets = session.targets();
        live::check_served(&session.client, &targets).await.map_err(rejected)?;
        if !session.namespace_exists {
            let (namespace, untested) =
                targets.into_iter().partition(|target| target.kind == Kind::Namespace);
            let objects =
                live::object_changes(&session.client, namespace, force).await.map_err(rejected)?;
            let set = ApplySet::empty(session.layer());
            let (leftovers, aws) = (Vec::new(), AwsPlan::default());
            return Ok(Self { objects, untested, leftovers, kept: None, set, aws });
        }
        let set = ApplySet::empty(session.layer());
        set.label(&mut targets);
        let kept = keep_routes(session, &set, &mut targets).await?;
        if session.is_rollback {
            live::keep_larger_claims(&session.client, &mut targets).await?;
        }
        let set = async {
            let set = ApplySet::read(&session.client, session.layer()).await?;
            let leftovers = set.leftovers(&session.client, &kept).await?;
            Ok::<_, LiveError>((set, leftovers))
        };
        let (objects, set) =
            tokio::join!(live::object_changes(&session.client, targets, force), set);
        let (set, mut leftovers) = set?;
        let kept = keep_if_unknown(session, &set, &mut leftovers).await?;
        let objects = objects.map_err(rejected)?;
        if !force.all {
            let deleted: Vec<&str> = leftovers
                .iter()
                .filter(|leftover| leftover.kind == Kind::HorizontalPodAutoscaler)
                .map(|leftover| leftover.name.as_str())
                .collect();
            live::check_autoscalers(&session.client, session.layer(), &objects, &deleted)
                .await
                .map_err(rejected)?;
        }
        let (untested, aws) = (Vec::new(), AwsPlan::default());
        Ok(Self { objects, untested, leftovers, kept, set, aws })
    }

    /// Returns the objects that change.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &ObjectChange> {
        self.objects.iter().filter(|change| plan::action(change) != Action::Keep)
    }

    /// Returns the number of changes, in the cluster and in AWS.
    pub(crate) fn number(&self) -> usize {
        let in_cluster = self.changed().count() + self.untested.len() + self.leftovers.len();
        in_cluster + self.aws.changed().count()
    }
}

/// Removes the leftovers that stay if the revision that runs now is not in the history, because a
/// rollback could not restore them.
///
/// An autoscaler of a Deployment of the bundle does not stay. Otherwise it would change the number
/// of pods that the bundle sets.
async fn keep_if_unknown(
    session: &Session,
    set: &ApplySet,
    leftovers: &mut Vec<Leftover>,
) -> anyhow::Result<Option<Kept>> {
    let manifests = &session.bundle.manifests;
    let is_workload = |name: &str| {
        manifests.iter().any(|object| object.kind().is_awaited() && object.name() == name)
    };
    let stays = |leftover: &Leftover| {
        leftover.kind != Kind::HorizontalPodAutoscaler || !is_workload(&leftover.name)
    };
    if !leftovers.iter().any(stays) {
        return Ok(None);
    }
    let (client, layer) = (&session.client, session.layer());
    let revisions = history::list(client, layer).await?;
    let reason = match Current::find(client, layer, set, &revisions).await?.base {
        Base::Unknown { reason } => reason,
        Base::Nothing => return Ok(None),
        Base::Revision(revision) => match history::read(client, layer, &revision).await {
            Ok(_) => return Ok(None),
            Err(HistoryError::Live(error)) => return Err(error.into()),
            Err(_) => {
                format!("the record of revision {}, which runs now, is damaged", revision.number)
            }
        },
    };
    let all = std::mem::take(leftovers).into_iter();
    let (objects, deleted) = all.partition(stays);
    *leftovers = deleted;
    Ok(Some(Kept { reason, objects }))
}

/// Finds the changes in AWS, if the session compares AWS.
///
/// # Errors
///
/// Fails if AWS rejects a call, or if a resource must change that belongs to others.
pub(crate) async fn aws_plan(session: &Session) -> anyhow::Result<AwsPlan> {
    let Some(aws) = &session.aws else { return Ok(AwsPlan::default()) };
    let cluster = live::cluster_uid(&session.client).await?;
    Ok(AwsPlan::find(aws, &session.bundle, &cluster, session.adopts()).await?)
}

impl Changes {
    /// Returns the objects that are not deleted, because what runs now is not in the history.
    pub(crate) fn kept_objects(&self) -> &[Leftover] {
        self.kept.as_ref().map_or(&[], |kept| &kept.objects)
    }

    /// Warns about objects that are not deleted, because what runs now is not in the history.
    pub(crate) fn report_kept(&self, report: &Report) {
        let Some(Kept { reason, objects }) = &self.kept else { return };
        let labels: Vec<String> = objects.iter().map(Leftover::label).collect();
        report.warning(format!(
            "{reason}; nothing is deleted; kept {}\n  \
             help: to delete them, apply once more after this run; to keep them, add the \
             annotation `optakit.dev/keep: \"true\"`",
            labels.join(", ")
        ));
    }

    /// Returns what to say about the Deployments that are paused.
    pub(crate) fn paused(&self) -> Vec<PausedDeployment> {
        let paused = self.objects.iter().filter_map(|change| {
            let paused = Paused::of_live(change.live.as_ref()?)?;
            let namespace = change.target.namespace.as_deref().unwrap_or_default();
            Some(PausedDeployment {
                text: format!("{}: {paused}", change.target.label()),
                help: paused.help(namespace),
                replaces_pods: plan::effect(change) == Effect::RollingRestart,
            })
        });
        paused.collect()
    }
}

/// A Deployment that is paused.
pub(crate) struct PausedDeployment {
    text: String,
    help: String,
    /// Whether the plan replaces its pods, which cannot succeed.
    pub(crate) replaces_pods: bool,
}

impl Display for PausedDeployment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  help: {}", self.text, self.help)
    }
}

/// Returns the event for a change. `label` is the label of its object.
pub(crate) fn change_event<'a>(change: &'a ObjectChange, label: &'a str) -> Event<'a> {
    let action = match plan::action(change) {
        Action::Create => ObjectAction::Create,
        Action::Change | Action::Keep => ObjectAction::Change,
    };
    let effect = plan::effect(change).label();
    let replicas = change.replicas.as_ref().map(ReplicaChange::text);
    let volumes = change.volumes.as_ref().map(VolumeChange::text);
    Event::Change { action, object: label, effect, taken: &change.taken, replicas, volumes }
}

/// Returns the event for a new object. `label` is the label of the object.
pub(crate) fn creation_event(label: &str) -> Event<'_> {
    Event::Change {
        action: ObjectAction::Create,
        object: label,
        effect: "",
        taken: &[],
        replicas: None,
        volumes: None,
    }
}

/// Returns the event for a deletion. `label` is the label of its object.
pub(crate) fn deletion_event(label: &str) -> Event<'_> {
    let effect = Effect::Deletion.label();
    Event::Change {
        action: ObjectAction::Delete,
        object: label,
        effect,
        taken: &[],
        replicas: None,
        volumes: None,
    }
}

/// Returns the event for an image that stays.
pub(crate) fn image_event(kept: &KeptImage) -> Event<'_> {
    let KeptImage { module, reference } = kept;
    Event::Image { module, image: reference, version: kept.version(), unchanged: true }
}

/// Combines everything that prevents a plan into one error.
pub(crate) fn rejected(errors: Vec<LiveError>) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    let refused = errors.iter().filter(|error| error.is_refusal()).count();
    let headline = match refused {
        0 => "the API server rejects the plan",
        all if all == errors.len() => "Optakit does not apply this plan",
        _ => "this plan cannot be applied",
    };
    anyhow::anyhow!("{headline}; nothing was changed\n{}", lines.join("\n"))
}

/// Gives Ingresses and routes the names of the live objects that already have their hosts.
///
/// Returns kind and name of every object of the bundle.
async fn keep_routes(
    session: &Session,
    set: &ApplySet,
    targets: &mut [DesiredObject],
) -> Result<Vec<(Kind, String)>, LiveError> {
    let mut all = session.objects();
    let kinds = all.iter().map(|target| target.kind).filter(|kind| routes::is_routing(*kind));
    let live = set.routes(&session.client, &kinds.collect()).await?;
    let names = routes::names(&all, &live);
    for target in targets.iter_mut().chain(&mut all) {
        if let Some(name) = names.get(&target.index) {
            target.rename(name);
        }
    }
    Ok(all.into_iter().map(|target| (target.kind, target.name)).collect())
}

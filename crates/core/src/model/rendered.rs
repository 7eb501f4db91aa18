//! The parts of rendered objects that a field decides.

use std::fmt;

use crate::kind::Kind;

/// A part of a rendered object that a field decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The kind of the object.
    pub kind: RenderedKind,
    /// The path of the part, such as `spec.replicas`. `[]` means every item of a list. The
    /// path is empty for the object as a whole.
    pub path: &'static str,
    /// A condition or an explanation for the reader.
    pub note: Option<&'static str>,
}

impl Rendered {
    /// Returns a part of a Kubernetes object.
    #[must_use]
    pub const fn part(kind: Kind, path: &'static str) -> Self {
        Self { kind: RenderedKind::Kubernetes(kind), path, note: None }
    }

    /// Returns a Kubernetes object as a whole.
    #[must_use]
    pub const fn object(kind: Kind) -> Self {
        Self::part(kind, "")
    }

    /// Returns an object of another kind as a whole.
    #[must_use]
    pub const fn other(kind: RenderedKind) -> Self {
        Self { kind, path: "", note: None }
    }

    /// Adds a note for the reader.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    /// Returns whether a path of a Kubernetes object leads to this part, or into it.
    #[must_use]
    pub fn contains(&self, kind: Kind, path: &str) -> bool {
        // Parts of pods are declared once, for Deployments. All kinds with pods have them.
        let is_of_pod = self.kind == RenderedKind::Kubernetes(Kind::Deployment)
            && kind.pod_template().is_some();
        let path = match path.strip_prefix(JOB_TEMPLATE) {
            Some(rest) if is_of_pod && kind == Kind::CronJob => rest,
            Some(_) | None => path,
        };
        (is_of_pod || self.kind == RenderedKind::Kubernetes(kind))
            && !self.path.is_empty()
            && path.strip_prefix(self.path).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('.') || rest.starts_with('[')
            })
    }
}

/// The start of the path of a part of a Job in a CronJob.
const JOB_TEMPLATE: &str = "spec.jobTemplate.";

/// A part of the container of a Deployment, such as `resources`.
macro_rules! container {
    ($path:literal) => {
        $crate::model::rendered::Rendered::part(
            $crate::kind::Kind::Deployment,
            concat!("spec.template.spec.containers[].", $path),
        )
    };
}
pub(super) use container;

/// The kind of a rendered object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderedKind {
    /// A Kubernetes object.
    Kubernetes(Kind),
    /// Every Kubernetes object of the service.
    AllObjects,
    /// An ECR repository.
    EcrRepository,
    /// An IAM role with its policies.
    IamRole,
}

impl RenderedKind {
    /// Returns the name in the documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kubernetes(kind) => kind.name(),
            Self::AllObjects => "all objects",
            Self::EcrRepository => "ECR repository",
            Self::IamRole => "IAM role",
        }
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if !self.path.is_empty() {
            write!(f, " `{}`", self.path)?;
        }
        self.note.map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}

/// Converts a JSON pointer to the notation of [`Rendered::path`].
#[must_use]
pub fn path_of_pointer(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str("[]");
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&step.replace("~1", "/").replace("~0", "~"));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_contains_the_paths_below_it() {
        let part = Rendered::part(Kind::Deployment, "spec.template.spec.containers[].resources");
        let check = |kind, pointer, expected| {
            assert_eq!(part.contains(kind, &path_of_pointer(pointer)), expected, "{pointer}");
        };
        check(Kind::Deployment, "/spec/template/spec/containers/0/resources", true);
        check(Kind::Deployment, "/spec/template/spec/containers/0/resources/limits/cpu", true);
        check(Kind::Deployment, "/spec/template/spec/containers/0/resourcesExtra", false);
        check(Kind::Deployment, "/spec/template/spec/containers/0", false);
        check(Kind::Service, "/spec/template/spec/containers/0/resources", false);
        check(Kind::StatefulSet, "/spec/template/spec/containers/0/resources", true);
        let job = "/spec/jobTemplate/spec/template/spec/containers/0/resources";
        check(Kind::CronJob, job, true);
        check(Kind::Deployment, job, false);
    }

    #[test]
    fn keys_of_annotations_keep_dots_and_slashes() {
        assert_eq!(path_of_pointer("/metadata/annotations/a.io~1b"), "metadata.annotations.a.io/b");
    }
}

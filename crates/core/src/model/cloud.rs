//! Clouds, which environments of Opta can name.

use super::field_reader::FieldReader;
use crate::diagnostic::Diagnostic;
use crate::rule::rule;
use crate::syntax::{Entry, Mapping};

rule! {
    /// The environment is not on AWS, so Optakit renders and applies only Kubernetes objects.
    ///
    /// Opta also supported Google Cloud, Azure, local clusters and existing clusters. Optakit
    /// creates no image repositories and no IAM roles there. Set an image, and pass the outputs of
    /// modules in a values file. To connect to the cluster, pass `--context` to `optakit apply`.
    pub static ENVIRONMENT_OF_ANOTHER_CLOUD: Hint {
        fix: "No fix is needed. To get image repositories and IAM roles, choose an environment on \
              AWS.",
        bad: Environment("name: staging\norg_name: acme\nproviders:\n  google:\n    \
             region: us-central1\n    project: acme\n"),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
    }
}

rule! {
    /// `providers` names two clouds. Opta rejected such a file, because each environment is on one
    /// cloud.
    ///
    /// Other keys, such as `helm` beside `aws`, are accepted.
    pub static SEVERAL_CLOUDS: Error {
        fix: "Keep one cloud, and create another environment for the other one.",
        bad: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n  google:\n    \
             region: us-central1\n    project: acme\n"),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
    }
}

/// The cloud of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon Web Services.
    #[default]
    Aws,
    /// Google Cloud.
    Google,
    /// Microsoft Azure.
    Azure,
    /// A local cluster.
    Local,
    /// A cluster that Opta did not create.
    Existing,
}

/// The names of a cloud.
struct CloudNames {
    cloud: Cloud,
    /// The name of the cloud in messages.
    name: &'static str,
    /// The keys in `providers`.
    providers: &'static [&'static str],
    /// The start of its module types.
    prefix: Option<&'static str>,
    /// The field of the provider that names the region.
    region: &'static str,
}

const CLOUDS: &[CloudNames] = &[
    CloudNames {
        cloud: Cloud::Aws,
        name: "AWS",
        providers: &["aws"],
        prefix: Some("aws-"),
        region: "region",
    },
    CloudNames {
        cloud: Cloud::Google,
        name: "Google Cloud",
        providers: &["google", "gcp"],
        prefix: Some("gcp-"),
        region: "region",
    },
    CloudNames {
        cloud: Cloud::Azure,
        name: "Azure",
        providers: &["azurerm", "azure"],
        prefix: Some("azure-"),
        region: "location",
    },
    CloudNames {
        cloud: Cloud::Local,
        name: "a local cluster",
        providers: &["local"],
        prefix: Some("local-"),
        region: "",
    },
    CloudNames {
        cloud: Cloud::Existing,
        name: "an existing cluster",
        providers: &["helm"],
        prefix: None,
        region: "",
    },
];

impl Cloud {
    /// Every cloud.
    pub const ALL: [Self; 5] = [Self::Aws, Self::Google, Self::Azure, Self::Local, Self::Existing];

    fn names(self) -> &'static CloudNames {
        CLOUDS.iter().find(|names| names.cloud == self).expect("every cloud has names")
    }

    /// Returns the name in messages: `on Azure`, `on a local cluster`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().name
    }

    /// Returns the cloud of a module type with a prefix, and the rest of the name.
    #[must_use]
    pub fn of_prefix(kind: &str) -> Option<(Self, &str)> {
        CLOUDS.iter().find_map(|names| Some((names.cloud, kind.strip_prefix(names.prefix?)?)))
    }

    /// Returns the cloud with a name; none if there is no such cloud.
    #[must_use]
    pub fn of_provider(key: &str) -> Option<Self> {
        let names = CLOUDS.iter().find(|names| names.providers.contains(&key))?;
        Some(names.cloud)
    }

    /// Whether two clouds have the same module types: an existing cluster has those of a local one.
    #[must_use]
    pub fn shares_types_with(self, other: Self) -> bool {
        self == other || self.is_local() && other.is_local()
    }

    /// Whether the modules of the cloud run in the cluster itself.
    #[must_use]
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Local | Self::Existing)
    }

    /// Returns the key in `providers`.
    #[must_use]
    pub fn provider(self) -> &'static str {
        self.names().providers[0]
    }

    /// Returns the keys in `providers` of all clouds.
    pub(super) fn all_providers() -> Vec<&'static str> {
        Self::ALL.iter().map(|cloud| cloud.provider()).collect()
    }
}

/// Returns another cloud than AWS that `providers` names, with its entry and its region.
pub(super) fn other_cloud(mapping: &Mapping) -> Option<(Cloud, &Entry, Option<&str>)> {
    let clouds = CLOUDS.iter().filter(|names| names.cloud != Cloud::Aws);
    let find = |names: &'static CloudNames| {
        let is_provider = |entry: &&Entry| names.providers.contains(&&*entry.key.value);
        let entry = mapping.entries.iter().find(is_provider)?;
        let fields = entry.value.as_mapping();
        let region = fields.and_then(|fields| fields.value(names.region)?.as_str());
        Some((names.cloud, entry, region))
    };
    clouds.filter_map(find).next().filter(|_| mapping.get("aws").is_none())
}

/// Reports a second cloud. `helm` and `local` can be beside a cloud.
pub(super) fn several(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    let cloud_of = |entry: &Entry| match Cloud::of_provider(&entry.key.value)? {
        cloud @ (Cloud::Aws | Cloud::Google | Cloud::Azure) => Some(cloud),
        Cloud::Local | Cloud::Existing => None,
    };
    let mut clouds = mapping.entries.iter().filter_map(|entry| Some((entry, cloud_of(entry)?)));
    let (first, cloud) = clouds.next()?;
    let (second, other) = clouds.find(|(_, other)| *other != cloud)?;
    let (key, earlier) = (&*second.key.value, &*first.key.value);
    let message = format!("`providers` has `{earlier}` and `{key}`, expected one cloud");
    let path = reader.path_of(key);
    let diagnostic = Diagnostic::new(&SEVERAL_CLOUDS, second.key.span, path, message);
    let help = format!(
        "remove `{earlier}` or `{key}`; the environment is on {} or on {}",
        cloud.name(),
        other.name()
    );
    Some(diagnostic.help(help).label(first.key.span, "the other cloud"))
}

/// Reports that an environment is on another cloud than AWS.
pub(super) fn report(cloud: Cloud, entry: &Entry, reader: &mut FieldReader<'_>) {
    let message = format!(
        "the environment is on {}, so Optakit manages only Kubernetes objects in it",
        cloud.name()
    );
    let path = reader.path_of(&entry.key.value);
    let diagnostic = Diagnostic::new(&ENVIRONMENT_OF_ANOTHER_CLOUD, entry.key.span, path, message);
    reader.push(diagnostic.help("pass `--context` to `optakit apply`"));
}

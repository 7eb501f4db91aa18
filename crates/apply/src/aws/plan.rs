//! The changes that an apply would make in AWS.

use aws_config::SdkConfig;
use optakit_core::aws::AwsResource;
use optakit_core::bundle::{Bundle, List};

use super::AwsError;
use super::change::{Resource, Scope};
use super::granted::Granted;
use super::owner::ServiceModule;
use super::planned::{Clients, PlannedResource};
use crate::hint;
use crate::report::{AwsPlanAction, Report};

/// All changes that an apply would make in AWS.
#[derive(Clone, Debug, Default)]
pub(crate) struct AwsPlan {
    resources: Vec<PlannedResource>,
    /// Roles that need values which the bundle does not have.
    skipped: Vec<SkippedRole>,
}

/// A role that cannot be compared with AWS.
#[derive(Clone, Debug)]
struct SkippedRole {
    name: String,
    missing: Vec<String>,
}

impl AwsPlan {
    /// Finds the changes by reading AWS. Writes nothing.
    ///
    /// `cluster` is the UID of the cluster. With `adopt`, resources that do not belong to Optakit
    /// or Opta may be changed.
    ///
    /// # Errors
    ///
    /// Fails if AWS rejects a call, or if a resource must change that belongs to others.
    pub(crate) async fn find(
        aws: &SdkConfig,
        bundle: &Bundle,
        cluster: &str,
        adopt: bool,
    ) -> Result<Self, AwsError> {
        let clients = Clients::new(aws);
        let (mut wanted, mut skipped) = (Vec::new(), Vec::new());
        for (index, aws) in bundle.aws.iter().enumerate() {
            let resource = match aws {
                AwsResource::EcrRepository { resource, .. } => {
                    Resource::Repository(resource.clone())
                }
                AwsResource::IamRole { resource, .. } => {
                    let missing = bundle.missing_inputs(List::Aws, index);
                    if !missing.is_empty() {
                        let missing = missing.into_iter().map(str::to_owned).collect();
                        skipped.push(SkippedRole { name: resource.name.clone(), missing });
                        continue;
                    }
                    Resource::Role(resource.clone())
                }
            };
            let service = ServiceModule::new(bundle, aws.module());
            wanted.push((resource, Scope { service, cluster: cluster.to_owned(), adopt }));
        }
        let found = wanted
            .into_iter()
            .map(|(resource, scope)| PlannedResource::find(&clients, resource, scope));
        let (mut resources, mut foreign) = (Vec::new(), Vec::new());
        for found in futures::future::join_all(found).await {
            match found {
                Ok(found) => resources.push(found),
                Err(AwsError::Foreign(found)) => foreign.extend(found),
                Err(error) => return Err(error),
            }
        }
        if foreign.is_empty() {
            Ok(Self { resources, skipped })
        } else {
            Err(AwsError::Foreign(foreign))
        }
    }

    /// Returns the resources of the bundle, also those that do not change.
    pub(crate) fn resources(&self) -> &[PlannedResource] {
        &self.resources
    }

    /// Returns the resources that change.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &PlannedResource> {
        self.resources.iter().filter(|planned| planned.action() != AwsPlanAction::Unchanged)
    }

    /// Reports what will change, and the roles that are skipped.
    pub(crate) fn report(&self, report: &Report) {
        for planned in self.changed() {
            planned.with_event(|event| report.event(event));
        }
        for SkippedRole { name, missing } in &self.skipped {
            report.step(
                "skipped",
                format!(
                    "IAM role {name}: missing values: {}; write the bundle again with `{}`",
                    missing.join(", "),
                    hint::optakit("bundle", "--values FILE")
                ),
            );
        }
    }

    /// Writes what pods need or gain: new resources, permissions and attachments.
    ///
    /// # Errors
    ///
    /// Fails if AWS rejects a call.
    pub(crate) async fn grant(
        &self,
        aws: &SdkConfig,
        report: &Report,
    ) -> Result<Granted, AwsError> {
        Granted::write(&self.resources, &Clients::new(aws), report).await
    }
}

//! The AWS resources of a service as plain data. The command line creates them.

pub mod ecr;
pub mod grants;
pub mod iam;
pub mod limits;
mod policy;
mod resource;

pub use crate::model::partition::{EcrHost, domain, partition};
pub use policy::Grant;
pub(crate) use policy::statement_actions;
pub use resource::AwsResource;

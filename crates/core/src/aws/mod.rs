//! The AWS resources of a service as plain data. The command line creates them.

pub mod ecr;
pub mod grants;
pub mod iam;
mod partition;
mod resource;

pub use partition::partition;
pub use resource::AwsResource;

//! Waits for rollouts. Pure functions judge each state of the cluster; watches report new states.

mod cause;
mod deployment;
mod error;
mod events;
pub(crate) mod evidence;
mod failed_pods;
mod fault_reason;
mod patience;
mod paused;
mod pod;
mod pod_fault;
mod progress;
mod replica_set;
mod rollout;
mod set_pods;
mod snapshot;
mod watch;
mod watches;

pub(crate) use cause::Cause;
pub(crate) use deployment::{PodCounts, pod_counts};
pub(crate) use error::{Failure, WaitError};
pub(crate) use failed_pods::FailedPods;
pub(crate) use patience::Patience;
pub(crate) use paused::Paused;
pub(crate) use rollout::{Awaited, Update};
pub(crate) use set_pods::{SetPods, first_image, old_set_pods};
pub(crate) use snapshot::{Layer, Snapshot};
pub(crate) use watch::until_ready;

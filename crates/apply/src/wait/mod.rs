//! Waits for rollouts. Pure functions judge each state of the cluster; watches report new states.

mod cause;
mod error;
mod events;
pub(crate) mod evidence;
mod failed_pods;
mod fault_reason;
mod list;
mod owners;
mod patience;
mod paused;
mod pod;
mod pod_fault;
mod progress;
mod replica_set;
mod rollout;
mod set_pods;
mod snapshot;
mod status;
mod watch;
mod watches;
mod workload;

pub(crate) use cause::Cause;
pub(crate) use error::{Failure, WaitError};
pub(crate) use failed_pods::FailedPods;
pub(crate) use list::workloads;
pub(crate) use patience::Patience;
pub(crate) use paused::Paused;
pub(crate) use rollout::Update;
pub(crate) use set_pods::{SetPods, old_set_pods};
pub(crate) use snapshot::{Layer, Snapshot};
pub(crate) use status::{PodCounts, pod_counts};
pub(crate) use watch::until_ready;
pub(crate) use workload::{Awaited, Workload};

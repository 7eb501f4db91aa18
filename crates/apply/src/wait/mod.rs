//! Waits for a rollout. Pure functions judge each state of the cluster; a watch reports new states.

mod cause;
mod deployment;
pub(crate) mod evidence;
mod pod;
mod progress;
mod watch;

pub(crate) use cause::Cause;
pub(crate) use watch::{WaitError, until_ready};

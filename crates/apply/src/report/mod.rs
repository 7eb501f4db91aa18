//! All output of the program. Results go to standard output, everything else to standard error.

mod diagnostic;
mod event;
mod output;
mod progress;
mod prompt;
mod transfer;

pub(crate) use event::{AwsAction, AwsChange, Event, ObjectAction};
pub(crate) use output::Report;
pub(crate) use progress::ProgressTable;
pub(crate) use prompt::{ask, confirm};
pub(crate) use transfer::{Transfers, bytes};

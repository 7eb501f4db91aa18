//! All output of the program. Results go to standard output, everything else to standard error.

mod aws;
mod diagnostic;
mod event;
mod output;
mod progress;
mod progress_row;
mod prompt;
mod shown;
mod streams;
mod transfer;

pub(crate) use aws::{AwsAction, AwsChange, AwsPlanAction};
pub(crate) use event::{Event, EventFormat, ObjectAction};
pub(crate) use output::{Report, error_text, prints_to_terminal};
pub(crate) use progress::ProgressTable;
pub(crate) use progress_row::RowPods;
pub(crate) use prompt::{answer_time, ask, confirm, stdin_is_data};
pub(crate) use streams::{OutputLost, check as check_output};
pub(crate) use transfer::{Transfer, Transfers, bytes};

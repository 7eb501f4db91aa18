//! Commands that run on a schedule.

use super::docs::{COMMAND, CRON_JOB};
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::map_list::map_list;
use super::rendered::Rendered;
use crate::kind::Kind;
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

fields! {
    /// A command that runs on a schedule.
    pub struct CronJob ("a cron job") {
        /// When the command runs: minute, hour, day of the month, month and day of the week.
        /// The time is UTC on EKS. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` are
        /// short forms.
        schedule: Text, {
            example: "\"0 3 * * *\"", required: true, never_number: true,
            renders: &[Rendered::part(Kind::CronJob, "spec.schedule")],
            docs: Some(CRON_JOB),
        };
        /// Command of the container, instead of the entrypoint of the image.
        commands: Vec<Spanned<Text>>, {
            example: "[bin/cleanup]", required: true,
            renders: &[Rendered::part(
                Kind::CronJob,
                "spec.jobTemplate.spec.template.spec.containers[].command",
            )],
            docs: Some(COMMAND),
        };
        /// Arguments of the command.
        args: Vec<Spanned<Text>> = [], {
            example: "[--all]",
            renders: &[Rendered::part(
                Kind::CronJob,
                "spec.jobTemplate.spec.template.spec.containers[].args",
            )],
            docs: Some(COMMAND),
        };
    }
}

/// The cron jobs in file order.
#[derive(Clone, Debug, Default)]
pub struct CronJobs(pub Vec<Spanned<CronJob>>);

impl From<[Spanned<CronJob>; 0]> for CronJobs {
    fn from(empty: [Spanned<CronJob>; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for CronJobs {
    const KIND: FieldType = FieldType::MapList(CronJob::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        map_list(node, field, reader, CronJob::read).map(Self)
    }
}

//! The ServiceAccount, which gives pods the IAM role of the service
//! (<https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html>).

use super::context::ServiceContext;
use super::object::{Object, object};
use super::target::Profile;
use crate::kind::Kind;
use crate::value::Map;

pub(super) fn render(context: &ServiceContext<'_>) -> Object {
    let environment = context.environment;
    let arn =
        environment.is_on_aws().then(|| crate::aws::iam::role_arn(context.names, environment));
    // Opta 2022 set an annotation for every cloud.
    let google = (context.profile == Profile::Opta2022).then_some("placeholder");
    let annotations = Map::new()
        .maybe("eks.amazonaws.com/role-arn", arn)
        .maybe("iam.gke.io/gcp-service-account", google);
    object(Kind::ServiceAccount, context.names.module.clone(), context, annotations, Map::new())
}

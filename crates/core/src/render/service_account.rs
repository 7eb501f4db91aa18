//! The ServiceAccount, which stands for the service's IAM role
//! (<https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html>).

use super::{Frame, Object, object};
use crate::kind::Kind;
use crate::value::Map;

pub(super) fn render(frame: &Frame<'_>) -> Object {
    let arn = crate::aws::iam::role_arn(frame.names, frame.environment);
    let annotations = Map::new().with("eks.amazonaws.com/role-arn", arn);
    object(Kind::ServiceAccount, frame.names.module.clone(), frame, annotations, Map::new())
}

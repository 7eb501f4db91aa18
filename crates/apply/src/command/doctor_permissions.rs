//! The checks of `optakit doctor` for what an apply may do in the cluster and in AWS.

use anyhow::{anyhow, bail};
use optakit_core::bundle::Bundle;

use super::doctor_check::{Check, State};
use crate::auth::{self, Cluster};
use crate::aws::login::login;
use crate::changes;
use crate::hint;
use crate::preflight;
use crate::report::{Report, error_text};
use crate::session::{Access, AwsUse, Session};

/// Checks the permissions that an apply of a bundle needs. Writes nothing.
///
/// AWS only shows by a write whether it is allowed, so only reads are tried there.
pub(super) async fn checks(
    bundle: Bundle,
    cluster: &Cluster,
    skip_aws: bool,
    report: &Report,
) -> Vec<Check> {
    let aws = if skip_aws { AwsUse::Skip } else { AwsUse::Compare };
    let opened = Session::open(bundle.clone(), cluster, aws, Access::Read, report).await;
    let session = match opened {
        Ok(session) => session,
        Err(error) => {
            let denied = without_session(&bundle, cluster).await.err();
            return vec![Check::of("permissions", Err(denied.unwrap_or(error)))];
        }
    };
    let mut checks = vec![Check::of("permissions", in_cluster(&session).await)];
    if session.aws.is_some() {
        checks.push(Check::of("AWS permissions", in_aws(&session).await));
    } else if !skip_aws && !session.bundle.aws.is_empty() {
        let found = "not checked: there are no AWS credentials for the account of the service";
        checks.push(Check::new("AWS permissions", State::Optional, found));
    }
    checks
}

/// Checks the permissions in a cluster whose namespaces cannot be read.
async fn without_session(bundle: &Bundle, cluster: &Cluster) -> anyhow::Result<()> {
    let connection = auth::connect(cluster, None).await?;
    Ok(preflight::check_permissions(&connection.client, bundle, true).await?)
}

async fn in_cluster(session: &Session) -> anyhow::Result<String> {
    let Session { client, bundle, namespace_exists, .. } = session;
    preflight::check_permissions(client, bundle, *namespace_exists).await?;
    Ok(format!("all permissions for an apply in the namespace `{}`", session.layer()))
}

async fn in_aws(session: &Session) -> anyhow::Result<String> {
    let Some(aws) = &session.aws else { bail!("there are no AWS settings") };
    let has_repository = session.bundle.repositories().next().is_some();
    let (plan, login) = tokio::join!(changes::aws_plan(session), async {
        if has_repository { login(aws).await.map(drop) } else { Ok(()) }
    });
    let mut errors: Vec<String> = plan.err().iter().map(error_text).collect();
    errors.extend(login.err().map(|error| error_text(&error.into())));
    if !errors.is_empty() {
        return Err(anyhow!(errors.join("\n")));
    }
    Ok(format!(
        "ECR and IAM can be read; permissions to write are not checked, `{}` lists them",
        hint::optakit("permissions", "--aws")
    ))
}

//! The ECR repository of an AUTO image: made when it is missing, brought in line when it differs, never deleted.

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecr::types::{ImageScanningConfiguration, Tag};
use serde_json::Value;

use crate::auth::sdk_reason;

/// What was done about a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Its name.
    pub(crate) name: String,
    /// Its address, to which images are pushed.
    pub(crate) url: String,
    /// What was changed, in words; empty when nothing was.
    pub(crate) changes: Vec<&'static str>,
}

/// Why a repository is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EcrError {
    #[error("AWS refuses {action} for the repository `{name}`\n  {reason}")]
    Denied { action: &'static str, name: String, reason: String },
    #[error("{action} failed for the repository `{name}`: {reason}")]
    Failed { action: &'static str, name: String, reason: String },
    #[error("the bundle's description of the repository lacks `{field}`")]
    Incomplete { field: &'static str },
}

/// Brings a repository into the described state.
///
/// `resource` is the `ecr-repository` of a bundle.
///
/// # Errors
///
/// When AWS refuses a call, with the action that is missing.
pub(crate) async fn ensure(aws: &SdkConfig, resource: &Value) -> Result<Outcome, EcrError> {
    let client = Client::new(aws);
    let name = resource["name"].as_str().ok_or(EcrError::Incomplete { field: "name" })?;
    let url = resource["url"].as_str().ok_or(EcrError::Incomplete { field: "url" })?;
    let mut changes = Vec::new();
    let scan_on_push = resource["imageScanningConfiguration"]["scanOnPush"].as_bool().unwrap_or(false);
    let found = match client.describe_repositories().repository_names(name).send().await {
        Ok(described) => described.repositories().first().cloned(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_repository_not_found_exception()) => None,
        Err(error) => return Err(failed("ecr:DescribeRepositories", name, &error)),
    };
    let scanning = || ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build();
    match found {
        None => {
            if create(&client, name, resource, scanning()).await? {
                changes.push("created");
            }
        }
        Some(repository) => {
            if repository.image_scanning_configuration().is_none_or(|scanning| scanning.scan_on_push() != scan_on_push) {
                let put =
                    client.put_image_scanning_configuration().repository_name(name).image_scanning_configuration(scanning());
                put.send().await.map_err(|error| failed("ecr:PutImageScanningConfiguration", name, &error))?;
                changes.push("scan on push");
            }
        }
    }
    if policy_differs(&client, name, &resource["policy"]).await? {
        let put = client.set_repository_policy().repository_name(name).policy_text(resource["policy"].to_string());
        put.send().await.map_err(|error| failed("ecr:SetRepositoryPolicy", name, &error))?;
        changes.push("policy");
    }
    if lifecycle_differs(&client, name, &resource["lifecyclePolicy"]).await? {
        let put =
            client.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(resource["lifecyclePolicy"].to_string());
        put.send().await.map_err(|error| failed("ecr:PutLifecyclePolicy", name, &error))?;
        changes.push("lifecycle");
    }
    Ok(Outcome { name: name.to_owned(), url: url.to_owned(), changes })
}

/// Makes the repository; false when someone else made it in the meantime.
async fn create(client: &Client, name: &str, resource: &Value, scanning: ImageScanningConfiguration) -> Result<bool, EcrError> {
    let tags = resource["tags"].as_object().into_iter().flatten();
    let tags = tags.filter_map(|(key, value)| Tag::builder().key(key).value(value.as_str()?).build().ok());
    let request =
        client.create_repository().repository_name(name).image_scanning_configuration(scanning).set_tags(Some(tags.collect()));
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_repository_already_exists_exception()) => Ok(false),
        Err(error) => Err(failed("ecr:CreateRepository", name, &error)),
    }
}

async fn policy_differs(client: &Client, name: &str, wanted: &Value) -> Result<bool, EcrError> {
    match client.get_repository_policy().repository_name(name).send().await {
        Ok(policy) => Ok(differs(policy.policy_text(), wanted)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_repository_policy_not_found_exception()) => Ok(true),
        Err(error) => Err(failed("ecr:GetRepositoryPolicy", name, &error)),
    }
}

async fn lifecycle_differs(client: &Client, name: &str, wanted: &Value) -> Result<bool, EcrError> {
    match client.get_lifecycle_policy().repository_name(name).send().await {
        Ok(policy) => Ok(differs(policy.lifecycle_policy_text(), wanted)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_lifecycle_policy_not_found_exception()) => Ok(true),
        Err(error) => Err(failed("ecr:GetLifecyclePolicy", name, &error)),
    }
}

/// Whether a document says something else; the order of keys and a list of one in place of the one do not count.
fn differs(found: Option<&str>, wanted: &Value) -> bool {
    let found = found.and_then(|text| serde_json::from_str::<Value>(text).ok());
    found.map(canonical).as_ref() != Some(&canonical(wanted.clone()))
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().map(|(key, value)| (key, canonical(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(mut items) if items.len() == 1 => canonical(items.remove(0)),
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        other => other,
    }
}

fn failed<E>(action: &'static str, name: &str, error: &SdkError<E>) -> EcrError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let (name, reason) = (name.to_owned(), sdk_reason(error));
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation") => EcrError::Denied { action, name, reason },
        _ => EcrError::Failed { action, name, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_compared_by_what_they_say() {
        let wanted = json!({"Version": "2012-10-17", "Statement": [{"Action": "ecr:*", "Effect": "Allow"}]});
        assert!(!differs(Some(r#"{"Statement": [{"Effect": "Allow", "Action": ["ecr:*"]}], "Version": "2012-10-17"}"#), &wanted));
        assert!(differs(Some(r#"{"Statement": [{"Effect": "Deny", "Action": "ecr:*"}], "Version": "2012-10-17"}"#), &wanted));
        assert!(differs(None, &wanted));
        assert!(differs(Some("no JSON"), &wanted));
    }
}

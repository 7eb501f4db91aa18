//! Values from AWS Secrets Manager and from the Parameter Store of AWS Systems Manager.

use aws_config::SdkConfig;
use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use optakit_core::bundle::ClusterTarget;
use secrecy::SecretString;
use serde_json::Value;

use super::{AwsError, actions, failed};
use crate::auth::{self, AuthError};

/// A secret in AWS.
#[derive(Debug)]
pub(crate) struct SecretSource {
    service: Service,
    /// The name or the ARN.
    name: String,
    /// The key of the value, if the secret is a JSON object.
    key: Option<String>,
    version: Option<SecretVersion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    SecretsManager,
    ParameterStore,
}

/// A version of a secret in Secrets Manager. Without one, it is the current version.
#[derive(Debug)]
pub(crate) enum SecretVersion {
    Id(String),
    /// A staging label, such as `AWSPREVIOUS`.
    Stage(String),
}

/// The reason why a value cannot be read from AWS. It contains no part of a value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretSourceError {
    // The text is not printed, because it can be a value.
    #[error(
        "the value of `--from` is not a valid source, expected `aws-secretsmanager:NAME` or \
         `ssm:NAME`\n  \
         help: write it like `--from aws-secretsmanager:shop/stripe#key`"
    )]
    Form,
    #[error(
        "`--version-id` and `--version-stage` are for Secrets Manager only\n  \
         help: for a version of a parameter, write `--from ssm:NAME:VERSION`"
    )]
    Version,
    #[error("AWS has no {what} `{name}` in {region}\n  help: check its name, region and version")]
    NotFound { what: &'static str, name: String, region: String },
    #[error(
        "the {what} `{name}` is binary, but an environment variable is text\n  \
         help: store it as text, for example in Base64"
    )]
    Binary { what: &'static str, name: String },
    #[error(
        "the {what} `{name}` is not a JSON object, so it has no key `{key}`\n  \
         help: remove `#{key}`"
    )]
    NotObject { what: &'static str, name: String, key: String },
    #[error("the {what} `{name}` has no key `{key}`\n  help: check the key after `#`")]
    NoKey { what: &'static str, name: String, key: String },
    #[error(
        "the key `{key}` of the {what} `{name}` is not text, a number or a boolean\n  \
         help: choose a key whose value is text"
    )]
    NotText { what: &'static str, name: String, key: String },
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl Service {
    const fn what(self) -> &'static str {
        match self {
            Self::SecretsManager => "secret",
            Self::ParameterStore => "parameter",
        }
    }
}

impl SecretSource {
    /// Parses `aws-secretsmanager:NAME#KEY` or `ssm:NAME#KEY`. The key is optional.
    ///
    /// # Errors
    ///
    /// Fails if the text has another form. The error does not contain the text.
    pub(crate) fn parse(
        text: &str,
        version: Option<SecretVersion>,
    ) -> Result<Self, SecretSourceError> {
        let (service, rest) = text.split_once(':').ok_or(SecretSourceError::Form)?;
        let service = match service {
            "aws-secretsmanager" => Service::SecretsManager,
            "ssm" => Service::ParameterStore,
            _ => return Err(SecretSourceError::Form),
        };
        // Neither names nor ARNs contain a `#`.
        let (name, key) = match rest.split_once('#') {
            Some((name, key)) => (name, Some(key)),
            None => (rest, None),
        };
        if name.is_empty() || key.is_some_and(str::is_empty) {
            return Err(SecretSourceError::Form);
        }
        if version.is_some() && service == Service::ParameterStore {
            return Err(SecretSourceError::Version);
        }
        Ok(Self { service, name: name.to_owned(), key: key.map(str::to_owned), version })
    }

    /// Returns the action that reads the value, and the ARN of its resource.
    pub(crate) fn permission(
        &self,
        partition: &str,
        region: &str,
        account: &str,
    ) -> (&'static str, String) {
        let arn = |service: &str, resource: &str| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        match self.service {
            Service::SecretsManager if self.is_arn() => (actions::READ_SECRET, self.name.clone()),
            // Secrets Manager adds six random characters to the name.
            Service::SecretsManager => {
                let resource = format!("secret:{}-??????", self.name);
                (actions::READ_SECRET, arn("secretsmanager", &resource))
            }
            Service::ParameterStore if self.is_arn() => {
                (actions::READ_PARAMETER, self.name.clone())
            }
            Service::ParameterStore => {
                let name = self.name.split(':').next().unwrap_or_default();
                let resource = format!("parameter/{}", name.trim_start_matches('/'));
                (actions::READ_PARAMETER, arn("ssm", &resource))
            }
        }
    }

    fn is_arn(&self) -> bool {
        self.name.starts_with("arn:")
    }

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// Fails if AWS rejects the credentials or has no such secret, if the account is not that of
    /// the bundle, or if the value is not text.
    pub(crate) async fn value(
        &self,
        target: &ClusterTarget,
    ) -> Result<SecretString, SecretSourceError> {
        let region = self.region_of_arn().or(target.region.as_deref());
        let aws = auth::aws(region).await?;
        // An ARN names its account. A name means another secret in another account.
        let account = target.account_id.as_deref().filter(|_| !self.is_arn());
        auth::check_account(&aws, account).await?;
        let value = match self.service {
            Service::SecretsManager => self.read_secret(&aws).await?,
            Service::ParameterStore => self.read_parameter(&aws).await?,
        };
        self.select(value)
    }

    fn region_of_arn(&self) -> Option<&str> {
        self.name.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
    }

    async fn read_secret(&self, aws: &SdkConfig) -> Result<String, SecretSourceError> {
        let client = aws_sdk_secretsmanager::Client::new(aws);
        let mut request = client.get_secret_value().secret_id(&self.name);
        match &self.version {
            Some(SecretVersion::Id(id)) => request = request.version_id(id),
            Some(SecretVersion::Stage(stage)) => request = request.version_stage(stage),
            None => {}
        }
        let answer = request.send().await;
        let answer = answer.map_err(|error| {
            let is_missing = error
                .as_service_error()
                .is_some_and(|error| error.is_resource_not_found_exception());
            self.failed(is_missing, actions::READ_SECRET, aws, &error)
        })?;
        match (answer.secret_string, answer.secret_binary) {
            (Some(text), _) => Ok(text),
            (None, Some(bytes)) => String::from_utf8(bytes.into_inner()).map_err(|_| {
                let name = self.name.clone();
                SecretSourceError::Binary { what: self.service.what(), name }
            }),
            (None, None) => Ok(String::new()),
        }
    }

    async fn read_parameter(&self, aws: &SdkConfig) -> Result<String, SecretSourceError> {
        let client = aws_sdk_ssm::Client::new(aws);
        let request = client.get_parameter().name(&self.name).with_decryption(true);
        let answer = request.send().await.map_err(|error| {
            let is_missing = error.as_service_error().is_some_and(|error| {
                error.is_parameter_not_found() || error.is_parameter_version_not_found()
            });
            self.failed(is_missing, actions::READ_PARAMETER, aws, &error)
        })?;
        Ok(answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default())
    }

    fn failed<E>(
        &self,
        is_missing: bool,
        action: &'static str,
        aws: &SdkConfig,
        error: &SdkError<E>,
    ) -> SecretSourceError
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let (what, name) = (self.service.what(), self.name.clone());
        if is_missing {
            let region = aws.region().map_or_else(|| "AWS".to_owned(), ToString::to_string);
            return SecretSourceError::NotFound { what, name, region };
        }
        failed(action, what, &name, error).into()
    }

    /// Returns the value of the key, or the whole value without a key.
    fn select(&self, value: String) -> Result<SecretString, SecretSourceError> {
        let Some(key) = &self.key else { return Ok(value.into()) };
        let (what, name, key) = (self.service.what(), self.name.clone(), key.clone());
        let Ok(Value::Object(map)) = serde_json::from_str::<Value>(&value) else {
            return Err(SecretSourceError::NotObject { what, name, key });
        };
        match map.get(&key) {
            None => Err(SecretSourceError::NoKey { what, name, key }),
            Some(Value::String(text)) => Ok(text.clone().into()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string().into()),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) => {
                Err(SecretSourceError::NotText { what, name, key })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn source(text: &str) -> SecretSource {
        SecretSource::parse(text, None).expect("a valid source")
    }

    #[test]
    fn sources_have_a_service_a_name_and_a_key() {
        let check = |text, service, name: &str, key: Option<&str>, region: Option<&str>| {
            let source = source(text);
            assert_eq!(source.service, service, "{text}");
            assert_eq!((&*source.name, source.key.as_deref()), (name, key), "{text}");
            assert_eq!(source.region_of_arn(), region, "{text}");
        };
        check("ssm:/shop/key:3", Service::ParameterStore, "/shop/key:3", None, None);
        check("aws-secretsmanager:a/b", Service::SecretsManager, "a/b", None, None);
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-x1y2z3";
        check(
            &format!("aws-secretsmanager:{arn}#key"),
            Service::SecretsManager,
            arn,
            Some("key"),
            Some("eu-west-1"),
        );
    }

    #[test]
    fn permissions_name_the_resource_of_the_source() {
        let check = |text: &str, action: &str, resource: &str| {
            let found = source(text).permission("aws", "us-east-1", "123456789012");
            assert_eq!(found, (action, resource.to_owned()));
        };
        let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-??????";
        check("aws-secretsmanager:a/b#key", "secretsmanager:GetSecretValue", secret);
        let arn = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:a-x1y2z3";
        check(&format!("aws-secretsmanager:{arn}"), "secretsmanager:GetSecretValue", arn);
        let parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/shop/key";
        check("ssm:/shop/key:3", "ssm:GetParameter", parameter);
    }

    #[test]
    fn other_texts_are_rejected_without_printing_them() {
        for text in ["hunter2", "vault:hunter2", "ssm:", "ssm:#hunter2", "ssm:a#", ""] {
            let error = SecretSource::parse(text, None).expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        let stage = SecretVersion::Stage("AWSPREVIOUS".to_owned());
        assert!(SecretSource::parse("ssm:a", Some(stage)).is_err());
    }

    #[test]
    fn keys_are_selected_from_json_objects() {
        let check = |text: &str, value: &str, expected: Result<&str, &str>| {
            let found = source(text).select(value.to_owned());
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found.expose_secret(), expected),
                (Err(error), Err(expected)) => {
                    let error = error.to_string();
                    assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        };
        check("ssm:a", "{\"k\":1}", Ok("{\"k\":1}"));
        check("ssm:a#k", "{\"k\":\"x\"}", Ok("x"));
        check("ssm:a#k", "{\"k\":5432}", Ok("5432"));
        check("ssm:a#k", "hunter2", Err("is not a JSON object"));
        check("ssm:a#k", "{\"other\":\"hunter2\"}", Err("has no key `k`"));
        check("ssm:a#k", "{\"k\":[\"hunter2\"]}", Err("is not text"));
    }
}

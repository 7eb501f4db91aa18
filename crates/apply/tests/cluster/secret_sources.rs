//! `optakit secret set --from`: values from AWS Secrets Manager and the Parameter Store.

use aws_sdk_secretsmanager::primitives::Blob;
use aws_sdk_ssm::types::ParameterType;

use super::aws::aws;
use super::secret_files::stored;
use crate::testbed::Service;

fn set<'a>(name: &'a str, from: &'a str) -> Vec<&'a str> {
    vec!["set", name, "--from", from]
}

#[tokio::test]
async fn values_come_from_aws_secrets_manager() {
    let service = Service::new("from-manager", "acme/api:1", "    secrets: [A]\n");
    let client = aws_sdk_secretsmanager::Client::new(&aws().await);
    let create =
        |name: &str, value: &str| client.create_secret().name(name).secret_string(value).send();
    create("from-manager/plain", "hunter$1\n").await.expect("the secret is created");
    let json = "{\"key\": \"hunter2\", \"port\": 5432, \"list\": []}";
    let created = create("from-manager/json", json).await.expect("the secret is created");
    let arn = created.arn().expect("a secret has an ARN");
    let put = client.put_secret_value().secret_id("from-manager/plain").secret_string("hunter4");
    put.send().await.expect("the value is changed");
    let binary = client.create_secret().name("from-manager/binary");
    let binary = binary.secret_binary(Blob::new([0xff, 0xfe]));
    binary.send().await.expect("the secret is created");

    let plain = "aws-secretsmanager:from-manager/plain";
    service.secret(&set("A", plain), "").succeeds().omits("hunter");
    let previous = [set("PREVIOUS", plain), vec!["--version-stage", "AWSPREVIOUS"]].concat();
    service.secret(&previous, "").succeeds();
    let key = format!("aws-secretsmanager:{arn}#key");
    service.secret(&set("KEY", &key), "").succeeds();
    service.secret(&set("PORT", "aws-secretsmanager:from-manager/json#port"), "").succeeds();
    let expected =
        [("A", "hunter4"), ("KEY", "hunter2"), ("PORT", "5432"), ("PREVIOUS", "hunter$1\n")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(stored(&service), expected.into());

    for (from, reason) in [
        ("aws-secretsmanager:from-manager/json#none", "has no key `none`"),
        ("aws-secretsmanager:from-manager/json#list", "is not text"),
        ("aws-secretsmanager:from-manager/plain#key", "is not a JSON object"),
        ("aws-secretsmanager:from-manager/none", "AWS has no secret `from-manager/none`"),
        ("aws-secretsmanager:from-manager/binary", "is binary"),
    ] {
        service.secret(&set("B", from), "").fails().omits("hunter").reports(reason);
    }
    let usage = service.secret(&set("B", "vault:hunter2"), "").exits(64).omits("hunter");
    usage.reports("the value of `--from` is not a valid source");
    assert_eq!(stored(&service).len(), 4, "nothing else is stored");
}

#[tokio::test]
async fn values_come_from_the_parameter_store() {
    let service = Service::new("from-parameters", "acme/api:1", "    secrets: [A]\n");
    let client = aws_sdk_ssm::Client::new(&aws().await);
    for value in ["hunter1", "hunter2"] {
        let put = client.put_parameter().name("/from-parameters/a").value(value).overwrite(true);
        let put = put.r#type(ParameterType::SecureString);
        put.send().await.expect("the parameter is stored");
    }
    service.secret(&set("A", "ssm:/from-parameters/a"), "").succeeds().omits("hunter");
    service.secret(&set("OLD", "ssm:/from-parameters/a:1"), "").succeeds();
    let expected = [("A", "hunter2"), ("OLD", "hunter1")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(stored(&service), expected.into());
    for from in ["ssm:/from-parameters/none", "ssm:/from-parameters/a:9"] {
        service.secret(&set("B", from), "").fails().reports("AWS has no parameter");
    }
}

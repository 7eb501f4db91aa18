//! Links of services to other modules.

use super::{AWS, GOOGLE, check, fixed, only, service, words};

const RULE: &str = "invalid-link";

/// Returns message and help about a link of a service.
#[track_caller]
fn link(modules: &str, link: &str) -> (String, String) {
    let text = service(modules, &format!("links: [{link}]"));
    let analysis = check(&text, AWS, None);
    let (message, help) = words(&analysis, RULE);
    (message.to_owned(), help.to_owned())
}

#[track_caller]
fn is_valid(modules: &str, link: &str) {
    let text = service(modules, &format!("links: [{link}]"));
    let found = check(&text, AWS, None).diagnostics;
    assert!(found.iter().all(|found| found.rule != RULE), "{link}: {found:#?}");
}

#[track_caller]
fn check_link(modules: &str, written: &str, message: &str, help: &str) {
    assert_eq!(link(modules, written), (message.to_owned(), help.to_owned()), "{written}");
}

const DATABASE: &str = "{type: postgres, name: db}";
const BUCKET: &str = "{type: s3, name: media, bucket_name: acme-media}";

#[test]
fn a_link_names_a_module_or_a_policy() {
    is_valid(DATABASE, "db");
    is_valid(BUCKET, "media: [read, write]");
    is_valid("", "\"arn:aws:iam::aws:policy/ReadOnlyAccess\"");
    check_link(DATABASE, "dbs", "there is no module `dbs` in this file", "did you mean `db`?");
    check_link(
        "",
        "orders",
        "there is no module `orders` in this file",
        "add a module such as `{type: postgres, name: db}` to link to",
    );
    check_link(
        &format!("{DATABASE}\n{BUCKET}"),
        "orders",
        "there is no module `orders` in this file",
        "link to one of `db` and `media`",
    );
    // The text starts like an ARN, but it is not a policy.
    let (message, _) = link(DATABASE, "\"arn:aws:s3:::acme\"");
    assert_eq!(message, "there is no module `arn:aws:s3:::acme` in this file");
}

#[test]
fn services_and_types_without_outputs_are_not_linked() {
    check_link(
        "{type: k8s-service, name: web, image: a, port: {http: 80}}",
        "web",
        "`web` is a service, and links to services are not supported",
        "use the address `http://web.shop` inside the cluster",
    );
    let (message, help) = link("{type: helm-chart, name: chart, chart: a}", "chart");
    assert_eq!(message, "`chart` has the type `helm-chart`, which does not support links");
    assert!(
        help.starts_with("link to a module of the type `") && help.contains("`postgres`"),
        "{help}"
    );
}

#[test]
fn databases_have_credentials_and_buckets_have_permissions() {
    check_link(
        DATABASE,
        "{db: [read]}",
        "`db` has no permission `read`: it provides credentials",
        "write `- db` without permissions",
    );
    check_link(
        BUCKET,
        "{media: [wriet]}",
        "`media` has no permission `wriet`, expected `read` and `write`",
        "did you mean `write`?",
    );
    check_link(
        BUCKET,
        "{media: [everything]}",
        "`media` has no permission `everything`, expected `read` and `write`",
        "use `read` and `write`",
    );
    check_link(
        BUCKET,
        "{media: [{bucket: NAME}]}",
        "`media` provides permissions, so it has no variables to rename",
        "list permissions instead: `read` and `write`",
    );
}

/// The renames of all outputs of a database.
const ALL: &str = "db_user: USER, db_password: PASSWORD, db_name: NAME, db_host: HOST";

#[test]
fn all_variables_of_a_link_are_renamed_or_none() {
    is_valid(DATABASE, &format!("{{db: [{{{ALL}}}]}}"));
    let (message, help) =
        link(DATABASE, "{db: [{db_user: USER, db_password: PASSWORD, db_name: NAME}]}");
    assert_eq!(message, "these variables are not renamed: `db_host`");
    assert!(help.starts_with("rename all of `") && help.contains("`db_user`"), "{help}");
    // A misspelled output is one mistake.
    check_link(
        DATABASE,
        &format!("{{db: [{{{}}}]}}", ALL.replace("db_host", "db_hots")),
        "the linked module has no output `db_hots`",
        "did you mean `db_host`?",
    );
    let text = service(DATABASE, &format!("links: [{{db: [{{{ALL}, port: PORT}}]}}]"));
    let analysis = check(&text, AWS, None);
    let (message, help) = words(&analysis, RULE);
    assert_eq!(message, "the linked module has no output `port`");
    assert_eq!(help, "use one of `db_user`, `db_name`, `db_password` and `db_host`");
}

#[test]
fn a_renamed_variable_is_a_key_of_a_secret() {
    let invalid = |name: &str| {
        let renames = ALL.replace("HOST", name);
        let text = service(DATABASE, &format!("links: [{{db: [{{{renames}}}]}}]"));
        let found = check(&text, AWS, None).diagnostics;
        found.iter().any(|found| found.rule == "invalid-env-name")
    };
    assert!(!invalid("HOST-1.a_b") && !invalid(&"H".repeat(253)));
    assert!(invalid("\"a b\"") && invalid(&"H".repeat(254)));
}

#[test]
fn a_link_to_a_bucket_of_google_cloud_is_ignored_there_and_wrong_in_aws() {
    let text = service("{type: gcs, name: media, bucket_name: acme}", "links: [media]");
    let google = check(&text, GOOGLE, None);
    assert!(google.diagnostics.iter().all(|found| found.rule != RULE), "{google:#?}");
    assert_eq!(
        words(&check(&text, AWS, None), RULE).0,
        "`media` has the type `gcs`, which does not support links"
    );
}

#[test]
fn the_name_of_a_missing_module_suggests_its_type() {
    let added = |link: &str| {
        let text = service("{type: dynamodb, name: users}", &format!("links: [{link}]"));
        let analysis = check(&text, AWS, None);
        let fixed = fixed(&text, only(&analysis, RULE))?;
        let line = fixed.lines().find(|line| line.contains("type: ") && !text.contains(line));
        line.map(|line| line.trim().trim_start_matches("- ").to_owned())
    };
    for (link, kind) in [
        ("sessioncache", "redis"),
        ("jobqueue", "sqs"),
        ("newtopic", "sns"),
        ("uploadbucket", "s3"),
        ("mymongo", "documentdb"),
        ("mysqldb", "mysql"),
        ("orders", "postgres"),
        ("orders: [read]", "s3"),
    ] {
        assert_eq!(added(link).as_deref(), Some(&*format!("type: {kind}")), "{link}");
    }
    assert_eq!(added("Not_A_Name"), None);
}

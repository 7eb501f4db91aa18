//! Tests of traces, comparisons and diagrams.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use std::path::Path;

use optakit_core::api::{self, Baseline, BaselineObject, Kind, Request, ServiceFile};

fn request(service: &str, environment: &str) -> Request {
    Request {
        service: ServiceFile::parse("opta.yml", service),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        rds_certificates: api::RdsCertificates::always(
            "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
        ),
        ..Request::default()
    }
}

const ENVIRONMENT: &str = "name: staging\norg_name: acme\n\
    providers: {aws: {region: us-east-1, account_id: 123456789012}}\n";

fn service(more: &str) -> String {
    format!(
        "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  \
         - type: k8s-service\n    name: api\n    \
         image: acme/api:1\n    port: {{http: 80}}\n{more}"
    )
}

#[test]
fn every_line_of_every_manifest_is_traced() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render");
    let environment =
        std::fs::read_to_string(folder.join("env.yml")).expect("the file can be read");
    let mut seen = 0;
    for case in std::fs::read_dir(&folder).expect("the folder can be listed") {
        let path = case.expect("the folder can be listed").path().join("opta.yml");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let request = request(&text, &environment);
        let manifests = api::analyze(&request, false).manifests.expect("the cases have no errors");
        for (index, manifest) in manifests.iter().enumerate() {
            let lines = api::trace(&request, index);
            let written: Vec<&str> = manifest.yaml.lines().collect();
            assert_eq!(
                lines.len(),
                written.len(),
                "{} {}:\n{}",
                path.display(),
                manifest.kind,
                manifest.yaml
            );
            let data = manifest.to_value();
            for (line, text) in lines.iter().zip(written) {
                assert!(
                    data.pointer(&line.pointer).is_some(),
                    "{} of {}: {text}",
                    line.pointer,
                    manifest.kind
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn every_kind_of_line_has_an_explanation() {
    let request =
        request(&service("    min_containers: 2\n    env_vars:\n      A: \"1\"\n"), ENVIRONMENT);
    let manifests = api::analyze(&request, false).manifests.expect("no errors");
    let why = |kind: Kind, text: &str| {
        let index =
            manifests.iter().position(|manifest| manifest.kind == kind).expect("it is rendered");
        let line = manifests[index]
            .yaml
            .lines()
            .position(|line| line.contains(text))
            .expect("the line exists");
        api::explain_line(&request, kind, &api::trace(&request, index)[line])
            .expect("the line has an origin")
    };
    let set = why(Kind::HorizontalPodAutoscaler, "minReplicas: 2");
    assert_eq!((set.file.as_str(), set.place.line), ("opta.yml", 8));
    assert!(set.markdown.contains("Minimum number of containers"), "{}", set.markdown);
    let default = why(Kind::HorizontalPodAutoscaler, "maxReplicas: 3");
    assert!(
        default.markdown.starts_with("`max_containers` is not set. Default: `3`."),
        "{}",
        default.markdown
    );
    assert_eq!(why(Kind::Deployment, "name: A").place.line, 10);
    let derived = why(Kind::Deployment, "memory: 256Mi").markdown;
    assert!(
        derived.starts_with("`memory` is not set. Default: `128` (twice the value)."),
        "{derived}"
    );
    let version = why(Kind::Service, "app.kubernetes.io/version: latest").markdown;
    assert!(version.starts_with("The image tag that you entered, or `latest`."), "{version}");
    let part = why(Kind::Deployment, "kind: Deployment").markdown;
    assert!(
        part.starts_with(
            "Optakit sets this in every Deployment. The module is at `opta.yml` line 4"
        ),
        "{part}"
    );
}

#[test]
fn the_explanation_of_a_limit_names_the_request_it_is_derived_from() {
    let text = |more: &str| {
        let request = request(&service(more), ENVIRONMENT);
        let manifests = api::analyze(&request, false).manifests.expect("no errors");
        let of_kind = |manifest: &api::Manifest| manifest.kind == Kind::Deployment;
        let index = manifests.iter().position(of_kind).expect("it is rendered");
        let limit = |line: &str| line.contains("memory: 1000Mi");
        let line = manifests[index].yaml.lines().position(limit).expect("it has a limit");
        let explained =
            api::explain_line(&request, Kind::Deployment, &api::trace(&request, index)[line]);
        explained.expect("the line has an origin").markdown
    };
    let derived = text("    resource_request: {memory: 500}\n");
    assert!(derived.starts_with("Set at `opta.yml` line 8 (twice the value)."), "{derived}");
    let set = text("    resource_limits: {memory: 1000}\n");
    assert!(set.starts_with("Set at `opta.yml` line 8.\n"), "{set}");
}

#[test]
fn a_line_of_the_file_decides_manifest_lines() {
    let request =
        request(&service("    min_containers: 2\n    env_vars:\n      A: \"1\"\n"), ENVIRONMENT);
    let manifests = api::analyze(&request, false).manifests.expect("no errors");
    let decided = |file: &str, line: u32| -> Vec<String> {
        let lines = api::decided_lines(&request, file, line);
        let shown = |(manifest, line): (usize, usize)| {
            format!(
                "{}: {}",
                manifests[manifest].kind,
                manifests[manifest].yaml.lines().nth(line).unwrap_or_default().trim()
            )
        };
        lines.into_iter().map(shown).collect()
    };
    assert_eq!(decided("opta.yml", 10), ["Deployment: - name: A", "Deployment: value: '1'"]);
    let least = decided("opta.yml", 8);
    assert!(least.contains(&"HorizontalPodAutoscaler: minReplicas: 2".to_owned()), "{least:?}");
    assert_eq!(decided("opta.yml", 99), [""; 0]);
    assert_eq!(decided("nowhere.yml", 1), [""; 0]);
}

#[test]
fn each_change_has_its_effect() {
    let rendered = |more: &str| {
        api::analyze(&request(&service(more), ENVIRONMENT), false).manifests.expect("no errors")
    };
    let before: Vec<BaselineObject> = rendered("").iter().map(BaselineObject::from).collect();
    let changes = |more: &str| -> Vec<(String, &str, &str)> {
        let changes = api::compare(&before, &rendered(more), Baseline::Rendered);
        changes.into_iter().map(|change| (change.kind, change.action, change.effect)).collect()
    };
    assert_eq!(changes(""), []);
    let change = |kind: &str, action, effect| (kind.to_owned(), action, effect);
    assert_eq!(
        changes("    min_containers: 2\n"),
        [
            change("HorizontalPodAutoscaler", "change", "scaling"),
            change("PodDisruptionBudget", "create", "nothing restarts"),
        ]
    );
    assert_eq!(
        changes("    env_vars: {A: \"1\"}\n"),
        [change("Deployment", "change", "rolling restart")]
    );
    let two: Vec<BaselineObject> =
        rendered("    min_containers: 2\n").iter().map(BaselineObject::from).collect();
    let back =
        api::compare(&two, &rendered(""), Baseline::Rendered).pop().expect("an object is removed");
    assert_eq!(
        (back.kind.as_str(), back.action, back.effect),
        ("PodDisruptionBudget", "delete", "deletion")
    );
    let changes = api::compare(&before, &rendered("    max_containers: 4\n"), Baseline::Rendered);
    let lines = changes[0].lines.iter().filter(|line| line.sign != ' ');
    let lines: Vec<String> =
        lines.map(|line| format!("{}{}", line.sign, line.text.trim())).collect();
    assert_eq!(lines, ["-maxReplicas: 3", "+maxReplicas: 4"]);
}

#[test]
fn defaults_of_the_cluster_are_ignored() {
    let manifests =
        api::analyze(&request(&service(""), ENVIRONMENT), false).manifests.expect("no errors");
    let live = |max: u32| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: autoscaling/v2\n  \
             kind: HorizontalPodAutoscaler\n  metadata:\n    \
             name: api-k8s-service\n    namespace: shop\n    uid: 1\n  spec:\n    maxReplicas: {max}\n    minReplicas: 1\n    \
             behavior: {{}}\n  status: {{}}\n"
        )
    };
    let name = &manifests
        .iter()
        .find(|manifest| manifest.kind == Kind::HorizontalPodAutoscaler)
        .expect("it is rendered")
        .name;
    let read =
        |max| api::read_objects(&live(max).replace("api-k8s-service", name)).expect("objects");
    let changes = api::compare(&read(3), &manifests, Baseline::Cluster);
    let scaler = changes
        .iter()
        .find(|change| change.kind == "HorizontalPodAutoscaler")
        .expect("some fields are missing");
    assert!(scaler.lines.iter().all(|line| line.sign != '-'), "{:#?}", scaler.lines);
    let changes = api::compare(&read(7), &manifests, Baseline::Cluster);
    let scaler =
        changes.iter().find(|change| change.kind == "HorizontalPodAutoscaler").expect("it changes");
    assert_eq!(
        scaler
            .lines
            .iter()
            .filter(|line| line.sign == '-')
            .map(|line| line.text.trim())
            .collect::<Vec<_>>(),
        ["maxReplicas: 7"]
    );
    assert!(api::read_objects("a: [").is_err());
    assert!(api::read_objects("a: 1\n").unwrap_err().contains("not a Kubernetes object"));
}

#[test]
fn equal_quantities_do_not_differ() {
    let request =
        request(&service("    resource_request: {cpu: 1000, memory: 1024}\n"), ENVIRONMENT);
    let manifests = api::analyze(&request, false).manifests.expect("no errors");
    let yaml: Vec<&str> = manifests.iter().map(|manifest| &*manifest.yaml).collect();
    let yaml = yaml.join("---\n");
    let live = yaml.replace("cpu: 1000m", "cpu: '1'").replace("memory: 1024Mi", "memory: 1Gi");
    assert_ne!(yaml, live);
    for against in [Baseline::Cluster, Baseline::Rendered] {
        let others = api::read_objects(&live).expect("objects");
        assert_eq!(api::compare(&others, &manifests, against), []);
        let others =
            api::read_objects(&live.replace("memory: 1Gi", "memory: 3Gi")).expect("objects");
        let changes = api::compare(&others, &manifests, against);
        let lines = changes[0].lines.iter().filter(|line| line.sign != ' ');
        assert!(lines.clone().all(|line| line.text.contains("memory")), "{changes:#?}");
        assert!(lines.count() > 0);
    }
}

#[test]
fn the_whole_bundle_is_compared_without_an_image_too() {
    let auto = |more: &str| request(&service(more).replace("acme/api:1", "AUTO"), ENVIRONMENT);
    let before = api::bundle_objects(&auto("")).expect("no errors");
    let changes = |more: &str, against| {
        let changes = api::compare_bundle(&before, &auto(more), against).expect("no errors");
        let describe = |change: api::Change| (change.kind, change.action, change.effect);
        changes.into_iter().map(describe).collect::<Vec<_>>()
    };
    assert_eq!(changes("", Baseline::Rendered), []);
    assert_eq!(
        changes("    env_vars: {A: \"1\"}\n", Baseline::Rendered),
        [("Deployment".to_owned(), "change", "rolling restart")]
    );
    assert_eq!(
        changes(
            "    links: [{media: [read]}]\n  - {type: s3, name: media, bucket_name: acme-m}\n",
            Baseline::Rendered
        ),
        [("iam-role".to_owned(), "change", "nothing restarts")]
    );
}

#[test]
fn an_unknown_image_is_equal_to_the_live_one() {
    let auto = |more: &str| request(&service(more).replace("acme/api:1", "AUTO"), ENVIRONMENT);
    let with_image = |image: &str| {
        let objects = api::bundle_objects(&auto("")).expect("no errors");
        let yaml: Vec<String> = objects
            .into_iter()
            .filter(|object| object.kind == "Deployment")
            .map(|object| object.yaml.replace("opta-shop-api@{image_digest}", image))
            .collect();
        api::read_objects(&yaml.concat()).expect("objects")
    };
    let changes = |image: &str, more: &str| {
        let others = with_image(image);
        let changes =
            api::compare_bundle(&others, &auto(more), Baseline::Cluster).expect("no errors");
        changes.into_iter().any(|change| change.action == "change")
    };
    assert!(!changes("opta-shop-api:1.4.2", ""));
    assert!(!changes(&format!("opta-shop-api@sha256:{}", "a".repeat(64)), ""));
    assert!(changes("opta-other-api:1.4.2", ""));
    assert!(changes("opta-shop-api:1.4.2", "    env_vars: {A: \"1\"}\n"));
}

#[test]
fn diagrams_show_volumes_and_cron_jobs() {
    let more = "    persistent_storage: [{path: /data, size: 10}]\n    \
                cron_jobs: [{schedule: \"0 3 * * *\", commands: [bin/cleanup]}]\n";
    let pictures = api::diagram(&request(&service(more), ENVIRONMENT));
    assert_eq!(pictures[0].pods.detail, "1 to 3 · acme/api:1 · /data with 10 GiB");
    let [job] = pictures[0].jobs.as_slice() else { panic!("one job: {pictures:#?}") };
    assert_eq!((job.title.as_str(), job.detail.as_str()), ("Cron job", "0 3 * * *"));
    assert_eq!(job.place.1.line, 9);
}

#[test]
fn diagrams_show_the_fields_of_the_file() {
    let more =
        "    public_uri: [api.acme.io/v1, all]\n    links: [db]\n  - {type: postgres, name: db}\n";
    let pictures = api::diagram(&request(&service(more), ENVIRONMENT));
    let [picture] = pictures.as_slice() else { panic!("one service: {pictures:#?}") };
    let shown = |shown: &api::Shape| {
        format!("{}: {} (line {})", shown.title, shown.detail, shown.place.1.line)
    };
    assert_eq!(
        picture.routes.iter().map(shown).collect::<Vec<_>>(),
        ["api.acme.io: /v1 (line 8)", "every domain: / (line 8)"]
    );
    assert_eq!(shown(&picture.service), "Service: HTTP, port 80 to 80 (line 7)");
    assert_eq!(shown(&picture.pods), "Pods: 1 to 3 · acme/api:1 (line 6)");
    assert_eq!(
        picture.autoscaler.as_ref().map(shown).as_deref(),
        Some("Autoscaler: cpu 80%, memory 80% (line 4)")
    );
    assert_eq!(picture.links.iter().map(shown).collect::<Vec<_>>(), ["db: postgres (line 9)"]);
    assert_eq!(
        picture.aws.iter().map(shown).collect::<Vec<_>>(),
        ["IAM role: for its ServiceAccount (line 4)"]
    );
}

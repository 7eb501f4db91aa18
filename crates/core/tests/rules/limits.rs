//! Examples at the limits of rules: the last good value and the first bad one.

use optakit_core::check::all_rules;
use optakit_core::model::field::Field;
use optakit_core::model::k8s_service::K8sService;
use optakit_core::model::ports::PortItem;
use optakit_core::model::volume::Volume;
use optakit_core::rule::Rule;

use super::{ENVIRONMENT, Files, check, diagnostics_of, service_file};

/// The last good files and the first bad files.
type Pair = [Files; 2];

fn module(fields: &str) -> Files {
    file(&service_file(fields))
}

fn file(text: &str) -> Files {
    Files { service: text.to_owned(), environment: ENVIRONMENT.to_owned(), values: None }
}

fn environment(text: &str) -> Files {
    Files { environment: text.to_owned(), ..module("") }
}

/// Returns the examples of a rule that rejects values above a limit.
fn above(limit: usize, files: impl Fn(usize) -> Files) -> Vec<Pair> {
    vec![[files(limit), files(limit + 1)]]
}

/// Returns the examples of a rule that rejects values below a limit.
fn below(limit: usize, files: impl Fn(usize) -> Files) -> Vec<Pair> {
    vec![[files(limit), files(limit - 1)]]
}

fn letters(length: usize) -> String {
    "a".repeat(length)
}

/// Returns a domain of a length. None of its labels has more than 63 characters.
fn domain(length: usize) -> String {
    let mut domain = letters(length);
    for at in (60..length - 1).step_by(61) {
        domain.replace_range(at..=at, ".");
    }
    domain
}

/// Returns the examples at a limit of a rule; none if the rule has no examples here.
fn examples(rule: &str, limit: usize) -> Vec<Pair> {
    match rule {
        "invalid-layer-name"
        | "name-too-long"
        | "role-name-too-long"
        | "workload-name-too-long"
        | "invalid-environment-name" => names(rule, limit),
        "invalid-env-name"
        | "invalid-env-value"
        | "invalid-metadata-key"
        | "invalid-label-value"
        | "malformed-reference"
        | "text-too-long" => texts(rule, limit),
        "not-a-policy-arn"
        | "policy-too-long"
        | "too-many-policies"
        | "invalid-bucket-name"
        | "short-account-id" => aws(rule, limit),
        "invalid-schedule" => schedules(limit),
        "invalid-port" => above(limit, |n| {
            let ports = format!("ports: [{{name: {}, type: http, port: 80}}]", letters(n));
            file(&service_file(&ports).replace("    port: {http: 80}\n", ""))
        }),
        "invalid-image" => above(limit, |n| module(&format!("image: nginx:{}", letters(n)))),
        "invalid-public-uri" => above(limit, |n| {
            let host = if limit > 63 { domain(n) } else { format!("{}.io", letters(n)) };
            module(&format!("public_uri: {host}/v1"))
        }),
        "invalid-ingress-class" => above(limit, |n| {
            let class = domain(n);
            let annotations = format!("{{kubernetes.io/ingress.class: {class}}}");
            module(&format!("ingress_extra_annotations: {annotations}"))
        }),
        "tiny-resources" => {
            let field = if limit == 10 { "cpu" } else { "memory" };
            below(limit, |n| module(&format!("resource_request: {{{field}: {n}}}")))
        }
        "huge-resources" => {
            let field = if limit == 192_000 { "cpu" } else { "memory" };
            above(limit, |n| module(&format!("resource_request: {{{field}: {n}}}")))
        }
        "min-above-max" => above(limit, |n| module(&format!("min_containers: {n}"))),
        "zero-min-containers" => {
            let fields = |min, max| format!("min_containers: {min}\nmax_containers: {max}");
            vec![
                [module(&fields(1, 1)), module(&fields(0, 1))],
                [module(&fields(0, 0)), module(&fields(0, 1))],
            ]
        }
        "autoscaling-without-metric" => {
            let fields = |cpu, memory| {
                module(&format!(
                    "autoscaling_target_cpu_percentage: {cpu}\n\
                     autoscaling_target_mem_percentage: {memory}"
                ))
            };
            vec![[fields(1, 0), fields(0, 0)], [fields(0, 1), fields(0, 0)]]
        }
        _ => Vec::new(),
    }
}

/// Returns examples of rules about names. Several names are joined to `staging-shop-NAME`.
fn names(rule: &str, limit: usize) -> Vec<Pair> {
    let named = |length: usize| format!("name: {}\n", letters(length));
    match rule {
        "invalid-layer-name" => above(limit, |n| {
            file(&service_file("").replace("name: shop", &format!("name: {}", letters(n))))
        }),
        "name-too-long" => above(limit, |n| module(&named(n - "shop-".len()))),
        "role-name-too-long" => above(limit, |n| module(&named(n - "staging-shop-".len()))),
        "workload-name-too-long" => {
            let rest = "shop--k8s-service".len();
            let volume = "persistent_storage: [{path: /data, size: 10}]";
            let job = "cron_jobs: [{schedule: \"0 5 * * *\", commands: [bin/cleanup]}]";
            let mut pairs = above(limit, |n| module(&(named(n - rest) + volume)));
            pairs.extend(above(limit, |n| module(&(named(n - rest - "-0".len()) + job))));
            pairs
        }
        _ => above(limit, |n| environment(&format!("name: {}\norg_name: acme\n", letters(n)))),
    }
}

/// Returns examples of rules about variables, labels and references.
fn texts(rule: &str, limit: usize) -> Vec<Pair> {
    match rule {
        "invalid-env-name" => above(limit, |n| module(&format!("secrets: [{}]", letters(n)))),
        "invalid-env-value" if limit < 1_000_000 => {
            above(limit, |n| module(&format!("env_vars: {{A: {}}}", letters(n - "A=".len()))))
        }
        // Each variable counts with its `=` and a NUL character.
        "invalid-env-value" => above(limit, |n| {
            let sizes = [n / 10; 9].into_iter().chain([n - n / 10 * 9]);
            let lines = sizes
                .enumerate()
                .map(|(index, size)| format!("  V{index}: {}\n", letters(size - "V0=\0".len())));
            module(&format!("env_vars:\n{}", lines.collect::<String>()))
        }),
        "invalid-metadata-key" if limit > 63 => {
            above(limit, |n| module(&format!("pod_annotations: {{{}/a: b}}", domain(n))))
        }
        "invalid-metadata-key" => {
            let mut pairs =
                above(limit, |n| module(&format!("pod_annotations: {{{}: b}}", letters(n))));
            let label = |n| module(&format!("pod_annotations: {{{}.io/a: b}}", letters(n)));
            pairs.extend(above(limit, label));
            pairs
        }
        "text-too-long" if limit < 200_000 => {
            above(limit, |n| module(&format!("args: [{}]", letters(n))))
        }
        "text-too-long" => {
            let half = limit / 2;
            let texts = |n: usize| (letters(half), letters(n - half));
            let mut pairs = above(limit, |n| {
                let (one, other) = texts(n);
                module(&format!("args: [{one}, {other}]"))
            });
            pairs.extend(above(limit, |n| {
                // The keys count too.
                let (one, other) = texts(n - 2);
                module(&format!("pod_annotations: {{a: {one}, b: {other}}}"))
            }));
            pairs
        }
        "invalid-label-value" => {
            above(limit, |n| module(&format!("pod_labels: {{team: {}}}", letters(n))))
        }
        _ => above(limit, |n| {
            let kibibyte = letters(1024);
            let mut files = module(&format!(
                "env_vars: {{A: \"{}{}\"}}",
                "{vars.large}".repeat(n / 1024),
                "{vars.small}".repeat(n % 1024)
            ));
            let variables = format!("    variables: {{large: {kibibyte}, small: x}}\n");
            let path = "    path: env.yml\n";
            files.service = files.service.replace(path, &format!("{path}{variables}"));
            files
        }),
    }
}

/// Returns examples of rules about AWS.
fn aws(rule: &str, limit: usize) -> Vec<Pair> {
    let policy = |arn: String| module(&format!("additional_iam_policies: [\"{arn}\"]"));
    match rule {
        "not-a-policy-arn" => match limit {
            12 => {
                let account = |n: usize| policy(format!("arn:aws:iam::{}:policy/a", "1".repeat(n)));
                above(limit, account).into_iter().chain(below(limit, account)).collect()
            }
            128 => above(limit, |n| policy(format!("arn:aws:iam::aws:policy/{}", letters(n)))),
            _ => above(limit, |n| policy(format!("arn:aws:iam::aws:policy/{}/a", letters(n)))),
        },
        "too-many-policies" => above(limit, |n| {
            // The first policy is the one of the role itself.
            let arns =
                (1..n).map(|number| format!("  - arn:aws:iam::123456789012:policy/a{number}\n"));
            module(&format!("additional_iam_policies:\n{}", arns.collect::<String>()))
        }),
        "invalid-bucket-name" => {
            let bucket = |n| {
                file(&format!(
                    "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  \
                     - {{type: s3, name: media, bucket_name: {}}}\n",
                    letters(n)
                ))
            };
            if limit > 3 { above(limit, bucket) } else { below(limit, bucket) }
        }
        "short-account-id" => below(limit, |n| {
            environment(&format!(
                "name: staging\norg_name: acme\nproviders:\n  aws: {{region: us-east-1, \
                 account_id: {}}}\n",
                "1".repeat(n)
            ))
        }),
        _ => vec![policy_sizes(limit)],
    }
}

/// Returns links whose policy has as many characters as possible, and the next larger policy. The
/// name of a bucket appears twice in the policy.
fn policy_sizes(limit: usize) -> Pair {
    let links = |length: usize| {
        let mut modules = String::new();
        // The ARN of the queue is not known. It does not count.
        modules += "  - {type: sqs, name: queue}\n";
        let mut links = "      - queue: [publish]\n".to_owned();
        for number in 0..50 {
            let extra = (length.saturating_sub(number * 50)).min(50);
            modules += &format!(
                "  - {{type: s3, name: b{number}, bucket_name: {}{number:02}}}\n",
                letters(3 + extra)
            );
            links += &format!("      - b{number}: [read]\n");
        }
        file(&format!(
            "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n{modules}  \
             - type: k8s-service\n    name: api\n    image: AUTO\n    port: {{http: 80}}\n    \
             links:\n{links}"
        ))
    };
    let is_bad = |length: usize| {
        let found = check(&links(length)).diagnostics;
        let found = found.into_iter().find(|diagnostic| diagnostic.rule == "policy-too-long");
        found.map(|diagnostic| diagnostic.message)
    };
    let (mut good, mut bad) = (0, 2000);
    while bad - good > 1 {
        let middle = usize::midpoint(good, bad);
        if is_bad(middle).is_some() { bad = middle } else { good = middle }
    }
    let message = is_bad(bad).unwrap_or_default();
    let is_next = |more| message.contains(&format!("of {} characters", limit + more));
    assert!(is_next(1) || is_next(2), "{message}");
    [links(good), links(bad)]
}

/// Returns examples of schedules at the smallest or largest number of a field.
fn schedules(limit: usize) -> Vec<Pair> {
    let job = |schedule: String| {
        module(&format!("cron_jobs: [{{schedule: \"{schedule}\", commands: [bin/cleanup]}}]"))
    };
    match limit {
        0 => vec![[job("0 0 1 1 0".to_owned()), job("-1 0 1 1 0".to_owned())]],
        1 => ["0 1", "1 0"]
            .iter()
            .map(|bad| [job("0 0 1 1 0".to_owned()), job(format!("0 0 {bad} 0"))])
            .collect(),
        59 => above(limit, |n| job(format!("{n} 0 1 1 0"))),
        23 => above(limit, |n| job(format!("0 {n} 1 1 0"))),
        31 => above(limit, |n| job(format!("0 0 {n} 1 0"))),
        12 => above(limit, |n| job(format!("0 0 1 {n} 0"))),
        _ => above(limit, |n| job(format!("0 0 1 1 {n}"))),
    }
}

/// Numbers in the documentation of rules that are not limits, each with the rule.
const NOT_LIMITS: &[(&str, usize)] = &[
    // AWS can raise the quota to this number.
    ("too-many-policies", 25),
    // Optakit leaves room for its own annotations.
    ("text-too-long", 262_144),
];

/// Returns the numbers in the documentation of a rule: neither those in code, nor years and names
/// of standards.
fn documented_numbers(rule: &Rule) -> Vec<usize> {
    let text = rule.text();
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let words: Vec<&str> = prose
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '–'))
        .map(|word| word.trim_end_matches(['.', ',', ':']))
        .collect();
    let mut numbers = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let Ok(number) = word.replace(',', "").parse::<usize>() else { continue };
        let before = index.checked_sub(1).map(|before| words[before]).unwrap_or_default();
        if matches!(before, "RFC" | "Opta" | "March") {
            continue;
        }
        let unit = match words.get(index + 1).copied() {
            Some("MiB") => 1024 * 1024,
            Some("MB") => 1_000_000,
            _ => 1,
        };
        numbers.push(number * unit);
    }
    numbers.retain(|number| !NOT_LIMITS.contains(&(rule.id, *number)));
    numbers
}

#[test]
fn every_number_in_the_documentation_of_a_rule_is_a_limit() {
    let mut found = 0;
    for rule in all_rules() {
        for number in documented_numbers(rule) {
            assert!(rule.limits.contains(&number), "{}: {number}", rule.id);
            found += 1;
        }
    }
    assert!(found > 20, "{found} numbers were found");
}

#[test]
fn every_limit_of_a_rule_has_a_last_good_and_a_first_bad_example() {
    let mut checked = 0;
    for rule in all_rules() {
        for limit in rule.limits {
            let pairs = examples(rule.id, *limit);
            assert!(!pairs.is_empty(), "{} has no example at {limit}", rule.id);
            for [good, bad] in pairs {
                let found = check(&good).diagnostics;
                let own = found.iter().find(|diagnostic| diagnostic.rule == rule.id);
                assert!(own.is_none(), "{} at {limit}: {own:#?}", rule.id);
                let analysis = check(&bad);
                let own = diagnostics_of(rule, &analysis);
                assert!(!own.is_empty(), "{} at {limit} is silent", rule.id);
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "{checked} pairs were checked");
}

/// Whether a number of a field is out of range.
fn is_out_of_range(files: &Files) -> bool {
    check(files).diagnostics.iter().any(|diagnostic| diagnostic.rule == "out-of-range")
}

#[test]
fn numbers_of_fields_end_at_their_range() {
    let of_service = |field: &Field, value: i64| match field.name {
        "port" => format!("port: {{http: {value}}}"),
        name => format!("{name}: {value}"),
    };
    let of_port = |field: &Field, value: i64| {
        let port = if field.name == "port" { "" } else { ", port: 80" };
        format!("ports: [{{name: web, type: http{port}, {}: {value}}}]", field.name)
    };
    let of_volume = |field: &Field, value: i64| {
        format!("persistent_storage: [{{path: /data, {}: {value}}}]", field.name)
    };
    let service = K8sService::FIELDS.iter().map(|field| (field, &of_service as Line));
    let ports = PortItem::FIELDS.iter().map(|field| (field, &of_port as Line));
    let volumes = Volume::FIELDS.iter().map(|field| (field, &of_volume as Line));
    let mut checked = 0;
    for (field, line) in service.chain(ports).chain(volumes) {
        let Some((low, high)) = field.range else { continue };
        let files = |value: i64| {
            let text = service_file(&line(field, value));
            let has_ports = text.contains("ports:");
            file(&if has_ports { text.replace("    port: {http: 80}\n", "") } else { text })
        };
        for (value, expected) in [(low, false), (high, false), (low - 1, true), (high + 1, true)] {
            assert_eq!(is_out_of_range(&files(value)), expected, "{}: {value}", field.name);
        }
        checked += 1;
    }
    assert!(checked > 10, "{checked} fields were checked");
}

/// Returns the line of a field with a value.
type Line<'a> = &'a dyn Fn(&Field, i64) -> String;

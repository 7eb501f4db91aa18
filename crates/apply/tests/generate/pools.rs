//! The values that generated files contain.

use fastrand::Rng;

use crate::value::Value;

/// Modules that services can link to.
pub(crate) const LINKED: &[(&str, &str)] = &[
    ("db", "postgres"),
    ("cache", "redis"),
    ("docs", "documentdb"),
    ("media", "s3"),
    ("jobs", "sqs"),
    ("events", "sns"),
    ("items", "dynamodb"),
    ("my-db", "mysql"),
];

pub(crate) const PERMISSIONS: &[&str] = &[
    "",
    "[]",
    "{}",
    "read",
    "[read]",
    "[read, write]",
    "[publish]",
    "[subscribe, subscribe]",
    "[{cache_host: HOST, cache_auth_token: TOKEN}]",
    "[{db_user: \"\", db_name: A, db_password: A, db_host: B}]",
    "[{db_user: A.b, db_name: \"A B\", db_password: 1, db_host: =}]",
];

pub(crate) const LINKS: &[&str] = &[
    "{}",
    "{db: null}",
    "{db: null, media: null}",
    "\"arn:aws:iam::aws:policy/ReadOnlyAccess\"",
    "\"arn:aws:iam::123456789012:policy/a/b\"",
    "\"arn:aws:iam::aws:policy/*\"",
    "\"{parent.vpc_id}\"",
];

/// Names of layers, modules and environments.
pub(crate) const NAMES: &[&str] = &[
    "a",
    "A",
    "a-b",
    "a_b",
    "a.b",
    "1",
    "-",
    "a-",
    "default",
    "kubernetes",
    "kube-system",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "true",
    "é",
];

pub(crate) const TAGS: &[&str] = &[
    "1-",
    "_a",
    "v1..2",
    "A",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

pub(crate) const REGIONS: &[&str] = &["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"];

pub(crate) const BOOLEANS: &[&str] =
    &["true", "false", "\"true\"", "True", "yes", "1", "\"{vars.flag}\"", "\"{vars.size}\""];

pub(crate) const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "0.5",
    ".5",
    "\".5\"",
    "1.0",
    "1.5",
    "\"1.0\"",
    "1e3",
    "1e-9",
    "0x10",
    "010",
    "\"010\"",
    "1_000",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    ".inf",
    ".nan",
    "\" 1 \"",
    "\"\"",
    "+1",
    "100m",
    "512Mi",
    "1Gi",
    "0.0001",
    "\"{vars.size}\"",
    "\"{vars.word}\"",
    "\"{parent.vpc_id}\"",
    "12.34567",
];

/// Values of the wrong type for most fields.
pub(crate) const WRONG: &[&str] = &["", "null", "~", "[]", "{}", "[null]", "true", "1", "{a: b}"];

pub(crate) const LONG: &[usize] = &[15, 16, 63, 64, 127, 128, 129, 253, 254, 255, 1024, 1025, 4097];

pub(crate) const EDGE_TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "a b",
    "a/b",
    "/",
    "//",
    "/.",
    "/..",
    "/a",
    "/a/",
    "-",
    "_",
    ".",
    "..",
    "a.",
    "a.b",
    "A_B",
    "a-b",
    "1",
    "01",
    "1.5",
    "true",
    "null",
    "~",
    "{",
    "}",
    "{{",
    "{{a}}",
    "${HOME}",
    "$(HOME)",
    "$$",
    "$",
    "{vars.word}",
    "{vars.size}",
    "{vars.none}",
    "{parent.vpc_id}",
    "${{module.db.db_host}}",
    "${{module.db.db_password}}",
    "{env}",
    "a\nb",
    "a\n",
    "\t",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{200b}",
    "\u{feff}",
    "\u{fffe}",
    "\u{1f600}",
    "\u{e9}",
    "%",
    "%2f",
    "%zz",
    "a?b",
    "a#b",
    "a%20b",
    "a=b",
    "a:b",
    ":",
    "*",
    "*.acme.io",
    "a*b",
    "(x)",
    "[x]",
    "a|b",
    "^",
    "\\",
    "\"",
    "'",
    "`",
    "<a>",
    "&",
    ";",
    ",",
    "@",
    "!",
    "0x10",
    "1e3",
    "PATH",
    "HOSTNAME",
    "KUBERNETES_SERVICE_HOST",
    "kubernetes.io/x",
    "app.kubernetes.io/name",
    "a/b/c",
    "/b",
    "a/",
    "nginx.ingress.kubernetes.io/rewrite-target",
    "container.apparmor.security.beta.kubernetes.io/x",
];

/// Returns the usual values of a field whose example and default are too few.
pub(crate) fn of_field(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "image" => &[
            "AUTO",
            "nginx",
            "nginx:1.29",
            "\"registry.example.com:5000/a/b:c\"",
            "\"public.ecr.aws/a/b@sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f\"",
        ],
        "port" => {
            &["{http: 80}", "{tcp: 5432}", "{grpc: 9000}", "{websocket: 1}", "{http: \"65535\"}"]
        }
        "public_uri" => &[
            "api.acme.io",
            "[api.acme.io, \"*.acme.io\"]",
            "api.acme.io/v1",
            "[api.acme.io/v1/, api.acme.io/v2]",
            "all",
            "\"all/x\"",
            "/x",
            "a.b/x-y_z~1",
            "\"api.acme.io/a%20b\"",
        ],
        "healthcheck_path" | "liveness_probe_path" | "readiness_probe_path" => {
            &["/", "/health", "\"/a?b=c\"", "health", "\"\""]
        }
        "min_containers" => &["0", "1", "2"],
        "max_containers" => &["0", "1", "3", "100"],
        "env_vars" => &[
            "{A: b}",
            "[{name: A, value: b}, {name: B, value: \"{vars.word}\"}]",
            "{URL: \"postgres://${{module.db.db_host}}\", TOKEN: \"x${{module.cache.cache_auth_token}}\"}",
            "{A: \"$(B)\", B: \"$$x\"}",
        ],
        "secrets" => &["[TOKEN]", "[A, B]", "TOKEN"],
        "links" => &[
            "[db]",
            "[cache, media, jobs]",
            "[db, docs, events, items]",
            "[{media: [read]}, {jobs: [subscribe]}]",
            "[my-db]",
            "[{cache: [{cache_host: HOST, cache_auth_token: TOKEN}]}]",
        ],
        "additional_iam_policies" => &["[\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]"],
        _ => return None,
    })
}

/// Returns variables of an environment.
pub(crate) fn variables(rng: &mut Rng) -> Value {
    let size = if rng.bool() { "2" } else { "\"2\"" };
    Value::Raw(format!("{{size: {size}, word: word, flag: true}}"))
}

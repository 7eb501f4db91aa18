//! Random service and environment files over all declared fields.

use fastrand::Rng;
use optakit_core::api::{Field, FieldType, module_fields};

use crate::pools::{self, EDGE_TEXTS, LONG, NAMES};
use crate::value::{Value, quoted};

/// A generated service with its environment and its options.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) service: Value,
    pub(crate) environment: Value,
    /// The profile, the hardening, the exposure and the version of Kubernetes.
    pub(crate) choices: [&'static str; 4],
    pub(crate) image_tag: String,
}

impl Files {
    /// Returns random files.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let names = ["api", "web", "worker"];
        let mut modules: Vec<Value> = Vec::new();
        for name in &names[..rng.usize(1..=2)] {
            modules.push(service(name, rng));
        }
        for (name, kind) in pools::LINKED {
            if rng.u8(..4) == 0 {
                modules.push(linked(name, kind));
            }
        }
        let environments = Value::List(vec![Value::map([
            ("name", Value::raw("staging")),
            ("path", Value::raw("env.yml")),
            ("vars", pools::variables(rng)),
        ])]);
        let layer = pick_or(rng, "shop", NAMES);
        let mut service = vec![
            ("name".to_owned(), Value::text(layer)),
            ("environments".to_owned(), environments),
            ("modules".to_owned(), Value::List(modules)),
        ];
        if rng.u8(..6) == 0 {
            let items = "[{name: color, default: 1}, {name: size, description: d}]";
            service.push(("input_variables".to_owned(), Value::raw(items)));
        }
        Self {
            service: Value::Map(service),
            environment: environment(rng),
            choices: [
                pick(rng, &["default", "default", "opta-2021", "opta-2022"]),
                pick(rng, &["baseline", "restricted"]),
                pick(rng, &["nginx", "gateway", "alb"]),
                pick(rng, &["1.33", "1.34", "1.35", "1.36"]),
            ],
            image_tag: pick_or(rng, "1.0", pools::TAGS).to_owned(),
        }
    }

    /// Whether the profile is the default.
    pub(crate) fn has_default_profile(&self) -> bool {
        self.choices[0] == "default"
    }

    /// Returns the Pod Security Standard that the pods meet.
    pub(crate) fn level(&self) -> &'static str {
        if self.has_default_profile() { self.choices[1] } else { "baseline" }
    }
}

fn environment(rng: &mut Rng) -> Value {
    let region = pick_or(rng, "us-east-1", pools::REGIONS);
    let aws = format!("{{region: {region}, account_id: \"123456789012\"}}");
    let provider = match rng.u8(..8) {
        0 => ("google", "{region: us-central1, project: acme}".to_owned()),
        1 => ("azurerm", "{location: westeurope}".to_owned()),
        2 => ("local", "{}".to_owned()),
        _ => ("aws", aws),
    };
    let modules = "[{type: base}, {type: k8s-cluster}, {type: k8s-base}]";
    Value::map([
        ("name", Value::text(pick_or(rng, "staging", NAMES))),
        ("org_name", Value::raw("acme")),
        ("providers", Value::map([(provider.0, Value::Raw(provider.1))])),
        ("modules", Value::raw(modules)),
    ])
}

fn linked(name: &str, kind: &str) -> Value {
    let mut module = vec![("type", Value::raw(kind)), ("name", Value::raw(name))];
    if kind == "s3" {
        module.push(("bucket_name", Value::raw("acme-media")));
    }
    Value::map(module)
}

fn service(name: &str, rng: &mut Rng) -> Value {
    let fields = module_fields("k8s-service").expect("Optakit renders the type");
    let name = pick_or(rng, name, NAMES);
    let mut entries = vec![("type".to_owned(), Value::raw("k8s-service"))];
    let wanted = rng.usize(1..=6);
    let edges = pick(rng, &[0, 1, 3, 6]);
    for field in fields {
        let is_wanted = match field.name {
            "type" => false,
            "name" | "image" => true,
            "port" => rng.u8(..8) > 0,
            _ => rng.usize(..fields.len()) < wanted,
        };
        if is_wanted {
            let value = match field.name {
                "name" => Value::text(name),
                _ => field_value(field, edges, rng),
            };
            entries.push((field.name.to_owned(), value));
        }
    }
    Value::Map(entries)
}

/// Returns a value of a field. `edges` of ten values are at the edge.
fn field_value(field: &Field, edges: u8, rng: &mut Rng) -> Value {
    let is_edge = rng.u8(..10) < edges;
    if let Some(usual) = pools::of_field(field.name).filter(|_| !is_edge) {
        return Value::raw(pick(rng, usual));
    }
    if !is_edge {
        return Value::raw(if rng.bool() {
            field.example
        } else {
            field.default.unwrap_or(field.example)
        });
    }
    if rng.u8(..8) == 0 {
        return Value::raw(pick(rng, pools::WRONG));
    }
    match field.kind {
        FieldType::Boolean => Value::raw(pick(rng, pools::BOOLEANS)),
        FieldType::Integer | FieldType::Count | FieldType::Quantity => number(field, rng),
        FieldType::Text | FieldType::Scalar => edge_text(rng),
        FieldType::TextList => list(rng, edge_text),
        FieldType::TextOrList if rng.bool() => edge_text(rng),
        FieldType::TextOrList => list(rng, edge_text),
        FieldType::TextMap | FieldType::Variables => map(rng),
        FieldType::EnvVars if rng.bool() => map(rng),
        FieldType::EnvVars => {
            list(rng, |rng| Value::map([("name", edge_text(rng)), ("value", edge_text(rng))]))
        }
        FieldType::Port => {
            let protocol = pick(rng, &["http", "tcp", "grpc", "websocket", "udp"]);
            Value::map([(protocol, number(field, rng))])
        }
        FieldType::Links => list(rng, link),
        FieldType::Map(fields) => fields_map(fields, edges, rng),
        FieldType::MapList(fields) => list(rng, |rng| fields_map(fields, edges, rng)),
        FieldType::Modules => Value::List(Vec::new()),
    }
}

fn fields_map(fields: &[Field], edges: u8, rng: &mut Rng) -> Value {
    let wanted = fields.iter().filter(|field| field.required || rng.bool());
    let wanted: Vec<&Field> = wanted.collect();
    let mut entries = Vec::new();
    for field in wanted {
        entries.push((field.name.to_owned(), field_value(field, edges, rng)));
    }
    Value::Map(entries)
}

fn number(field: &Field, rng: &mut Rng) -> Value {
    let (low, high) = field.range.unwrap_or((0, i64::from(i32::MAX)));
    let edges = [low, low + 1, high, high.saturating_sub(1), low - 1, high.saturating_add(1)];
    if rng.bool() {
        let edge = edges[rng.usize(..edges.len())].to_string();
        return Value::Raw(if rng.bool() { edge } else { quoted(&edge) });
    }
    Value::raw(pick(rng, pools::NUMBERS))
}

fn link(rng: &mut Rng) -> Value {
    let (name, _) = pools::LINKED[rng.usize(..pools::LINKED.len())];
    match rng.u8(..4) {
        0 => Value::raw(name),
        1 => Value::map([(name, Value::raw(pick(rng, pools::PERMISSIONS)))]),
        2 => Value::raw(pick(rng, pools::LINKS)),
        _ => edge_text(rng),
    }
}

fn map(rng: &mut Rng) -> Value {
    let entries = (0..rng.usize(..3)).map(|_| {
        let key = match edge_text(rng) {
            Value::Raw(key) => key,
            Value::List(_) | Value::Map(_) => "key".to_owned(),
        };
        (key, edge_text(rng))
    });
    Value::Map(entries.collect())
}

fn list(rng: &mut Rng, item: impl Fn(&mut Rng) -> Value) -> Value {
    Value::List((0..rng.usize(..3)).map(|_| item(rng)).collect())
}

/// Returns a text at the edge of what the format or Kubernetes accepts.
fn edge_text(rng: &mut Rng) -> Value {
    if rng.u8(..6) == 0 {
        let length = pick(rng, LONG);
        let character = pick(rng, &["a", "/", "é", "-a", "1"]);
        return Value::text(&character.repeat(length / character.chars().count()));
    }
    let text = pick(rng, EDGE_TEXTS);
    if rng.u8(..3) == 0 { Value::raw(plain(text)) } else { Value::text(text) }
}

/// Returns a text without quotes if it is a word, so that YAML decides about its type.
fn plain(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let is_plain = !text.is_empty() && text.chars().all(is_word) && !text.starts_with('-');
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn pick<T: Copy>(rng: &mut Rng, items: &[T]) -> T {
    items[rng.usize(..items.len())]
}

/// Returns the usual value, and sometimes one of the others.
fn pick_or<'a>(rng: &mut Rng, usual: &'a str, others: &[&'a str]) -> &'a str {
    if rng.u8(..12) == 0 { pick(rng, others) } else { usual }
}

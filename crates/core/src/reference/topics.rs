//! Topics that are not a field or a rule: links, references, values and module types.

use crate::model::cloud::Cloud;
use crate::model::environment::outputs_of_types;
use crate::model::link_kind::{LINK_KINDS, LinkAccess, LinkKind, LinkPermission, is_secret_output};
use crate::model::module_types::{K8S_SERVICE, ModuleType, module_type_names, split_type};

/// A topic of `optakit explain`.
struct Topic {
    name: &'static str,
    /// Other names of the topic.
    aliases: &'static [&'static str],
    summary: &'static str,
    text: fn() -> String,
}

const TOPICS: &[Topic] = &[
    Topic {
        name: "links",
        aliases: &["link"],
        summary: "what a link adds to a service, per module type",
        text: links,
    },
    Topic {
        name: "references",
        aliases: &["reference", "interpolation"],
        summary: "names in braces, such as `{parent.domain}`",
        text: references,
    },
    Topic {
        name: "domain",
        aliases: &["parent.domain"],
        summary: "where `{parent.domain}` comes from",
        text: domain,
    },
    Topic {
        name: "values",
        aliases: &["values-file"],
        summary: "the file with values that only your environment knows",
        text: values,
    },
    Topic {
        name: "layer",
        aliases: &["service-file"],
        summary: "the service file, whose name is also the namespace",
        text: || LAYER.to_owned(),
    },
];

const LAYER: &str = "\
A layer is one service file, opta.yml. The word comes from Opta.
The `name` of the file is the name of the layer, and of the Kubernetes namespace of its services.
";

const DATABASES: &str = "\
Optakit does not create databases, buckets, queues, topics and tables. Create them with Terraform \
or another tool, and pass their outputs in a values file (`optakit explain values`).
The Secret `secret` in the namespace contains the credentials of linked modules. Opta's Terraform \
filled it. `optakit render --include-secrets` renders it from a values file.
";

/// Returns the text of a topic or of a module type; none if there is no such topic.
pub(super) fn topic_text(name: &str) -> Option<String> {
    let is_topic = |topic: &&Topic| topic.name == name || topic.aliases.contains(&name);
    if let Some(topic) = TOPICS.iter().find(is_topic) {
        return Some((topic.text)());
    }
    module_type(name)
}

/// Returns the names of all topics and module types.
pub(super) fn topic_names() -> impl Iterator<Item = &'static str> {
    let types = module_type_names();
    TOPICS.iter().map(|topic| topic.name).chain(types)
}

/// Returns the list of topics, for `optakit explain` without a name.
#[must_use]
pub fn topics() -> String {
    let mut text = "Topics:\n".to_owned();
    for topic in TOPICS {
        text.push_str(&format!("  {:<20} {}\n", topic.name, topic.summary));
    }
    let types: Vec<&str> = LINK_KINDS.iter().map(|kind| kind.module_type).collect();
    text.push_str(&format!(
        "\nModule types that a service can link to:\n  {}\n\n\
         Also any field, such as `min_containers`, and any rule, such as `unknown-field`.\n\n\
         Run `optakit explain NAME`.\n",
        types.join(", ")
    ));
    text
}

/// Returns what a link gives to a service, for each module type.
pub(super) fn links() -> String {
    let mut text = "\
A service names the modules that it uses in `links`:

    links:
      - db                      # all credentials of a database
      - media: [read]           # permissions for a bucket
      - db: [{db_host: HOST, db_name: NAME, db_user: USER, db_password: PASSWORD}]

A link to a database adds one environment variable per output, with the name MODULE_OUTPUT.
The last line above renames the variables.
"
    .to_owned();
    for kind in LINK_KINDS {
        text.push_str(&format!("\n{}", link(kind, kind.module_type)));
    }
    text.push_str(&format!("\n{DATABASES}"));
    text
}

/// Returns what a link to a module gives to a service.
fn link(kind: &LinkKind, module: &str) -> String {
    match kind.access {
        LinkAccess::Credentials(outputs) => {
            let lines = outputs.iter().map(|output| {
                let secret = if is_secret_output(output) { " (secret)" } else { "" };
                format!("  {module}_{output:<20} output `{output}`{secret}\n")
            });
            let lines: String = lines.collect();
            format!("{} named `{module}`, variables:\n{lines}", kind.module_type)
        }
        LinkAccess::Permissions { all, default } => format!(
            "{}, permissions of the IAM role:\n  {} (default: {})\n",
            kind.module_type,
            LinkPermission::names(all).join(", "),
            LinkPermission::names(default).join(", ")
        ),
    }
}

fn module_type(name: &str) -> Option<String> {
    let (cloud, name) = split_type(name);
    let clouds = cloud.into_iter().chain(Cloud::ALL);
    let kind = clouds.filter_map(|cloud| ModuleType::of(name, cloud)).next();
    let kind = kind.filter(|kind| kind.name != K8S_SERVICE)?;
    let mut text = format!("{} (module type)\n\n", kind.name);
    for field in kind.required {
        text.push_str(&format!("- Required: `{}: {}`\n", field.name, field.example));
    }
    match LinkKind::of(kind.name) {
        Some(link_kind) => {
            let module = if kind.name == "postgres" { "db" } else { kind.name };
            text.push_str(&format!(
                "A link to this module adds to a service:\n{}",
                link(link_kind, module)
            ));
            text.push_str(&format!("\n{DATABASES}"));
        }
        None => text
            .push_str("Optakit accepts the module and ignores it. Services cannot link to it.\n"),
    }
    let lists: [(&str, Vec<&str>); 2] = [
        ("Fields", kind.fields.iter().collect()),
        ("Outputs, for `${{module.NAME.OUTPUT}}` or `{parent.OUTPUT}`", kind.outputs().collect()),
    ];
    for (title, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        text.push_str(&format!("\n{title}:\n  {}\n", names.join("\n  ")));
    }
    Some(text)
}

fn references() -> String {
    let mut text = "\
A reference is a name in braces inside a text. Optakit replaces it when it renders.

  {env}                       name of the environment
  {layer_name}                name of the service file
  {region}, {account_id}      region and account of the environment
  {vars.NAME}                 variable of the environment, from `environments[].variables`
  ${{module.NAME.OUTPUT}}     output of another module of the service file
  {parent.OUTPUT}             output of a module of the environment:
"
    .to_owned();
    for (module, outputs) in outputs_of_types(Cloud::Aws) {
        let outputs: Vec<&str> = outputs.iter().collect();
        text.push_str(&format!("\n  {module}: {}\n", outputs.join(", ")));
    }
    text.push_str("\nWrite `{{` and `}}` for literal braces.\n");
    text
}

fn domain() -> String {
    "\
`{parent.domain}` is the `domain` of the module `dns` in the environment file:

    modules:
      - type: dns
        domain: staging.acme.io

`public_uri: \"api.{parent.domain}\"` then makes the service available at api.staging.acme.io.
Optakit does not create DNS records. Point the domain to the load balancer of the cluster.
"
    .to_owned()
}

fn values() -> String {
    "\
A values file contains values that are not in opta.yml: addresses, ARNs and passwords. Pass it \
with `--values FILE` to `validate`, `render` and `bundle`.

    parent:                     # outputs of the environment
      vpc_id: vpc-0a1b2c
    modules:                    # outputs of other modules of opta.yml, by module name
      db:
        db_host: db.internal

The output of `terraform output -json` is also a values file.
"
    .to_owned()
}

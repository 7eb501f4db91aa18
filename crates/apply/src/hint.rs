//! Commands in help texts. They repeat the flags that the user gave, so that users can copy them.
//!
//! Only the flags in [`REPEATED`] are repeated. None of them contains a secret value.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// The argument that names the service, in the commands that have it. The first one that a command
/// has counts: the argument `file` of a command with `--bundle` is another file.
const SERVICE: [&str; 3] = ["bundle", "file", FILES];
/// The arguments of `deploy`: the service, if there are two, and the archive.
const FILES: &str = "files";
/// The flag that replaces environment files.
const ENV_FILE: &str = "env_file";
/// The flags that a command in a help text repeats, besides the service.
const REPEATED: &[&str] = &[
    "env",
    "values",
    "allow_outside",
    ENV_FILE,
    "offline",
    "profile",
    "hardening",
    "exposure",
    "gateway",
    "kubernetes",
    "kubeconfig",
    "context",
    "cluster",
    "namespace",
    "skip_aws",
    "image_tag",
    "image_digest",
];
/// The flags that choose the image. Only commands that apply repeat them.
const OF_IMAGE: &[&str] = &["image_tag", "image_digest"];
/// The commands that use an image.
const WITH_IMAGE: &[&str] = &["apply", "plan", "diff"];
/// The command that reads service files only.
const BUNDLE: &str = "bundle";
/// The end of the name of a bundle.
const BUNDLE_SUFFIX: &str = ".json";
/// The flags that kubectl has too.
const OF_KUBECTL: &[&str] = &["kubeconfig", "context"];
/// The name of standard input. A second command cannot read it again, so it gets a placeholder.
const STDIN: &str = "-";
const FILE: &str = "FILE";

/// Options with a value that belong to one run: the reaction to a failure, which the help changes,
/// and the plan, which the run has changed.
const NOT_AGAIN: [&str; 2] = ["--on-failure", "--plan"];
/// The option with the value of a variable, which can be confidential.
const VARIABLE: &str = "--var";

static RUN: OnceLock<Run> = OnceLock::new();

/// The arguments of this run.
struct Run {
    /// Returns the definition of the command line.
    definition: fn() -> Command,
    given: Vec<Given>,
}

/// An argument that the user gave.
#[derive(Clone, Debug)]
struct Given {
    id: &'static str,
    /// Empty if the flag takes no value.
    values: Vec<String>,
}

/// Remembers the arguments of this run. `definition` returns the definition of the command line.
pub(crate) fn remember(definition: fn() -> Command, matches: &ArgMatches) {
    let run = Run { definition, given: given(matches) };
    // A program parses its command line once.
    drop(RUN.set(run));
}

/// Returns a command of Optakit for a help text. `arguments` are its own arguments.
pub(crate) fn optakit(command: &str, arguments: &str) -> String {
    RUN.get().map_or_else(
        || join(["optakit", command, arguments].map(str::to_owned)),
        |run| run.optakit(command, arguments),
    )
}

/// Returns a command of kubectl for a help text.
pub(crate) fn kubectl(arguments: &str) -> String {
    let given = RUN.get().map(|run| run.given.as_slice()).unwrap_or_default();
    let flags = given.iter().filter(|given| OF_KUBECTL.contains(&given.id));
    let flags = flags.flat_map(|given| flags_of(given.id, given));
    join(["kubectl".to_owned(), arguments.to_owned()].into_iter().chain(flags))
}

/// Returns the folder of the bundle or service file that the user gave. Otherwise, returns the
/// working folder.
pub(crate) fn service_folder() -> PathBuf {
    let given = RUN.get().map(|run| run.given.as_slice()).unwrap_or_default();
    let file = given.iter().find(|given| SERVICE.contains(&given.id));
    let file = file.and_then(|given| given.values.first()).map(Path::new);
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Returns the file that the user gave for an environment with `--env-file`.
pub(crate) fn environment_file(name: &str) -> Option<PathBuf> {
    let given = RUN.get().map(|run| run.given.as_slice()).unwrap_or_default();
    let values = given.iter().filter(|given| given.id == ENV_FILE).flat_map(|given| &given.values);
    let mut pairs = values.filter_map(|value| value.split_once('='));
    pairs.find(|(environment, _)| *environment == name).map(|(_, file)| PathBuf::from(file))
}

/// Returns this command with further arguments.
pub(crate) fn again(arguments: &str) -> String {
    let own = std::env::args_os().skip(1).map(|argument| argument.display().to_string());
    with_arguments(own, arguments)
}

/// Returns a command with further arguments. Leaves out the options that a second run must not
/// have, and the values of variables.
fn with_arguments(own: impl Iterator<Item = String>, arguments: &str) -> String {
    let mut words = vec!["optakit".to_owned()];
    let mut own = own;
    while let Some(word) = own.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (&*word, None),
        };
        if NOT_AGAIN.contains(&name) {
            if value.is_none() {
                own.next();
            }
        } else if name == VARIABLE {
            let value = value.or_else(|| own.next()).unwrap_or_default();
            let variable = value.split_once('=').map_or(&*value, |(variable, _)| variable);
            words.push(format!("{VARIABLE} {}=VALUE", quoted(variable)));
        } else if word == STDIN {
            words.push(FILE.to_owned());
        } else {
            words.push(quoted(&word));
        }
    }
    words.push(arguments.to_owned());
    join(words)
}

impl Run {
    fn optakit(&self, command: &str, arguments: &str) -> String {
        let mut definition = (self.definition)();
        definition.build();
        let found =
            command.split(' ').try_fold(&definition, |parent, name| parent.find_subcommand(name));
        let has = |id: &str| {
            found.is_some_and(|found| found.get_arguments().any(|argument| argument.get_id() == id))
        };
        let service = SERVICE.into_iter().find(|id| has(id));
        let given = |id: &str| {
            let is_service = service == Some(id);
            self.given
                .iter()
                .find(|given| if is_service { SERVICE.contains(&given.id) } else { given.id == id })
        };
        let (mut positional, mut flags) = (Vec::new(), Vec::new());
        for argument in found.into_iter().flat_map(Command::get_arguments) {
            let id = argument.get_id().as_str();
            let Some(given) = given(id).filter(|_| service == Some(id) || !SERVICE.contains(&id))
            else {
                continue;
            };
            let is_other_image = OF_IMAGE.contains(&id) && !WITH_IMAGE.contains(&command);
            // A flag in the arguments of the command is more specific.
            if is_other_image || arguments.contains(&name_of(id)) {
                continue;
            }
            match argument.is_positional() {
                true => positional.extend(given.values.iter().filter(|file| is_for(command, file))),
                false => flags.extend(flags_of(id, given)),
            }
        }
        let start = ["optakit".to_owned(), command.to_owned()].into_iter();
        let quoted = positional.into_iter().map(|value| quoted(value));
        join(start.chain(quoted).chain([arguments.to_owned()]).chain(flags))
    }
}

/// Returns the arguments of the command line that are repeated.
fn given(matches: &ArgMatches) -> Vec<Given> {
    let mut matches = matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    let service = SERVICE.into_iter().find(|id| matches.try_contains_id(id).is_ok());
    let is_given = |id: &&str| {
        matches.try_contains_id(id).is_ok_and(|known| known)
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let of = |id: &'static str| {
        let raw = matches.try_get_raw(id).ok().flatten();
        let values = raw.into_iter().flatten().map(|value| value.display().to_string());
        let values = values.map(|value| if value == STDIN { FILE.to_owned() } else { value });
        let mut values: Vec<String> = values.collect();
        if id == FILES {
            // The last file is the archive.
            values.pop();
        }
        // A flag without a value has the value that it sets.
        if matches.try_get_one::<bool>(id).is_ok() {
            values.clear();
        }
        Given { id, values }
    };
    let given = service.into_iter().chain(REPEATED.iter().copied()).filter(is_given).map(of);
    let is_known = |given: &Given| given.id != FILES || !given.values.is_empty();
    given.filter(is_known).collect()
}

/// Whether a command can read a file that was given to another command.
fn is_for(command: &str, file: &str) -> bool {
    command != BUNDLE || !file.ends_with(BUNDLE_SUFFIX)
}

/// Returns an argument as flags, one for each value.
fn flags_of(id: &str, given: &Given) -> Vec<String> {
    let name = name_of(id);
    if given.values.is_empty() {
        return vec![name];
    }
    given.values.iter().map(|value| format!("{name} {}", quoted(value))).collect()
}

fn name_of(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
}

/// Quotes a value for a shell.
pub(crate) fn quoted(value: &str) -> String {
    let is_plain = |character: char| {
        character.is_alphanumeric()
            || matches!(character, '-' | '_' | '.' | '/' | ':' | '@' | '+' | '=' | ',')
    };
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}

fn join(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    fn definition() -> Command {
        let bundle = || Arg::new("file");
        let context = || Arg::new("context").long("context");
        let skip_aws = || Arg::new("skip_aws").long("skip-aws").action(ArgAction::SetTrue);
        let tag = || Arg::new("image_tag").long("image-tag").action(ArgAction::Append);
        let profile = || Arg::new("profile").long("profile");
        let values = || Arg::new("values").long("values");
        let yes = Arg::new("yes").long("yes").action(ArgAction::SetTrue);
        let set = Command::new("set").arg(Arg::new("name"));
        let import = Command::new("import").arg(Arg::new("file"));
        Command::new("optakit").subcommands([
            Command::new("apply").args([
                bundle(),
                context(),
                skip_aws(),
                yes,
                tag(),
                profile(),
                values(),
            ]),
            Command::new("rollback").args([bundle(), context(), skip_aws(), tag(), profile()]),
            Command::new("bundle").args([bundle(), tag(), profile(), values()]),
            Command::new("history").args([bundle(), context()]),
            Command::new("secret")
                .arg(Arg::new("bundle").long("bundle").global(true))
                .arg(context().global(true))
                .subcommands([set, import]),
            Command::new("deploy").arg(Arg::new("files").num_args(1..=2)),
            Command::new("explain"),
        ])
    }

    fn check(given_arguments: &str, command: &str, arguments: &str, expected: &str) {
        let words = std::iter::once("optakit").chain(given_arguments.split(' '));
        let matches = definition().try_get_matches_from(words).expect("the arguments are valid");
        let run = Run { definition, given: given(&matches) };
        assert_eq!(run.optakit(command, arguments), expected);
    }

    #[test]
    fn commands_repeat_how_a_service_file_is_rendered() {
        let apply = "apply opta.yml --profile opta-2021 --image-tag a=1 --image-tag b=2 --values x";
        let repeated = "--image-tag a=1 --image-tag b=2 --profile opta-2021 --values x";
        check(apply, "apply", "", &format!("optakit apply opta.yml {repeated}"));
        check(apply, "rollback", "", "optakit rollback opta.yml --profile opta-2021");
        check(
            apply,
            "bundle",
            "--values FILE",
            "optakit bundle opta.yml --values FILE --profile opta-2021",
        );
        check("apply a.bundle.json --context dev", "bundle", "", "optakit bundle");
    }

    #[test]
    fn command_can_be_run_again_with_other_arguments() {
        for (own, expected) in [
            ("apply a.json --yes", "optakit apply a.json --yes --on-failure keep"),
            (
                "apply --on-failure rollback a.json --plan p.json",
                "optakit apply a.json --on-failure keep",
            ),
            (
                "apply --on-failure=rollback --plan=p.json --context=dev",
                "optakit apply --context=dev --on-failure keep",
            ),
            (
                "apply - --var TOKEN=hunter2 --var=PIN=hunter3",
                "optakit apply FILE --var TOKEN=VALUE --var PIN=VALUE --on-failure keep",
            ),
            ("deploy a.yml -", "optakit deploy a.yml FILE --on-failure keep"),
        ] {
            let own = own.split(' ').map(str::to_owned);
            assert_eq!(with_arguments(own, "--on-failure keep"), expected);
        }
    }

    #[test]
    fn commands_repeat_the_flags_that_they_have() {
        let apply = "apply a.json --context it's --skip-aws --yes";
        check(
            apply,
            "rollback",
            "--to 3",
            "optakit rollback a.json --to 3 --context 'it'\\''s' --skip-aws",
        );
        check(apply, "history", "", "optakit history a.json --context 'it'\\''s'");
        check(
            apply,
            "secret set",
            "TOKEN",
            "optakit secret set TOKEN --bundle a.json --context 'it'\\''s'",
        );
        check(apply, "explain", "links", "optakit explain links");
        check("apply -", "history", "", "optakit history FILE");
        check("apply - --values -", "rollback", "", "optakit rollback FILE");
        check("apply -", "secret set", "TOKEN", "optakit secret set TOKEN --bundle FILE");
        check(
            "apply a.json",
            "secret import",
            "x.env",
            "optakit secret import x.env --bundle a.json",
        );
        check("secret import x.env", "history", "", "optakit history");
        check("apply a.json", "history", "", "optakit history a.json");
        check("deploy a.json app.tar", "history", "", "optakit history a.json");
        check("deploy app.tar", "history", "", "optakit history");
        check("apply a.json", "deploy", "ARCHIVE", "optakit deploy a.json ARCHIVE");
        let secret = "secret set TOKEN --bundle a.json --context dev";
        check(secret, "apply", "", "optakit apply a.json --context dev");
    }
}

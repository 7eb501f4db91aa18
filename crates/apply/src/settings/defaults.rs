//! The defaults of the options, from the settings.

use clap::Command;

use super::value::{Setting, Settings};

/// Sets the defaults of `--output` and `--color`. A command that does not have the format keeps its
/// own default.
pub(crate) fn apply(settings: &Settings, command: Command) -> Command {
    // Most people have no such settings. Walking through all commands takes time.
    let is_set = |setting| settings.get(setting).is_some();
    if ![Setting::Output, Setting::Color].into_iter().any(is_set) {
        return command;
    }
    let set = |command: Command| {
        [Setting::Output, Setting::Color].into_iter().fold(command, |command, setting| {
            match settings.get(setting) {
                Some((value, _)) => set_default(command, setting.name(), value),
                None => command,
            }
        })
    };
    set(command).mut_subcommands(|subcommand| apply(settings, subcommand))
}

/// Sets the default of an option if the value is one of its values.
fn set_default(command: Command, option: &str, value: &str) -> Command {
    let accepts = |argument: &clap::Arg| {
        argument.get_id() == option
            && argument.get_possible_values().iter().any(|known| known.get_name() == value)
    };
    if !command.get_arguments().any(accepts) {
        return command;
    }
    let value = value.to_owned();
    command.mut_arg(option, |argument| argument.default_value(value))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::cli::{self, Cli, ManifestFormat, ResultFormat};
    use crate::settings::value::Origin;

    #[test]
    fn output_is_the_default_of_commands_that_have_the_format() {
        let mut settings = Settings::default();
        let origin = Origin::Variable("OPTAKIT_OUTPUT");
        settings.values.insert(Setting::Output, ("json".to_owned(), origin));
        let parse = |words: &[&str]| {
            let words = [&["optakit"], words].concat();
            let matches = apply(&settings, Cli::command()).try_get_matches_from(words);
            Cli::from_arg_matches(&matches.expect("the words are valid")).expect("they are").command
        };
        let cli::Command::Plan(plan) = parse(&["plan"]) else { panic!("it is a plan") };
        assert_eq!(plan.output, ResultFormat::Json);
        let cli::Command::Plan(plan) = parse(&["plan", "-o", "text"]) else { panic!("a plan") };
        assert_eq!(plan.output, ResultFormat::Text, "a flag is stronger");
        let cli::Command::Render(render) = parse(&["render"]) else { panic!("a render") };
        assert_eq!(render.output, ManifestFormat::Json);
        let cli::Command::Bundle(bundle) = parse(&["bundle"]) else { panic!("a bundle") };
        assert_eq!(bundle.output.to_str(), Some("."), "it is a path, not a format");
    }
}

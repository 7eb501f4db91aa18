//! `optakit init`.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use anyhow::bail;
use optakit_core::api::{self, Request, ServiceFile, SourceText};

use crate::cli::{InitArgs, ResultFormat, Template};
use crate::hint;
use crate::outcome::{Outcome, UsageError};
use crate::output_file::{self, Privacy};
use crate::report::Report;

const SERVICE: &str = "opta.yml";
/// The number of digits of an AWS account ID.
const ACCOUNT_DIGITS: usize = 12;

/// The content of the new files.
struct Answers {
    name: String,
    image: String,
    port: u16,
    environment: String,
    account_id: String,
    region: String,
    organization: String,
    template: Template,
}

impl Answers {
    /// Returns valid answers, to check one answer at a time.
    fn example() -> Self {
        Self {
            name: "shop".to_owned(),
            image: "AUTO".to_owned(),
            port: 8080,
            environment: "staging".to_owned(),
            account_id: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            organization: "acme".to_owned(),
            template: Template::Web,
        }
    }

    /// Returns the new files.
    fn files(&self, environment_file: &str) -> [SourceText; 2] {
        let file = |name: &str, text| SourceText { name: name.to_owned(), text };
        [
            file(SERVICE, service_file(self, environment_file)),
            file(environment_file, environment(self)),
        ]
    }
}

/// Writes a service file and an environment file.
///
/// # Errors
///
/// Fails if a file already exists, if a value is missing or not valid, or if a file cannot be
/// written.
pub(crate) fn run(arguments: &InitArgs, report: &Report) -> anyhow::Result<Outcome> {
    let answers = answers(arguments, report)?;
    let environment_file = format!("{}.yml", answers.environment);
    let files = answers.files(&environment_file);
    if let Some(reason) = problem(&files) {
        report.error(&anyhow::anyhow!("{reason}"));
        return Ok(Outcome::Failed);
    }
    if let Some(file) = existing(&arguments.folder, &files).filter(|_| !arguments.force) {
        let help = "pass `--force` to overwrite it, or name another folder";
        report.error(&anyhow::anyhow!("{file} already exists\n  help: {help}"));
        return Ok(Outcome::Failed);
    }
    output_file::write_all(&arguments.folder, &files, Privacy::Public)?;
    let path = |file: &SourceText| arguments.folder.join(&file.name).display().to_string();
    let names: Vec<String> = files.iter().map(path).collect();
    let json = || format!("{:#}\n", serde_json::json!({ "files": names }));
    match arguments.output {
        ResultFormat::Text => {
            names.iter().for_each(|name| report.result(&format!("{name}\n")));
        }
        ResultFormat::Json => report.json(&json()),
        ResultFormat::Yaml => report.yaml(&json()),
    }
    report.note(next_commands(&answers, &arguments.folder));
    Ok(Outcome::Succeeded)
}

/// Returns the answers: from the options, from the user, or the defaults.
fn answers(arguments: &InitArgs, report: &Report) -> anyhow::Result<Answers> {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let questions = Questions { asks: is_terminal && !arguments.yes, report };
    let folder_name = std::path::absolute(&arguments.folder)?
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    if !questions.asks {
        check_options(arguments)?;
    }
    let InitArgs { name, image, env, region, .. } = arguments;
    let name = questions.text(
        name,
        ("Name of the service file", folder_name.as_deref()),
        |answers, answer| answers.name = answer,
    )?;
    let image = questions.text(
        image,
        ("Image, or AUTO for images that you build", Some("AUTO")),
        |answers, answer| answers.image = answer,
    )?;
    let port = questions.port(arguments.port)?;
    let environment =
        questions.text(env, ("Name of the environment", Some("staging")), |answers, answer| {
            answers.environment = answer
        })?;
    let account_id = questions.account(arguments.account_id.as_ref())?;
    let region = questions.text(region, ("AWS region", Some("us-east-1")), |answers, answer| {
        answers.region = answer;
    })?;
    Ok(Answers {
        image,
        port,
        environment,
        account_id,
        region,
        organization: arguments.org.clone().unwrap_or_else(|| name.clone()),
        template: arguments.template,
        name,
    })
}

/// Checks that the options without a default are given.
fn check_options(arguments: &InitArgs) -> Result<(), UsageError> {
    let missing = match (&arguments.name, &arguments.account_id) {
        (Some(_), Some(_)) => return Ok(()),
        (None, None) => "`--name` and `--account-id` are required",
        (None, Some(_)) => "`--name` is required",
        (Some(_), None) => "`--account-id` is required",
    };
    let reason = if arguments.yes { "" } else { ", because there is no terminal to ask" };
    Err(UsageError(format!(
        "{missing}{reason}\n  help: run `optakit init --name shop --account-id 123456789012`; \
         the other options have defaults"
    )))
}

/// Asks for the values of missing options.
struct Questions<'a> {
    asks: bool,
    report: &'a Report,
}

impl Questions<'_> {
    /// Returns the value of an option, the answer, or the default. `set` sets it in the answers. An
    /// invalid answer is asked for again, so that no answer is lost.
    fn text(
        &self,
        option: &Option<String>,
        (question, default): (&str, Option<&str>),
        set: fn(&mut Answers, String),
    ) -> anyhow::Result<String> {
        match option {
            Some(answer) => Ok(answer.clone()),
            None if self.asks => valid(self.report, || {
                let answer = ask(question, default, self.report)?;
                let mut tried = Answers::example();
                set(&mut tried, answer.clone());
                let environment_file = format!("{}.yml", tried.environment);
                Ok(problem(&tried.files(&environment_file)).map_or(Ok(answer), Err))
            }),
            None => Ok(default.unwrap_or_default().to_owned()),
        }
    }

    fn port(&self, option: Option<u16>) -> anyhow::Result<u16> {
        const DEFAULT: u16 = 8080;
        match option {
            Some(port) => Ok(port),
            None if self.asks => valid(self.report, || {
                let default = DEFAULT.to_string();
                let question = "Port that the container listens on";
                let answer = ask(question, Some(&default), self.report)?;
                let port = answer.parse().ok().filter(|port| *port > 0);
                Ok(port.ok_or_else(|| format!("`{answer}` is not a number from 1 to 65535")))
            }),
            None => Ok(DEFAULT),
        }
    }

    fn account(&self, option: Option<&String>) -> anyhow::Result<String> {
        match option {
            Some(account) => Ok(account.clone()),
            None => valid(self.report, || {
                let answer = ask("AWS account ID", None, self.report)?;
                let is_id = answer.len() == ACCOUNT_DIGITS
                    && answer.bytes().all(|byte| byte.is_ascii_digit());
                let problem = format!("`{answer}` does not have {ACCOUNT_DIGITS} digits");
                Ok(if is_id { Ok(answer) } else { Err(problem) })
            }),
        }
    }
}

/// Repeats a question until its answer is valid. The error of an answer is the problem.
fn valid<T>(
    report: &Report,
    ask: impl Fn() -> anyhow::Result<Result<T, String>>,
) -> anyhow::Result<T> {
    loop {
        match ask()? {
            Ok(answer) => return Ok(answer),
            Err(problem) => report.question(&format!("{problem}\n")),
        }
    }
}

/// Asks until there is an answer. An empty line means the default.
fn ask(question: &str, default: Option<&str>, report: &Report) -> anyhow::Result<String> {
    loop {
        let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        report.question(&format!("{question}{shown}: "));
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            bail!("cancelled; nothing was written");
        }
        match (line.trim(), default) {
            ("", None) => report.question("an answer is required\n"),
            ("", Some(default)) => return Ok(default.to_owned()),
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

/// Returns a text as a YAML scalar.
fn scalar(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns a plain text without quotes, if YAML reads it as the same text.
fn plain(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text);
    if is_word { text.to_owned() } else { scalar(text) }
}

fn service_file(answers: &Answers, environment_file: &str) -> String {
    let Answers { name, image, port, environment, template, .. } = answers;
    let kind = if *template == Template::Grpc { "grpc" } else { "http" };
    let module = match template {
        Template::Worker => "worker",
        Template::Web | Template::Grpc | Template::Postgres => "api",
    };
    let mut text = format!(
        "# The name is also the Kubernetes namespace.\nname: {}\nenvironments:\n  - name: {}\n    \
         path: {}\nmodules:\n  - type: k8s-service\n    name: {module}\n    image: {}\n",
        plain(name),
        plain(environment),
        scalar(environment_file),
        plain(image),
    );
    if *template == Template::Worker {
        text.push_str("    # A worker opens the port only for its probes.\n");
    }
    text.push_str(&format!("    port:\n      {kind}: {port}\n"));
    match template {
        Template::Web => text.push_str("    healthcheck_path: /health\n"),
        Template::Worker | Template::Grpc => {}
        Template::Postgres => text.push_str(
            "    healthcheck_path: /health\n    # Adds the variables db_db_user, db_db_name, \
             db_db_password and db_db_host.\n    links:\n      - db\n",
        ),
    }
    text.push_str("    min_containers: 1\n    max_containers: 3\n");
    if *template == Template::Postgres {
        text.push_str(
            "  # Optakit does not create the database: pass its address and credentials in a \
             values file.\n  - type: postgres\n    name: db\n",
        );
    }
    text
}

fn environment(answers: &Answers) -> String {
    format!(
        "name: {}\norg_name: {}\nproviders:\n  aws:\n    region: {}\n    account_id: {}\nmodules:\n\
         \x20 - type: base\n  - type: k8s-cluster\n  - type: k8s-base\n",
        plain(&answers.environment),
        plain(&answers.organization),
        plain(&answers.region),
        scalar(&answers.account_id),
    )
}

/// Returns the first error of the new files.
fn problem(files: &[SourceText; 2]) -> Option<String> {
    let [service, environment] = files;
    let text = environment.text.clone();
    let request = Request {
        service: ServiceFile::parse(&service.name, &service.text),
        environment_files: [(environment.name.clone(), Ok(text))].into(),
        ..Request::default()
    };
    let analysis = api::check(&request);
    let error = analysis.diagnostics.iter().find(|found| found.severity == api::Severity::Error)?;
    let help = error.help.as_deref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
    Some(format!("{}{help}", error.message))
}

/// Returns the path of a file that exists.
fn existing(folder: &Path, files: &[SourceText]) -> Option<String> {
    let mut paths = files.iter().map(|file| folder.join(&file.name));
    let path = paths.find(|path| path.symlink_metadata().is_ok())?;
    Some(path.display().to_string())
}

fn next_commands(answers: &Answers, folder: &Path) -> String {
    let file = folder.join(SERVICE);
    let file = hint::quoted(&file.strip_prefix(".").unwrap_or(&file).display().to_string());
    let deploy = if answers.image.eq_ignore_ascii_case("AUTO") {
        format!("  optakit deploy {file} app.tar    # push the image and apply")
    } else {
        format!("  optakit apply {file}             # apply it to the cluster")
    };
    format!(
        "Next:\n  optakit validate {file}          # check it\n  optakit render {file}            \
         # print the manifests\n{deploy}"
    )
}

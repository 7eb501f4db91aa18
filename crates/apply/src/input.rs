//! Files in: service files with the environment files they name, values files, bundles. And files
//! out, whole or not at all.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use optakit_core::api::{self, Choices, Diagnostic, Request, SourceText};

use crate::report::Report;
use crate::{cli, rds};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads a text file, or standard input for `-`.
///
/// # Errors
///
/// When it cannot be read, is too large, or is not UTF-8; the message names the file.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<SourceText> {
    let name = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes = read_bytes(path).with_context(|| format!("cannot read {name}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{name} is not UTF-8: line {line} holds the byte 0x{:02x}", error.as_bytes()[at])
    })?;
    Ok(SourceText { name, text })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(path) {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            bail!("it is a folder");
        }
        // Read at once, and what it grows by meanwhile behind that.
        bytes.reserve(usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default() + 1);
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        bail!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024);
    }
    Ok(bytes)
}

/// The request of a command: the service file, its environment files, the values file.
///
/// An environment file that cannot be read is part of the request: it is a fault of the service
/// file's `path`.
///
/// # Errors
///
/// When the service file or the values file cannot be read.
pub(crate) fn request(
    file: &Path,
    values: Option<&PathBuf>,
    choices: Choices,
) -> anyhow::Result<Request> {
    let service = read_text(file)?;
    let folder =
        if is_stdin(file) { Path::new("") } else { file.parent().unwrap_or(Path::new("")) };
    let read = |path: String| {
        let text = read_text(&folder.join(&path)).map(|source| source.text);
        // The name is in the diagnostic already; the cause is what helps.
        let text = text.map_err(|error| error.root_cause().to_string());
        (path, text)
    };
    let mut request = Request { service, choices, ..Request::default() };
    let paths: BTreeSet<String> = api::environments(&request.service)
        .into_iter()
        .map(|environment| environment.path)
        .collect();
    request.environment_files = paths.into_iter().map(read).collect();
    request.values = values.map(|values| read_text(values)).transpose()?;
    Ok(request)
}

/// The bundle named, or the only one in this folder.
///
/// # Errors
///
/// When there is none or several.
pub(crate) fn bundle_file(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let names = names_in(Path::new("."))?;
    let bundles: Vec<&String> =
        names.iter().filter(|name| name.ends_with(".bundle.json")).collect();
    match bundles.as_slice() {
        [only] => Ok(PathBuf::from(only)),
        [] => bail!("there is no bundle in this folder: name one with `--bundle FILE`"),
        several => bail!(
            "there are {} bundles in this folder: name one with `--bundle FILE`",
            several.len()
        ),
    }
}

/// The request of a command that renders.
///
/// # Errors
///
/// As [`request`].
pub(crate) fn render_request(source: &cli::Source) -> anyhow::Result<Request> {
    let choices = Choices {
        environment: source.env.clone(),
        profile: source.profile.clone(),
        hardening: source.hardening.clone(),
        exposure: source.exposure.clone(),
        gateway: source.gateway.clone(),
        kubernetes: source.kubernetes.clone(),
        image_tag: source.image_tag.clone(),
        image_digest: source.image_digest.clone(),
    };
    let mut request = request(&source.file, source.values.as_ref(), choices)?;
    request.rds_certificates = rds::of_any_region();
    Ok(request)
}

/// Says when the pods get certificates that may not be those of their databases.
pub(crate) fn warn_of_certificates(region: Option<&str>, report: &Report) {
    if let Some(region) = region.filter(|region| !rds::is_known(region)) {
        report.warning(format!(
            "no certificates of RDS are known for {region}: the pods get Amazon's public roots, which may not do for its databases"
        ));
    }
}

/// The name of an environment file as seen from here: its path is relative to the service file.
fn name_from_here(request: &Request, path: &str) -> String {
    let folder = Path::new(&request.service.name).parent().unwrap_or(Path::new(""));
    let mut name = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(name.components().next_back(), Some(Component::Normal(_))) =>
            {
                name.pop();
            }
            other => name.push(other),
        }
    }
    name.display().to_string()
}

/// Diagnostics with the names of files as seen from here.
pub(crate) fn from_here(request: &Request, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let rename = |file: &mut String| {
        if request.environment_files.contains_key(&*file) {
            *file = name_from_here(request, file);
        }
    };
    for diagnostic in &mut diagnostics {
        rename(&mut diagnostic.file);
        if let Some(label) = &mut diagnostic.label {
            rename(&mut label.file);
        }
    }
    diagnostics
}

/// The text of one of a request's files, by its name as seen from here.
pub(crate) fn text_of<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    if name == request.service.name {
        return Some(&request.service.text);
    }
    let environment =
        request.environment_files.iter().find(|(path, _)| name_from_here(request, path) == name);
    environment.and_then(|(_, text)| text.as_deref().ok())
}

/// Replaces a file as a whole, or leaves it as it was.
///
/// # Errors
///
/// When it cannot be written; the message names the file.
pub(crate) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = beside(folder, text).and_then(|file| Ok(file.persist(path)?));
    written.map(drop).with_context(|| format!("cannot write {}", path.display()))
}

/// Replaces files of a folder. None is touched before all are written beside their place.
///
/// # Errors
///
/// When one cannot be written; the message names it.
pub(crate) fn write_files(folder: &Path, files: &[SourceText]) -> anyhow::Result<()> {
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        let beside = beside(folder, &file.text)
            .with_context(|| format!("cannot write {}", path.display()))?;
        written.push((beside, path));
    }
    for (file, path) in written {
        file.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A text on disk in a file that takes another's place as a whole.
fn beside(folder: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(file)
}

/// The names of the files of a folder, in order.
///
/// # Errors
///
/// When it cannot be listed.
pub(crate) fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let list = || -> std::io::Result<Vec<String>> {
        let entries = std::fs::read_dir(folder)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<std::io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    };
    list().with_context(|| format!("cannot list {}", folder.display()))
}

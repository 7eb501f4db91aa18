//! Addresses of files in Git repositories, as Opta wrote them.

/// The address of a file in a Git repository, such as
/// `git@github.com:acme/infra.git//staging/opta.yml?ref=main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitAddress {
    /// The address of the repository, for git.
    pub(crate) repository: String,
    /// The branch, tag or commit. `HEAD` if the address names none.
    pub(crate) reference: String,
    /// The path of the file in the repository.
    pub(crate) path: String,
}

/// Why an address is not valid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidAddress {
    #[error("the Git address must start with `https://`, `ssh://` or `USER@HOST:`")]
    Protocol,
    #[error("the Git address has no valid host and repository name")]
    Repository,
    #[error("the Git address names no file, expected `…/repository.git//FILE`")]
    NoPath,
    #[error("the path in the Git address is not a valid path inside the repository")]
    Path,
    #[error("the Git address has an invalid `ref`")]
    Reference,
    #[error("the Git address has an unknown parameter, expected only `ref`")]
    Parameter,
}

impl GitAddress {
    /// Parses an address. Accepts only the protocols `https` and `ssh`.
    ///
    /// # Errors
    ///
    /// Fails if git could understand a part of the address as an option or another protocol, or if
    /// the path leaves the repository.
    pub(crate) fn parse(address: &str) -> Result<Self, InvalidAddress> {
        let address = address.strip_prefix("git::").unwrap_or(address);
        let (address, parameters) = match address.split_once('?') {
            Some((address, parameters)) => (address, Some(parameters)),
            None => (address, None),
        };
        let start = protocol_length(address)?;
        let at = address[start..].find("//").ok_or(InvalidAddress::NoPath)?;
        let (repository, path) = (&address[..start + at], &address[start + at + 2..]);
        check_repository(&repository[start..], start > 0)?;
        check_path(path)?;
        Ok(Self {
            repository: repository.to_owned(),
            reference: reference(parameters)?,
            path: path.to_owned(),
        })
    }
}

/// Returns the length of the protocol. It is zero for addresses like `git@host:repository`.
fn protocol_length(address: &str) -> Result<usize, InvalidAddress> {
    let protocols = ["https://", "ssh://"];
    if let Some(protocol) = protocols.iter().find(|protocol| address.starts_with(**protocol)) {
        return Ok(protocol.len());
    }
    let before_path = address.split_once("//").map_or(address, |(before, _)| before);
    let is_short = before_path.split_once(':').is_some_and(|(host, repository)| {
        host.contains('@') && !repository.is_empty() && !repository.starts_with(':')
    });
    if is_short { Ok(0) } else { Err(InvalidAddress::Protocol) }
}

/// Checks the host and the path of a repository. They cannot be options of git or ssh.
fn check_repository(repository: &str, is_url: bool) -> Result<(), InvalidAddress> {
    let (host, path) =
        repository.split_once(if is_url { '/' } else { ':' }).ok_or(InvalidAddress::Repository)?;
    let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
    let is_word = |text: &str, more: &[u8]| {
        !text.starts_with('-')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    let is_valid = !host.is_empty()
        && !path.is_empty()
        && is_word(user, b"-._:%")
        && is_word(host, b"-.:[]")
        && is_word(path, b"-._~/%+");
    if is_valid { Ok(()) } else { Err(InvalidAddress::Repository) }
}

fn check_path(path: &str) -> Result<(), InvalidAddress> {
    if path.is_empty() {
        return Err(InvalidAddress::NoPath);
    }
    let is_name = |name: &str| !matches!(name, "" | "." | "..");
    let is_valid = path.split('/').all(is_name) && !path.contains(|c: char| c.is_control());
    if is_valid { Ok(()) } else { Err(InvalidAddress::Path) }
}

fn reference(parameters: Option<&str>) -> Result<String, InvalidAddress> {
    let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) else {
        return Ok("HEAD".to_owned());
    };
    let reference = parameters.strip_prefix("ref=").ok_or(InvalidAddress::Parameter)?;
    if reference.contains('&') {
        return Err(InvalidAddress::Parameter);
    }
    // Git gives the characters `:`, `+`, `^`, `~` and `*` a meaning in references.
    let is_valid = !reference.is_empty()
        && !reference.starts_with(['-', '/'])
        && !reference.contains("..")
        && reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte));
    if is_valid { Ok(reference.to_owned()) } else { Err(InvalidAddress::Reference) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, repository: &str, reference: &str, path: &str) {
        let [repository, reference, path] = [repository, reference, path].map(str::to_owned);
        assert_eq!(GitAddress::parse(address), Ok(GitAddress { repository, reference, path }));
    }

    #[test]
    fn addresses_of_opta_are_parsed() {
        let short = "git@github.com:acme/infra.git";
        check(&format!("{short}//staging/opta.yml?ref=main"), short, "main", "staging/opta.yml");
        check(&format!("{short}//opta.yml"), short, "HEAD", "opta.yml");
        let url = "https://github.com/acme/infra.git";
        check(&format!("{url}//a/b.yml?ref=v1.2"), url, "v1.2", "a/b.yml");
        check(&format!("git::{url}//b.yml"), url, "HEAD", "b.yml");
        let ssh = "ssh://git@host.example:2222/acme/infra";
        check(&format!("{ssh}//b.yml?ref=feature/x"), ssh, "feature/x", "b.yml");
    }

    #[test]
    fn options_and_other_protocols_are_rejected() {
        for (address, error) in [
            ("http://host/a.git//b.yml", InvalidAddress::Protocol),
            ("file:///etc//passwd", InvalidAddress::Protocol),
            ("ext::sh -c id//b.yml", InvalidAddress::Protocol),
            ("git@host::sh//b.yml", InvalidAddress::Protocol),
            ("ssh://-oProxyCommand=id/a.git//b.yml", InvalidAddress::Repository),
            ("git@-oProxyCommand:a.git//b.yml", InvalidAddress::Repository),
            ("-x@host:a.git//b.yml", InvalidAddress::Repository),
            ("git@host:--upload-pack=id//b.yml", InvalidAddress::Repository),
            ("git@host:a b.git//b.yml", InvalidAddress::Repository),
            ("git@host:a.git//../b.yml", InvalidAddress::Path),
            ("git@host:a.git//./b.yml", InvalidAddress::Path),
            ("git@host:a.git///b.yml", InvalidAddress::Path),
            ("git@host:a.git//", InvalidAddress::NoPath),
            ("git@host:a.git", InvalidAddress::NoPath),
            ("git@host:a.git//b.yml?ref=--x", InvalidAddress::Reference),
            ("git@host:a.git//b.yml?ref=a:b", InvalidAddress::Reference),
            ("git@host:a.git//b.yml?ref=+a", InvalidAddress::Reference),
            ("git@host:a.git//b.yml?depth=1", InvalidAddress::Parameter),
        ] {
            assert_eq!(GitAddress::parse(address), Err(error), "{address}");
        }
    }
}

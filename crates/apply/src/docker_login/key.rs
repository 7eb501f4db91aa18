//! The keys of registries in the configuration of Docker.

/// The key of Docker Hub since the first version of its registry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// The hosts of Docker Hub.
const DOCKER_HUB_HOSTS: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// Returns the key of a registry for a credential helper.
pub(super) fn of_helper(registry: &str) -> String {
    if is_docker_hub(registry) { DOCKER_HUB.to_owned() } else { registry.to_owned() }
}

/// Whether a key in the file belongs to a registry. Old keys are URLs, such as
/// `https://registry.example.com/v1/`.
pub(super) fn belongs_to(key: &str, registry: &str) -> bool {
    let host = host(key);
    host.eq_ignore_ascii_case(registry) || (is_docker_hub(host) && is_docker_hub(registry))
}

/// Whether a key with a path, as Podman writes it, covers a repository.
pub(super) fn covers(key: &str, registry: &str, repository: &str) -> bool {
    let Some((host, path)) = key.split_once('/') else { return false };
    let rest = repository.strip_prefix(path);
    host == registry
        && !path.is_empty()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a key has a path that limits it to some repositories.
pub(super) fn is_limited(key: &str) -> bool {
    let path = without_scheme(key).split_once('/').map_or("", |(_, path)| path);
    !matches!(path.trim_end_matches('/'), "" | "v1" | "v2")
}

fn host(key: &str) -> &str {
    let rest = without_scheme(key);
    rest.split_once('/').map_or(rest, |(host, _)| host)
}

fn without_scheme(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    rest.unwrap_or(key)
}

fn is_docker_hub(host: &str) -> bool {
    DOCKER_HUB_HOSTS.iter().any(|hub| hub.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hosts_urls_or_paths() {
        assert!(belongs_to("registry.example.com", "registry.example.com"));
        assert!(belongs_to("https://registry.example.com:5000/v1/", "registry.example.com:5000"));
        assert!(belongs_to("https://index.docker.io/v1/", "docker.io"));
        assert!(belongs_to("docker.io", "registry-1.docker.io"));
        assert!(!belongs_to("registry.example.com:5000", "registry.example.com"));
        assert!(is_limited("quay.io/team"));
        assert!(!is_limited("https://quay.io/v2/"));
        assert!(covers("quay.io/team", "quay.io", "team/app"));
        assert!(!covers("quay.io/team", "quay.io", "teamwork/app"));
        assert_eq!(of_helper("index.docker.io"), "https://index.docker.io/v1/");
    }
}

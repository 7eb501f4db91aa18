//! The annotations that Opta set on every pod, most of them for linkerd. Without them, pods
//! restart.

use super::target::Profile;
use crate::value::Map;

pub(super) fn annotations(profile: Profile, is_stateful: bool) -> Map {
    match profile {
        Profile::Default => Map::new(),
        Profile::Opta2021 => of_2021(),
        Profile::Opta2022 => of_2021()
            .with("cluster-autoscaler.kubernetes.io/safe-to-evict", "true")
            .with("linkerd-version", "2.10.2")
            .with("config.linkerd.io/proxy-cpu-request", "0.05")
            .with(
                "config.linkerd.io/proxy-memory-limit",
                if is_stateful { "20Mi" } else { "100Mi" },
            )
            .with(
                "config.linkerd.io/proxy-memory-request",
                if is_stateful { "10Mi" } else { "20Mi" },
            )
            .maybe("viz.linkerd.io/tap-enabled", (!is_stateful).then_some("true")),
    }
}

fn of_2021() -> Map {
    Map::new()
        .with("config.linkerd.io/skip-outbound-ports", "8126,5432,3306")
        .with("ad.datadoghq.com/linkerd-proxy.check_names", "[\"linkerd\"]")
        .with("ad.datadoghq.com/linkerd-proxy.init_configs", "[{}]")
        .with(
            "ad.datadoghq.com/linkerd-proxy.instances",
            "[{\"prometheus_url\": \"http://%%host%%:4191/metrics\"}]",
        )
}

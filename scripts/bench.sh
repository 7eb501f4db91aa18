#!/usr/bin/env bash
# Measures: the core in process (divan), and the commands as processes beside their peers in the same run. One line a
# figure, `name value unit`, and `ratio name ours/peer` for comparisons; all of them in target/bench.json too.
. "$(dirname "$0")/lib.sh"
cd "$root"

helm_version=3.21.4
helm="$cache/peers/helm-$helm_version"
if [ ! -x "$helm" ] && have go; then
  build_helm() {
    mkdir -p "$cache/peers"
    (cd scripts/peers/helm && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath \
      -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=v$helm_version" -o "$helm" tool)
  }
  step "Building helm to compare with (2 to 4 minutes, once)" helm build_helm
fi
[ -x "$helm" ] || { helm=; say "helm is left out: no Go toolchain to build it with"; }
step "Building the release binary (2 to 5 minutes the first time)" release cargo build --release -p optakit
node scripts/bench.mjs target/release/optakit "$helm"
say "The core in process"
cargo bench --quiet -p optakit-core --bench core --bench memory

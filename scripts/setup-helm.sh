#!/usr/bin/env bash
# Builds helm, once: the tests take over a release of it, the benchmarks compare with it. Prints its path.
. "$(dirname "$0")/lib.sh"

version=3.21.4
helm="$cache/peers/helm-$version"
if [ ! -x "$helm" ]; then
  have go || die "no Go toolchain found: install Go 1.26 or newer from https://go.dev/dl"
  build() {
    mkdir -p "$cache/peers"
    (cd "$root/scripts/peers/helm" && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath \
      -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=v$version" -o "$helm" tool)
  }
  step "Building helm (2 to 4 minutes, once)" helm build
fi
echo "$helm"

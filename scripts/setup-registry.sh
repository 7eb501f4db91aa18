#!/usr/bin/env bash
# Builds a real registry for the tests from its Go module, once: the one behind Docker Hub. Prints its path.
. "$(dirname "$0")/lib.sh"

version=3.0.0
registry="$cache/registry-$version"
if [ ! -x "$registry" ]; then
  have go || die "no Go toolchain found: install Go 1.26 or newer from https://go.dev/dl"
  build() { (cd "$root/scripts/testbed/registry" && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -ldflags "-s -w" -o "$registry" tool); }
  step "Building a registry for the tests (2 minutes, once)" registry build
fi
echo "$registry"

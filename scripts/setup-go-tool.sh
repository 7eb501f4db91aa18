#!/usr/bin/env bash
# Builds a program from the Go module below scripts/ that names it as its tool, once. Prints its path.
#   scripts/setup-go-tool.sh peers/helm           the tests take over a release of it, the benchmarks compare with it
#   scripts/setup-go-tool.sh testbed/registry     the registry behind Docker Hub, for the tests of `push`
#   scripts/setup-go-tool.sh peers/kompose, peers/kubeconform     for the benchmarks
. "$(dirname "$0")/lib.sh"

folder="$root/scripts/$1" name=$(basename "$1")
package=$(awk '$1 == "tool" { print $2 }' "$folder/go.mod")
# The module is the longest listed path that the package begins with.
version=$(awk -v package="$package" 'index(package "/", $1 "/") == 1 && $2 ~ /^v/ { print $2 }' "$folder/go.mod")
program="$cache/$1-$version"
if [ ! -x "$program" ]; then
  have go || die "no Go toolchain found: install Go 1.26 or newer from https://go.dev/dl"
  flags="-s -w"
  [ "$name" != helm ] || flags+=" -X helm.sh/helm/v3/internal/version.version=$version"
  build() {
    mkdir -p "$(dirname "$program")"
    (cd "$folder" && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -ldflags "$flags" -o "$program" tool)
  }
  step "Building $name $version (1 to 4 minutes, once)" "$name" build
fi
echo "$program"

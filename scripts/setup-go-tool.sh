#!/usr/bin/env bash
# Builds the program that the go.mod of a folder declares as its tool, unless the cache has it.
# Prints the path of the program.
#   scripts/setup-go-tool.sh scripts/testbed/helm
. "$(dirname "$0")/lib.sh"

folder="$root/${1:?a folder with a go.mod}" name=$(basename "$1")
package=$(awk '$1 == "tool" { print $2 }' "$folder/go.mod")
# The version of the module that contains the package: the listed path that is a prefix of it.
version=$(awk -v package="$package" \
  'index(package "/", $1 "/") == 1 && $2 ~ /^v/ { print $2 }' "$folder/go.mod")
# A program of this repository has no version.
[ -n "$version" ] || version=$(cat "$folder"/go.* "$folder"/*.go | sha256sum | cut -c1-12)
program="$cache/go/$name-$version"
if [ ! -x "$program" ]; then
  have go || die "no Go toolchain found: install Go 1.26 or newer from https://go.dev/dl"
  flags="-s -w"
  [ "$name" != helm ] || flags+=" -X helm.sh/helm/v3/internal/version.version=$version"
  build() {
    mkdir -p "$(dirname "$program")"
    # The tag replaces a C library of containers/image.
    export CGO_ENABLED=${CGO_ENABLED:-0} GOFLAGS="-mod=mod -tags=containers_image_openpgp"
    (cd "$folder" && go build -trimpath -ldflags "$flags" -o "$program" tool)
  }
  step "Building $name $version (1 to 4 minutes, once)" "$name" build
fi
echo "$program"

#!/usr/bin/env bash
# Builds a program from crates.io with `cargo install`, unless the cache has this version of it.
# Prints the folder of its programs.
#   scripts/setup-cargo-tool.sh CRATE VERSION TIME [ARGUMENTS OF CARGO INSTALL...]
. "$(dirname "$0")/lib.sh"

crate=${1:?a crate} version=${2:?a version} time=${3:?how long it takes}
shift 3
tools="$cache/tools"
is_built() { grep -qF "\"$crate $version " "$tools/.crates.toml" 2>/dev/null; }
if ! is_built && have flock; then
  # Another run may be building it now: wait for that run, instead of building it twice.
  exec 9>"$cache/tools.lock"
  flock 9
fi
if ! is_built; then
  have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
  target=$(mktemp -d "$cache/tools-target.XXXXXX")
  trap 'rm -rf "$target"' EXIT
  # Not in the source tree: cargo would apply the project's .cargo/config.toml.
  cd "$cache"
  step "Building $crate $version ($time, once)" "$crate" \
    cargo install "$crate" --version "$version" --root "$tools" --target-dir "$target" --force "$@"
fi
echo "$tools/bin"

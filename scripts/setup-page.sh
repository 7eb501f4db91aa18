#!/usr/bin/env bash
# What building the page needs: the wasm target, the wasm-bindgen CLI of the crate's exact version, Trunk, npm packages.
. "$(dirname "$0")/lib.sh"

have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
have npm || die "no npm found: install Node.js 20 or newer"
"$root/scripts/setup-wasm.sh"

# 0.22 wants a newer compiler than the one the project is built with.
trunk_version=0.21.14
# Cuts the page into files; goes with the crate wasm_split_helpers.
split_version=0.2.4
bindgen_version=$(locked_version wasm-bindgen)
tools="$cache/tools"

has_version() { [ -x "$tools/bin/$1" ] && "$tools/bin/$1" --version 2>/dev/null | grep -qwF "$2"; }

install_tool() { # CRATE VERSION ARGS...
  local crate=$1 version=$2
  shift 2
  cargo install "$crate" --version "$version" --root "$tools" --target-dir "$cache/tools-target" --force "$@"
}
cd "$cache"
# Without --locked: the published lock file of this CLI is older than what it builds with.
has_version wasm-bindgen "$bindgen_version" ||
  step "Building wasm-bindgen $bindgen_version (3 to 5 minutes, once)" wasm-bindgen install_tool wasm-bindgen-cli "$bindgen_version"
has_version trunk "$trunk_version" ||
  step "Building Trunk $trunk_version (5 to 12 minutes, once)" trunk install_tool trunk "$trunk_version" --locked
# It has no --version; cargo knows.
grep -qF "wasm_split_cli_support $split_version" "$tools/.crates.toml" 2>/dev/null ||
  step "Building wasm-split $split_version (1 minute, once)" wasm-split install_tool wasm_split_cli_support "$split_version" --locked --features build-binary
rm -rf "$cache/tools-target"

cd "$root"
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  step "Installing npm packages" npm npm ci --ignore-scripts --no-audit --no-fund
  touch node_modules/.installed
fi

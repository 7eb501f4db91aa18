#!/usr/bin/env bash
# Installs what the build of the page needs: the wasm target, wasm-bindgen, Trunk, wasm-split and
# npm packages.
. "$(dirname "$0")/lib.sh"

have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
"$root/scripts/setup-wasm.sh"
tool() { "$root/scripts/setup-cargo-tool.sh" "$@" >/dev/null; }
# The program must have the version of the crate. Not --locked: its published lock file is too old
# to build.
tool wasm-bindgen-cli "$(locked_version wasm-bindgen)" "3 to 5 minutes"
# Trunk 0.22 needs a newer compiler.
tool trunk 0.21.14 "5 to 12 minutes" --locked
# This version matches the crate wasm_split_helpers.
tool wasm_split_cli_support 0.2.4 "1 minute" --locked --features build-binary
"$root/scripts/setup-npm.sh"

#!/usr/bin/env bash
# Builds the JavaScript package of the core into target/js/: one folder for Node and one for
# bundlers, both with types.
. "$(dirname "$0")/lib.sh"

"$root/scripts/setup-page.sh"
cd "$root"
out=target/js
inputs=(crates/core/src crates/core/js crates/core/Cargo.toml assets/rds-ca Cargo.toml Cargo.lock
  scripts/build-js.sh)
! is_up_to_date "$out/package.json" "${inputs[@]}" || exit 0
toolchain=$(wasm_toolchain)
[ -z "$toolchain" ] || export RUSTUP_TOOLCHAIN=$toolchain
export PATH="$cache/tools/bin:$root/node_modules/.bin:$PATH"
build() {
  cargo rustc -p optakit-core --lib --crate-type cdylib --features javascript \
    --target "$wasm_target" --profile page
  rm -rf "$out.new"
  local kind
  for kind in nodejs bundler; do
    wasm-bindgen --target "$kind" --out-dir "$out.new/$kind" --out-name optakit \
      "target/$wasm_target/page/optakit_core.wasm"
    wasm-opt -Oz "$out.new/$kind/optakit_bg.wasm" -o "$out.new/$kind/optakit_bg.wasm"
  done
  # For Node, wasm-bindgen writes CommonJS.
  echo '{"type": "commonjs"}' >"$out.new/nodejs/package.json"
  cp -r assets/rds-ca "$out.new/rds-ca"
  cp crates/core/js/README.md LICENSE-* "$out.new/"
  # Write this file last: its age decides whether the package is up to date.
  sed "s/@version@/$(locked_version optakit-core)/" crates/core/js/package.json \
    >"$out.new/package.json"
  rm -rf "$out"
  mv "$out.new" "$out"
}
step "Building the JavaScript package (under 1 minute)" js build

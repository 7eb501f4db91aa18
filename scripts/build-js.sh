#!/usr/bin/env bash
# Builds the JavaScript package of the core into target/js/, with one entry for Node and bundlers and
# one for browsers.
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
bundle() { # ENTRY OPTIONS...
  local entry=$1
  shift
  esbuild "$parts/$entry" --bundle --platform=neutral --loader:.wasm=binary --log-level=warning \
    --outdir="$out.new" "$@"
}
build() {
  cargo rustc -p optakit-core --lib --crate-type cdylib --features javascript \
    --target "$wasm_target" --profile page
  local parts=target/js-parts region
  rm -rf "$out.new" "$parts"
  mkdir -p "$out.new"
  wasm-bindgen --target bundler --out-dir "$parts" --out-name core \
    "target/$wasm_target/page/optakit_core.wasm"
  wasm-opt -Oz "$parts/core_bg.wasm" -o "$parts/core_bg.wasm"
  cp crates/core/js/src/* "$parts/"
  bundle index.js --format=esm
  bundle index.js --format=cjs --out-extension:.js=.cjs
  bundle web.js --format=esm
  cp "$parts"/{node,web-node}.js "$parts/web.d.ts" "$out.new/"
  cp "$parts/core.d.ts" "$out.new/index.d.ts"
  cp "$parts/core.d.ts" "$out.new/index.d.cts"
  cp "$parts/core_bg.wasm" "$out.new/optakit.wasm"
  cp -r assets/rds-ca "$out.new/rds-ca"
  # Regions without certificates in the list have the public roots, as in the command line.
  grep -oE '"[a-z]+(-[a-z]+)+-[0-9]+"' crates/core/src/model/aws_partitions.rs | tr -d '"' |
    while read -r region; do
      [ -e "$out.new/rds-ca/$region.pem" ] ||
        cp assets/rds-ca/default.pem "$out.new/rds-ca/$region.pem"
    done
  cp crates/core/js/README.md LICENSE-* "$out.new/"
  # Write this file last: its age decides whether the package is up to date.
  sed "s/@version@/$(locked_version optakit-core)/" crates/core/js/package.json \
    >"$out.new/package.json"
  rm -rf "$out"
  mv "$out.new" "$out"
}
step "Building the JavaScript package (under 1 minute)" js build

#!/usr/bin/env bash
# Builds the release page into dist/.
. "$(dirname "$0")/lib.sh"

"$root/scripts/setup-page.sh"
cd "$root"
built=target/page/built
inputs=(crates/core crates/web assets/rds-ca index.html Trunk.toml Cargo.toml Cargo.lock
  package-lock.json scripts/build-page.sh scripts/offline.mjs scripts/split.mjs
  scripts/short_imports.mjs .cargo)
if [ -e dist/index.html ] && is_up_to_date "$built" "${inputs[@]}"; then
  exit 0
fi
toolchain=$(wasm_toolchain)
[ -z "$toolchain" ] || export RUSTUP_TOOLCHAIN=$toolchain
export PATH="$cache/tools/bin:$root/node_modules/.bin:$PATH"
# Trunk expects a boolean in NO_COLOR and rejects `1`.
unset NO_COLOR
# Remove the paths of this machine, so that every machine builds the same bytes.
remap=()
for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/ "$root/"; do
  remap+=("--remap-path-prefix=$folder=")
done
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="${remap[*]}"
build() {
  mkdir -p target/page
  : >target/page/page.js
  : >target/page/page.css
  rm -f target/page/*-*.js
  # Trunk runs cargo offline, so download the crates first.
  cargo fetch --target "$wasm_target"
  trunk build --release --config Trunk.toml
  node scripts/offline.mjs dist crates/web/js/offline.js
}
mkdir -p target/page
touch "$built.new"
step "Building the page (1 to 3 minutes the first time)" page build
mv "$built.new" "$built"

#!/usr/bin/env bash
# Builds a small Leptos page for the benchmarks, unless the cache has it. Prints its folder.
. "$(dirname "$0")/../scripts/lib.sh"

source="$root/bench/peers/leptos"
hash=$(find "$source" "$root/Cargo.lock" -type f -print0 |
  sort -z | xargs -0 cat | sha256sum | cut -c1-12)
built="$cache/peers/leptos-$hash"
if [ ! -e "$built/dist/index.html" ]; then
  "$root/scripts/setup-page.sh"
  toolchain=$(wasm_toolchain)
  [ -z "$toolchain" ] || export RUSTUP_TOOLCHAIN=$toolchain
  export PATH="$cache/tools/bin:$root/node_modules/.bin:$PATH"
  unset NO_COLOR
  build() {
    mkdir -p "$built"
    cp -r "$source/." "$built"
    # The same versions as the editor.
    cp "$root/Cargo.lock" "$built/Cargo.lock"
    (cd "$built" && CARGO_TARGET_DIR="$root/target" trunk build --release --public-url ./)
  }
  step "Building a bare Leptos page (1 minute, once)" leptos build
fi
echo "$built/dist"

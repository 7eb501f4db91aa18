#!/usr/bin/env bash
# Makes `rustc --target wasm32-unknown-unknown` work. Downloads the target with rustup if possible.
# Otherwise installs Debian's compiler and builds the standard library from Debian's sources.
. "$(dirname "$0")/lib.sh"

have rustc || die "no Rust toolchain found: install one from https://rustup.rs"
wasm_toolchain >/dev/null && exit 0

if have rustup; then
  say "Adding the target $wasm_target with rustup"
  (cd "$root" && rustup target add "$wasm_target") >/dev/null 2>&1 || true
  wasm_toolchain >/dev/null && exit 0
  say "  the download failed; building the target from Debian's packages instead"
else
  die "the target $wasm_target is missing, and there is no rustup to add it"
fi

packages=(rustc-web cargo-web rust-web-src rust-web-llvm lld-22)
dpkg -s "${packages[@]}" >/dev/null 2>&1 ||
  step "Installing Debian's Rust compiler (about 1 minute)" apt-rust apt_install "${packages[@]}"

sysroot=$(/usr/bin/rustc --print sysroot)
work="$cache/wasm-std-$(/usr/bin/rustc --version | awk '{print $2}')"
mkdir -p "$work"
build_std() {
  cp -r /usr/src/rustc-*/library "$work/"
  RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes" RUSTC_BOOTSTRAP=1 \
    RUSTC=/usr/bin/rustc /usr/bin/cargo build --target "$wasm_target" \
    --manifest-path "$work/library/sysroot/Cargo.toml" --release \
    --features compiler-builtins-mem --target-dir "$work/target"
}
step "Building the standard library for $wasm_target (1 to 3 minutes)" wasm-std build_std

host_bin="$sysroot/lib/rustlib/x86_64-unknown-linux-gnu/bin"
as_root mkdir -p "$sysroot/lib/rustlib/$wasm_target/lib" "$host_bin"
as_root cp "$work/target/$wasm_target/release/deps/"*.rlib "$sysroot/lib/rustlib/$wasm_target/lib/"
lld="$(rustc_for "" --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld"
[ -e "$lld" ] || lld=$(command -v lld-22)
as_root ln -sf "$lld" "$host_bin/rust-lld"
rustup toolchain link "$debian_toolchain" "$sysroot"
wasm_toolchain >/dev/null || die "the target $wasm_target still does not work"

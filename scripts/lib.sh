#!/usr/bin/env bash
# Functions for all scripts. Source this file; do not run it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools and other results that every run can use again, outside the source tree.
cache=${OPTAKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/optakit}
mkdir -p "$cache"
# Retry when a registry does not answer.
export CARGO_NET_RETRY=${CARGO_NET_RETRY:-10}

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Programs from crates.io: the arguments of setup-cargo-tool.sh.
# shellcheck disable=SC2034 # Other scripts use them.
mdbook=(mdbook 0.5.4 "2 to 4 minutes" --locked --no-default-features --features search)
# shellcheck disable=SC2034
cargo_deny=(cargo-deny 0.20.2 "3 to 6 minutes" --locked)
# shellcheck disable=SC2034
cargo_mutants=(cargo-mutants 27.1.0 "2 to 4 minutes" --locked)

# Runs a long command and writes its output to a log. Shows the end of the log if the command fails.
# step TITLE LOG-NAME COMMAND...
step() {
  local title=$1 log="$cache/log/$2.log" started=$SECONDS
  shift 2
  mkdir -p "$cache/log"
  say "$title"
  # Not `"$@" || status=$?`: that disables `set -e` inside the command.
  local status=0
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ $status -ne 0 ]; then
    tail -n 40 "$log" >&2
    die "the last step failed; its log is $log"
  fi
  say "  done in $((SECONDS - started)) s"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "this command needs root: $*"
  fi
}

apt_install() {
  have apt-get || die "install these packages first (apt-get was not found): $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
  as_root "${install[@]}" "$@" && return
  as_root apt-get update
  as_root "${install[@]}" "$@"
}

# Creates a Python virtual environment. On Debian this needs a package.
make_venv() { # FOLDER
  python3 -m venv "$1" || { apt_install python3-venv && python3 -m venv "$1"; }
}

# Installs the Python packages of a list into a virtual environment, unless it has them.
# python_packages LIST VENV TITLE LOG-NAME
python_packages() {
  [ ! -e "$2/installed" ] || return 0
  have python3 || die "no Python 3 found; this step needs it: $3"
  step "$3" "$4" install_packages "$1" "$2"
}

# shellcheck disable=SC2329 # `step` calls it.
install_packages() { # LIST VENV
  make_venv "$2"
  "$2/bin/pip" install --quiet --requirement "$1"
  touch "$2/installed"
}

# Checks whether a result is newer than all its inputs.
is_up_to_date() { # RESULT INPUTS...
  local result=$1
  shift
  [ -e "$result" ] && [ -z "$(find "$@" -newer "$result" -type f -print -quit)" ]
}

# Prints the version of a crate in Cargo.lock.
locked_version() {
  awk -v want="name = \"$1\"" \
    '$0 == want { getline; gsub(/[^0-9.]/, "", $3); print $3; exit }' "$root/Cargo.lock"
}

wasm_target=wasm32-unknown-unknown
# The rustup name of Debian's compiler, which is used if the wasm target cannot be downloaded.
debian_toolchain=optakit-debian

has_wasm_std() { # TOOLCHAIN (empty: the toolchain of the project)
  local libdir
  libdir=$(rustc_for "$1" --print target-libdir --target "$wasm_target" 2>/dev/null) || return 1
  compgen -G "$libdir/libcore-*.rlib" >/dev/null
}

rustc_for() { # TOOLCHAIN ARGS...
  local toolchain=$1
  shift
  if [ -n "$toolchain" ]; then
    RUSTUP_TOOLCHAIN=$toolchain rustc "$@"
  else
    (cd "$root" && rustc "$@")
  fi
}

# Prints the toolchain that can build for wasm; empty for the toolchain of the project. Fails if
# there is none.
wasm_toolchain() {
  if has_wasm_std ""; then echo ""
  elif has_wasm_std "$debian_toolchain"; then echo "$debian_toolchain"
  else return 1
  fi
}

# If the compiler of rust-toolchain.toml is missing and cannot be installed, use the default
# compiler.
if have rustup && [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! rustc_for "" --version >/dev/null 2>&1; then
  RUSTUP_TOOLCHAIN=$(cd / && rustup show active-toolchain 2>/dev/null | awk '{ print $1 }')
  export RUSTUP_TOOLCHAIN
  say "The compiler of rust-toolchain.toml is not installed; using $RUSTUP_TOOLCHAIN"
fi

# Shared by the scripts beside it: where things are kept, how progress is told, how packages are installed.
# Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that is built or installed for the project lives here, outside the source tree, one folder a version:
# only the first run pays.
cache=${OPTAKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/optakit}
mkdir -p "$cache"
# A registry that does not answer for a moment is asked again.
export CARGO_NET_RETRY=${CARGO_NET_RETRY:-10}

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a long step with its output in a log, which is shown only when the step fails.
# step TITLE LOG-NAME COMMAND...
step() {
  local title=$1 log="$cache/log/$2.log" started=$SECONDS
  shift 2
  mkdir -p "$cache/log"
  say "$title"
  # As a condition it would run to its end behind a command of it that failed.
  local status=0
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ $status -ne 0 ]; then
    tail -n 40 "$log" >&2
    die "that failed; the whole log is $log"
  fi
  say "  done in $((SECONDS - started)) s"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "needs root for: $*"
  fi
}

apt_install() {
  have apt-get || die "please install these packages first (no apt-get here): $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" && return
  as_root apt-get update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# Creates a Python virtual environment. Debian has the module for it in a package.
make_venv() { # FOLDER
  python3 -m venv "$1" || { apt_install python3-venv && python3 -m venv "$1"; }
}

# The version of a crate as Cargo.lock has it.
locked_version() {
  awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/[^0-9.]/, "", $3); print $3; exit }' "$root/Cargo.lock"
}

wasm_target=wasm32-unknown-unknown
# The rustup toolchain name under which Debian's compiler is linked, where the target cannot be downloaded.
debian_toolchain=optakit-debian

has_wasm_std() { # TOOLCHAIN, empty for the default one
  local libdir
  libdir=$(rustc_for "$1" --print target-libdir --target "$wasm_target" 2>/dev/null) || return 1
  compgen -G "$libdir/libcore-*.rlib" >/dev/null
}

rustc_for() { # TOOLCHAIN ARGS...
  local toolchain=$1
  shift
  if [ -n "$toolchain" ]; then RUSTUP_TOOLCHAIN=$toolchain rustc "$@"; else env -u RUSTUP_TOOLCHAIN rustc "$@"; fi
}

# Prints the toolchain that builds for wasm: empty for the default one. Fails when there is none yet.
wasm_toolchain() {
  if has_wasm_std ""; then echo ""
  elif has_wasm_std "$debian_toolchain"; then echo "$debian_toolchain"
  else return 1
  fi
}

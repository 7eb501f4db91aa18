#!/usr/bin/env bash
# Runs all linters, or only those that are named, and installs the missing ones. The last line
# counts them.
#   scripts/check.sh [LINTER...]
# Without a network, a linter that is not installed is skipped; in CI (the variable CI is set) it
# fails.
. "$(dirname "$0")/lib.sh"
cd "$root"

linters=(format clippy rustdoc rust-version fuzz-targets cargo-deny advisories prettier eslint
  typescript shellcheck ruff prose links)
SKIPPED=77

# Runs a set-up script. If it fails, skips the linter; in CI the linter fails.
setup() { # SCRIPT ARGUMENTS...
  local script=$1
  shift
  "$root/scripts/$script" "$@" && return
  [ -z "${CI:-}" ] || exit 1
  exit $SKIPPED
}

shell_scripts() { git ls-files '*.sh' .ci/run; }

lint_format() { cargo fmt --all --check; }

lint_clippy() { cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings; }

lint_rustdoc() {
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps --all-features
}

# Everything is built with the compiler of rust-toolchain.toml, so this tests the minimum version
# too.
lint_rust-version() {
  local pinned minimum
  pinned=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  minimum=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  [ "${pinned%.0}" = "${minimum%.0}" ] ||
    die "rust-toolchain.toml has $pinned, Cargo.toml has $minimum; use the same version"
}

# Fuzzing needs the nightly compiler, but the targets compile with ours.
lint_fuzz-targets() {
  if ! cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml; then
    [ -z "${CI:-}" ] || exit 1
    exit $SKIPPED
  fi
  cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --target-dir target/fuzz
}

cargo_deny() {
  local tools
  tools=$(setup setup-cargo-tool.sh "${cargo_deny[@]}") || exit $?
  "$tools/cargo-deny" --log-level error --all-features "$@"
}

lint_cargo-deny() { cargo_deny check bans licenses sources; }

# The database of advisories is a Git repository, which some networks cannot reach. GitHub can.
lint_advisories() {
  if ! cargo_deny fetch >/dev/null 2>&1; then
    [ -z "${GITHUB_ACTIONS:-}" ] || die "the database of advisories cannot be reached"
    say "  the database of advisories cannot be reached"
    exit $SKIPPED
  fi
  cargo_deny check advisories
}

lint_prettier() {
  setup setup-npm.sh
  node_modules/.bin/prettier --log-level warn --check '**/*.{js,mjs}'
}

lint_eslint() {
  setup setup-npm.sh
  node_modules/.bin/eslint .
}

lint_typescript() {
  setup setup-npm.sh
  node_modules/.bin/tsc --project .
  node_modules/.bin/tsc --project crates/web/js
}

lint_shellcheck() {
  local programs
  programs=$(setup setup-python-linters.sh) || exit $?
  shell_scripts | xargs "$programs/shellcheck"
}

lint_ruff() {
  local programs
  programs=$(setup setup-python-linters.sh) || exit $?
  "$programs/ruff" check --quiet scripts
  "$programs/ruff" format --quiet --check scripts
}

lint_prose() {
  local vale
  vale=$(CGO_ENABLED=1 setup setup-go-tool.sh scripts/linters/vale) || exit $?
  node scripts/prose.mjs "$vale"
}

lint_links() {
  setup setup-npm.sh
  setup setup-cargo-tool.sh "${mdbook[@]}" >/dev/null
  scripts/links.sh
}

passed=0 failed=() skipped=()
[ $# -eq 0 ] || linters=("$@")
for linter in "${linters[@]}"; do
  declare -F "lint_$linter" >/dev/null || die "unknown linter $linter"
  say "Linter: $linter"
  started=$SECONDS
  set +e
  (set -e; "lint_$linter")
  status=$?
  set -e
  case $status in
    0) passed=$((passed + 1)) ;;
    "$SKIPPED") skipped+=("$linter") ;;
    *) failed+=("$linter") ;;
  esac
  [ $((SECONDS - started)) -lt 10 ] || say "  done in $((SECONDS - started)) s"
done
[ ${#skipped[@]} -eq 0 ] || say "Skipped: ${skipped[*]}"
[ ${#failed[@]} -eq 0 ] || say "Failed: ${failed[*]}"
summary="linters: $passed passed, ${#failed[@]} failed"
[ ${#skipped[@]} -eq 0 ] || summary+=", ${#skipped[@]} skipped"
echo "$summary"
[ ${#failed[@]} -eq 0 ]

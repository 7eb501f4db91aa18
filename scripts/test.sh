#!/usr/bin/env bash
# Runs all linters and tests, and installs what they need. The last line counts them, with the
# reason for each test that was skipped. With the variable CI set, a missing tool is an error.
. "$(dirname "$0")/lib.sh"
cd "$root"

log="$cache/log/test" cores=$(getconf _NPROCESSORS_ONLN)
mkdir -p "$log"
passed=0 failed=0 skipped=0 reasons=()
node_test=(node --test --test-reporter=spec)

say "Testing the core, the command line, the page in three browsers, and deployments to a local cluster"
say "This takes about 40 minutes the first time (it builds its tools), and 20 minutes later"

have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
"$root/scripts/setup-page.sh"
"$root/scripts/setup-browser.sh"
# Without these engines their tests are skipped, or fail in CI.
"$root/scripts/setup-engines.sh" || say "Firefox or WebKit could not be installed"

# Skips a suite because a tool is missing. In CI, this is an error.
skip() { # SUITE REASON
  [ -z "${CI:-}" ] || die "$1: $2, and CI is set"
  say "Skipping: $1 ($2)"
  skipped=$((skipped + 1))
  reasons+=("$1: $2")
}

features=() testbed=
if have go || [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  testbed="$cache/testbed.$$"
  trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
  "$root/scripts/setup-cluster.sh" >/dev/null
  "$root/scripts/setup-go-tool.sh" scripts/testbed/helm >/dev/null
  "$root/scripts/setup-aws.sh" >/dev/null
  "$root/scripts/setup-go-tool.sh" scripts/testbed/registry >/dev/null
  OPTAKIT_YAML_READERS=$("$root/scripts/setup-yaml-readers.sh")
  export OPTAKIT_YAML_READERS
  features=(--features optakit/testbed)
else
  skip "tests with a cluster" "there is no Go toolchain, and KUBEBUILDER_ASSETS is not set"
fi
have valgrind || skip "instruction counts of the core" "valgrind is not installed"

# Random tests print the input that fails. In CI, they use the same numbers in every run.
[ -n "${PROPTEST_RNG_SEED:-}" ] || PROPTEST_RNG_SEED=$([ -n "${CI:-}" ] && echo 1 || echo "$RANDOM")
export PROPTEST_RNG_SEED
say "The seed of the random tests is $PROPTEST_RNG_SEED (set PROPTEST_RNG_SEED to repeat a run)"

# Runs a suite, shows its output and adds its counts.
suite() { # NAME COMMAND...
  local name=$1 status=0 start=$SECONDS
  shift
  say "$name"
  "$@" 2>&1 | tee "$log/suite.log" || status=$?
  local counts
  counts=$(awk '
    /^test result:/ { passed += $4; failed += $6 }
    /^(ℹ|#) pass /   { passed += $3 }
    /^(ℹ|#) fail /   { failed += $3 }
    /^(ℹ|#) skipped / { skipped += $3 }
    /^linters: /     { passed += $2; failed += $4; skipped += $6 }
    END { print passed + 0, failed + 0, skipped + 0 }' "$log/suite.log")
  read -r suite_passed suite_failed suite_skipped <<<"$counts"
  say "  done in $((SECONDS - start)) s"
  # A suite that does not build counts as one failed test.
  [ $status -eq 0 ] || [ "$suite_failed" -gt 0 ] || suite_failed=1
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  skipped=$((skipped + suite_skipped))
  # The reasons: `# SKIP` of Node, and the last lines of the linters.
  while read -r reason; do
    reasons+=("$name: $reason")
  done < <(sed -nE 's/^ *﹣ (.*) \([0-9.]+ms\) # (.*)$/\1: \2/p; s/^==> Skipped: //p' \
    "$log/suite.log")
}

# The binary contains the page.
"$root/scripts/build-page.sh"
say "Building the tests"
cargo build --workspace --exclude optakit-web --quiet
suite "Linters" "$root/scripts/check.sh"
if [ -n "$testbed" ]; then
  say "Starting a Kubernetes control plane, an AWS stand-in and a registry"
  "$root/scripts/testbed.sh" up "$testbed"
  # shellcheck source=/dev/null
  . "$testbed/env"
fi
export INSTA_UPDATE=no OPTAKIT_BIN="$root/target/debug/optakit"
export OPTAKIT_FAULTS="$log/faults" OPTAKIT_SKIPPED="$log/skipped"
rm -rf "$OPTAKIT_FAULTS" "$OPTAKIT_SKIPPED"
mkdir -p "$OPTAKIT_FAULTS" "$OPTAKIT_SKIPPED"
# Most tests with a cluster wait for pods, locks and deadlines, so more of them than cores can run.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * cores))}
suite "Core, command line and cluster" cargo test --workspace --no-fail-fast "${features[@]}"
cluster_failed=$suite_failed
# Rust counts a test that could not run as passed.
# shellcheck disable=SC2016 # This is JavaScript.
while read -r reason; do
  passed=$((passed - 1))
  skipped=$((skipped + 1))
  reasons+=("$reason")
done < <(node -e '
  const { readFileSync, readdirSync } = require("node:fs");
  for (const name of readdirSync(process.argv[1])) {
    const { test, reason } = JSON.parse(readFileSync(`${process.argv[1]}/${name}`, "utf8"));
    console.log(`${test}: ${reason}`);
  }' "$OPTAKIT_SKIPPED")
# After a failed test, a row of the table is missing.
[ -z "$testbed" ] || [ "$cluster_failed" -gt 0 ] ||
  suite "The table of faults" "${node_test[@]}" crates/apply/tests/faults.test.mjs
"$root/scripts/build-js.sh"
suite "The JavaScript package in Node, bundlers and TypeScript" "${node_test[@]}" crates/core/tests/js/
! have valgrind ||
  suite "Instruction counts of the core" "${node_test[@]}" crates/core/tests/instructions.test.mjs
suite "Size of the page, figures in documents, and scripts" \
  "${node_test[@]}" crates/web/tests/*.test.mjs
suite "The page in Chromium" "${node_test[@]}" --test-timeout=1200000 crates/web/tests/browser/
suite "The page in Firefox and WebKit" "${node_test[@]}" crates/web/tests/engines/

if [ "$skipped" -gt 0 ]; then
  why=$(printf '; %s' "${reasons[@]}")
  printf '%d passed, %d failed, %d skipped (%s)\n' "$passed" "$failed" "$skipped" "${why:2}"
else
  printf '%d passed, %d failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]

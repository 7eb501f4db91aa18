#!/usr/bin/env bash
# Runs all linters and tests, and installs what they need. The last line counts them.
. "$(dirname "$0")/lib.sh"
cd "$root"

log="$cache/log/test"
mkdir -p "$log"
passed=0 failed=0 skipped=0
node_test=(node --test --test-reporter=spec)

say "Testing the core, the command line, the page in three browsers, and deployments to a local cluster"
say "This takes about 25 minutes the first time (it builds its tools), and a few minutes later"

have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
"$root/scripts/setup-page.sh"
"$root/scripts/setup-browser.sh"
# Without these engines their tests are skipped, or fail in CI.
"$root/scripts/setup-engines.sh" || say "Firefox or WebKit could not be installed"

features=() testbed=
if have go || [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  testbed="$cache/testbed.$$"
  trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
  "$root/scripts/setup-cluster.sh" >/dev/null
  "$root/scripts/setup-go-tool.sh" scripts/testbed/helm >/dev/null
  "$root/scripts/setup-aws.sh" >/dev/null
  "$root/scripts/setup-go-tool.sh" scripts/testbed/registry >/dev/null
  features=(--features optakit/testbed)
elif [ -n "${CI:-}" ]; then
  die "no Go toolchain found; the cluster tests are required in CI"
else
  say "Skipping the cluster tests: there is no Go toolchain, and KUBEBUILDER_ASSETS is not set"
  skipped=1
fi

# Runs a suite, shows its output and adds its counts.
suite() { # NAME COMMAND...
  local name=$1 status=0
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
  # A suite that does not build counts as one failed test.
  [ $status -eq 0 ] || [ "$suite_failed" -gt 0 ] || suite_failed=1
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  skipped=$((skipped + suite_skipped))
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
export INSTA_UPDATE=no OPTAKIT_BIN="$root/target/debug/optakit" OPTAKIT_FAULTS="$log/faults"
rm -rf "$OPTAKIT_FAULTS"
mkdir -p "$OPTAKIT_FAULTS"
suite "Core, command line and cluster" cargo test --workspace --no-fail-fast "${features[@]}"
cluster_failed=$suite_failed
# After a failed test, a row of the table is missing.
[ -z "$testbed" ] || [ "$cluster_failed" -gt 0 ] ||
  suite "The table of faults" "${node_test[@]}" crates/apply/tests/faults.test.mjs
"$root/scripts/build-js.sh"
suite "The JavaScript package in Node, bundlers and TypeScript" "${node_test[@]}" crates/core/tests/js/
if have valgrind; then
  suite "Instruction counts of the core" "${node_test[@]}" crates/core/tests/instructions.test.mjs
else
  say "Skipping the instruction counts: valgrind is not installed"
  skipped=$((skipped + 1))
fi
suite "Size of the page, figures in documents, and scripts" \
  "${node_test[@]}" crates/web/tests/*.test.mjs
suite "The page in Chromium" "${node_test[@]}" --test-timeout=1200000 crates/web/tests/browser/
suite "The page in Firefox and WebKit" "${node_test[@]}" crates/web/tests/engines/

if [ "$skipped" -gt 0 ]; then
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
else
  printf '%d passed, %d failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]

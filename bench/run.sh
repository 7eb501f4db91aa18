#!/usr/bin/env bash
# Measures Optakit and compares it with other tools in the same run: commands that render, check and
# apply; the page in Chromium; the core without a process; and the growth of the time. Prints one
# line per figure. Writes all figures to docs/generated/bench.json, and from them the tables of
# README.md and docs/ and the picture of the growth.
. "$(dirname "$0")/../scripts/lib.sh"
cd "$root"

figures=docs/generated/bench.json
rm -f "$figures.new"
step "Building the release binary (5 to 10 minutes the first time)" release \
  cargo build --release -p optakit
binary=target/release/optakit
if have go; then
  for peer in kompose kubeconform; do
    export "${peer^^}=$("$root/scripts/setup-go-tool.sh" "bench/peers/$peer")"
  done
  testbed="$cache/testbed.$$"
  trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
  "$root/scripts/testbed.sh" up "$testbed"
  # shellcheck source=/dev/null
  . "$testbed/env"
  export HELM=$OPTAKIT_TEST_HELM KUBECTL=$OPTAKIT_TEST_KUBECTL SCHEMAS="$testbed/schemas"
  "$KUBECTL" --kubeconfig "$OPTAKIT_TEST_KUBECONFIG" get --raw /openapi/v2 |
    node bench/schemas.mjs "$SCHEMAS"
else
  say "Skipping apply, helm, kubectl, kompose and kubeconform: there is no Go toolchain"
fi
! have score-k8s || export SCORE=score-k8s
say "Measuring commands that render and check"
node bench/commands.mjs "$figures.new" "$binary"
if [ -n "${KUBECTL:-}" ]; then
  say "Measuring apply"
  node bench/apply.mjs "$figures.new" "$binary"
fi
say "Measuring the growth"
have gnuplot || apt_install gnuplot-nox >&2
node bench/growth.mjs "$figures.new" "$binary" docs/pictures/growth.svg
"$root/scripts/build-page.sh"
"$root/scripts/setup-browser.sh"
MONACO=$("$root/bench/setup-monaco.sh") LEPTOS=$("$root/bench/setup-leptos.sh")
export MONACO LEPTOS
say "Measuring the page in Chromium"
node bench/page.mjs "$figures.new"
say "Measuring the core"
cargo bench --quiet -p optakit-core --bench core | node bench/core.mjs "$figures.new"
cargo bench --quiet -p optakit-core --bench memory
mv "$figures.new" "$figures"
node bench/table.mjs
say "Wrote $figures and the tables of README.md and docs/"

#!/usr/bin/env bash
# Measures, beside peers in the same run: rendering, checking and applying as processes, the page in Chromium, the core in
# process, and how time grows. One line a figure, `name value unit`, and `ratio name ours/peer` for comparisons; all of them in
# docs/generated/bench.json too, from which the tables of the README and the picture of growth are made.
. "$(dirname "$0")/../scripts/lib.sh"
cd "$root"

figures=docs/generated/bench.json
rm -f "$figures.new"
step "Building the release binary (5 to 10 minutes the first time)" release cargo build --release -p optakit
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
  "$KUBECTL" --kubeconfig "$OPTAKIT_TEST_KUBECONFIG" get --raw /openapi/v2 | node bench/schemas.mjs "$SCHEMAS"
else
  say "helm, kubectl, kompose, kubeconform and applying are left out: no Go toolchain to build them with"
fi
! have score-k8s || export SCORE=score-k8s
say "Rendering and checking"
node bench/commands.mjs "$figures.new" "$binary"
if [ -n "${KUBECTL:-}" ]; then
  say "Applying"
  node bench/apply.mjs "$figures.new" "$binary"
fi
say "Growth"
have gnuplot || apt_install gnuplot-nox >&2
node bench/growth.mjs "$figures.new" "$binary" docs/pictures/growth.svg
"$root/scripts/build-page.sh"
"$root/scripts/setup-browser.sh"
MONACO=$("$root/bench/setup-monaco.sh") LEPTOS=$("$root/bench/setup-leptos.sh")
export MONACO LEPTOS
say "The page in Chromium"
node bench/page.mjs "$figures.new"
say "The core in process"
cargo bench --quiet -p optakit-core --bench core | node bench/core.mjs "$figures.new"
cargo bench --quiet -p optakit-core --bench memory
mv "$figures.new" "$figures"
node bench/table.mjs
say "The figures are in $figures, the tables of README.md and docs/ are made from it"

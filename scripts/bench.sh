#!/usr/bin/env bash
# Measures: the core in process (divan), and the commands as processes beside their peers in the same run: helm for rendering,
# kubectl and helm for applying to a control plane, monaco-editor with monaco-yaml for the page. One line a
# figure, `name value unit`, and `ratio name ours/peer` for comparisons; all of them in target/bench.json too.
. "$(dirname "$0")/lib.sh"
cd "$root"

helm=
if have go; then helm=$("$root/scripts/setup-helm.sh"); else say "helm is left out: no Go toolchain to build it with"; fi
step "Building the release binary (5 to 10 minutes the first time)" release cargo build --release -p optakit
if [ -n "$helm" ]; then
  testbed="$cache/testbed.$$"
  trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
  "$root/scripts/testbed.sh" up "$testbed"
  . "$testbed/env"
fi
node scripts/bench.mjs target/release/optakit "$helm"
"$root/scripts/build-page.sh"
"$root/scripts/setup-browser.sh"
say "The page in Chromium, beside monaco-editor with monaco-yaml, which draws the text alone and checks it later in a worker"
node scripts/bench-page.mjs target/bench.json "$("$root/scripts/setup-monaco.sh")"
say "The core in process"
cargo bench --quiet -p optakit-core --bench core --bench memory

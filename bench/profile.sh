#!/usr/bin/env bash
# Counts the instructions of three hot paths with callgrind: a keystroke in the page, rendering
# 2,000 files, and an apply. Writes docs/generated/hot-paths.md.
. "$(dirname "$0")/../scripts/lib.sh"
cd "$root"

have valgrind || apt_install valgrind >&2
build() {
  cargo build --profile profiling -p optakit
  cargo build --profile profiling -p optakit-core --bench hot_paths
}
step "Building with debug information (2 to 4 minutes the first time)" profiling build
hot_paths=$(find target/profiling/deps -name 'hot_paths-*' -type f -executable -printf '%T@ %p\n' |
  sort -n | tail -n 1 | cut -d' ' -f2)
optakit=$root/target/profiling/optakit
work=$(mktemp -d)
testbed="$cache/testbed.$$"
trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed" "$work"' EXIT
count() { # NAME COMMAND...
  local name=$1
  shift
  local log="$cache/log/profile-$name.log"
  local callgrind=(valgrind --tool=callgrind --separate-threads=no
    --callgrind-out-file="$work/$name.callgrind")
  (cd "$work" && "${callgrind[@]}" "$@") >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "$name failed with valgrind"; }
  callgrind_annotate --auto=no --threshold=99.9 "$work/$name.callgrind" >"$work/$name.txt"
}
cp crates/core/benches/fixture/env.yml "$work/"
say "Counting a hundred keystrokes"
count keystroke "$root/$hot_paths" keystroke 100
say "Counting the rendering of 2,000 files (1 minute with valgrind)"
count files "$root/$hot_paths" render 2000
say "Counting an apply"
"$root/scripts/testbed.sh" up "$testbed"
# shellcheck source=/dev/null
. "$testbed/env"
cat >"$work/opta.yml" <<'YAML'
name: hot
environments: [{name: staging, path: env.yml}]
modules:
  - type: k8s-service
    name: api
    image: acme/api:1
    port: {http: 8000}
    healthcheck_path: /health
    max_containers: 4
    public_uri: hot.acme.io
YAML
(cd "$work" && "$optakit" bundle --quiet -o hot.bundle.json)
count apply "$optakit" apply hot.bundle.json --skip-aws --quiet \
  --kubeconfig "$OPTAKIT_TEST_KUBECONFIG"
node bench/hot_paths.mjs "$work" docs/generated/hot-paths.md
say "Wrote docs/generated/hot-paths.md"

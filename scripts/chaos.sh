#!/usr/bin/env bash
# Runs Optakit with random services and random faults on a local control plane, and checks what must
# always be true. Runs for MINUTES. With SEED, starts the same episodes again.
#   scripts/chaos.sh MINUTES [SEED]
. "$(dirname "$0")/lib.sh"
cd "$root"

minutes=${1:-10} seed=${2:-}
have go || [ -n "${KUBEBUILDER_ASSETS:-}" ] || die "no Go toolchain found; it builds the control plane"
# Moves the clocks of some runs.
have faketime || apt_install faketime >&2
testbed="$cache/testbed.$$"
trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
say "Building Optakit"
cargo build --quiet -p optakit
"$root/scripts/testbed.sh" up "$testbed"
# shellcheck source=/dev/null
. "$testbed/env"
say "Causing random faults for $minutes minutes"
python3 scripts/chaos --binary target/debug/optakit --minutes "$minutes" ${seed:+--seed "$seed"}

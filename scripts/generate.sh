#!/usr/bin/env bash
# Generates random service files, and sends what `validate` accepts to a local control plane. Runs
# for MINUTES. With SEED, generates the same files again.
#   scripts/generate.sh MINUTES [SEED]
. "$(dirname "$0")/lib.sh"
cd "$root"

minutes=${1:-10} seed=${2:-}
have go || [ -n "${KUBEBUILDER_ASSETS:-}" ] || die "no Go toolchain found; it builds the control plane"
testbed="$cache/testbed.$$"
trap '"$root/scripts/testbed.sh" down "$testbed"; rm -rf "$testbed"' EXIT
"$root/scripts/testbed.sh" up "$testbed"
# shellcheck source=/dev/null
. "$testbed/env"
say "Generating files for $minutes minutes"
export OPTAKIT_GENERATE_MINUTES=$minutes OPTAKIT_GENERATE_SEED=$seed
cargo test --quiet -p optakit --features testbed --test generate -- --nocapture

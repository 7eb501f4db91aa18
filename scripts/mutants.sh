#!/usr/bin/env bash
# Changes the code in small ways, one at a time, and lists the changes that no test notices.
# FILES are patterns of source files; "core" and "apply" are the parts of docs/reliability.md.
# SHARD is a part of the changes, such as 1/20. Stops after MINUTES.
#   scripts/mutants.sh MINUTES "FILES" [SHARD]
. "$(dirname "$0")/lib.sh"

minutes=${1:-30} files=${2:-core} shard=${3:-}
have cargo || die "no Rust toolchain found: install one from https://rustup.rs"
tools=$("$root/scripts/setup-cargo-tool.sh" "${cargo_mutants[@]}")
core=crates/core/src apply=crates/apply/src
case $files in
  core)
    files="$core/check/** $core/render/** $core/resolve/** $core/lower.rs $core/bundle/**"
    files+=" $core/aws/** $core/syntax/edit/**" ;;
  apply)
    files="$apply/plan.rs $apply/owner.rs $apply/applyset/** $apply/manual_secret.rs"
    files+=" $apply/wait/** $apply/takeover/** $apply/lock/** $apply/image/** $apply/history/**"
    files+=" $apply/secret_file/**" ;;
esac
# Only tests that take seconds, because each change needs a build and a run of them.
case $files in
  *"$apply"*) tests=(--bin optakit) ;;
  *)
    tests=(--lib)
    for name in accepted assist broken bundle decisions gate messages mistakes render rules \
      trace; do
      tests+=(--test "$name")
    done ;;
esac
read -ra patterns <<<"$files"
options=(--in-place --no-shuffle --timeout 120 --output "$root/target")
for pattern in "${patterns[@]}"; do options+=(--file "$pattern"); done
[ -z "$shard" ] || options+=(--shard "$shard")

# The changes are made in a copy, which keeps its build for the next run.
copy="$root/target/mutants"
mkdir -p "$copy"
find "$copy" -mindepth 1 -maxdepth 1 ! -name target -exec rm -rf {} +
git -C "$root" ls-files -z | tar -C "$root" --null -T - -c | tar -C "$copy" -x
cd "$copy"
export CARGO_PROFILE_DEV_DEBUG=false
say "Changing the code for $minutes minutes; the results are in target/mutants.out/"
status=0
timeout --signal INT "${minutes}m" \
  "$tools/cargo-mutants" mutants "${options[@]}" -- "${tests[@]}" || status=$?
case $status in
  0) say "The tests noticed every change" ;;
  2) say "target/mutants.out/missed.txt lists the changes that no test noticed" ;;
  3) say "Some changes made the tests too slow: see target/mutants.out/timeout.txt" ;;
  124 | 130) say "The time is over: target/mutants.out/ has the results so far" ;;
  *) exit $status ;;
esac

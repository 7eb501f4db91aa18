#!/usr/bin/env bash
# Rewrites the snapshots that tests compare with, for `git diff` to show what has changed.
. "$(dirname "$0")/lib.sh"
cd "$root"

INSTA_UPDATE=always cargo test -p optakit-core --test render --quiet
git --no-pager diff --stat -- crates/core/tests

#!/usr/bin/env bash
# Rewrites the snapshots and generated files that tests compare with. Review the changes with `git
# diff`.
. "$(dirname "$0")/lib.sh"
cd "$root"

INSTA_UPDATE=always cargo test -p optakit-core --test render --quiet
# These tests rewrite the files, then fail if a file changed.
cargo test -p optakit-core --test generated --quiet >/dev/null 2>&1 || true
cargo test -p optakit --test generated --quiet >/dev/null 2>&1 || true
"$root/scripts/build-page.sh"
"$root/scripts/setup-browser.sh"
node scripts/first.mjs
git --no-pager diff --stat -- crates/core/tests crates/web/first.html docs/generated

#!/usr/bin/env bash
# Checks the links and anchors between all Markdown files, and within the built documentation. Does
# not use the network.
. "$(dirname "$0")/lib.sh"

cd "$root"
check() { # FILES...
  local log="$cache/log/links.log"
  mkdir -p "$cache/log"
  node_modules/.bin/linkinator "$@" --check-fragments --directory-listing --verbosity error \
    --skip '^https?://(?!localhost)' >"$log" 2>&1 && return
  # Keep each page with its broken links.
  grep -vE '^(→|\[|$)|^ *\[200\]' "$log"
  return 1
}
mapfile -t files < <(git ls-files '*.md' ':!.github')
check --markdown "${files[@]}"
"$root/scripts/build-docs.sh"
check --recurse target/book

#!/usr/bin/env bash
# Builds the page a second time, from a copy of the committed sources in another folder, and compares every byte with dist/.
. "$(dirname "$0")/lib.sh"

"$root/scripts/build-page.sh"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" archive HEAD | tar -x -C "$copy"
cp -r "$root/node_modules" "$copy/node_modules"
"$copy/scripts/build-page.sh"
if diff -rq "$root/dist" "$copy/dist"; then
  say "Both builds of the page are the same, byte for byte"
else
  die "the builds differ"
fi

#!/usr/bin/env bash
# Builds the documentation into target/book/ with mdBook.
. "$(dirname "$0")/lib.sh"

tools=$("$root/scripts/setup-cargo-tool.sh" "${mdbook[@]}")
cd "$root"
"$tools/mdbook" build --dest-dir target/book
say "The documentation is in target/book/index.html"

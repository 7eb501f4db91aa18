#!/usr/bin/env bash
# Format, lints and, where cargo-deny is installed, licences and sources of what the project is built on.
. "$(dirname "$0")/lib.sh"
cd "$root"

say "Format"
cargo fmt --all --check
say "Lints"
cargo clippy --workspace --all-targets --all-features -- -D warnings
if have cargo-deny; then
  say "Licences and sources"
  cargo deny --log-level error --all-features check bans licenses sources
  if cargo deny fetch >/dev/null 2>&1; then
    say "Advisories"
    cargo deny --log-level error --all-features check advisories
  else
    say "Advisories are not checked: the database cannot be reached"
  fi
else
  say "Licences and sources are not checked: cargo-deny is not installed (cargo install cargo-deny --locked)"
fi

#!/usr/bin/env bash
# Installs the npm packages of package-lock.json.
. "$(dirname "$0")/lib.sh"

have npm || die "no npm found: install Node.js 20 or newer"
cd "$root"
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  step "Installing npm packages" npm npm ci --ignore-scripts --no-audit --no-fund
  touch node_modules/.installed
fi

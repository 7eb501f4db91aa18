#!/usr/bin/env bash
# Installs ruff and shellcheck into a virtual environment in the cache. Prints the folder of their
# programs.
. "$(dirname "$0")/lib.sh"

list="$root/scripts/linters/requirements.txt"
venv="$cache/python-linters-$(sha256sum "$list" | cut -c1-12)"
if [ ! -e "$venv/installed" ]; then
  have python3 || die "no Python 3 found: ruff and shellcheck are installed with it"
  install() {
    make_venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$list"
    touch "$venv/installed"
  }
  step "Installing ruff and shellcheck (10 seconds, once)" python-linters install
fi
echo "$venv/bin"

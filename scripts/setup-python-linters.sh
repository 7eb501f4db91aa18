#!/usr/bin/env bash
# Installs ruff and shellcheck into a virtual environment in the cache. Prints the folder of their
# programs.
. "$(dirname "$0")/lib.sh"

list="$root/scripts/linters/requirements.txt"
venv="$cache/python-linters-$(sha256sum "$list" | cut -c1-12)"
python_packages "$list" "$venv" "Installing ruff and shellcheck (10 seconds, once)" python-linters
echo "$venv/bin"

#!/usr/bin/env bash
# Installs Debian's Chromium for the tests of the page, unless a Chromium or Chrome is installed.
. "$(dirname "$0")/lib.sh"

[ -n "${OPTAKIT_CHROMIUM:-}" ] && exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
  ! have "$name" || exit 0
done
step "Installing Chromium for the tests of the page (about 1 minute, once)" \
  chromium apt_install chromium

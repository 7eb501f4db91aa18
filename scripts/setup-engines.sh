#!/usr/bin/env bash
# Installs Firefox and WebKitGTK for the tests of the page, unless they are installed.
. "$(dirname "$0")/lib.sh"

packages=()
have firefox-esr || have firefox || packages+=(firefox-esr)
have WebKitWebDriver || packages+=(webkit2gtk-driver)
have Xvfb || packages+=(xvfb)
[ ${#packages[@]} -gt 0 ] || exit 0
step "Installing Firefox and WebKit for the tests of the page (about 1 minute, once)" \
  engines apt_install "${packages[@]}"

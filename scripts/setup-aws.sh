#!/usr/bin/env bash
# Installs moto, a server that implements AWS protocols for the tests, and the AWS CLI. Tests
# compare its tokens with Optakit's. Prints the path of the Python that has both.
. "$(dirname "$0")/lib.sh"

moto=5.2.1
venv="$cache/moto-$moto"
if ! "$venv/bin/python" -c 'import moto.server, awscli' 2>/dev/null; then
  have python3 || die "no Python 3 found: the AWS stand-in of the tests needs it"
  install_moto() {
    make_venv "$venv"
    "$venv/bin/pip" install --quiet "moto[server,ecr,eks,iam,sts]==$moto" awscli
  }
  step "Installing the AWS stand-in for the tests (about 1 minute, once)" moto install_moto
fi
echo "$venv/bin/python"

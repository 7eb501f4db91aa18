#!/usr/bin/env bash
# Installs the YAML readers that the tests compare with: `opta` (ruamel.yaml) and `kubectl`
# (sigs.k8s.io/yaml). Prints the folder of the programs.
. "$(dirname "$0")/lib.sh"

list="$root/scripts/yaml-readers/requirements.txt"
folder="$cache/yaml-readers-$(sha256sum "$list" | cut -c1-12)"
venv="$folder/python"
if [ ! -e "$venv/installed" ]; then
  have python3 || die "no Python 3 found: the YAML reader of Opta needs it"
  install() {
    make_venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$list"
    touch "$venv/installed"
  }
  step "Installing ruamel.yaml (10 seconds, once)" yaml-readers install
fi
cp "$root/scripts/yaml-readers/opta.py" "$venv/opta.py"
printf '#!/bin/sh\nexec "%s" "%s"\n' "$venv/bin/python" "$venv/opta.py" >"$folder/opta"
chmod +x "$folder/opta"
kubectl=$("$root/scripts/setup-go-tool.sh" scripts/yaml-readers/kubectl-yaml)
ln -sfn "$kubectl" "$folder/kubectl"
echo "$folder"

#!/usr/bin/env bash
# Installs the YAML readers that the tests compare with: `opta` (ruamel.yaml) and `kubectl`
# (sigs.k8s.io/yaml). Prints the folder of the programs.
. "$(dirname "$0")/lib.sh"

list="$root/scripts/yaml-readers/requirements.txt"
folder="$cache/yaml-readers-$(sha256sum "$list" | cut -c1-12)"
venv="$folder/python"
python_packages "$list" "$venv" "Installing ruamel.yaml (10 seconds, once)" yaml-readers
cp "$root/scripts/yaml-readers/opta.py" "$venv/opta.py"
printf '#!/bin/sh\nexec "%s" "%s"\n' "$venv/bin/python" "$venv/opta.py" >"$folder/opta"
chmod +x "$folder/opta"
kubectl=$("$root/scripts/setup-go-tool.sh" scripts/yaml-readers/kubectl-yaml)
ln -sfn "$kubectl" "$folder/kubectl"
echo "$folder"

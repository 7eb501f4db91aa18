#!/usr/bin/env bash
# Builds a page with monaco-editor and monaco-yaml for the benchmarks, unless the cache has it.
# Prints its folder.
. "$(dirname "$0")/../scripts/lib.sh"

source="$root/bench/peers/monaco"
hash=$(cat "$source"/* "$root/docs/generated/opta.schema.json" | sha256sum | cut -c1-12)
monaco="$cache/peers/monaco-$hash"
if [ ! -e "$monaco/page/index.html" ]; then
  build() {
    mkdir -p "$monaco/page"
    cp "$source"/* "$monaco/"
    (cd "$monaco" && npm install --no-audit --no-fund --ignore-scripts) || return
    local bundle=("$root/node_modules/.bin/esbuild" --bundle --minify --log-level=warning
      --loader:.ttf=dataurl --outdir="$monaco/page")
    (cd "$monaco" && "${bundle[@]}" --format=esm --target=es2022 main.js &&
      "${bundle[@]}" --format=iife --entry-names=editor.worker \
        node_modules/monaco-editor/esm/vs/editor/editor.worker.js &&
      "${bundle[@]}" --format=iife --entry-names=yaml.worker \
        node_modules/monaco-yaml/yaml.worker.js) || return
    cp "$root/docs/generated/opta.schema.json" "$monaco/page/schema.json"
    cp "$source/index.html" "$monaco/page/index.html"
  }
  step "Building monaco-editor with monaco-yaml" monaco build
fi
echo "$monaco/page"

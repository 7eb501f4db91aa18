#!/usr/bin/env bash
# Fuzzes the core with random input: MINUTES per target of TARGETS. The seeds are files of the
# tests. Inputs that make it fail are saved in fuzz/artifacts/; add them to a test.
. "$(dirname "$0")/lib.sh"

minutes=${1:-10}
read -ra targets <<<"${2:-render edit bundle values link keys}"
have cargo-fuzz || die "cargo-fuzz is not installed: cargo install cargo-fuzz --locked"
rustup run nightly rustc --version >/dev/null 2>&1 ||
  die "fuzzing needs the nightly compiler: rustup toolchain install nightly"
cd "$root"
corpus=fuzz/corpus
mkdir -p $corpus/{render,edit,bundle,values,link,keys}
# Short inputs of earlier runs, which together cover almost the same code.
for archive in fuzz/seeds/*.tar.gz; do tar -C $corpus -xzf "$archive"; done
for file in crates/core/tests/render/*/opta.yml crates/core/benches/fixture/opta.yml; do
  name=$(echo "$file" | tr / -)
  cp "$file" "$corpus/render/$name"
  # Keystrokes: type in the middle, duplicate a line near the end, delete a letter.
  { printf '\200\000\300\014\140\016\240\002'; cat "$file"; } >"$corpus/keys/$name"
  node -e '
    const service = require("fs").readFileSync(process.argv[1], "utf8");
    const environment_files = { "env.yml": "name: staging\norg_name: acme\n" };
    console.log(JSON.stringify({ service, environment_files, image: "1", target: {} }));
  ' "$file" >"$corpus/link/$name"
  for path in modules.0.port.http modules.0.new name modules.0.env_vars modules.0 modules.9; do
    { echo "$path"; cat "$file"; } >"$corpus/edit/$path-$name"
  done
done
cargo build --quiet -p optakit
for folder in crates/core/tests/render/*/; do
  work=$(mktemp -d)
  cp crates/core/tests/render/env.yml "$folder/opta.yml" "$work"
  bundle="$root/$corpus/bundle/$(basename "$folder").json"
  (cd "$work" && "$root/target/debug/optakit" bundle --quiet -o - 2>/dev/null >"$bundle") || true
  rm -r "$work"
done
for file in crates/core/tests/render/*/values.yml; do
  [ ! -e "$file" ] || cp "$file" "$corpus/values/$(echo "$file" | tr / -)"
done
cat >"$corpus/values/both" <<'YAML'
name: staging
org_name: acme
modules:
  - {type: dns, domain: acme.io}

---8<---
module:
  db: {db_user: {value: a}}
vars: {a: b}
YAML
status=0
for target in "${targets[@]}"; do
  say "Fuzzing $target for $minutes minutes"
  # A run that needs more than 10 seconds or 2 GiB also fails.
  limits=(-max_total_time=$((minutes * 60)) -max_len=16384 -timeout=10 -rss_limit_mb=2048)
  cargo +nightly fuzz run "$target" -- "${limits[@]}" -print_final_stats=1 2>&1 |
    grep -E "stat::|panicked|ERROR|SUMMARY|Test unit written|^#.*(DONE|pulse)" |
    tail -n 20 || status=1
  compgen -G "fuzz/artifacts/$target/*" >/dev/null && status=1
done
exit $status

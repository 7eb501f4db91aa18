#!/usr/bin/env bash
# Builds the page and the binary twice: here, and from a copy of the committed sources in another
# folder. Compares every byte of the page. Compares the bundle, the manifests and the diagnostics
# that both binaries print for one service.
. "$(dirname "$0")/lib.sh"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" archive HEAD | tar -x -C "$copy"
"$root/scripts/build-page.sh"
cp -r "$root/node_modules" "$copy/node_modules"
"$copy/scripts/build-page.sh"
diff -rq "$root/dist" "$copy/dist" || die "the two builds of the page differ"
say "Both builds of the page have the same bytes"

build() { (cd "$1" && cargo build --locked -p optakit); }
step "Building the binary here" reproduce-here build "$root"
step "Building the binary in the copy (2 to 4 minutes)" reproduce-there build "$copy"
for side in "$root" "$copy"; do
  output="$copy/output$([ "$side" = "$root" ] && echo -here || echo -there)"
  mkdir -p "$output"
  cp "$root"/crates/core/benches/fixture/{opta,env}.yml "$output"
  (cd "$output" && "$side/target/debug/optakit" bundle --quiet -o bundle.json &&
    "$side/target/debug/optakit" render --quiet --image-tag 1 >manifests.yaml &&
    sed -i 's/healthcheck_path/healthcheck_pth/' opta.yml && {
    "$side/target/debug/optakit" validate --format sarif >diagnostics.sarif || [ $? = 1 ]
  })
done
diff -r "$copy/output-here" "$copy/output-there" || die "the output of the two binaries differs"
hash=$(sha256sum <"$copy/output-here/bundle.json" | cut -c1-16)
say "Both binaries print the same bundle ($hash…), manifests and diagnostics"

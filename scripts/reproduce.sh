#!/usr/bin/env bash
# Builds the page and the binary a second time, from a copy of the committed sources in another folder, and compares: every byte
# of the page, and the bundle, the manifests and the faults that both binaries make of one service.
. "$(dirname "$0")/lib.sh"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" archive HEAD | tar -x -C "$copy"
"$root/scripts/build-page.sh"
cp -r "$root/node_modules" "$copy/node_modules"
"$copy/scripts/build-page.sh"
diff -rq "$root/dist" "$copy/dist" || die "the builds of the page differ"
say "Both builds of the page are the same, byte for byte"

build() { (cd "$1" && cargo build --locked -p optakit); }
step "Building the binary here" reproduce-here build "$root"
step "Building the binary there (2 to 4 minutes)" reproduce-there build "$copy"
for side in "$root" "$copy"; do
  made="$copy/made$([ "$side" = "$root" ] && echo -here || echo -there)"
  mkdir -p "$made"
  cp "$root"/crates/core/benches/fixture/{opta,env}.yml "$made"
  (cd "$made" && "$side/target/debug/optakit" bundle --quiet -o bundle.json &&
    "$side/target/debug/optakit" render --quiet --image-tag 1 >manifests.yaml &&
    sed -i 's/healthcheck_path/healthcheck_pth/' opta.yml && { "$side/target/debug/optakit" validate --format sarif >faults.sarif || [ $? = 1 ]; })
done
diff -r "$copy/made-here" "$copy/made-there" || die "the binaries differ in what they make"
say "Both binaries make the same bundle ($(sha256sum <"$copy/made-here/bundle.json" | cut -c1-16)…), manifests and faults"

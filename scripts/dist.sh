#!/usr/bin/env bash
# Builds the files of a release into target/dist/: the static site, the binary with completions and
# manual pages, their SBOMs (CycloneDX), and checksums. The same sources produce the same bytes in
# any folder and at any time.
. "$(dirname "$0")/lib.sh"

"$root/scripts/build-page.sh"
cd "$root"
out=target/dist version=$(locked_version optakit)
host=$(rustc -vV | awk '/^host:/ { print $2 }')
name=optakit-$version-$host
rm -rf "$out"
mkdir -p "$out/$name"/{completions,man}
# Remove the paths of this machine from panic messages.
registry="${CARGO_HOME:-$HOME/.cargo}/registry/src/"
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$root/= --remap-path-prefix=$registry="
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
build=(build)
if have cargo-auditable; then
  build=(auditable build)
else
  say "The binary does not list its packages: cargo-auditable is not installed"
fi
step "Building the release binary (5 to 10 minutes the first time)" dist \
  cargo "${build[@]}" --release --locked -p optakit --target-dir target/dist-build
install -m 755 target/dist-build/release/optakit "$out/$name/optakit"
binary="$out/$name/optakit"
for shell in bash zsh fish; do
  "$binary" completions $shell >"$out/$name/completions/optakit.$shell"
done
"$binary" man >"$out/$name/man/optakit.1"
commands=$("$binary" --help |
  awk '/^Commands:/ { on = 1; next } /^[A-Z]/ { on = 0 } on && /^  [a-z]/ { print $1 }')
for command in $commands; do
  [ "$command" = help ] || "$binary" man "$command" >"$out/$name/man/optakit-$command.1"
done
cp README.md CHANGELOG.md LICENSE-* "$out/$name/"
if have cargo-cyclonedx; then
  cargo cyclonedx --quiet --format json --manifest-path crates/apply/Cargo.toml \
    --override-filename bom
  mv crates/apply/bom.json "$out/$name.cdx.json"
  find crates -name bom.json -delete
else
  say "There is no SBOM of the binary: cargo-cyclonedx is not installed"
fi
list=$out/optakit-site-$version.npm.cdx.json
npm sbom --sbom-format cyclonedx --package-lock-only --omit dev >"$list" ||
  { rm "$list"; say "There is no SBOM of the site: npm sbom failed (npm 10 or newer has it)"; }

# Creates an archive without times, owners or a random order of files.
gnu_tar=$(command -v gtar || command -v tar)
archive() { # FOLDER NAME
  "$gnu_tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -C "$1" -cf - "$2" | gzip -n -9
}
archive "$out" "$name" >"$out/$name.tar.gz"
rm -rf "$out/site"
cp -r dist "$out/site"
archive "$out" site >"$out/optakit-site-$version.tar.gz"
rm -rf "$out/site" "${out:?}/$name"
(cd "$out" && sha256sum -- * >SHA256SUMS)
cat "$out/SHA256SUMS"

#!/usr/bin/env bash
# Builds a Kubernetes control plane for the tests from Go modules: etcd, kube-apiserver,
# kube-controller-manager, kube-scheduler, kubectl, and kwok, which simulates nodes and pods. Prints
# the folder of the programs. If KUBEBUILDER_ASSETS is set, as envtest does, uses the programs in
# that folder.
. "$(dirname "$0")/lib.sh"

kubernetes=1.36.3
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
gateway_api=1.4.0
crds="$cache/gateway-api-$gateway_api"
if [ ! -e "$crds/gateway.networking.k8s.io_tcproutes.yaml" ] && have go; then
  fetch_crds() {
    local module
    (cd "$root/scripts/control-plane/gateway-api" && go mod download sigs.k8s.io/gateway-api)
    module=$(cd "$root/scripts/control-plane/gateway-api" &&
      go list -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)
    mkdir -p "$crds"
    install -m 644 "$module"/config/crd/standard/*.yaml "$crds/"
    # Only the experimental channel contains TCPRoute.
    install -m 644 "$module"/config/crd/experimental/*_tcproutes.yaml "$crds/"
  }
  step "Downloading the CRDs of the Gateway API" gateway-api fetch_crds
fi
bin="$cache/control-plane-$kubernetes/bin"
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok)
missing=
for program in "${programs[@]}"; do [ -x "$bin/$program" ] || missing=1; done
if [ -n "$missing" ] || [ ! -d "$bin/../stages" ]; then
  have go || die "no Go toolchain found: install Go 1.26 or newer from https://go.dev/dl," \
    "or set KUBEBUILDER_ASSETS to a folder with ${programs[*]}"
  mkdir -p "$bin"
  build() {
    export CGO_ENABLED=0 GOFLAGS=-mod=mod GOBIN="$bin"
    local version="k8s.io/component-base/version" flags="-s -w"
    for package in "$version" k8s.io/client-go/pkg/version; do
      flags+=" -X $package.gitVersion=v$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=36"
    done
    (cd "$root/scripts/control-plane/kubernetes" &&
      go build -trimpath -ldflags "$flags" -o "$bin/" tool)
    (cd "$root/scripts/control-plane/kwok" && go build -trimpath -ldflags "-s -w" -o "$bin/" tool)
    (cd "$root/scripts/control-plane/etcd" &&
      go build -trimpath -ldflags "-s -w" -o "$bin/etcd" go.etcd.io/etcd/server/v3)
    # kwok needs stages, which describe how nodes and pods change their state.
    local kwok_module
    kwok_module=$(cd "$root/scripts/control-plane/kwok" &&
      go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
    rm -rf "$bin/../stages" && mkdir -p "$bin/../stages"
    for stage in node/fast node/heartbeat-with-lease pod/fast; do
      find "$kwok_module/kustomize/stage/$stage" -name '*.yaml' ! -name 'kustomization.yaml' \
        -print0 | while IFS= read -r -d '' file; do
        install -m 644 "$file" "$bin/../stages/${stage//\//-}-$(basename "$file")"
      done
    done
  }
  step "Building a Kubernetes $kubernetes control plane for the tests (6 to 10 minutes, once)" \
    control-plane build
fi
echo "$bin"

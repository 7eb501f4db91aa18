#!/usr/bin/env bash
# Starts and stops the servers of the tests: a Kubernetes control plane with nodes of kwok, an AWS
# stand-in and a registry.
#   scripts/testbed.sh up DIR          starts the servers and writes their addresses to DIR/env
#   scripts/testbed.sh down DIR        stops the servers
#   scripts/testbed.sh stop-api DIR    kills the API server
#   scripts/testbed.sh start-api DIR   starts the API server again
. "$(dirname "$0")/lib.sh"

command=${1:?up, down, stop-api or start-api}
mkdir -p "${2:?a folder for the testbed}"
dir=$(cd "$2" && pwd)

# Prints a free port below the range of outgoing connections: one of those could take the port while
# a server restarts.
free_port() {
  python3 - <<'PY'
import random, socket
while True:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", random.randrange(12000, 32000)))
        except OSError:
            continue
        print(tried.getsockname()[1])
        break
PY
}

launch() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >>"$dir/$name.log" 2>&1 &
  echo $! >>"$dir/pids"
}

# Waits until a command succeeds. After SECONDS, prints the end of the log and fails.
await() { # NAME SECONDS COMMAND...
  local name=$1 until=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $until ]; then
      tail -n 20 "$dir/$name.log" >&2
      die "$name did not start"
    fi
    sleep 0.1
  done
}

# Checks whether a process has ended. A zombie has ended too: its parent did not wait for it.
gone() {
  ! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# Starts the API server and waits until it answers. If it exits, prints the end of its log and tries
# again.
start_api() {
  local command server pid
  eval "command=($(<"$dir/kube-apiserver.command"))"
  server=$(<"$dir/server")
  for _ in 1 2 3; do
    launch kube-apiserver "${command[@]}"
    pid=$(tail -n 1 "$dir/pids")
    echo "$pid" >"$dir/kube-apiserver.pid"
    for _ in $(seq 600); do
      ! curl -fsk -o /dev/null "$server/readyz" || return 0
      ! gone "$pid" || break
      sleep 0.1
    done
    tail -n 20 "$dir/kube-apiserver.log" >&2
    kill -9 "$pid" 2>/dev/null || true
  done
  die "kube-apiserver did not start"
}

stop_api() {
  local pid
  pid=$(<"$dir/kube-apiserver.pid")
  kill -9 "$pid"
  until gone "$pid"; do sleep 0.02; done
}

down() {
  [ -e "$dir/pids" ] || return 0
  # In reverse order of the start, so that no server loses one that it needs.
  for pid in $(tac "$dir/pids"); do kill "$pid" 2>/dev/null || true; done
  for pid in $(tac "$dir/pids"); do
    for _ in $(seq 50); do gone "$pid" && break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
  rm -f "$dir/pids"
}

up() {
  down
  local bin python helm registry archives
  bin=$("$root/scripts/setup-cluster.sh")
  python=$("$root/scripts/setup-aws.sh")
  helm=$("$root/scripts/setup-go-tool.sh" scripts/testbed/helm)
  registry=$("$root/scripts/setup-go-tool.sh" scripts/testbed/registry)
  archives=$("$root/scripts/setup-go-tool.sh" scripts/testbed/archives)
  rm -rf "$dir/etcd" "$dir/certs" "$dir/registry"
  local etcd_port peer_port api_port aws_port registry_port
  etcd_port=$(free_port) peer_port=$(free_port) api_port=$(free_port)
  aws_port=$(free_port) registry_port=$(free_port)
  local kubeconfig="$dir/kubeconfig" token server="https://127.0.0.1:$api_port"
  token=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
  echo "$token,admin,admin,system:masters" >"$dir/tokens.csv"
  openssl genrsa -out "$dir/service-account.key" 2048 2>/dev/null
  cat >"$dir/webhook.yml" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: aws, cluster: {server: "http://127.0.0.1:$aws_port/authenticate"}}]
users: [{name: apiserver}]
contexts: [{name: webhook, context: {cluster: aws, user: apiserver}}]
current-context: webhook
YAML
  launch aws "$python" "$root/scripts/testbed/aws.py" \
    "$aws_port" "$server" "$dir/certs/apiserver.crt" "$registry_port"
  # The bcrypt hash of the password in the tokens of the AWS stand-in.
  cp "$root/scripts/testbed/htpasswd" "$dir/htpasswd"
  sed "s#FOLDER#$dir#; s#PORT#$registry_port#" "$root/scripts/testbed/registry.yml" \
    >"$dir/registry.yml"
  launch registry env OTEL_TRACES_EXPORTER=none "$registry" serve "$dir/registry.yml"
  launch etcd "$bin/etcd" --data-dir "$dir/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port"
  local api=("$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
    --cert-dir "$dir/certs" \
    --bind-address 127.0.0.1 --secure-port "$api_port" --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$dir/service-account.key" \
    --service-account-signing-key-file "$dir/service-account.key" \
    --token-auth-file "$dir/tokens.csv" \
    --authentication-token-webhook-config-file "$dir/webhook.yml" \
    --authentication-token-webhook-version v1 \
    --authentication-token-webhook-cache-ttl 1s --authorization-mode RBAC)
  printf '%q ' "${api[@]}" >"$dir/kube-apiserver.command"
  echo "$server" >"$dir/server"
  start_api
  cat >"$kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters:
  - name: testbed
    cluster: {server: "$server", certificate-authority: "$dir/certs/apiserver.crt"}
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: testbed, context: {cluster: testbed, user: admin}}]
current-context: testbed
YAML
  kubectl() { "$bin/kubectl" --kubeconfig "$kubeconfig" "$@"; }
  # Raise the client limits of the controllers tenfold, so that benchmarks do not measure them.
  # The long grace period keeps nodes ready if a busy machine delays the heartbeats of kwok.
  local client=(--kubeconfig "$kubeconfig" --leader-elect=false --secure-port 0
    --kube-api-qps 200 --kube-api-burst 400)
  launch kube-controller-manager "$bin/kube-controller-manager" "${client[@]}" \
    --node-monitor-grace-period 24h --use-service-account-credentials \
    --service-account-private-key-file "$dir/service-account.key"
  launch kube-scheduler "$bin/kube-scheduler" "${client[@]}"
  local stages=() stage
  for stage in "$bin"/../stages/*.yaml "$root"/scripts/testbed/stages/*.yaml; do
    [ -e "$stage" ] && stages+=(--config "$stage")
  done
  # kwok is also the kubelet that serves logs.
  # A container runtime writes time, stream and a flag before each line.
  printf '2026-01-02T03:04:05.000000000Z stdout F %b\n' 'ready' 'state \033[31mred' 'last line' \
    >"$dir/container.log"
  sed "s|LOG_FILE|$dir/container.log|" "$root/scripts/testbed/logs.yaml" >"$dir/logs.yaml"
  launch kwok "$bin/kwok" --kubeconfig "$kubeconfig" --manage-all-nodes=true \
    --node-ip 127.0.0.1 --node-port "$(free_port)" --config "$dir/logs.yaml" "${stages[@]}"
  kubectl apply -f "$root/scripts/testbed/node.yml" >"$dir/node.log"
  await kwok 60 kubectl wait --for=condition=Ready node/testbed --timeout=1s
  await kube-controller-manager 60 kubectl -n default get serviceaccount default
  kubectl apply --server-side -f "$cache"/gateway-api-*/ >>"$dir/node.log"
  await aws 60 curl -fsS "http://127.0.0.1:$aws_port/moto-api/data.json"
  await registry 60 curl -fsS -u "AWS:123456789012-auth-token" "http://127.0.0.1:$registry_port/v2/"
  cat >"$dir/env" <<SH
export OPTAKIT_TEST_FOLDER=$dir
export OPTAKIT_TEST_REGISTRY=127.0.0.1:$registry_port
export OPTAKIT_TEST_KUBECONFIG=$kubeconfig
export OPTAKIT_TEST_KUBECTL=$bin/kubectl
export OPTAKIT_TEST_HELM=$helm
export OPTAKIT_TEST_ARCHIVES=$archives
export OPTAKIT_TEST_AWS=http://127.0.0.1:$aws_port
export OPTAKIT_TEST_AWS_CLI=$(dirname "$python")/aws
SH
}

case "$command" in
  up) up ;;
  down) down ;;
  stop-api) stop_api ;;
  start-api) start_api ;;
  *) die "unknown command $command; expected up, down, stop-api or start-api" ;;
esac

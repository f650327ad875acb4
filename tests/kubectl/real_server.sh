#!/usr/bin/env bash
# real_server.sh FOLDER [PORT]: starts a real API server with its store and its controller manager, as envtest lays them
# out (KUBEBUILDER_ASSETS holds kube-apiserver, etcd and kube-controller-manager), on loopback, with everything it
# writes below FOLDER. Prints the path of a kubeconfig once the server is ready, then runs until it is told to end.
set -euo pipefail
folder=${1:?usage: real_server.sh FOLDER [PORT]}
port=${2:-36443}
assets=${KUBEBUILDER_ASSETS:?KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$folder"

etcd_port=$((port + 1))
peer_port=$((port + 2))
manager_port=$((port + 3))
[[ -f sa.key ]] || openssl genrsa -out sa.key 2048 2>/dev/null
echo 'admin-token,admin,admin,"system:masters"' > tokens.csv
cat > kubeconfig <<CONFIG
apiVersion: v1
kind: Config
clusters:
- name: real
  cluster: {server: "https://127.0.0.1:$port", insecure-skip-tls-verify: true}
users:
- name: admin
  user: {token: admin-token}
contexts:
- name: real
  context: {cluster: real, user: admin}
current-context: real
CONFIG
chmod 600 kubeconfig tokens.csv

pids=()
stop() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
}
trap stop EXIT
trap 'exit 0' INT TERM

"$assets/etcd" --data-dir etcd --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$etcd_port" \
  --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$peer_port" \
  --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
  --initial-cluster "default=http://127.0.0.1:$peer_port" > etcd.log 2>&1 &
pids+=($!)
"$assets/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address 127.0.0.1 \
  --secure-port "$port" --cert-dir apiserver --token-auth-file tokens.csv --authorization-mode RBAC \
  --disable-admission-plugins ServiceAccount --endpoint-reconciler-type none \
  --service-cluster-ip-range 10.0.0.0/24 --service-account-issuer https://kubernetes.default.svc \
  --service-account-key-file sa.key --service-account-signing-key-file sa.key > apiserver.log 2>&1 &
pids+=($!)

for _ in $(seq 600); do
  if curl -ksf -H 'Authorization: Bearer admin-token' "https://127.0.0.1:$port/readyz" > /dev/null; then
    ready=yes
    break
  fi
  kill -0 "${pids[1]}" 2>/dev/null || break
  sleep 0.1
done
[[ ${ready:-} == yes ]] || { echo "real_server.sh: the server did not become ready; see $folder/apiserver.log" >&2; exit 1; }

if [[ -x $assets/kube-controller-manager ]]; then
  "$assets/kube-controller-manager" --kubeconfig kubeconfig --leader-elect=false --port 0 \
    --secure-port "$manager_port" --cert-dir manager \
    --controllers deployment,replicaset,garbagecollector,namespace > manager.log 2>&1 &
  pids+=($!)
fi
echo "$folder/kubeconfig"
wait -n || true

#!/usr/bin/env bash
# The manifests in deploy/ are taken by an API server: first as a dry run, then for real, twice.
# Usage: manifests_test.sh ECHO_FAKEAPI REPOSITORY. Exit code 77: skipped, there is no kubectl.
set -euo pipefail
fakeapi=$1
repository=$2
command -v kubectl >/dev/null || {
  echo "skipped: there is no kubectl"
  exit 77
}
folder=$(mktemp -d)
cleanup() {
  [[ -z ${server:-} ]] || kill "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
"$fakeapi" serve --port 0 --write-kubeconfig "$folder/kubeconfig" >"$folder/out" 2>&1 &
server=$!
for _ in $(seq 100); do
  grep -q Serving "$folder/out" && break
  sleep 0.1
done
export KUBECONFIG=$folder/kubeconfig HOME=$folder
failed=0
check() {
  if ! "$@" >"$folder/log" 2>&1; then
    echo "FAILED: $*"
    cat "$folder/log"
    failed=1
  fi
}
# A dry run makes no namespace for what comes after it.
kubectl create namespace echo-system >/dev/null
for overlay in base overlays/highly-available overlays/one-namespace; do
  check kubectl apply --dry-run=server -k "$repository/deploy/$overlay"
done
for overlay in base overlays/highly-available overlays/one-namespace; do
  check kubectl apply -k "$repository/deploy/$overlay"
  check kubectl apply -k "$repository/deploy/$overlay"
  if grep -qvE "unchanged$|^Warning: " "$folder/log"; then
    echo "FAILED: applied again, $overlay changes something"
    cat "$folder/log"
    failed=1
  fi
done
for component in network-policy pod-disruption-budget; do
  check kubectl -n echo-system apply -f "$repository/deploy/components/$component/${component//-/_}.yaml"
done
check kubectl -n echo-system wait --for=condition=Available deployment/echo-operator --timeout=60s
exit $failed

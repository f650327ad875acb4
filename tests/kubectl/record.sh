#!/usr/bin/env bash
# record.sh: runs the walk against a real API server and keeps what it said in recorded/MINOR.txt, where MINOR is
# kubectl's. Needs KUBEBUILDER_ASSETS (see real_server.sh); KUBECTL names the program. The part of the kubelet, which
# no real API server plays, is played here: pods become ready at once and go when they are told to.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export KUBECTL=${KUBECTL:-kubectl}
folder=$(mktemp -d)
"$here/real_server.sh" "$folder" "${PORT:-36443}" > "$folder/out" &
server=$!
kubelet=
stop() {
  [[ -z $kubelet ]] || kill "$kubelet" 2>/dev/null || true
  kill "$server" 2>/dev/null || true
  wait || true
  rm -rf "$folder"
}
trap stop EXIT
for _ in $(seq 300); do
  [[ -s $folder/out ]] && break
  kill -0 "$server"
  sleep 0.2
done
export KUBECONFIG=$folder/kubeconfig
sleep 3 # the controllers are started last

url=https://127.0.0.1:${PORT:-36443}
call() { curl -ks -H 'Authorization: Bearer admin-token' "$@"; }
play_kubelet() {
  local pods name phase deletion
  while sleep 0.1; do
    pods=$(call "$url/api/v1/pods" | python3 -c '
import json, sys
for pod in json.load(sys.stdin)["items"]:
    meta = pod["metadata"]
    print(meta["namespace"], meta["name"], pod["spec"].get("nodeName", "-"), pod["status"]["phase"], meta.get("deletionTimestamp", "-"))
' || true)
    while read -r namespace name node phase deletion; do
      [[ -n $name ]] || continue
      local pod=$url/api/v1/namespaces/$namespace/pods/$name
      if [[ $deletion != - ]]; then
        call -X DELETE -H 'Content-Type: application/json' -d '{"gracePeriodSeconds":0}' "$pod" > /dev/null
      elif [[ $node == - ]]; then
        call -X POST -H 'Content-Type: application/json' "$pod/binding" -d \
          '{"apiVersion":"v1","kind":"Binding","metadata":{"name":"'"$name"'"},"target":{"kind":"Node","name":"node"}}' > /dev/null
      elif [[ $phase == Pending ]]; then
        call -X PATCH -H 'Content-Type: application/merge-patch+json' "$pod/status" -d \
          '{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"'"$(date -u +%FT%TZ)"'"}]}}' > /dev/null
      fi
    done <<< "$pods"
  done
}
play_kubelet &
kubelet=$!

minor=$("$KUBECTL" version --client -o json | sed -nE 's/.*"gitVersion": "v1\.([0-9]+).*/\1/p')
mkdir -p "$here/recorded"
"$here/walk.sh" | "$here/normalise.sh" > "$here/recorded/1.$minor.txt"
echo "record.sh: $here/recorded/1.$minor.txt"

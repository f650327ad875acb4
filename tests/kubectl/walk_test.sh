#!/usr/bin/env bash
# walk_test.sh ECHO_FAKEAPI: the walk against the fake, compared with what a real API server of 1.20.2 said to the same
# commands (recorded/, by record.sh). Without kubectl the test is skipped (exit 77). KUBECTL names another program.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
fakeapi=${1:?usage: walk_test.sh ECHO_FAKEAPI}
export KUBECTL=${KUBECTL:-kubectl}
if ! command -v "$KUBECTL" > /dev/null; then
  echo "walk_test.sh: skipped, for there is no kubectl"
  exit 77
fi
minor=$("$KUBECTL" version --client -o json | sed -nE 's/.*"gitVersion": "v1\.([0-9]+).*/\1/p')
recorded=$here/recorded/1.$minor.txt

folder=$(mktemp -d)
server=
stop() {
  [[ -z $server ]] || kill "$server" 2> /dev/null || true
  wait || true
  rm -rf "$folder"
}
trap stop EXIT
"$fakeapi" serve --profile v1.20 --authorization rbac --write-kubeconfig "$folder/kubeconfig" > "$folder/out" &
server=$!
for _ in $(seq 100); do
  [[ -s $folder/out ]] && break
  kill -0 "$server"
  sleep 0.1
done
export KUBECONFIG=$folder/kubeconfig
"$here/walk.sh" | "$here/normalise.sh" > "$folder/walked.txt"

kill "$server"
status=0
wait "$server" || status=$?
server=
((status == 0)) || { echo "walk_test.sh: the server ended with $status"; exit 1; }

if [[ -e $recorded ]]; then
  diff -u "$recorded" "$folder/walked.txt"
else
  # Another kubectl has other words, but the same commands succeed and fail.
  steps() { grep -E '^(\$ |\(exit )' "$1"; }
  echo "walk_test.sh: nothing is recorded with kubectl 1.$minor; only successes and failures are compared"
  diff -u <(steps "$here/recorded/1.32.txt") <(steps "$folder/walked.txt")
fi

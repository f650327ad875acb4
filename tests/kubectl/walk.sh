#!/usr/bin/env bash
# walk.sh: what a person does with kubectl, one step after the other, against the cluster of KUBECONFIG. Prints each
# step's command, what it says, and its exit code if that is not 0. KUBECTL names the program.
set -uo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
crds=$here/../../crds
kubectl=${KUBECTL:-kubectl}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch KUBECACHEDIR=$scratch/cache KUBECTL_EXTERNAL_DIFF="diff -u"
cd "$scratch" || exit 1

k() { timeout 60 "$kubectl" "$@"; }

# show COMMAND...: runs it, with what it says in between two lines that tell it.
show() {
  local status=0
  local words=("$@")
  [[ $1 != k ]] || words[0]=kubectl
  [[ $1 != timeout ]] || words=(kubectl "${@:4}")
  echo "\$ ${words[*]}"
  "$@" 2>&1 || status=$?
  ((status == 0)) || echo "(exit $status)"
  echo
}
# pick REGEX COMMAND...: runs it, and shows the lines that match: of what holds more than both servers have.
pick() {
  local regex=$1
  shift
  echo "\$ kubectl ${*:2} | grep -E '$regex'"
  "$@" 2>&1 | grep -E "$regex"
  echo
}
# later SECONDS COMMAND...: runs it in a while, silently.
later() {
  (
    sleep "$1"
    shift
    "$@" > /dev/null 2>&1
  ) &
}

# An editor that wants nine.
cat > editor <<'END'
#!/bin/sh
sed -i -E 's/^(  replicas):.*/\1: 9/' "$1"
END
chmod +x editor
export KUBE_EDITOR=$scratch/editor

cp "$crds/echoes.example.com.yaml" definition.yaml
cp "$crds/examples/echo-example.yaml" echo.yaml
cat > applied.yaml <<'END'
apiVersion: example.com/v1
kind: Echo
metadata:
  name: applied
spec:
  replicas: 2
END
sed 's/replicas: 2/replicas: 5/' applied.yaml > other.yaml
cat > invalid.yaml <<'END'
apiVersion: example.com/v1
kind: Echo
metadata:
  name: invalid
spec:
  replicas: many
END
cat > web.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: example.com/web:1
        ports:
        - containerPort: 80
END
sed 's/web:1/web:2/' web.yaml > web2.yaml

echo "# The cluster"
show k get --raw /readyz
show k get --raw /healthz/ping
pick '^(v1|apps/v1|apiextensions.k8s.io/v1|rbac.authorization.k8s.io/v1)$' k api-versions
pick '^(configmaps|pods|deployments.apps|customresourcedefinitions.apiextensions.k8s.io)$' k api-resources -o name
show k get namespaces -o name
show k auth can-i create deployments
show k auth can-i '*' '*'
show k auth whoami

echo "# Definition and objects"
show k apply -f definition.yaml
show k wait --for=condition=Established --timeout=20s crd/echoes.example.com
show k apply -f definition.yaml
show k get crd echoes.example.com -o 'jsonpath={.spec.names}{"\n"}'
show k apply -f echo.yaml
show k apply -f echo.yaml
show k get echo
show k get echo -o wide
show k get echoes.v1.example.com test-echo -o name
show k get echo test-echo -o yaml
show k get echo -A --no-headers
show k get echo -l app=none
show k get echo --field-selector metadata.name=test-echo -o name
show k describe echo test-echo
show k api-resources --api-group=example.com
pick '^example.com' k api-versions
pick '^(KIND|VERSION):|<Object>|A group of|the same name|What (is wanted|the operator)' k explain echo
show k explain echo.spec
show k explain echo.spec.replicas
show k explain echo.nothing
show k get --raw /apis/example.com/v1/namespaces/default/echoes?limit=0

echo "# Changes"
show k patch echo test-echo --type=merge -p '{"spec":{"replicas":3}}'
show k patch echo test-echo --type=merge -p '{"spec":{"replicas":3}}'
show k patch echo test-echo --type=json -p '[{"op":"replace","path":"/spec/replicas","value":4}]'
show k patch echo test-echo --type=strategic -p '{"spec":{"replicas":5}}'
show k scale echo test-echo --replicas=6
show k scale echo test-echo --replicas=7 --current-replicas=6
show k scale echo test-echo --replicas=7 --current-replicas=1
show k label echo test-echo color=red
show k label echo test-echo color=blue
show k label echo test-echo color=blue --overwrite
show k label echo test-echo color-
show k annotate echo test-echo note='a note'
show k label echo test-echo --list
show k edit echo test-echo
show k edit echo test-echo
show k get echo test-echo -o go-template='{{.spec.replicas}}{{"\n"}}'
show k apply view-last-applied echo test-echo
show k replace -f echo.yaml
show k patch echo test-echo --type=merge -p '{"spec":{"replicas":7}}'
show k get echo test-echo -o 'jsonpath={.spec.replicas} {.metadata.generation} {.metadata.annotations.note}{"\n"}'

echo "# Waiting, while somebody plays the operator"
ready='{"status":{"observedGeneration":9,"replicas":7,"readyReplicas":7,"conditions":[{"type":"Ready","status":"True","reason":"AllReplicasReady","message":"all are there","observedGeneration":9,"lastTransitionTime":"2026-01-01T00:00:00Z"}]}}'
later 1 k patch echo test-echo --subresource=status --type=merge -p "$ready"
show k wait --for=condition=Ready --timeout=30s echo/test-echo
show k wait --for=condition=Degraded --timeout=1s echo/test-echo
show k wait --for=jsonpath='{.status.readyReplicas}'=7 --timeout=30s echo/test-echo
show k get echo
show k get echo test-echo -o 'jsonpath={.status.conditions[0].type}={.status.conditions[0].status}{"\n"}'
later 3 k patch echo test-echo --type=merge -p '{"spec":{"replicas":8}}'
later 6 k delete echo test-echo --wait=false
show timeout 10 "$kubectl" get echo -w -o custom-columns=NAME:.metadata.name,REPLICAS:.spec.replicas
wait

echo "# Server-side apply"
show k apply --server-side -f applied.yaml
show k apply --server-side -f applied.yaml
show k apply --server-side --field-manager=other -f other.yaml
show k apply --server-side --field-manager=other --force-conflicts -f other.yaml
show k get echo applied -o 'jsonpath={.spec.replicas} {.metadata.managedFields[*].manager}{"\n"}'
show k apply -f applied.yaml
show k apply -f applied.yaml --dry-run=server
show k delete echo applied

echo "# Deployments"
show k create deployment quick --image=example.com/quick:1 --replicas=2
show k rollout status deployment quick --timeout=60s
show k get deployment quick
show k get events --field-selector involvedObject.kind=Deployment,involvedObject.name=quick -o custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message
show k events --for deployment/quick --types=Warning
show k delete deployment quick
show k apply -f web.yaml
show k rollout status deployment web --timeout=60s
show k wait --for=condition=Available --timeout=30s deployment/web
show k get deployment web -o wide
show k get deployment,replicaset -l app=web -o custom-columns=KIND:.kind,DESIRED:.spec.replicas,READY:.status.readyReplicas
show k get pods -l app=web -o custom-columns=PHASE:.status.phase,OWNER:.metadata.ownerReferences[0].kind
show k diff -f web2.yaml
show k apply -f web2.yaml
show k rollout status deployment web --timeout=60s
show k set image deployment/web web=example.com/web:3
show k rollout status deployment web --timeout=60s
show k rollout history deployment web
show k rollout history deployment web --revision=2
show k describe deployment web --show-events=false
show k rollout undo deployment web
show k rollout status deployment web --timeout=60s
show k get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image} {.metadata.generation}{"\n"}'
show k rollout restart deployment web
show k rollout status deployment web --timeout=60s
show k rollout pause deployment web
show k rollout resume deployment web
show k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}'
show k get deployment web -o 'jsonpath={.spec.template.spec.containers[*].image} {.spec.template.spec.containers[*].env}{"\n"}'
show k scale deployment web --replicas=3
show k rollout status deployment web --timeout=60s
show k get all -o name -l app=web
show k get pods -l app=web --sort-by=.metadata.name -o name
show k set resources deployment web --limits=cpu=200m
show k set env deployment/web COLOR=red
show k rollout status deployment web --timeout=60s
show k get deployment web -o 'jsonpath={.spec.template.spec.containers[0].resources} {.spec.template.spec.containers[0].env}{"\n"}'
show k run lone --image=example.com/lone:1 --restart=Never
show k wait --for=condition=Ready --timeout=30s pod/lone
show k get pod lone -o 'jsonpath={.status.phase}{"\n"}'
show k delete pod lone --grace-period=1

echo "# Other kinds"
show k create namespace walk
show k create configmap settings --from-literal=a=1 -n walk
show k get configmap settings -n walk -o yaml
show k create secret generic password --from-literal=word=xyzzy -n walk
show k get secret password -n walk
show k describe configmap settings -n walk
show k describe secret password -n walk
show k create serviceaccount robot -n walk
show k create role reader --verb=get,list --resource=configmaps -n walk
show k create rolebinding readers --role=reader --serviceaccount=walk:robot -n walk
show k describe role reader -n walk
show k get role,rolebinding,secret -n walk -o name
show k auth can-i list echoes
show k auth can-i list nothing
show k auth can-i get configmaps -n walk --as=system:serviceaccount:walk:robot
show k auth can-i delete configmaps -n walk --as=system:serviceaccount:walk:robot
show k get echo --as=system:serviceaccount:walk:robot

echo "# Deletions"
show k create deployment one --image=example.com/one:1
show k create deployment two --image=example.com/two:1
show k rollout status deployment one --timeout=60s
show k rollout status deployment two --timeout=60s
show k delete deployment one --cascade=foreground --timeout=30s
show k get replicaset -l app=one
show k delete deployment two --cascade=orphan
show k get replicaset -l app=two -o custom-columns=DESIRED:.spec.replicas,OWNERS:.metadata.ownerReferences
show k delete replicaset -l app=two
show k delete deployment web --cascade=background
show k wait --for=delete --timeout=30s pod -l app=web
show k delete namespace walk --timeout=60s
show k get namespace walk

echo "# Mistakes"
show k get nothing
show k get echo nobody
show k apply --validate=false -f invalid.yaml
show k apply -f invalid.yaml
show k create -f echo.yaml
show k create -f echo.yaml
show k get echo -l 'a b'
show k get echo --field-selector spec.replicas=1
show k create configmap settings --from-literal=a=1 -n nowhere
show k delete namespace default
show k delete echo --all
show k delete crd echoes.example.com
show k get echo

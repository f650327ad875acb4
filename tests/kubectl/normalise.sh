#!/usr/bin/env bash
# normalise.sh: what a walk said, less what differs from run to run: times, identities, generated names, ages, how often
# a rollout was told to be under way. Reads standard input.
set -euo pipefail
sed -E '
s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/TIME/g
s/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UID/g
s/("?resourceVersion"?: ?)"[0-9]+"/\1"N"/g
s/(Resource Version:) +[0-9]+/\1 N/
s/-[0-9a-z]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/-HASH-SUFFIX/g
s/\b(quick|web|one|two)-[0-9bcdfghjklmnpqrstvwxz]{6,10}\b/\1-HASH/g
s/ +[0-9]+(m[0-9]*)?s +/ AGE /g
s/ +[0-9]+(m[0-9]*)?s$/ AGE/
s#/[^ ]*/((LIVE|MERGED))-[0-9]+#/tmp/\1#g
s/(pod-template-hash=)[0-9a-z]+/\1HASH/
s/^(CreationTimestamp:) .*/\1 TIME/
s/^((---|\+\+\+) [^\t]*)\t.*/\1/
s/[ \t]+$//
' | awk '
/^Waiting for deployment/ { next }
/HASH/ && $0 == last { next }
{ last = $0; print }'

#!/bin/sh
# Rotation of RustFS access keys for any scheduler: cron, GitLab CI, a Kubernetes CronJob.
#
#   rotate-keys.sh rotate   replaces access keys of at least MAX_AGE; the old ones keep working
#   rotate-keys.sh finish   deletes old keys whose successor was published at least DRAIN ago
#
# Run `rotate` often (say, weekly) and `finish` some days after it; both do nothing when nothing is due. After `rotate`, commit
# or deploy the secret store: applications have until `finish` to read the new key.
#
# Exit codes: 0 done or nothing due; 1 error; 3 the proof of a new key contradicts the manifest, its old key stays.
set -eu

: "${MANIFEST:=cdktf.out/stacks/storage/manifest.json}"
: "${MAX_AGE:=90d}"
: "${DRAIN:=14d}"

# SECRETS: a directory, sops:FILE or dotenv:FILE. Default: the store that the manifest names.
run() {
  npx --no-install cdktf-rustfs rotate "$@" --manifest "$MANIFEST" ${SECRETS:+--secrets "$SECRETS"}
}

case "${1:-}" in
  rotate) run --older-than "$MAX_AGE" ;;
  finish) run --finish --older-than "$DRAIN" ;;
  *)
    echo "usage: $0 rotate|finish" >&2
    exit 1
    ;;
esac

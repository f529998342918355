#!/bin/sh
# Plans or applies one environment, for any CI system: run it in a checkout of the change.
#
#   environment.sh plan dev     what would change: in Terraform, and on the RustFS server
#   environment.sh apply dev    changes it, and proves access; the proof is in reports/
#
# Needs Node, Terraform ≥ 1.10 (or OpenTofu: TERRAFORM=tofu) and, in the environment, what the stack's secret store and remote state
# take: SOPS_AGE_KEY; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the key state-<stack>. Root credentials come from the entry
# rustfs-root of the store, or from RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY.
#
# Exit codes: 0 nothing to change, or changed and proved; 2 plan: there are changes; 1 an error, or a contradiction.
set -eu

: "${TERRAFORM:=terraform}"
: "${SYNTH:=npx cdktf synth}"
: "${LOCK_TIMEOUT:=300s}"   # how long to wait for another run on the same environment

usage() {
  echo "usage: $0 plan|apply ENVIRONMENT" >&2
  exit 1
}
[ $# -eq 2 ] || usage
command=$1
stack="storage-$2"
directory="cdktf.out/stacks/$stack"

$SYNTH >&2
[ -d "$directory" ] || { echo "no stack $stack: expected one of $(ls cdktf.out/stacks | tr '\n' ' ')" >&2; exit 1; }
"$TERRAFORM" -chdir="$directory" init -input=false -no-color >&2

case $command in
  plan)
    code=0
    "$TERRAFORM" -chdir="$directory" plan -input=false -no-color -lock=false -detailed-exitcode || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || exit 1
    drift=0
    npx --no-install cdktf-rustfs plan --manifest "$directory/manifest.json" || drift=$?
    [ "$drift" -eq 0 ] || [ "$drift" -eq 2 ] || exit 1
    if [ "$code" -eq 2 ] || [ "$drift" -eq 2 ]; then exit 2; fi
    ;;
  apply)
    "$TERRAFORM" -chdir="$directory" apply -auto-approve -input=false -no-color -lock-timeout="$LOCK_TIMEOUT"
    # Terraform runs its step only when the manifest has changed; the server may have drifted all the same. A stack with
    # automaticRollback: false wants --no-rollback here, too.
    npx --no-install cdktf-rustfs apply --manifest "$directory/manifest.json" --yes --verify
    ;;
  *) usage ;;
esac

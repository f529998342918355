#!/usr/bin/env bash
# Who gains and who loses what by this change? For any CI system: run it in a checkout of the change.
#
#   BASE=origin/main STACK=quickstart ./access-diff.sh > access-diff.md
#
# Exit code 0: nobody gains access. 2: somebody does, so ask for an approval. 1: an error.
set -euo pipefail

: "${BASE:=origin/main}"                        # commit that the change is compared with
: "${STACK:?name the stack whose access is compared, such as STACK=quickstart}"
: "${INSTALL:=npm ci --no-audit --no-fund}"     # run in the checkout of BASE, then SYNTH in both
: "${SYNTH:=npx cdktf synth}"
: "${CDKTF_RUSTFS:=npx --no-install cdktf-rustfs}"

manifest="cdktf.out/stacks/$STACK/manifest.json"
base=$(mktemp -d)
trap 'git worktree remove --force "$base/tree" 2>/dev/null || true; rm -rf "$base"' EXIT

git worktree add --quiet --detach "$base/tree" "$BASE"
(cd "$base/tree" && $INSTALL && $SYNTH) >&2
# A stack that BASE does not have is compared with nothing: everybody is new.
before=none
if [ -e "$base/tree/$manifest" ]; then before="$base/tree/$manifest"; fi

$SYNTH >&2
$CDKTF_RUSTFS diff "$before" "$manifest" --format markdown

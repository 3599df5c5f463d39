#!/bin/sh
# Builds GraphiQL where Node is and where it is not built yet. The server runs without it, so only
# CI takes a failure for one.
set -eu
cd "$(dirname "$0")"

built=../../server/static/graphiql
wanted=$(cksum package*.json index.html vite.config.js src/* examples/* | cksum)

give_up() {
    echo "GraphiQL is not built: $1. The API works without it." >&2
    [ -z "${CI:-}" ]
    exit
}

[ "$(cat "$built/.sources" 2> /dev/null)" = "$wanted" ] && exit 0
for needed in node npm; do
    command -v $needed > /dev/null || give_up "it needs Node 20 or newer, install that with its npm"
done
major=$(node --version | sed 's/v\([0-9]*\).*/\1/')
[ "$major" -ge 20 ] || give_up "it needs Node 20 or newer, install that for $(node --version)"

echo "Building GraphiQL (once, about a minute) ..." >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if npm ci --no-audit --no-fund > "$log" 2>&1 && npm run build >> "$log" 2>&1; then
    echo "$wanted" > "$built/.sources"
else
    cat "$log" >&2
    give_up "see above"
fi

#!/bin/sh
# Builds the console and GraphiQL if they are out of date and Node is installed. The server runs
# without them, so a failure is an error in CI only.
set -eu
cd "$(dirname "$0")"

give_up() {
    echo "The console is not built: $1. The API works without it." >&2
    [ -z "${CI:-}" ]
    exit
}

# A checksum of the sources of a part.
sources() {
    find "$1" compressAssets.js ../schema/schema.graphql -type f \
        ! -path '*/node_modules/*' ! -path '*/src/gql/*' ! -name '*.test.ts' |
        LC_ALL=C sort | xargs cksum | cksum
}

is_built() {
    [ "$(cat "../server/static/$2/.sources" 2> /dev/null)" = "$(sources "$1")" ]
}

is_built app console && is_built graphiql graphiql && exit 0
for tool in node npm; do
    command -v $tool > /dev/null || give_up "it needs Node 20 or newer, install that with its npm"
done
major=$(node --version | sed 's/v\([0-9]*\).*/\1/')
[ "$major" -ge 20 ] || give_up "it needs Node 20 or newer, install that for $(node --version)"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# build FOLDER NAME TITLE: builds the folder into server/static/NAME.
build() {
    is_built "$1" "$2" && return
    echo "Building $3 (once, about a minute) ..." >&2
    checksum=$(sources "$1")
    if (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund && npm run build) > "$log" 2>&1; then
        echo "$checksum" > "../server/static/$2/.sources"
    else
        cat "$log" >&2
        give_up "see above"
    fi
}
build app console "the console"
build graphiql graphiql "GraphiQL"
echo "The console is ready: reload the page." >&2

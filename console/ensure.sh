#!/bin/sh
# Builds the console and GraphiQL, where Node is and what is not built yet. The server runs without
# them, so only CI takes a failure for one.
set -eu
cd "$(dirname "$0")"

give_up() {
    echo "The console is not built: $1. The API works without it." >&2
    [ -z "${CI:-}" ]
    exit
}

# What a part is built of, in a number.
sources() {
    find "$1" ../schema/schema.graphql -type f ! -path '*/node_modules/*' ! -path '*/src/gql/*' |
        LC_ALL=C sort | xargs cksum | cksum
}

is_built() {
    [ "$(cat "../server/static/$2/.sources" 2> /dev/null)" = "$(sources "$1")" ]
}

is_built app console && is_built graphiql graphiql && exit 0
for needed in node npm; do
    command -v $needed > /dev/null || give_up "it needs Node 20 or newer, install that with its npm"
done
major=$(node --version | sed 's/v\([0-9]*\).*/\1/')
[ "$major" -ge 20 ] || give_up "it needs Node 20 or newer, install that for $(node --version)"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# build FOLDER NAME TITLE: what is in the folder, to server/static/NAME.
build() {
    is_built "$1" "$2" && return
    echo "Building $3 (once, about a minute) ..." >&2
    wanted=$(sources "$1")
    if (cd "$1" && npm ci --no-audit --no-fund && npm run build) > "$log" 2>&1; then
        echo "$wanted" > "../server/static/$2/.sources"
    else
        cat "$log" >&2
        give_up "see above"
    fi
}
build app console "the console"
build graphiql graphiql "GraphiQL"

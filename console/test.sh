#!/bin/sh
# Runs the unit tests of the console, if Node is installed. CI requires it.
set -eu
cd "$(dirname "$0")/app"

if ! command -v npm > /dev/null; then
    echo "The console is not tested: that needs Node 20 or newer." >&2
    [ -z "${CI:-}" ]
    exit
fi
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --silent
npm run --silent test

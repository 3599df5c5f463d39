"""Serves GraphiQL, or, if it is not built yet, a page that says so."""

from pathlib import Path

from starlette.routing import Mount

from server.pages.static_files import PAGE_HEADERS, ImmutableStaticFiles

ASSETS = Path(__file__).parents[1] / "static" / "graphiql"
INDEX = ASSETS / "index.html"

#: Monaco adds inline styles and fonts; scripts and workers load from files only.
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": "; ".join(POLICY),
}

NOT_BUILT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>Unified Sessions</title>
<style>
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: auto; padding: 2rem 1rem }
  pre { background: #f1f5f9; padding: 1rem; border-radius: .5rem; overflow-x: auto }
</style>
<h1>Unified Sessions</h1>
<p>The GraphQL API answers at this address. GraphiQL, its explorer, is not built yet:
<code>make serve</code> does that at its first start, where Node 20 or newer is, and this page then
shows it by itself. To build it by hand:</p>
<pre>make console</pre>
<p>Until then, any GraphQL client will do, at the address of this page:</p>
<pre>curl http://127.0.0.1:8000/graphql -H 'content-type: application/json' \\
  -d '{"query": "{ viewer { name } sessions { totalCount } }"}'</pre>
</html>
"""


def is_graphiql_built() -> bool:
    return INDEX.exists()


def graphiql_page() -> str:
    return INDEX.read_text() if is_graphiql_built() else NOT_BUILT


def graphiql_assets() -> Mount:
    return Mount("/graphiql/assets", ImmutableStaticFiles(ASSETS / "assets", HEADERS))

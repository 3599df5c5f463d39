"""Serves GraphiQL, or, if it is not built yet, a page that says so."""

from pathlib import Path

from starlette.routing import Mount

from server.pages.static_files import (
    PAGE_HEADERS,
    POLICY,
    ImmutableStaticFiles,
    fill_base_path,
    not_built_page,
)

ASSETS = Path(__file__).parents[1] / "static" / "graphiql"
INDEX = ASSETS / "index.html"

#: Monaco adds inline styles and fonts; scripts and workers load from files only.
PAGE_POLICY = (
    *POLICY,
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
)
HEADERS = {**PAGE_HEADERS, "Content-Security-Policy": "; ".join(PAGE_POLICY)}

NOT_BUILT = not_built_page("""\
<p>The GraphQL API answers at this address. GraphiQL, its explorer, is not built yet:
<code>make serve</code> does that at its first start, where Node 20 or newer is, and this page then
shows it by itself. To build it by hand:</p>
<pre>make console</pre>
<p>Until then, any GraphQL client will do, at the address of this page:</p>
<pre>curl http://127.0.0.1:8000/graphql -H 'content-type: application/json' \\
  -d '{"query": "{ viewer { name } sessions { totalCount } }"}'</pre>\
""")


def is_graphiql_built() -> bool:
    return INDEX.exists()


def graphiql_page(base_path: str = "") -> str:
    return fill_base_path(INDEX.read_text() if is_graphiql_built() else NOT_BUILT, base_path)


def graphiql_assets() -> Mount:
    return Mount("/graphiql/assets", ImmutableStaticFiles(ASSETS / "assets", HEADERS))

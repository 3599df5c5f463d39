"""Serves the console, or, if it is not built yet, a page that says so."""

import secrets
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount

from server.http.base_path import find_base_path
from server.http.error_responses import router_error_response
from server.pages.static_files import (
    PAGE_HEADERS,
    POLICY,
    ImmutableStaticFiles,
    fill_base_path,
    not_built_page,
)

ASSETS = Path(__file__).parents[1] / "static" / "console"
INDEX = ASSETS / "index.html"

#: Placeholder in the built page for the nonce of a response.
PLACEHOLDER = "NONCE"

#: Scripts load from files only. Inline styles, which dialogs create, need the nonce of the page.
PAGE_POLICY = (*POLICY, "style-src 'self'{nonce}", "font-src 'self'", "img-src 'self'")
#: Prefixes of paths that are not pages of the console: 404 there is final.
NO_PAGES = ("/assets/", "/graphiql/", "/graphql", "/health")

NOT_BUILT = not_built_page("""\
<p>The server runs, but its console is not built yet: <code>make serve</code> does that at its first
start, where Node 20 or newer is, and this page then shows it by itself. To build it by hand:</p>
<pre>make console</pre>
<p>The API works without it, at <a href="/BASE_PATH/graphql">/BASE_PATH/graphql</a>.</p>\
""")


def content_security_policy(nonce: str = "") -> str:
    return "; ".join(PAGE_POLICY).format(nonce=f" 'nonce-{nonce}'" if nonce else "")


def is_console_built() -> bool:
    return INDEX.exists()


async def console_page(request: Request) -> Response:
    """The page, with a nonce for its styles."""
    nonce = secrets.token_urlsafe(16)
    text = INDEX.read_text() if is_console_built() else NOT_BUILT
    text = fill_base_path(text, find_base_path(request.scope))
    return HTMLResponse(
        text.replace(f'"{PLACEHOLDER}"', f'"{nonce}"'),
        headers=PAGE_HEADERS | {"Content-Security-Policy": content_security_policy(nonce)},
    )


async def page_or_error(request: Request, error: Exception) -> Response:
    """The console routes its own paths, so a browser that opens any of them gets its page.
    Programs get an error with a code."""
    assert isinstance(error, HTTPException)
    is_page = request.method in ("GET", "HEAD") and not request.url.path.startswith(NO_PAGES)
    if error.status_code == 404 and is_page and "text/html" in request.headers.get("accept", ""):
        return await console_page(request)
    return router_error_response(error)


def console_assets() -> Mount:
    headers = PAGE_HEADERS | {"Content-Security-Policy": content_security_policy()}
    return Mount("/assets", ImmutableStaticFiles(ASSETS / "assets", headers))

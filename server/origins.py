"""Keeps other web sites out: a page of theirs, open in the technician's browser, could else
talk to this server over a WebSocket, which no browser forbids it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from server.refusals import refused
from server.scopes import header


class KnownOrigins:
    """Middleware that refuses requests a browser sends on behalf of a page from elsewhere, unless
    `origins` name it."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._is_welcome(scope):
            answer = refused(403, "Pages of other sites may not use this server.", "FORBIDDEN")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_welcome(self, scope: Scope) -> bool:
        """Programs send no origin; a page that hides its own is not from here."""
        said = header(scope, b"origin")
        if said is None:
            return not is_cross_site(scope)
        origin = said.decode("latin-1")
        if "*" in self._origins:
            return True
        page = normalize_origin(origin)
        return page is not None and (
            page in self._origins
            or urlsplit(page).hostname in self._hosts
            # That the host is a name of ours has been seen to before.
            or is_same_origin(page, Headers(scope=scope).get("host"))
        )


class CrossOrigin(CORSMiddleware):
    """Starlette's, left out where no page of another origin asks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] != "http" or header(scope, b"origin") is not None
        await (super().__call__ if asks else self.app)(scope, receive, send)


def is_cross_site(scope: Scope) -> bool:
    """Images and scripts of a page have no origin, and could still run queries. A link may lead
    here, but not to the answer of a query."""
    if header(scope, b"sec-fetch-site") != b"cross-site":
        return False
    is_link = header(scope, b"sec-fetch-mode") == b"navigate" and scope.get("method") == "GET"
    return not is_link or bool(scope.get("query_string"))

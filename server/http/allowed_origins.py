"""Keeps other web sites out: a page of theirs, open in the technician's browser, could else
talk to this server over a WebSocket, which no browser forbids it."""

from collections.abc import Awaitable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from server.http.error_responses import log_and_respond
from server.http.scope_headers import get_header


class AllowedOrigins:
    """Refuses what a browser sends on behalf of a page from elsewhere, unless `origins` name it."""

    def __init__(self, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._hosts = hosts
        self._origins = set(origins)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_welcome(scope):
            return None
        return log_and_respond(403, "Pages of other sites may not use this server.", "FORBIDDEN")

    def _is_welcome(self, scope: Scope) -> bool:
        """Programs send no origin; a page that hides its own is not from here."""
        said = get_header(scope, b"origin")
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


class LazyCORSMiddleware(CORSMiddleware):
    """Starlette's, left out where no page of another origin asks."""

    def __call__(  # type: ignore[override]
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        asks = scope["type"] != "lifespan" and get_header(scope, b"origin") is not None
        return (super().__call__ if asks else self.app)(scope, receive, send)


def is_cross_site(scope: Scope) -> bool:
    """Images and scripts of a page have no origin, and could still run queries. A link may lead
    here, but not to the answer of a query."""
    if get_header(scope, b"sec-fetch-site") != b"cross-site":
        return False
    is_link = get_header(scope, b"sec-fetch-mode") == b"navigate" and scope.get("method") == "GET"
    return not is_link or bool(scope.get("query_string"))

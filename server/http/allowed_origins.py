"""Guard against cross-site requests and cross-site WebSocket hijacking: browsers let pages of any
site open a WebSocket to this server."""

from collections.abc import Awaitable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from server.http.error_responses import log_and_respond
from server.http.scope_headers import get_header


class AllowedOrigins:
    """Rejects requests of pages of other sites, except those in `origins`."""

    def __init__(self, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._hosts = hosts
        self._origins = set(origins)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_allowed(scope):
            return None
        return log_and_respond(403, "Pages of this origin may not use this server.", "FORBIDDEN")

    def _is_allowed(self, scope: Scope) -> bool:
        """Programs send no origin. A page with a hidden origin (`null`) is of another site."""
        header = get_header(scope, b"origin")
        if header is None:
            return not is_cross_site(scope)
        origin = header.decode("latin-1")
        if "*" in self._origins:
            return True
        page = normalize_origin(origin)
        return page is not None and (
            page in self._origins
            or urlsplit(page).hostname in self._hosts
            # `AllowedHosts` has validated the host.
            or is_same_origin(page, Headers(scope=scope).get("host"))
        )


class LazyCORSMiddleware(CORSMiddleware):
    """Starlette's, skipped for requests without an origin."""

    def __call__(  # type: ignore[override]
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        has_origin = scope["type"] != "lifespan" and get_header(scope, b"origin") is not None
        return (super().__call__ if has_origin else self.app)(scope, receive, send)


def is_cross_site(scope: Scope) -> bool:
    """Images and scripts of other sites are requested without an origin, and could run queries.
    Links to this server are allowed, but not to the result of a query."""
    if get_header(scope, b"sec-fetch-site") != b"cross-site":
        return False
    is_link = get_header(scope, b"sec-fetch-mode") == b"navigate" and scope.get("method") == "GET"
    return not is_link or bool(scope.get("query_string"))

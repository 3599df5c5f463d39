"""Keeps other web sites out: a page of theirs, open in the technician's browser, could else
talk to this server over a WebSocket, which no browser forbids it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin


class KnownOrigins:
    """Middleware that refuses requests a browser sends on behalf of a page from elsewhere."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._is_welcome(Headers(scope=scope)):
            message = "Pages of other sites may not use this server."
            error = {"message": message, "extensions": {"code": "FORBIDDEN"}}
            await JSONResponse({"errors": [error]}, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_welcome(self, headers: Headers) -> bool:
        """Programs send no origin; a page that hides its own is not from here."""
        origin = headers.get("origin")
        if origin is None or "*" in self._origins:
            return True
        page = normalize_origin(origin)
        if page is None:
            return False
        return (
            page in self._origins
            or urlsplit(page).hostname in self._hosts
            # That the host is a name of ours has been seen to before.
            or is_same_origin(page, headers.get("host"))
        )

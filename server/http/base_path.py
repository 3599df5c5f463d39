"""The base path: where a reverse proxy shows this server, such as `/desk`.

Some proxies remove it before they pass a request on, others do not: both are served. Only the pages
need to know it, for the addresses in them.
"""

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The base path of the server, in the scope of a request.
BASE_PATH = "sessions.base_path"


class BasePathMiddleware:
    """Removes the base path from the path of a request, if it is there."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path
        self._prefix = f"{base_path}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope[BASE_PATH] = self._base_path
            if scope["path"].startswith(self._prefix) or scope["path"] == self._base_path:
                scope["path"] = scope["path"].removeprefix(self._base_path) or "/"
            if scope["path"].endswith("/"):
                # Starlette redirects from such an address to the one without the slash.
                send = self._redirect_below(send)
        await self._app(scope, receive, send)

    def _redirect_below(self, send: Send) -> Send:
        async def send_redirect(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "location" in headers:
                    address = URL(headers["location"])
                    path = self._base_path + address.path
                    headers["location"] = str(address.replace(path=path))
            await send(message)

        return send_redirect


def find_base_path(scope: Scope) -> str:
    """The base path, without a slash at the end; empty if there is none."""
    base_path: str = scope.get(BASE_PATH, "")
    return base_path

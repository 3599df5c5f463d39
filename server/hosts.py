"""Answers under this machine's own names alone: a site that points its name here gets nothing."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.refusals import refused


class KnownHosts:
    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and host(scope) not in self._hosts:
            await refused(400, "This is not the server of that name.")(scope, receive, send)
            return
        await self._app(scope, receive, send)


def host(scope: Scope) -> str | None:
    """The name a client asked for, without the port."""
    try:
        return urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
    except ValueError:
        return None

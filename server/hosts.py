"""Answers under names of its own alone: a site that points its name here gets nothing."""

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
        if scope["type"] in ("http", "websocket") and not self._is_known(host(scope)):
            await refused(400, "This is not the server of that name.")(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, name: str | None) -> bool:
        """By its name, by `*.` and the end of it, or by `*` for any."""
        if name is None or "*" in self._hosts:
            return name is not None
        return name in self._hosts or any(
            known.startswith("*.") and name.endswith(known[1:]) for known in self._hosts
        )


def host(scope: Scope) -> str | None:
    """The name a client asked for, without the port."""
    try:
        return urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
    except ValueError:
        return None

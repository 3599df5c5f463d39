"""Answers under the names of this server alone: a site that points its name here gets nothing."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.refusals import refused


class KnownHosts:
    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._is_ours(host(scope)):
            await refused(400, "This is not the server of that name.")(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, name: str | None) -> bool:
        """`*.name` stands for every name below that one, `*` for any."""
        if name is None:
            return "*" in self._hosts
        above = (name[at:] for at, sign in enumerate(name) if sign == ".")
        return not self._hosts.isdisjoint(["*", name, *(f"*{rest}" for rest in above)])


def host(scope: Scope) -> str | None:
    """The name a client asked for, without the port."""
    try:
        return urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
    except ValueError:
        return None

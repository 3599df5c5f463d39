"""Answers under the names of this server alone: a site that points its name here gets nothing."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Scope

from server.http.error_responses import refused
from server.http.scope_headers import header


class KnownHosts:
    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        # Clients mostly say the same.
        self._is_ours = lru_cache(100)(self._is_known)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_ours(header(scope, b"host")):
            return None
        return refused(400, "This is not the server of that name.")

    def _is_known(self, said: bytes | None) -> bool:
        """`*.name` stands for every name below that one, `*` for any."""
        name = host(said)
        if name is None:
            return "*" in self._hosts
        above = (name[at:] for at, sign in enumerate(name) if sign == ".")
        return not self._hosts.isdisjoint(["*", name, *(f"*{rest}" for rest in above)])


def host(said: bytes | None) -> str | None:
    """The name a client asked for, without the port."""
    try:
        return urlsplit(f"//{(said or b'').decode('latin-1')}").hostname
    except ValueError:
        return None

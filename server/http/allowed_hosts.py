"""Answers under the names of this server alone: a site that points its name here gets nothing."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Scope

from server.http.error_responses import log_and_respond
from server.http.scope_headers import get_header


class AllowedHosts:
    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        # Clients mostly say the same.
        self._is_ours = lru_cache(100)(self._is_known)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_ours(get_header(scope, b"host")):
            return None
        return log_and_respond(400, "This is not the server of that name.")

    def _is_known(self, said: bytes | None) -> bool:
        """`*.name` stands for every name below that one, `*` for any."""
        name = host_name(said)
        if name is None:
            return "*" in self._hosts
        above = (name[at:] for at, sign in enumerate(name) if sign == ".")
        return not self._hosts.isdisjoint(["*", name, *(f"*{rest}" for rest in above)])


def host_name(said: bytes | None) -> str | None:
    """The name a client asked for, without the port."""
    try:
        return urlsplit(f"//{(said or b'').decode('latin-1')}").hostname
    except ValueError:
        return None

"""Guard: rejects requests whose `Host` header names another server (DNS rebinding)."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Scope

from server.http.error_responses import log_and_respond
from server.http.scope_headers import get_header


class AllowedHosts:
    """`*.name` allows every subdomain of `name`, `*` any host."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        # Most requests have the same header.
        self._is_allowed = lru_cache(100)(self._matches)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_allowed(get_header(scope, b"host")):
            return None
        return log_and_respond(400, "The Host header does not name this server.")

    def _matches(self, header: bytes | None) -> bool:
        name = host_name(header)
        if name is None:
            return "*" in self._hosts
        parents = (name[at:] for at, char in enumerate(name) if char == ".")
        return not self._hosts.isdisjoint(["*", name, *(f"*{rest}" for rest in parents)])


def host_name(header: bytes | None) -> str | None:
    """The host in a `Host` header, without the port. None if it is malformed."""
    try:
        return urlsplit(f"//{(header or b'').decode('latin-1')}").hostname
    except ValueError:
        return None

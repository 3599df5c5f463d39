"""Keeps secrets out of addresses: those are written down by logs, proxies and browsers."""

import re
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Scope

from server.http.error_responses import log_and_respond

SECRET = re.compile(
    r"(access_?|auth_?|id_?|bearer_?)?token | (x_)?api_?key | authorization | bearer | jwt | key",
    re.IGNORECASE | re.VERBOSE,
)
MESSAGE = (
    "A token or key may not be part of the address. Send it in the `Authorization` header, over a "
    "WebSocket in the payload of `connection_init`. Take the one that was sent for known to others."
)


def reject_secrets_in_query(scope: Scope) -> ASGIApp | None:
    """Refuses requests with a token in their query string."""
    if not scope["query_string"]:
        return None
    holds_secret = contains_secret(scope["query_string"])
    if scope["type"] == "websocket":
        # The server logs the address of every socket, and nothing in it is of use to us.
        scope["query_string"] = b""
    return log_and_respond(400, MESSAGE) if holds_secret else None


def contains_secret(query: bytes) -> bool:
    names = (name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return any(SECRET.fullmatch(name.replace("-", "_")) for name in names)

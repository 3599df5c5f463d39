"""Guard: rejects secrets in the query string, because logs, proxies and browsers store URLs."""

import re
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Scope

from server.http.error_responses import log_and_respond

SECRET = re.compile(
    r"(access_?|auth_?|id_?|bearer_?)?token | (x_)?api_?key | authorization | bearer | jwt | key",
    re.IGNORECASE | re.VERBOSE,
)
MESSAGE = (
    "A token or key may not be part of the URL. Send it in the `Authorization` header, or over a "
    "WebSocket in the payload of `connection_init`. Revoke this one: URLs end up in logs."
)


def reject_secrets_in_query(scope: Scope) -> ASGIApp | None:
    """Rejects a request with a parameter that is named like a secret."""
    if not scope["query_string"]:
        return None
    holds_secret = contains_secret(scope["query_string"])
    if scope["type"] == "websocket":
        # uvicorn logs the URL of every WebSocket, and no WebSocket needs the query string.
        scope["query_string"] = b""
    return log_and_respond(400, MESSAGE) if holds_secret else None


def contains_secret(query: bytes) -> bool:
    names = (name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return any(SECRET.fullmatch(name.replace("-", "_")) for name in names)

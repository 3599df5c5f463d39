"""Guards: what every request and WebSocket handshake has to satisfy before any other processing.

- No repeated `Host`, `Authorization` or the like, and none of a length that only an attack has.
- No secrets in the query string, because logs, proxies and browsers store URLs.
- The `Host` header names this server (DNS rebinding).
- No cross-site requests and no cross-site WebSocket hijacking: browsers let pages of any site open
  a WebSocket to this server.

Every response gets security headers, unless it sets them itself.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from server.http.logged_rejection import LoggedRejection

#: Returns an error response, or None to let the request pass.
Guard = Callable[[Scope], ASGIApp | None]


class GuardMiddleware:
    """Applies the guards in their order. They are functions of the ASGI scope instead of nested
    middlewares, which would each cost a call and a copy of the headers: see ADR 24."""

    def __init__(self, app: ASGIApp, guards: Sequence[Guard]) -> None:
        self._app = app
        self._guards = guards

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "lifespan":
            for guard in self._guards:
                if (response := guard(scope)) is not None:
                    return response(scope, receive, send)
        return self._app(scope, receive, send)


#: Key of the dictionary that the first lookup of a request puts into its scope.
HEADERS_BY_NAME = "sessions.headers"


def get_header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of that name, which must be in lower case."""
    by_name: dict[bytes, bytes] | None = scope.get(HEADERS_BY_NAME)
    if by_name is None:
        by_name = scope[HEADERS_BY_NAME] = dict(reversed(scope["headers"]))
    return by_name.get(name)


#: Headers with one meaning, which this server, a proxy and a library must not read differently.
SINGLE_HEADERS = frozenset(
    {
        b"host",
        b"origin",
        b"authorization",
        b"content-type",
        b"content-length",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"x-forwarded-proto",
    }
)


def reject_repeated_headers(scope: Scope) -> ASGIApp | None:
    """Rejects a request with two `Host` headers, or two of another header that decides."""
    get_header(scope, b"host")
    if len(scope[HEADERS_BY_NAME]) == len(scope["headers"]):
        return None
    names = Counter(name for name, _ in scope["headers"])
    repeated = [name for name in SINGLE_HEADERS if names[name] > 1]
    if not repeated:
        return None
    return LoggedRejection(400, "A header that may be sent once was repeated.")


#: The longest real ones have a quarter of it: names of hosts 253 characters, `Accept` of browsers
#: 150, addresses of files 100, and queries in addresses 4 parameters.
MAX_PATH_CHARS = 1_000
MAX_PARAMETERS = 100
MAX_HOST_BYTES = 1_000
MAX_ACCEPT_BYTES = 1_000


def reject_long_parts(scope: Scope) -> ASGIApp | None:
    """Rejects what takes long to take apart: more than a millisecond for what a head may hold."""
    if (
        len(scope["path"]) <= MAX_PATH_CHARS
        and scope["query_string"].count(b"&") < MAX_PARAMETERS
        and len(get_header(scope, b"host") or b"") <= MAX_HOST_BYTES
        and len(get_header(scope, b"accept") or b"") <= MAX_ACCEPT_BYTES
    ):
        return None
    return LoggedRejection(
        431, "A part of the request's head is too long.", "REQUEST_HEAD_TOO_LARGE"
    )


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
    return LoggedRejection(400, MESSAGE) if holds_secret else None


def contains_secret(query: bytes) -> bool:
    names = (name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return any(SECRET.fullmatch(name.replace("-", "_")) for name in names)


#: Probes of load balancers name an address. The response says nothing that a page could misuse.
HEALTH_PATH = "/health"


class AllowedHosts:
    """`*.name` allows every subdomain of `name`, `*` any host. `/health` answers to any name."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        # Most requests have the same header.
        self._is_allowed = lru_cache(100)(self._matches)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_allowed(get_header(scope, b"host")) or scope["path"] == HEALTH_PATH:
            return None
        return LoggedRejection(
            400,
            "The Host header does not name this server. Its operator lists the names in "
            "SESSIONS_ALLOWED_HOSTS.",
            detail=f"Host {shorten_header(scope, b'host')}",
        )

    def _matches(self, header: bytes | None) -> bool:
        name = host_name(header)
        if name is None:
            return "*" in self._hosts
        parents = (name[at:] for at, char in enumerate(name) if char == ".")
        return not self._hosts.isdisjoint(["*", name, *(f"*{rest}" for rest in parents)])


def shorten_header(scope: Scope, name: bytes) -> str:
    """The beginning of a header on one line, for the log."""
    return ascii((get_header(scope, name) or b"").decode("latin-1")[:100])


def host_name(header: bytes | None) -> str | None:
    """The host in a `Host` header, without the port. None if it is malformed."""
    try:
        return urlsplit(f"//{(header or b'').decode('latin-1')}").hostname
    except ValueError:
        return None


class AllowedOrigins:
    """Rejects requests of pages of other sites, except those in `origins`."""

    def __init__(self, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._hosts = hosts
        self._origins = set(origins)

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._is_allowed(scope):
            return None
        return LoggedRejection(
            403,
            "Pages of this origin may not use this server. Its operator lists the origins in "
            "SESSIONS_ALLOWED_ORIGINS.",
            "FORBIDDEN",
            detail=f"Origin {shorten_header(scope, b'origin')}",
        )

    def _is_allowed(self, scope: Scope) -> bool:
        """Programs send no origin. A page with a hidden origin (`null`) is of another site."""
        header = get_header(scope, b"origin")
        if header is None:
            return not is_cross_site(scope)
        origin = header.decode("latin-1")
        if "*" in self._origins:
            return True
        page = normalize_origin(origin)
        return page is not None and (
            page in self._origins
            or urlsplit(page).hostname in self._hosts
            # `AllowedHosts` has validated the host.
            or is_same_origin(page, Headers(scope=scope).get("host"))
        )


class LazyCORSMiddleware(CORSMiddleware):
    """Starlette's, skipped for requests without an origin."""

    def __call__(  # type: ignore[override]
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        has_origin = scope["type"] != "lifespan" and get_header(scope, b"origin") is not None
        return (super().__call__ if has_origin else self.app)(scope, receive, send)


def is_cross_site(scope: Scope) -> bool:
    """Images and scripts of other sites are requested without an origin, and could run queries.
    Links to this server are allowed, but not to the result of a query."""
    if get_header(scope, b"sec-fetch-site") != b"cross-site":
        return False
    is_link = get_header(scope, b"sec-fetch-mode") == b"navigate" and scope.get("method") == "GET"
    return not is_link or bool(scope.get("query_string"))


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Origin",
}
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

START_MESSAGES = frozenset({"http.response.start", "websocket.http.response.start"})


class SecurityHeaders:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] in START_MESSAGES:
                headers = message.get("headers", ())
                message["headers"] = [
                    *headers,
                    *missing_headers(tuple([name for name, _ in headers])),
                ]
            return send(message)

        await self._app(scope, receive, send_with_headers)


@lru_cache(100)
def missing_headers(names: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    """The security headers to add to a response with headers of these names."""
    present = {name.lower() for name in names}
    return [pair for pair in RAW_HEADERS if pair[0] not in present]

"""A rate of requests for clients that have not signed in, by their address."""

import asyncio
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from server.http.address_rate import AddressRate
from server.http.client_address import client_address
from server.http.error_responses import error_response
from server.http.guards import Guard, get_header
from server.http.refusals import RefusalReason, Refusals

MESSAGE = "Too many requests without sign-in from this address. Try again later, or sign in."

#: Seconds before a response to a client over a rate. The next request of its connection waits as
#: long, so a client that sends without pause costs no more than its connections.
REFUSAL_DELAY = 1.0


REJECTED_MESSAGE = "Too many requests from this address were rejected. Try again later."


class AnonymousRequestLimit:
    """A guard (`server.http.guards`). Operations that carry credentials do not count here: their
    users have a rate, and wrong credentials another one (`server.auth.sign_in_throttle`)."""

    def __init__(
        self, per_minute: int | None, refusals: Refusals, *, path: str, requires_sign_in: bool
    ) -> None:
        """`path` is that of GraphQL."""
        self._rate = AddressRate(per_minute)
        #: Separate, so that a page of another site cannot use up the rate of its visitor.
        self._rejections = AddressRate(per_minute)
        self._path = path
        self._requires_sign_in = requires_sign_in
        self._refusals = refusals

    def __call__(self, scope: Scope) -> ASGIApp | None:
        if self._has_other_limit(scope):
            return None
        return self._take(self._rate, scope, MESSAGE)

    def limit_rejections(self, guards: Sequence[Guard]) -> Guard:
        """The guards as one, with a rate of what they reject: there, nobody reads credentials."""

        def check(scope: Scope) -> ASGIApp | None:
            for guard in guards:
                if (response := guard(scope)) is not None:
                    return self._take(self._rejections, scope, REJECTED_MESSAGE) or response
            return None

        return check

    def _take(self, rate: AddressRate, scope: Scope, message: str) -> ASGIApp | None:
        address = client_address(scope)
        if not (seconds := rate.take(address)):
            return None
        self._refusals.count(
            RefusalReason.ANONYMOUS_REQUESTS,
            f"Requests without sign-in are refused, too many from {address}.",
            address,
        )
        return DelayedResponse(
            error_response(429, message, "RATE_LIMITED", {"Retry-After": str(seconds)})
        )

    def _has_other_limit(self, scope: Scope) -> bool:
        """Whether the request acts as a user. A WebSocket signs in later, so its handshake counts
        even if it carries credentials."""
        if scope["path"] != self._path and not self._is_below_root(scope):
            return False
        if not self._requires_sign_in:
            return True
        return is_operation(scope) and bool(get_header(scope, b"authorization"))

    def _is_below_root(self, scope: Scope) -> bool:
        root: str = scope.get("root_path", "")
        path: str = scope["path"]
        return path.removeprefix(root) == self._path


def is_operation(scope: Scope) -> bool:
    """Whether the request is authenticated: not a preflight request, and not GraphiQL's page."""
    if scope["type"] != "http":
        return False
    return scope["method"] == "POST" or (scope["method"] == "GET" and b"=" in scope["query_string"])


class DelayedResponse:
    """A response that takes `REFUSAL_DELAY` seconds."""

    def __init__(self, response: ASGIApp) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(REFUSAL_DELAY)
        await self._response(scope, receive, send)

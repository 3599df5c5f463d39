"""Guards: guards of every request and WebSocket handshake before any other processing."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

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

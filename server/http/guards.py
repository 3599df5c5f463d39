"""What every request and every socket has to pass before anybody looks at what it wants."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

#: What is answered instead, where something is wrong.
Guard = Callable[[Scope], ASGIApp | None]


class GuardMiddleware:
    def __init__(self, app: ASGIApp, checks: Sequence[Guard]) -> None:
        self._app = app
        self._checks = checks

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "lifespan":
            for check in self._checks:
                if (refusal := check(scope)) is not None:
                    return refusal(scope, receive, send)
        return self._app(scope, receive, send)

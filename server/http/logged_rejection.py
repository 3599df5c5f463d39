"""The response of a guard, which is logged when it is sent: one that a rate replaces is not."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from server.http.error_responses import log_and_respond


@dataclass(frozen=True, slots=True)
class LoggedRejection:
    """An ASGI application."""

    status: int
    message: str
    code: str | None = None
    #: For the log alone.
    detail: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        respond = log_and_respond(self.status, self.message, self.code, detail=self.detail)
        await respond(scope, receive, send)

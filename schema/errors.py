"""Failures a client can act on as GraphQL types, and the handlers that turn one into the other."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

import models
from schema import generations
from schema.context import Info
from schema.people import User, load_user
from schema.session_loading import load_session
from schema.sessions import AISession
from services import errors
from services.sessions.lifecycle import SessionAction


@strawberry.interface(description="A failure the caller can act on.")
class Error:
    message: str = strawberry.field(description="A sentence for the user.")
    code: models.ErrorCode


@strawberry.type(description="There is no such thing, or it is somebody else's.")
class NotFound(Error):
    pass


@strawberry.type(description="It is there, but the caller may not do this.")
class Forbidden(Error):
    pass


@strawberry.type(description="The input cannot be used; the message says why.")
class InvalidInput(Error):
    pass


@strawberry.type(description="The operation does not fit the session's type.")
class WrongSessionType(Error):
    pass


@strawberry.type(description="The step has its answer already.")
class StepAlreadyAnswered(Error):
    pass


@strawberry.type(description="The session has reached its limit.")
class SessionTooLong(Error):
    pass


@strawberry.type(description="The session's status does not allow the action.")
class InvalidTransition(Error):
    status: models.SessionStatus
    action: SessionAction


@strawberry.type(description="The session has changed since the caller read it.")
class StaleState(Error):
    session_id: strawberry.Private[UUID]

    @strawberry.field(description="The session as it is now.")
    async def session(self, info: Info) -> AISession:
        return await load_session(info, self.session_id)


@strawberry.type(description="The assistant is still writing.")
class SessionBusy(Error):
    generation_id: strawberry.Private[UUID]

    @strawberry.field(description="The answer being written: subscribe to it, or stop it.")
    async def generation(self, info: Info) -> generations.Generation:
        return await generations.load_generation(info, self.generation_id)


@strawberry.type(description="Somebody else was faster.")
class AlreadyClaimed(Error):
    claimed_at: datetime
    claimed_by_id: strawberry.Private[UUID]

    @strawberry.field
    async def claimed_by(self, info: Info) -> User:
        return await load_user(info, self.claimed_by_id)


@strawberry.type(description="Too much in too short a time.")
class RateLimited(Error):
    retry_at: datetime = strawberry.field(description="From when on it works again.")


@strawberry.type(description="What may be spent on the assistant for now is spent.")
class QuotaExceeded(Error):
    retry_at: datetime = strawberry.field(description="When the next day or month begins.")


ERROR_TYPES = {
    errors.QuotaExceeded: (QuotaExceeded, ("retry_at",)),
    errors.RateLimited: (RateLimited, ("retry_at",)),
    errors.InvalidTransition: (InvalidTransition, ("status", "action")),
    errors.StaleState: (StaleState, ("session_id",)),
    errors.SessionBusy: (SessionBusy, ("generation_id",)),
    errors.AlreadyClaimed: (AlreadyClaimed, ("claimed_by_id", "claimed_at")),
    errors.NotFound: (NotFound, ()),
    errors.Forbidden: (Forbidden, ()),
    errors.InvalidInput: (InvalidInput, ()),
    errors.WrongSessionType: (WrongSessionType, ()),
    errors.StepAlreadyAnswered: (StepAlreadyAnswered, ()),
    errors.SessionTooLong: (SessionTooLong, ()),
}


class ErrorHandler:
    """Turns one domain error into the type that says it, with the facts both carry."""

    def __init__(
        self, exception_type: type[errors.DomainError], error_type: type, facts: tuple[str, ...]
    ) -> None:
        self.exception_type = exception_type
        self.error_type = error_type
        self.facts = facts

    def handle(self, exception: errors.DomainError, *, field: Any, info: Any) -> Any:
        carried = {fact: getattr(exception, fact) for fact in self.facts}
        return self.error_type(message=str(exception), code=exception.code, **carried)


EXCEPTION_HANDLERS: list[strawberry.ExceptionHandler[Any, Any]] = [
    ErrorHandler(exception_type, error_type, facts)
    for exception_type, (error_type, facts) in ERROR_TYPES.items()
]

"""Domain errors as GraphQL types, and the handlers that convert them."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types.union import StrawberryUnion

import models
from schema import generations
from schema.context import Info
from schema.descriptions import ERROR_CODE, ERROR_MESSAGE
from schema.documents import SessionDocument
from schema.loaders import require_row
from schema.people import User, load_user
from schema.session_loading import load_session
from schema.sessions import AISession
from services import errors
from services.sessions.lifecycle import SessionAction


@strawberry.interface(description="Failure that the client can handle.")
class Error:
    message: str = strawberry.field(description=ERROR_MESSAGE)
    code: models.ErrorCode = strawberry.field(description=ERROR_CODE)


@strawberry.type(description="The object does not exist, or belongs to another account.")
class NotFound(Error):
    pass


@strawberry.type(
    description="The object exists, but the caller's role or ownership does not allow the action."
)
class Forbidden(Error):
    pass


@strawberry.type(
    description="A value of the input is not accepted; `message` names it and the rule."
)
class InvalidInput(Error):
    field: str | None = strawberry.field(
        description="Path of the value, such as `input.intake.logText` or `input.documents[1]`; "
        "null if it is no single value."
    )


@strawberry.type(description="The operation is for sessions of the other type.")
class WrongSessionType(Error):
    pass


@strawberry.type(description="The step has an answer; read the session again.")
class StepAlreadyAnswered(Error):
    pass


@strawberry.type(description="The chat has reached its maximum number of messages.")
class SessionTooLong(Error):
    pass


@strawberry.type(description="The session's status does not allow the action.")
class InvalidTransition(Error):
    status: models.SessionStatus = strawberry.field(description="Current status of the session.")
    action: SessionAction = strawberry.field(description="Action that was refused.")


@strawberry.type(
    description="The session has changed since the client read `expectedStateVersion`."
)
class StaleState(Error):
    session_id: strawberry.Private[UUID]

    @strawberry.field(description="The session as it is now.")
    async def session(self, info: Info) -> AISession:
        return await load_session(info, self.session_id)


@strawberry.type(
    description="The document has changed since the client read `expectedVersion`; nothing was "
    "stored."
)
class StaleDocument(Error):
    document_id: strawberry.Private[UUID]

    @strawberry.field(description="The document as it is now.")
    async def document(self, info: Info) -> SessionDocument:
        row = await info.context.loaders.document.load(self.document_id)
        return SessionDocument.from_row(require_row(row, "The document"))


@strawberry.type(description="The assistant is still writing in this session.")
class SessionBusy(Error):
    generation_id: strawberry.Private[UUID]

    @strawberry.field(description="Answer being written; subscribe to it or stop it.")
    async def running_generation(self, info: Info) -> generations.Generation:
        return await generations.load_generation(info, self.generation_id)


@strawberry.type(description="Another user has claimed the session.")
class AlreadyClaimed(Error):
    claimed_at: datetime = strawberry.field(description="Time of the claim.")
    claimed_by_id: strawberry.Private[UUID]

    @strawberry.field(description="User who claimed it.")
    async def claimed_by(self, info: Info) -> User:
        return await load_user(info, self.claimed_by_id)


@strawberry.type(description="The budget for the assistant is used up for the day or month.")
class QuotaExceeded(Error):
    retry_at: datetime = strawberry.field(
        description="Start of the next day or month, when the budget is renewed."
    )


@strawberry.type(description="Too many requests in a short time.")
class RateLimited(Error):
    retry_at: datetime = strawberry.field(
        description="Earliest time at which a repeat can succeed."
    )


#: Groups of errors that many operations share.
AccessError = NotFound | Forbidden
BudgetError = RateLimited | QuotaExceeded
TurnError = AccessError | InvalidInput | InvalidTransition | WrongSessionType


def result_union(name: str) -> StrawberryUnion:
    """The name and the description of the result of a mutation."""
    return strawberry.union(name, description="Success, or the reason why nothing was changed.")


class ErrorHandler:
    """Converts a domain error to the GraphQL type of the same name, which has its attributes."""

    def __init__(self, error_type: type[Error]) -> None:
        self.exception_type: type[errors.DomainError] = getattr(errors, error_type.__name__)
        self.error_type = error_type
        inherited = {each.name for each in fields(Error)}
        self.attributes = [
            each.name for each in fields(error_type) if each.init and each.name not in inherited
        ]

    def handle(self, exception: errors.DomainError, *, field: Any, info: Any) -> Any:
        values = {name: getattr(exception, name) for name in self.attributes}
        return self.error_type(message=str(exception), code=exception.code, **values)


class InvalidInputHandler(ErrorHandler):
    """The path of the value begins with the one argument that mutations have."""

    def handle(self, exception: errors.DomainError, *, field: Any, info: Any) -> Any:
        error = super().handle(exception, field=field, info=info)
        if error.field is not None:
            error.field = f"input.{error.field}"
        return error


#: Matched in the order of definition: QuotaExceeded before RateLimited, the base of its exception.
EXCEPTION_HANDLERS: list[strawberry.ExceptionHandler[Any, Any]] = [
    (InvalidInputHandler if error_type is InvalidInput else ErrorHandler)(error_type)
    for error_type in Error.__subclasses__()
]

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

import models
from execution.field_metadata import MAX_BYTES
from schema import ids
from schema.context import AnySession, Info, load_any_session
from schema.descriptions import EVENT_CURSOR
from schema.events.details import SessionEventDetails, event_details
from schema.people import User, load_user_or_none
from services import limits
from services.errors import InvalidCursor

TYPES_IN_DETAIL = {
    "generation_id": "Generation",
    "step_id": "SessionStep",
    "document_id": "SessionDocument",
    "to_user_id": "User",
}
#: Values of enumerations, which clients know by their names.
ENUMS_IN_DETAIL = ("kind", "status", "code", "role", "rating", "step_type", "session_type")


@strawberry.type(description="Entry of a session's audit trail.")
class SessionEvent(ids.Node):
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    kind: models.SessionEventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="Time at which it happened.")
    actor_id: strawberry.Private[UUID | None]
    session_id: strawberry.Private[UUID]
    stored_detail: strawberry.Private[dict[str, Any]]

    @classmethod
    def from_row(cls, info: Info, row: models.SessionEvent) -> Self:
        cursor = encode_event_cursor(info, row.id)
        return cls(
            id=ids.encode_global_id("SessionEvent", cursor),
            cursor=cursor,
            kind=row.kind,
            at=row.at,
            actor_id=row.actor_id,
            session_id=row.session_id,
            stored_detail=row.detail,
        )

    @strawberry.field(
        description="Facts of this kind of event; null for a kind that says all by its name."
    )
    def details(self) -> SessionEventDetails | None:
        found: SessionEventDetails | None = event_details(
            self.kind, self.session_id, self.stored_detail
        )
        return found

    @strawberry.field(
        description="The facts as an object; ids are global ids, enum values their names.",
        deprecation_reason="Use `details`, which has types.",
        metadata={MAX_BYTES: limits.REASON_CHARS + 1_000},
    )
    def detail(self) -> JSON:
        return JSON(public_detail(self.session_id, self.stored_detail))

    @strawberry.field(description="User who acted; null for the assistant and the system.")
    async def actor(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.actor_id)

    @strawberry.field(description="The session as it is now, not as it was at the event.")
    async def session(self, info: Info) -> AnySession:
        return await load_any_session(info, self.session_id)


def encode_event_cursor(info: Info, event_id: int) -> str:
    """An event's cursor within its session, also the key in its global id."""
    context = info.context
    return context.cursor_cipher.encrypt_event_id(context.principal.account_id, event_id)


def decode_event_cursor(info: Info, cursor: str, *, field: str = "after") -> int:
    """`field` is the argument that the cursor was given as. Raises InvalidCursor."""
    context = info.context
    try:
        return context.cursor_cipher.decrypt_event_id(context.principal.account_id, cursor)
    except InvalidCursor:
        raise InvalidCursor(field) from None


def public_detail(session_id: UUID, detail: dict[str, Any]) -> dict[str, Any]:
    """The detail as clients know it: camelCase names, global ids, enum names."""
    return {
        to_camel_case(name): public_value(session_id, name, value) for name, value in detail.items()
    }


def public_value(session_id: UUID, name: str, value: Any) -> Any:
    if name in TYPES_IN_DETAIL:
        return ids.encode_global_id(TYPES_IN_DETAIL[name], value)
    if name in ("message_id", "replaces"):
        return ids.encode_message_id(session_id, value)
    if name in ENUMS_IN_DETAIL and value:
        return value.upper()
    return value

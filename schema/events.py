from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

import models
from queries import pagination
from schema import ids
from schema.context import Info
from schema.ids import Node
from schema.people import User, load_user_or_none

if TYPE_CHECKING:
    from schema.sessions import AISession

TYPES_IN_DETAIL = {
    "generation_id": "Generation",
    "step_id": "SessionStep",
    "document_id": "SessionDocument",
    "to_user_id": "User",
}
#: Values of enumerations, which clients know by their names.
ENUMS_IN_DETAIL = ("kind", "status", "code", "role", "rating", "step_type", "session_type")


@strawberry.type(description="A fact about a session, in the order in which they happened.")
class SessionEvent(Node):
    cursor: str = strawberry.field(description="Resume with `after: cursor` to go on behind this.")
    kind: models.SessionEventKind
    at: datetime
    detail: JSON = strawberry.field(
        description="What the kind of event is about; ids in it are the ids of the API."
    )
    actor_id: strawberry.Private[UUID | None]
    session_id: strawberry.Private[UUID]

    @classmethod
    def from_row(cls, row: models.SessionEvent) -> Self:
        return cls(
            id=ids.encode_global_id("SessionEvent", row.id),
            cursor=pagination.encode_cursor(row.id),
            kind=row.kind,
            at=row.at,
            detail=JSON(public_detail(row.session_id, row.detail)),
            actor_id=row.actor_id,
            session_id=row.session_id,
        )

    @strawberry.field(description="Null for the assistant and the system.")
    async def actor(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.actor_id)

    @strawberry.field
    async def session(
        self, info: Info
    ) -> Annotated["AISession", strawberry.lazy("schema.sessions")]:
        from schema.sessions import load_session

        return await load_session(info, self.session_id)


def public_detail(session_id: UUID, detail: dict[str, Any]) -> dict[str, Any]:
    """The detail in the words of the API: camelCase names, global ids, enum names."""
    return {
        camel_case(name): public_value(session_id, name, value) for name, value in detail.items()
    }


def public_value(session_id: UUID, name: str, value: Any) -> Any:
    if name in TYPES_IN_DETAIL:
        return ids.encode_global_id(TYPES_IN_DETAIL[name], value)
    if name in ("message_id", "replaces"):
        return ids.encode_message_id(session_id, value)
    if name in ENUMS_IN_DETAIL and value:
        return value.upper()
    return value


def camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)

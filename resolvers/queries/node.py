from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from resolvers.permissions import READS
from schema import ids, sessions
from schema.context import Info
from schema.documents import SessionDocument
from schema.events import SessionEvent
from schema.flows import Flow
from schema.generations import Generation
from schema.messages import ChatMessage
from schema.node import Node
from schema.people import Account, User
from schema.steps import SessionStep

Find = Callable[[Info, str], Awaitable[Node | None]]


def by_uuid(loader: str, from_row: Callable[[Any], Node]) -> Find:
    async def find(info: Info, key: str) -> Node | None:
        id = ids.as_uuid(key)
        row = await getattr(info.context.loaders, loader).load(id) if id else None
        return from_row(row) if row else None

    return find


async def session(info: Info, key: str) -> Node | None:
    id = ids.as_uuid(key)
    return await sessions.find(info, id) if id else None


async def message(info: Info, key: str) -> Node | None:
    place = ids.split_message(key)
    found = await info.context.loaders.message.load(place) if place else None
    return ChatMessage.from_message(found) if found else None


async def event(info: Info, key: str) -> Node | None:
    if not key.isascii() or not key.isdigit() or int(key) >= 2**63:
        return None
    row = await info.context.loaders.event.load(int(key))
    return SessionEvent.from_row(row) if row else None


FIND: dict[str, Find] = {
    "GuidedSession": session,
    "ChatSession": session,
    "SessionStep": by_uuid("step", SessionStep.from_row),
    "ChatMessage": message,
    "Flow": by_uuid("flow", Flow.from_row),
    "Generation": by_uuid("generation", Generation.from_row),
    "SessionDocument": by_uuid("document", SessionDocument.from_row),
    "SessionEvent": event,
    "Account": by_uuid("account", Account.from_row),
    "User": by_uuid("user", User.from_row),
}


@strawberry.field(
    extensions=[READS], description="Anything by its id; null when there is no such thing."
)
async def node(info: Info, id: strawberry.ID) -> Node | None:
    type_name, key = ids.split(id) or ("", "")
    find = FIND.get(type_name)
    found = await find(info, key) if find else None
    # An id that names another type than the thing has is not an id of that thing.
    return found if type(found).__name__ == type_name else None

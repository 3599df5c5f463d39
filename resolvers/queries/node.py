from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from resolvers.permissions import viewer_query
from schema import ids
from schema.context import Info
from schema.documents import SessionDocument
from schema.events.session_event import SessionEvent, decode_event_cursor
from schema.flows import Flow
from schema.generations import Generation
from schema.ids import Node
from schema.messages import ChatMessage
from schema.people import Account, User
from schema.session_loading import load_session_or_none
from schema.steps import SessionStep
from services.errors import InvalidCursor

NodeFinder = Callable[[Info, str], Awaitable[Node | None]]


def node_finder(loader: str, from_row: Callable[[Any], Node]) -> NodeFinder:
    async def find(info: Info, key: str) -> Node | None:
        id = ids.parse_uuid(key)
        row = await getattr(info.context.loaders, loader).load(id) if id else None
        return from_row(row) if row else None

    return find


async def find_session_node(info: Info, key: str) -> Node | None:
    id = ids.parse_uuid(key)
    return await load_session_or_none(info, id) if id else None


async def find_message_node(info: Info, key: str) -> Node | None:
    message_key = ids.parse_message_key(key)
    message = await info.context.loaders.message.load(message_key) if message_key else None
    return ChatMessage.from_message(message) if message else None


async def find_event_node(info: Info, key: str) -> Node | None:
    try:
        event_id = decode_event_cursor(info, key)
    except InvalidCursor:
        return None
    row = await info.context.loaders.event.load(event_id)
    return SessionEvent.from_row(info, row) if row else None


NODE_FINDERS: dict[str, NodeFinder] = {
    "GuidedSession": find_session_node,
    "ChatSession": find_session_node,
    "SessionStep": node_finder("step", SessionStep.from_row),
    "ChatMessage": find_message_node,
    "Flow": node_finder("flow", Flow.from_row),
    "Generation": node_finder("generation", Generation.from_row),
    "SessionDocument": node_finder("document", SessionDocument.from_row),
    "SessionEvent": find_event_node,
    "Account": node_finder("account", Account.from_row),
    "User": node_finder("user", User.from_row),
}


@viewer_query(
    name="node", description="Object of any type by its global id; null if there is none."
)
async def find_node(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the object.")],
) -> Node | None:
    type_name, key = ids.parse_global_id(id) or ("", "")
    find = NODE_FINDERS.get(type_name)
    node = await find(info, key) if find else None
    # The type name in the id must be the type of the object.
    return node if type(node).__name__ == type_name else None

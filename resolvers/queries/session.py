import strawberry

from resolvers.permissions import VIEWER_UP
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.sessions import AISession


@strawberry.field(
    name="session",
    extensions=[VIEWER_UP],
    description="One session; null when there is no such session.",
)
async def find_session(info: Info, id: strawberry.ID) -> AISession | None:
    type_name, key = ids.parse_global_id(id) or ("", "")
    if type_name not in ids.SESSION_TYPES:
        return None
    found = await nodes.NODE_FINDERS[type_name](info, key)
    return found if isinstance(found, AISession) and found.id == id else None

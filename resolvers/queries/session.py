import strawberry

from resolvers.permissions import READS
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.sessions import AISession


@strawberry.field(
    extensions=[READS], description="One session; null when there is no such session."
)
async def session(info: Info, id: strawberry.ID) -> AISession | None:
    type_name, key = ids.split(id) or ("", "")
    if type_name not in ids.SESSION_TYPES:
        return None
    found = await nodes.FIND[type_name](info, key)
    return found if isinstance(found, AISession) and found.id == id else None

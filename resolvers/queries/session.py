from resolvers.permissions import viewer_query
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.descriptions import SessionIdArgument
from schema.sessions import AISession


@viewer_query(name="session", description="Session by its id; null if there is none.")
async def find_session(info: Info, id: SessionIdArgument) -> AISession | None:
    type_name, key = ids.parse_global_id(id) or ("", "")
    if type_name not in ids.SESSION_TYPES:
        return None
    session = await nodes.NODE_FINDERS[type_name](info, key)
    return session if isinstance(session, AISession) and session.id == id else None

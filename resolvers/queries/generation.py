import strawberry

from resolvers.permissions import VIEWER_UP
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.generations import Generation


@strawberry.field(
    name="generation",
    extensions=[VIEWER_UP],
    description="One answer of the assistant; null when there is no such answer.",
)
async def find_generation(info: Info, id: strawberry.ID) -> Generation | None:
    type_name, key = ids.parse_global_id(id) or ("", "")
    found = await nodes.NODE_FINDERS[type_name](info, key) if type_name == "Generation" else None
    return found if isinstance(found, Generation) else None

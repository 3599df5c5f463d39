import strawberry

from resolvers.permissions import READS
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.generations import Generation


@strawberry.field(
    extensions=[READS],
    description="One answer of the assistant; null when there is no such answer.",
)
async def generation(info: Info, id: strawberry.ID) -> Generation | None:
    type_name, key = ids.split(id) or ("", "")
    found = await nodes.FIND[type_name](info, key) if type_name == "Generation" else None
    return found if isinstance(found, Generation) else None

from typing import Annotated

import strawberry

from resolvers.permissions import viewer_query
from resolvers.queries import node as nodes
from schema import ids
from schema.context import Info
from schema.generations import Generation


@viewer_query(name="generation", description="Generation by its id; null if there is none.")
async def find_generation(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the generation.")],
) -> Generation | None:
    type_name, key = ids.parse_global_id(id) or ("", "")
    generation = (
        await nodes.NODE_FINDERS[type_name](info, key) if type_name == "Generation" else None
    )
    return generation if isinstance(generation, Generation) else None

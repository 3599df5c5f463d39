from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, NotFound
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations import stop


@strawberry.input
class StopGenerationInput:
    generation_id: strawberry.ID


@strawberry.type
class StopGenerationSuccess:
    session: AISession
    generation: Generation = strawberry.field(
        description="As it ended: COMPLETED if it was finished before the stop came."
    )


StopGenerationResult = Annotated[
    StopGenerationSuccess | NotFound | Forbidden, strawberry.union("StopGenerationResult")
]


@strawberry.mutation(
    extensions=[ENGINEER_UP], description="Stop an answer. What is written of it is kept."
)
async def stop_generation(info: Info, input: StopGenerationInput) -> StopGenerationResult:
    generation_id = ids.decode_global_id(input.generation_id, "Generation", what="generation")
    async with info.context.unit_of_work() as work:
        session, generation = await stop.stop_running_generation(work, generation_id)
    return StopGenerationSuccess(
        session=session_from_row(session), generation=Generation.from_row(generation)
    )

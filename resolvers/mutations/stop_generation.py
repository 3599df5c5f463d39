from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, Input
from schema.errors import AccessError, result_union
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations import stop


@strawberry.input(description="Answer to stop.")
class StopGenerationInput:
    generation_id: strawberry.ID = strawberry.field(description="Global id of the generation.")


@strawberry.type(description="The answer has ended.")
class StopGenerationSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    generation: Generation = strawberry.field(
        description="The answer as it ended: COMPLETED if it did so before the stop."
    )


StopGenerationResult = Annotated[
    StopGenerationSuccess | AccessError, result_union("StopGenerationResult")
]


@engineer_mutation(
    description="Stops an answer being written; its text so far is kept. Stopping a queued "
    "answer removes its message."
)
async def stop_generation(info: Info, input: Input[StopGenerationInput]) -> StopGenerationResult:
    generation_id = ids.decode_global_id(input.generation_id, "Generation", what="generation")
    async with info.context.unit_of_work() as work:
        session, generation = await stop.stop_running_generation(work, generation_id)
    return StopGenerationSuccess(
        session=session_from_row(session), generation=Generation.from_row(generation)
    )

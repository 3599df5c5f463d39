from typing import Annotated

import strawberry

import models
from resolvers.permissions import ENGINEER_UP
from schema import generations
from schema.context import Info
from schema.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded, RateLimited
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations.start import Begun
from services.sessions import create, intake


@strawberry.input(description="What the problem is, in words, as a log, or as a ticket's id.")
class IntakeInput:
    type: models.IntakeType | None = models.IntakeType.FREE_TEXT
    text: str | None = None
    log_text: str | None = None
    ticket_id: str | None = None


@strawberry.input
class CreateSessionInput:
    intake: IntakeInput
    session_type: models.SessionType | None = models.SessionType.GUIDED
    title: str | None = None
    ticket_id: str | None = strawberry.field(
        default=None, description="The ticket this is about, if the intake does not name it."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key within 24 hours gives the same session."
    )


@strawberry.type
class CreateSessionSuccess:
    session: AISession
    answer: strawberry.Private[Begun | None]

    @strawberry.field(
        description="The assistant's first answer; null where a flow has the first step at once."
    )
    async def generation(self, info: Info) -> Generation | None:
        return await generations.begun_generation(info, self.answer) if self.answer else None


CreateSessionResult = Annotated[
    CreateSessionSuccess | InvalidInput | Forbidden | NotFound | RateLimited | QuotaExceeded,
    strawberry.union("CreateSessionResult"),
]


@strawberry.mutation(extensions=[ENGINEER_UP], description="Start a session: guided, or a chat.")
async def create_session(info: Info, input: CreateSessionInput) -> CreateSessionResult:
    said = input.intake
    async with info.context.unit_of_work() as work:
        created = await create.create_session(
            work,
            input.session_type or models.SessionType.GUIDED,
            intake.validate_intake(
                said.type or models.IntakeType.FREE_TEXT,
                said.text,
                said.log_text,
                said.ticket_id or input.ticket_id,
            ),
            title=input.title,
            idempotency_key=input.idempotency_key,
        )
    return CreateSessionSuccess(session=session_from_row(created.session), answer=created.answer)

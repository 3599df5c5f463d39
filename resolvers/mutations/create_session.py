from typing import Annotated

import strawberry

import models
from resolvers.permissions import engineer_mutation
from schema import generations
from schema.context import Info
from schema.descriptions import IDEMPOTENCY_KEY, Input, optional_field
from schema.errors import BudgetError, Forbidden, InvalidInput, NotFound, result_union
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.generations.start import StartedGeneration
from services.sessions import create, intake


@strawberry.input(
    description="Problem as submitted: a description, a log, a ticket or several of them."
)
class IntakeInput:
    type: models.IntakeType = strawberry.field(
        default=models.IntakeType.FREE_TEXT, description="Form of the submission."
    )
    text: str | None = optional_field(
        description=f"Description in Markdown, at most {limits.INTAKE_CHARS:,} characters."
    )
    log_text: str | None = optional_field(
        description=f"Excerpt of a log, at most {limits.LOG_CHARS:,} characters."
    )
    ticket_id: str | None = optional_field(
        description=f"Id in the ticket system, at most {limits.TICKET_ID_CHARS} characters."
    )


@strawberry.input(description="Problem to work on, and how.")
class CreateSessionInput:
    intake: IntakeInput = strawberry.field(description="The problem.")
    session_type: models.SessionType = strawberry.field(
        default=models.SessionType.GUIDED, description="Guided or chat."
    )
    title: str | None = optional_field(
        description=f"At most {limits.TITLE_CHARS} characters; null: the assistant writes one."
    )
    ticket_id: str | None = optional_field(
        description="Id of the ticket, where `intake.ticketId` is null; at most "
        f"{limits.TICKET_ID_CHARS} characters."
    )
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The session was created.")
class CreateSessionSuccess:
    session: AISession = strawberry.field(description="The new session.")
    started: strawberry.Private[StartedGeneration | None]

    @strawberry.field(
        description="Assistant's first answer; null if a flow gave the first step at once."
    )
    async def generation(self, info: Info) -> Generation | None:
        if self.started is None:
            return None
        return await generations.load_started_generation(info, self.started)


CreateSessionResult = Annotated[
    CreateSessionSuccess | InvalidInput | Forbidden | NotFound | BudgetError,
    result_union("CreateSessionResult"),
]


@engineer_mutation(description="Starts a session, guided or as a chat.")
async def create_session(info: Info, input: Input[CreateSessionInput]) -> CreateSessionResult:
    problem = input.intake
    async with info.context.unit_of_work() as work:
        created = await create.create_session(
            work,
            input.session_type,
            intake.validate_intake(
                problem.type,
                problem.text,
                problem.log_text,
                problem.ticket_id or input.ticket_id,
                ticket_field="intake.ticketId" if problem.ticket_id else "ticketId",
            ),
            title=input.title,
            idempotency_key=input.idempotency_key,
        )
    return CreateSessionSuccess(
        session=session_from_row(created.session), started=created.generation
    )

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

import models
from schema import ids
from schema.connections import Connection, connection, window, window_page
from schema.context import Info
from schema.documents import SessionDocument
from schema.events import SessionEvent
from schema.flows import Flow
from schema.generations import Generation, TokenUsage
from schema.loaders import found
from schema.messages import ChatMessage
from schema.node import Node
from schema.people import User, optional_user, user
from schema.queued import QueuedMessage
from schema.steps import SessionStep
from services import access, events, lifecycle, wording
from services.lifecycle import SessionAction
from services.lookups import Totals
from services.messages import Slice


@strawberry.interface(description="One piece of support work, guided or a chat.")
class AISession(Node):
    session_type: models.SessionType
    status: models.SessionStatus
    title: str | None = strawberry.field(
        description="The stored title; guided sessions may have none."
    )
    problem_summary: str | None
    problem_domain: str | None
    step_count: int = strawberry.field(description="Guided: steps. Chat: messages.")
    intake_type: models.IntakeType
    intake_content: JSON = strawberry.field(
        description="What it began with: `text`, `log_text`, `ticket_id`."
    )
    resolution_summary: str | None
    escalation_reason: str | None
    rating: int | None = strawberry.field(description="1 to 5.")
    state_version: int = strawberry.field(
        description="Grows with every write to the session. Send it back as "
        "`expectedStateVersion` to be told when somebody else was faster."
    )
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    escalated_at: datetime | None
    claimed_at: datetime | None
    paused_at: datetime | None
    abandoned_at: datetime | None
    row: strawberry.Private[models.AISession]

    @classmethod
    def from_row(cls, row: models.AISession, **own: Any) -> Self:
        """`own` holds the fields of one kind only."""
        return cls(
            id=ids.encode(cls.__name__, row.id),
            session_type=row.session_type,
            status=row.status,
            title=row.title,
            problem_summary=row.problem_summary,
            problem_domain=row.problem_domain,
            step_count=row.step_count,
            intake_type=row.intake_type,
            intake_content=JSON(row.intake_content),
            resolution_summary=row.resolution_summary,
            escalation_reason=row.escalation_reason,
            rating=row.session_rating,
            state_version=row.state_version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            resolved_at=row.resolved_at,
            escalated_at=row.escalated_at,
            claimed_at=row.claimed_at,
            paused_at=row.paused_at,
            abandoned_at=row.abandoned_at,
            row=row,
            **own,
        )

    @strawberry.field(
        description="The title, else the problem's summary, else the first words of the intake."
    )
    def display_title(self) -> str:
        row = self.row
        log, ticket = row.intake_content.get("log_text"), row.psa_ticket_id
        first = row.intake_text or log or (f"Ticket {ticket}" if ticket else "Untitled session")
        return row.title or wording.first_words(row.problem_summary or first)

    @strawberry.field(description="Who started it.")
    async def owner(self, info: Info) -> User:
        return await user(info, self.row.user_id)

    @strawberry.field(description="Who claimed it, or to whom it was escalated.")
    async def escalated_to(self, info: Info) -> User | None:
        return await optional_user(info, self.row.escalated_to_id)

    @strawberry.field(description="Who escalated it last.")
    async def escalated_by(self, info: Info) -> User | None:
        return await optional_user(info, self.row.escalated_by_id)

    @strawberry.field(description="What the next one needs to know, once it is written.")
    async def escalation_package(self, info: Info) -> SessionDocument | None:
        documents = await documents_of(info, self.row.id)
        kind = models.DocumentKind.ESCALATION_PACKAGE
        return next((document for document in documents if document.kind is kind), None)

    @strawberry.field(
        description="Ticket notes, knowledge article, client summary, escalation package and "
        "status updates, oldest first."
    )
    async def documents(self, info: Info) -> list[SessionDocument]:
        return await documents_of(info, self.row.id)

    @strawberry.field(description="What the viewer may do now: the buttons to show.")
    def allowed_actions(self, info: Info) -> list[SessionAction]:
        viewer = info.context.principal
        return lifecycle.allowed_actions(
            self.session_type,
            self.status,
            works=access.may_work_on(viewer, self.row),
            claims=access.may_claim(viewer, self.row),
        )

    @strawberry.field(description="The answer being written now, if any.")
    async def active_generation(self, info: Info) -> Generation | None:
        row = await info.context.loaders.active_generation.load(self.row.id)
        return Generation.from_row(row) if row else None

    @strawberry.field(description="Everything this session has spent.")
    async def usage(self, info: Info) -> TokenUsage:
        spent = await info.context.loaders.usage.load(self.row.id)
        return TokenUsage.of(spent or Totals())

    @strawberry.field(description="The audit trail, oldest first.")
    async def history(
        self, info: Info, first: int | None = 50, after: str | None = None
    ) -> Connection[SessionEvent]:
        asked = events.stretch(self.row.id, first=first, after=after)
        rows = await info.context.loaders.history.load(asked) or []

        async def count() -> int:
            return await info.context.loaders.event_count.load(self.row.id) or 0

        return connection(events.page(asked, rows), SessionEvent.from_row, count)


@strawberry.type(description="The assistant leads, step by step.")
class GuidedSession(AISession):
    match_score: float | None = strawberry.field(description="How well the flow fits, 0 to 1.")
    confidence_tier: models.ConfidenceTier | None = strawberry.field(
        description="GUIDED from 0.8: the flow leads. EXPLORING from 0.4: it helps. "
        "DISCOVERY: none fits."
    )
    confidence_score: float | None

    @classmethod
    def from_row(cls, row: models.AISession, **own: Any) -> Self:
        return super().from_row(
            row,
            match_score=row.match_score,
            confidence_tier=row.confidence_tier,
            confidence_score=row.confidence_score,
            **own,
        )

    @strawberry.field(description="The flow it follows, if one fits.")
    async def flow(self, info: Info) -> Flow | None:
        if self.row.matched_flow_id is None:
            return None
        row = await info.context.loaders.flow.load(self.row.matched_flow_id)
        return Flow.from_row(row) if row else None

    @strawberry.field(description="The last step: the one to answer, unless it has its answer.")
    async def current_step(self, info: Info) -> SessionStep | None:
        if not self.step_count:
            return None
        last = Slice(self.row.id, self.step_count, self.step_count)
        rows = await info.context.loaders.steps.load(last)
        return SessionStep.from_row(rows[0]) if rows else None

    @strawberry.field(description="The path so far, oldest first.")
    async def steps(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[SessionStep]:
        total = self.step_count
        low, high = window(total, first, after, last, before)
        rows = await info.context.loaders.steps.load(Slice(self.row.id, low, high)) or []
        page = window_page(rows, low, total)
        return connection(page, SessionStep.from_row, constant(total))


@strawberry.type(description="A conversation with the assistant.")
class ChatSession(AISession):
    @strawberry.field(description="The conversation, oldest first. Ask for `last` to see its end.")
    async def messages(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[ChatMessage]:
        total = self.step_count
        low, high = window(total, first, after, last, before)
        rows = await info.context.loaders.messages.load(Slice(self.row.id, low, high)) or []
        page = window_page(rows, low, total)
        return connection(page, ChatMessage.from_message, constant(total))

    @strawberry.field(description="What was sent meanwhile and waits for its turn, in order.")
    async def queued_messages(self, info: Info) -> list[QueuedMessage]:
        rows = await info.context.loaders.queued.load(self.row.id)
        return [QueuedMessage.from_row(row) for row in rows or []]

    @strawberry.field(description="Flows of the library that fit the problem, best first.")
    async def suggested_flows(self, info: Info) -> list[Flow]:
        keys = [UUID(suggested["id"]) for suggested in self.row.suggested_flow_ids]
        rows = await info.context.loaders.flow.load_many(keys)
        return [Flow.from_row(row) for row in rows if row is not None]


def from_row(row: models.AISession) -> AISession:
    match row:
        case models.GuidedSession():
            return GuidedSession.from_row(row)
        case models.ChatSession():
            return ChatSession.from_row(row)
    raise TypeError(f"no GraphQL type for {row!r}")


async def load(info: Info, session_id: UUID) -> AISession:
    return from_row(found(await info.context.loaders.session.load(session_id), "The session"))


async def documents_of(info: Info, session_id: UUID) -> list[SessionDocument]:
    rows = await info.context.loaders.documents.load(session_id)
    return [SessionDocument.from_row(row) for row in rows or []]


def constant(total: int) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return total

    return count

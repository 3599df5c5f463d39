from binascii import b2a_base64 as base64
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Self, cast
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

import models
from execution.compiled.fields import MAY_BE_READ_AGAIN
from execution.selected_fields import Names, fields
from queries.by_id import SessionKey, Totals
from queries.session_list import SessionValues
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
from schema.queued_messages import QueuedMessage
from schema.steps import SessionStep
from services import text_validation
from services.chat.messages import Slice
from services.sessions import access, events, lifecycle
from services.sessions.lifecycle import SessionAction

new = object.__new__


def reads(*columns: str) -> dict[str, tuple[str, ...]]:
    """Says which columns a field needs, other than the one of its own name."""
    return {"reads": columns}


@strawberry.interface(description="One piece of support work, guided or a chat.")
class AISession(Node):
    """Has what was read of the session's row, under the names of its columns, and no more."""

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
    session_rating: int | None = strawberry.field(name="rating", description="1 to 5.")
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
    key: strawberry.Private[UUID]
    user_id: strawberry.Private[UUID]
    escalated_to_id: strawberry.Private[UUID | None]
    escalated_by_id: strawberry.Private[UUID | None]
    psa_ticket_id: strawberry.Private[str | None]

    @classmethod
    def from_row(cls, row: models.AISession) -> Self:
        values = {name: getattr(row, name) for name in ALL_COLUMNS}
        [made] = all_of([values | {"key": row.id}])
        return cast("Self", made)

    @strawberry.field(
        description="The title, else the problem's summary, else the first words of the intake.",
        metadata=reads("title", "problem_summary", "intake_content", "psa_ticket_id")
        | {MAY_BE_READ_AGAIN: True},
    )
    def display_title(self) -> str:
        return self.title or text_validation.first_words(self.problem_summary or self._intake())

    def _intake(self) -> str:
        intake = cast("dict[str, Any]", self.intake_content)
        ticket = f"Ticket {self.psa_ticket_id}" if self.psa_ticket_id else "Untitled session"
        return str(intake.get("text") or intake.get("log_text") or ticket)

    @strawberry.field(description="Who started it.", metadata=reads("user_id"))
    async def owner(self, info: Info) -> User:
        return await user(info, self.user_id)

    @strawberry.field(
        description="Who claimed it, or to whom it was escalated.",
        metadata=reads("escalated_to_id"),
    )
    async def escalated_to(self, info: Info) -> User | None:
        return await optional_user(info, self.escalated_to_id)

    @strawberry.field(description="Who escalated it last.", metadata=reads("escalated_by_id"))
    async def escalated_by(self, info: Info) -> User | None:
        return await optional_user(info, self.escalated_by_id)

    @strawberry.field(
        description="What the next one needs to know, once it is written.", metadata=reads()
    )
    async def escalation_package(self, info: Info) -> SessionDocument | None:
        documents = await documents_of(info, self.key)
        kind = models.DocumentKind.ESCALATION_PACKAGE
        return next((document for document in documents if document.kind is kind), None)

    @strawberry.field(
        description="Ticket notes, knowledge article, client summary, escalation package and "
        "status updates, oldest first.",
        metadata=reads(),
    )
    async def documents(self, info: Info) -> list[SessionDocument]:
        return await documents_of(info, self.key)

    @strawberry.field(
        description="What the viewer may do now: the buttons to show.",
        metadata=reads("status", "user_id", "escalated_to_id", "escalated_by_id"),
    )
    def allowed_actions(self, info: Info) -> list[SessionAction]:
        viewer = info.context.principal
        return lifecycle.allowed_actions(
            self.session_type,
            self.status,
            works=access.may_work_on(viewer, self),
            claims=access.may_claim(viewer, self),
        )

    @strawberry.field(description="The answer being written now, if any.", metadata=reads())
    async def active_generation(self, info: Info) -> Generation | None:
        row = await info.context.loaders.active_generation.load(self.key)
        return Generation.from_row(row) if row else None

    @strawberry.field(description="What its answers and documents have spent.", metadata=reads())
    async def usage(self, info: Info) -> TokenUsage:
        spent = await info.context.loaders.usage.load(self.key)
        return TokenUsage.of(spent or Totals())

    @strawberry.field(description="The audit trail, oldest first.", metadata=reads())
    async def history(
        self, info: Info, first: int | None = 50, after: str | None = None
    ) -> Connection[SessionEvent]:
        asked = events.stretch(self.key, first=first, after=after)
        rows = await info.context.loaders.history.load(asked) or []

        async def count() -> int:
            return await info.context.loaders.event_count.load(self.key) or 0

        return connection(events.page(asked, rows), SessionEvent.from_row, count)


@strawberry.type(description="The assistant leads, step by step.")
class GuidedSession(AISession):
    match_score: float | None = strawberry.field(description="How well the flow fits, 0 to 1.")
    confidence_tier: models.ConfidenceTier | None = strawberry.field(
        description="GUIDED from 0.8: the flow leads. EXPLORING from 0.4: it helps. "
        "DISCOVERY: none fits."
    )
    confidence_score: float | None

    matched_flow_id: strawberry.Private[UUID | None]

    @strawberry.field(
        description="The flow it follows, if one fits.", metadata=reads("matched_flow_id")
    )
    async def flow(self, info: Info) -> Flow | None:
        if self.matched_flow_id is None:
            return None
        row = await info.context.loaders.flow.load(self.matched_flow_id)
        return Flow.from_row(row) if row else None

    @strawberry.field(
        description="The last step: the one to answer, unless it has its answer.",
        metadata=reads("step_count"),
    )
    async def current_step(self, info: Info) -> SessionStep | None:
        if not self.step_count:
            return None
        last = Slice(self.key, self.step_count, self.step_count)
        rows = await info.context.loaders.steps.load(last)
        return SessionStep.from_row(rows[0]) if rows else None

    @strawberry.field(description="The path so far, oldest first.", metadata=reads("step_count"))
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
        rows = await info.context.loaders.steps.load(Slice(self.key, low, high)) or []
        page = window_page(rows, low, total)
        return connection(page, SessionStep.from_row, constant(total))


@strawberry.type(description="A conversation with the assistant.")
class ChatSession(AISession):
    suggested_flow_ids: strawberry.Private[list[Any]]

    @strawberry.field(
        description="The conversation, oldest first. Ask for `last` to see its end.",
        metadata=reads("step_count"),
    )
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
        rows = await info.context.loaders.messages.load(Slice(self.key, low, high)) or []
        page = window_page(rows, low, total)
        return connection(page, ChatMessage.from_message, constant(total))

    @strawberry.field(
        description="What was sent meanwhile and waits for its turn, in order.", metadata=reads()
    )
    async def queued_messages(self, info: Info) -> list[QueuedMessage]:
        rows = await info.context.loaders.queued.load(self.key)
        return [QueuedMessage.from_row(row) for row in rows or []]

    @strawberry.field(
        description="Flows of the library that fit the problem, best first.",
        metadata=reads("suggested_flow_ids"),
    )
    async def suggested_flows(self, info: Info) -> list[Flow]:
        keys = [UUID(suggested["id"]) for suggested in self.suggested_flow_ids]
        rows = await info.context.loaders.flow.load_many(keys)
        return [Flow.from_row(row) for row in rows if row is not None]


#: And what their ids begin with.
KINDS: dict[models.SessionType, tuple[type[AISession], bytes]] = {
    models.SessionType.GUIDED: (GuidedSession, b"GuidedSession:"),
    models.SessionType.CHAT: (ChatSession, b"ChatSession:"),
}
#: Without which nothing can be made of a session.
ALWAYS = frozenset({"session_type"})


def needs() -> dict[str, frozenset[str]]:
    """Columns by the field that is asked for."""
    found: dict[str, frozenset[str]] = {}
    for kind, _ in KINDS.values():
        for field in get_object_definition(kind, strict=True).fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            found[name] = frozenset(field.metadata.get("reads", [field.python_name]))
    # It is made of the key, which is always there.
    del found["id"]
    return found


NEEDS = needs()
ALL_COLUMNS = ALWAYS.union(*NEEDS.values())


@lru_cache(maxsize=500)
def columns(fields: Names) -> frozenset[str]:
    return ALWAYS.union(*(NEEDS[field] for field in fields & NEEDS.keys()))


def asked(info: Info, *path: str) -> frozenset[str]:
    """The columns of sessions that an operation needs beneath a field."""
    return columns(fields(info, *path))


def all_of(found: Iterable[SessionValues]) -> list[AISession]:
    """Takes the values over, without looking at each of them: lists are long."""
    made = []
    for values in found:
        kind, prefix = KINDS[values["session_type"]]
        values["id"] = base64(prefix + str(values["key"]).encode(), newline=False).decode()
        session = new(kind)
        session.__dict__ = values
        made.append(session)
    return made


def copies(found: Iterable[SessionValues]) -> list[AISession]:
    """Of values that others have as well."""
    return all_of(dict(values) for values in found)


def from_row(row: models.AISession) -> AISession:
    kind, _ = KINDS[row.session_type]
    return kind.from_row(row)


async def find(info: Info, session_id: UUID) -> AISession | None:
    key = SessionKey(session_id, asked(info))
    values = await info.context.loaders.session.load(key)
    return all_of([values])[0] if values else None


async def load(info: Info, session_id: UUID) -> AISession:
    return found(await find(info, session_id), "The session")


async def documents_of(info: Info, session_id: UUID) -> list[SessionDocument]:
    rows = await info.context.loaders.documents.load(session_id)
    return [SessionDocument.from_row(row) for row in rows or []]


def constant(total: int) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return total

    return count

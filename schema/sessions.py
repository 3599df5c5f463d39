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
from execution.compiled.fields import SAFE_TO_REPEAT
from execution.selected_fields import FieldNames, selected_fields
from queries.by_id import SessionKey, Totals
from queries.session_list import SessionValues
from schema.connections import Connection, connection_from_page, slice_bounds, slice_page
from schema.context import Info
from schema.documents import SessionDocument
from schema.events import SessionEvent
from schema.flows import Flow
from schema.generations import Generation, TokenUsage
from schema.loaders import require_row
from schema.messages import ChatMessage
from schema.node import Node
from schema.people import User, load_user, load_user_or_none
from schema.queued_messages import QueuedMessage
from schema.steps import SessionStep
from services import text_validation
from services.chat.messages import MessageRange
from services.sessions import access, events, lifecycle
from services.sessions.lifecycle import SessionAction

new = object.__new__


def needs_columns(*columns: str) -> dict[str, tuple[str, ...]]:
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
        [made] = sessions_from_values([values | {"key": row.id}])
        return cast("Self", made)

    @strawberry.field(
        description="The title, else the problem's summary, else the first words of the intake.",
        metadata=needs_columns("title", "problem_summary", "intake_content", "psa_ticket_id")
        | {SAFE_TO_REPEAT: True},
    )
    def display_title(self) -> str:
        return self.title or text_validation.truncate_words(self.problem_summary or self._intake())

    def _intake(self) -> str:
        intake = cast("dict[str, Any]", self.intake_content)
        ticket = f"Ticket {self.psa_ticket_id}" if self.psa_ticket_id else "Untitled session"
        return str(intake.get("text") or intake.get("log_text") or ticket)

    @strawberry.field(description="Who started it.", metadata=needs_columns("user_id"))
    async def owner(self, info: Info) -> User:
        return await load_user(info, self.user_id)

    @strawberry.field(
        description="Who claimed it, or to whom it was escalated.",
        metadata=needs_columns("escalated_to_id"),
    )
    async def escalated_to(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.escalated_to_id)

    @strawberry.field(
        description="Who escalated it last.", metadata=needs_columns("escalated_by_id")
    )
    async def escalated_by(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.escalated_by_id)

    @strawberry.field(
        description="What the next one needs to know, once it is written.", metadata=needs_columns()
    )
    async def escalation_package(self, info: Info) -> SessionDocument | None:
        documents = await load_documents(info, self.key)
        kind = models.DocumentKind.ESCALATION_PACKAGE
        return next((document for document in documents if document.kind is kind), None)

    @strawberry.field(
        description="Ticket notes, knowledge article, client summary, escalation package and "
        "status updates, oldest first.",
        metadata=needs_columns(),
    )
    async def documents(self, info: Info) -> list[SessionDocument]:
        return await load_documents(info, self.key)

    @strawberry.field(
        description="What the viewer may do now: the buttons to show.",
        metadata=needs_columns("status", "user_id", "escalated_to_id", "escalated_by_id"),
    )
    def allowed_actions(self, info: Info) -> list[SessionAction]:
        viewer = info.context.principal
        return lifecycle.allowed_actions(
            self.session_type,
            self.status,
            works=access.can_edit(viewer, self),
            claims=access.can_claim(viewer, self),
        )

    @strawberry.field(description="The answer being written now, if any.", metadata=needs_columns())
    async def active_generation(self, info: Info) -> Generation | None:
        row = await info.context.loaders.active_generation.load(self.key)
        return Generation.from_row(row) if row else None

    @strawberry.field(
        description="What its answers and documents have spent.", metadata=needs_columns()
    )
    async def usage(self, info: Info) -> TokenUsage:
        spent = await info.context.loaders.usage.load(self.key)
        return TokenUsage.from_totals(spent or Totals())

    @strawberry.field(description="The audit trail, oldest first.", metadata=needs_columns())
    async def history(
        self, info: Info, first: int | None = 50, after: str | None = None
    ) -> Connection[SessionEvent]:
        asked = events.stretch(self.key, first=first, after=after)
        rows = await info.context.loaders.history.load(asked) or []

        async def count() -> int:
            return await info.context.loaders.event_count.load(self.key) or 0

        return connection_from_page(events.page(asked, rows), SessionEvent.from_row, count)


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
        description="The flow it follows, if one fits.", metadata=needs_columns("matched_flow_id")
    )
    async def flow(self, info: Info) -> Flow | None:
        if self.matched_flow_id is None:
            return None
        row = await info.context.loaders.flow.load(self.matched_flow_id)
        return Flow.from_row(row) if row else None

    @strawberry.field(
        description="The last step: the one to answer, unless it has its answer.",
        metadata=needs_columns("step_count"),
    )
    async def current_step(self, info: Info) -> SessionStep | None:
        if not self.step_count:
            return None
        last = MessageRange(self.key, self.step_count, self.step_count)
        rows = await info.context.loaders.steps.load(last)
        return SessionStep.from_row(rows[0]) if rows else None

    @strawberry.field(
        description="The path so far, oldest first.", metadata=needs_columns("step_count")
    )
    async def steps(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[SessionStep]:
        total = self.step_count
        low, high = slice_bounds(total, first, after, last, before)
        rows = await info.context.loaders.steps.load(MessageRange(self.key, low, high)) or []
        page = slice_page(rows, low, total)
        return connection_from_page(page, SessionStep.from_row, constant_count(total))


@strawberry.type(description="A conversation with the assistant.")
class ChatSession(AISession):
    suggested_flow_ids: strawberry.Private[list[Any]]

    @strawberry.field(
        description="The conversation, oldest first. Ask for `last` to see its end.",
        metadata=needs_columns("step_count"),
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
        low, high = slice_bounds(total, first, after, last, before)
        rows = await info.context.loaders.messages.load(MessageRange(self.key, low, high)) or []
        page = slice_page(rows, low, total)
        return connection_from_page(page, ChatMessage.from_message, constant_count(total))

    @strawberry.field(
        description="What was sent meanwhile and waits for its turn, in order.",
        metadata=needs_columns(),
    )
    async def queued_messages(self, info: Info) -> list[QueuedMessage]:
        rows = await info.context.loaders.queued.load(self.key)
        return [QueuedMessage.from_row(row) for row in rows or []]

    @strawberry.field(
        description="Flows of the library that fit the problem, best first.",
        metadata=needs_columns("suggested_flow_ids"),
    )
    async def suggested_flows(self, info: Info) -> list[Flow]:
        keys = [UUID(suggested["id"]) for suggested in self.suggested_flow_ids]
        rows = await info.context.loaders.flow.load_many(keys)
        return [Flow.from_row(row) for row in rows if row is not None]


#: And what their ids begin with.
SESSION_CLASSES: dict[models.SessionType, tuple[type[AISession], bytes]] = {
    models.SessionType.GUIDED: (GuidedSession, b"GuidedSession:"),
    models.SessionType.CHAT: (ChatSession, b"ChatSession:"),
}
#: Without which nothing can be made of a session.
REQUIRED_COLUMNS = frozenset({"session_type"})


def field_columns() -> dict[str, frozenset[str]]:
    """Columns by the field that is asked for."""
    found: dict[str, frozenset[str]] = {}
    for kind, _ in SESSION_CLASSES.values():
        for field in get_object_definition(kind, strict=True).fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            found[name] = frozenset(field.metadata.get("reads", [field.python_name]))
    # It is made of the key, which is always there.
    del found["id"]
    return found


COLUMNS_BY_FIELD = field_columns()
ALL_COLUMNS = REQUIRED_COLUMNS.union(*COLUMNS_BY_FIELD.values())


@lru_cache(maxsize=500)
def columns_for(fields: FieldNames) -> frozenset[str]:
    return REQUIRED_COLUMNS.union(
        *(COLUMNS_BY_FIELD[field] for field in fields & COLUMNS_BY_FIELD.keys())
    )


def selected_columns(info: Info, *path: str) -> frozenset[str]:
    """The columns of sessions that an operation needs beneath a field."""
    return columns_for(selected_fields(info, *path))


def sessions_from_values(found: Iterable[SessionValues]) -> list[AISession]:
    """Takes the values over, without looking at each of them: lists are long."""
    made = []
    for values in found:
        kind, prefix = SESSION_CLASSES[values["session_type"]]
        values["id"] = base64(prefix + str(values["key"]).encode(), newline=False).decode()
        session = new(kind)
        session.__dict__ = values
        made.append(session)
    return made


def copy_sessions(found: Iterable[SessionValues]) -> list[AISession]:
    """Of values that others have as well."""
    return sessions_from_values(dict(values) for values in found)


def session_from_row(row: models.AISession) -> AISession:
    kind, _ = SESSION_CLASSES[row.session_type]
    return kind.from_row(row)


async def load_session_or_none(info: Info, session_id: UUID) -> AISession | None:
    key = SessionKey(session_id, selected_columns(info))
    values = await info.context.loaders.session.load(key)
    return sessions_from_values([values])[0] if values else None


async def load_session(info: Info, session_id: UUID) -> AISession:
    return require_row(await load_session_or_none(info, session_id), "The session")


async def load_documents(info: Info, session_id: UUID) -> list[SessionDocument]:
    rows = await info.context.loaders.documents.load(session_id)
    return [SessionDocument.from_row(row) for row in rows or []]


def constant_count(total: int) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return total

    return count

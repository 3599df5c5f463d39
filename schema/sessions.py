"""The interface AISession and its two types, GuidedSession and ChatSession."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES, SAFE_TO_REPEAT
from execution.selected_fields import selected_fields
from queries.documents import DocumentsKey
from queries.generations import UsageTotals
from queries.session_events import event_page, event_window
from queries.session_texts import MessagesKey
from schema.connections import Connection, connection_from_page, connection_from_slice, slice_bounds
from schema.context import Info
from schema.descriptions import CREATED_AT, After, Before, FirstOfSlice, Last
from schema.documents import SessionDocument
from schema.events.session_event import SessionEvent, decode_event_cursor, encode_event_cursor
from schema.excerpts import selected_chars
from schema.flows import Flow
from schema.generations import Generation, QueuedMessage, TokenUsage
from schema.ids import Node
from schema.intake import SessionIntake
from schema.messages import ChatMessage
from schema.people import User, load_user, load_user_or_none
from schema.steps import SessionStep
from services import input_validation, limits
from services.chat.store import MessageRange
from services.sessions import access, actions
from services.sessions.lifecycle import SessionAction

#: Key in a field's metadata: the columns it needs where that is not the one of its own name.
COLUMNS = "columns"


def computed_field(
    *,
    description: str,
    columns: Sequence[str] = (),
    safe_to_repeat: bool = False,
    max_bytes: int | None = None,
) -> Any:
    """Declares a resolver as a field, which needs these columns."""
    metadata = {COLUMNS: columns, SAFE_TO_REPEAT: safe_to_repeat, MAX_BYTES: max_bytes}
    return strawberry.field(description=description, metadata=metadata)


@strawberry.interface(description="A support session: one problem worked on, guided or as a chat.")
class AISession(Node):
    """Holds the columns that the operation selects, under their names, and no others: see
    `session_loading.sessions_from_values`."""

    session_type: models.SessionType = strawberry.field(
        description="Whether the session is guided or a chat; never changes."
    )
    status: models.SessionStatus = strawberry.field(description="Current lifecycle status.")
    title: str | None = strawberry.field(
        description="Title given by a user or by the assistant; null until there is one. "
        "Show `displayTitle`."
    )
    problem_summary: str | None = strawberry.field(
        description="Summary of the problem by the assistant; null until written.",
        metadata={MAX_BYTES: limits.REASON_CHARS},
    )
    problem_domain: str | None = strawberry.field(
        description='Field of the problem, such as "Active Directory"; null until detected.'
    )
    step_count: int = strawberry.field(
        description="Number of steps of a guided session, of messages of a chat."
    )
    intake_type: models.IntakeType = strawberry.field(
        description="Form in which the problem was submitted."
    )
    resolution_summary: str | None = strawberry.field(
        description="How the problem was solved; null while unknown.",
        metadata={MAX_BYTES: limits.REASON_CHARS},
    )
    escalation_reason: str | None = strawberry.field(
        description="Reason of the last escalation; null if never escalated.",
        metadata={MAX_BYTES: limits.REASON_CHARS},
    )
    session_rating: int | None = strawberry.field(
        name="rating", description="User's rating from 1 (worst) to 5 (best); null until rated."
    )
    session_feedback: str | None = strawberry.field(
        name="ratingComment",
        description="User's comment on `rating`; null without one.",
        metadata={MAX_BYTES: limits.REASON_CHARS},
    )
    state_version: int = strawberry.field(
        description="Version number; grows with every write to the session. Send it back as "
        "`expectedStateVersion` to get StaleState when another write came first."
    )
    created_at: datetime = strawberry.field(description=CREATED_AT)
    updated_at: datetime = strawberry.field(description="Time of the last write to the session.")
    resolved_at: datetime | None = strawberry.field(
        description="Time of the resolution; null unless RESOLVED."
    )
    escalated_at: datetime | None = strawberry.field(
        description="Time of the last escalation; null if never escalated."
    )
    claimed_at: datetime | None = strawberry.field(
        description="Time at which the last escalation was claimed; null until then."
    )
    paused_at: datetime | None = strawberry.field(
        description="Time of the last pause; null once resumed, claimed or reopened."
    )
    abandoned_at: datetime | None = strawberry.field(
        description="Time of abandonment; null unless ABANDONED."
    )
    key: strawberry.Private[UUID]
    user_id: strawberry.Private[UUID]
    escalated_to_id: strawberry.Private[UUID | None]
    escalated_by_id: strawberry.Private[UUID | None]
    psa_ticket_id: strawberry.Private[str | None]
    #: The beginning of the intake, where neither title nor summary is given.
    intake_start: strawberry.Private[str | None]

    @computed_field(
        columns=["title", "problem_summary", "intake_start", "psa_ticket_id"],
        description="The title, else the problem summary, else the first words of the intake.",
        safe_to_repeat=True,
    )
    def display_title(self) -> str:
        return self.title or input_validation.truncate_words(
            self.problem_summary or self.intake_start or self._ticket_title()
        )

    def _ticket_title(self) -> str:
        return f"Ticket {self.psa_ticket_id}" if self.psa_ticket_id else "Untitled session"

    @computed_field(columns=["intake_type"], description="Problem as submitted.")
    def intake(self) -> SessionIntake:
        return SessionIntake(type=self.intake_type, key=self.key)

    @computed_field(columns=["user_id"], description="User who created the session.")
    async def owner(self, info: Info) -> User:
        return await load_user(info, self.user_id)

    @computed_field(
        columns=["escalated_to_id"],
        description="User who claimed the session, else the user it was escalated to; null "
        "without either.",
    )
    async def escalated_to(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.escalated_to_id)

    @computed_field(
        columns=["escalated_by_id"],
        description="User who escalated the session last; null if never escalated.",
    )
    async def escalated_by(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.escalated_by_id)

    @computed_field(
        description="Hand-over document for the user who claims the session; null until written."
    )
    async def escalation_package(self, info: Info) -> SessionDocument | None:
        kind = models.DocumentKind.ESCALATION_PACKAGE
        documents = await self._load_documents(info)
        return next((document for document in documents if document.kind is kind), None)

    @computed_field(
        description="Ticket notes, knowledge article, client summary, escalation package and "
        "status updates, oldest first."
    )
    async def documents(self, info: Info) -> list[SessionDocument]:
        return await self._load_documents(info)

    async def _load_documents(self, info: Info) -> list[SessionDocument]:
        chars = selected_chars(selected_fields(info), whole="markdown", partly="markdownLength")
        rows = await info.context.loaders.documents.load(DocumentsKey(self.key, chars))
        return [SessionDocument.from_row(row) for row in rows or []]

    @computed_field(
        columns=["status", "step_count", "user_id", "escalated_to_id", "escalated_by_id"],
        description="Actions that the viewer may take now: the buttons to show. Only a rate limit "
        "or budget can still refuse one.",
    )
    async def allowed_actions(self, info: Info) -> list[SessionAction]:
        situation = access.describe_situation(info.context.principal, self)
        if actions.depends_on_progress(situation):
            progress = await info.context.loaders.progress.load(self.key)
            situation = situation._replace(**progress._asdict()) if progress else situation
        return list(actions.list_allowed_actions(situation))

    @computed_field(
        description="Reply or step being written now; null while the assistant is idle."
    )
    async def active_generation(self, info: Info) -> Generation | None:
        row = await info.context.loaders.active_generation.load(self.key)
        return Generation.from_row(row) if row else None

    @computed_field(description="Tokens and cost of all answers and documents of the session.")
    async def usage(self, info: Info) -> TokenUsage:
        totals = await info.context.loaders.usage.load(self.key)
        return TokenUsage.from_totals(totals or UsageTotals())

    @computed_field(
        description="Audit trail of the session, oldest first. Use `last` for what happened last."
    )
    async def history(
        self,
        info: Info,
        first: FirstOfSlice = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SessionEvent]:
        window = event_window(
            self.key,
            first=first,
            after=decode_event_cursor(info, after) if after is not None else None,
            last=last,
            before=None if before is None else decode_event_cursor(info, before, field="before"),
        )
        rows = await info.context.loaders.history.load(window) or []

        async def count() -> int:
            return await info.context.loaders.event_count.load(self.key) or 0

        page = event_page(window, rows, partial(encode_event_cursor, info))
        return connection_from_page(page, partial(SessionEvent.from_row, info), count)


@strawberry.type(description="Session in which the assistant leads, one step at a time.")
class GuidedSession(AISession):
    match_score: float | None = strawberry.field(
        description="How well the best flow fitted the intake, 0 to 1; null if none came near."
    )
    confidence_tier: models.ConfidenceTier | None = strawberry.field(
        description="Who leads, by the score of the match: the flow (GUIDED, from 0.8), the "
        "assistant with the flow at hand (EXPLORING, from 0.4) or the assistant alone (DISCOVERY)."
    )
    confidence_score: float | None = strawberry.field(
        description="Score behind `confidenceTier`, 0 to 1."
    )

    matched_flow_id: strawberry.Private[UUID | None]

    @computed_field(
        columns=["matched_flow_id"],
        description="Flow that the session follows; null if none fits or the flow was deleted.",
    )
    async def flow(self, info: Info) -> Flow | None:
        if self.matched_flow_id is None:
            return None
        row = await info.context.loaders.flow.load(self.matched_flow_id)
        return Flow.from_row(row) if row else None

    @computed_field(
        columns=["step_count"],
        description="Last step; its `answer` is null while it waits for one. Null before the "
        "first step.",
    )
    async def current_step(self, info: Info) -> SessionStep | None:
        if not self.step_count:
            return None
        last = MessageRange(self.key, self.step_count, self.step_count)
        rows = await info.context.loaders.steps.load(last)
        return SessionStep.from_row(rows[0]) if rows else None

    @computed_field(
        columns=["step_count"],
        description="Steps so far, oldest first.",
    )
    async def steps(
        self,
        info: Info,
        first: FirstOfSlice = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SessionStep]:
        total = self.step_count
        low, high = slice_bounds(total, first, after, last, before)
        rows = await info.context.loaders.steps.load(MessageRange(self.key, low, high)) or []
        return connection_from_slice(rows, low, total, SessionStep.from_row)


@strawberry.type(description="Session held as a conversation with the assistant.")
class ChatSession(AISession):
    suggested_flow_ids: strawberry.Private[list[Any]]

    @computed_field(
        columns=["step_count"],
        description="Messages so far, oldest first. Use `last` for the end of the conversation.",
    )
    async def messages(
        self,
        info: Info,
        first: FirstOfSlice = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ChatMessage]:
        total = self.step_count
        low, high = slice_bounds(total, first, after, last, before)
        fields = selected_fields(info, "edges", "node")
        chars = selected_chars(fields, whole="content", partly="contentLength")
        key = MessagesKey(MessageRange(self.key, low, high), chars)
        rows = await info.context.loaders.messages.load(key) or []
        return connection_from_slice(rows, low, total, ChatMessage.from_message)

    @computed_field(description="Messages that wait for the running answer to end, next one first.")
    async def queued_messages(self, info: Info) -> list[QueuedMessage]:
        rows = await info.context.loaders.queued.load(self.key)
        return [QueuedMessage.from_row(row) for row in rows or []]

    @computed_field(
        columns=["suggested_flow_ids"],
        description="Flows of the library that fit the conversation, best first.",
    )
    async def suggested_flows(self, info: Info) -> list[Flow]:
        keys = [UUID(suggested["id"]) for suggested in self.suggested_flow_ids]
        rows = await info.context.loaders.flow.load_many(keys)
        return [Flow.from_row(row) for row in rows if row is not None]

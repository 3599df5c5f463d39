"""A desk with sessions of both kinds on it."""

from datetime import UTC, datetime

from uuid_utils.compat import uuid7

import models
from models import (
    DocumentKind,
    GenerationKind,
    GenerationStatus,
    MessageRole,
    SessionEventKind,
    SessionStatus,
    StepType,
)
from services.chat.store import NewMessage, message_to_json
from tests import factories


class Desk:
    """Sessions, flows and all that hangs on them, as many as a test asks for."""

    def __init__(self, running, ana, ben) -> None:
        self.running = running
        self.ana = ana
        self.ben = ben

    async def add_sessions(self, count: int) -> list:
        """Chats and guided sessions in turn, each with one of everything."""
        flows = [self.flow() for _ in range(count)]
        await factories.save(self.running, *flows)
        rows = [
            (self.chat if n % 2 else self.guided)(flow, parts=2) for n, flow in enumerate(flows)
        ]
        await factories.save(self.running, *rows)
        for row in rows:
            await self.add_parts(row, 2)
        return rows

    async def add_session(self, kind: str, parts: int):
        """One session with that many messages or steps, events, documents and answers."""
        flow = self.flow()
        await factories.save(self.running, flow)
        row = (self.chat if kind == "chat" else self.guided)(flow, parts=parts)
        await factories.save(self.running, row)
        await self.add_parts(row, parts)
        return row

    def flow(self):
        name = uuid7().hex
        return models.Flow(
            account_id=self.ana.account_id,
            slug=name,
            title=name,
            description="What to do",
            domain="Network",
            tree={"root": "a", "nodes": {}},
        )

    def of_both(self, flow, parts: int) -> dict:
        return {
            "id": uuid7(),
            "status": SessionStatus.ESCALATED,
            "step_count": parts,
            "described_at": datetime.now(UTC),
            "escalated_to_id": self.ben.user_id,
            "escalated_by_id": self.ana.user_id,
        }

    def chat(self, flow, parts: int):
        said = [
            message_to_json(NewMessage(MessageRole.USER, f"message {n}"))
            for n in range(1, parts + 1)
        ]
        return factories.chat_session(
            self.ana,
            **self.of_both(flow, parts),
            conversation_messages=said,
            suggested_flow_ids=[{"id": str(flow.id), "score": 0.5}],
        )

    def guided(self, flow, parts: int):
        return factories.guided_session(
            self.ana, **self.of_both(flow, parts), matched_flow_id=flow.id
        )

    async def add_parts(self, session, count: int) -> None:
        part = {"account_id": session.account_id, "session_id": session.id}
        steps = [
            models.SessionStep(
                **part,
                step_order=n,
                step_type=StepType.QUESTION,
                content=f"step {n}",
                response_text="Yes",
                answered_by_id=self.ben.user_id,
                responded_at=datetime.now(UTC),
            )
            for n in range(1, count + 1)
            if isinstance(session, models.GuidedSession)
        ]
        events = [
            models.SessionEvent(**part, kind=SessionEventKind.RATED, actor_id=self.ben.user_id)
            for _ in range(count)
        ]
        updates = [
            models.SessionDocument(**part, kind=DocumentKind.STATUS_UPDATE, written_markdown="Well")
            for _ in range(count)
        ]
        answers = [
            models.Generation(
                **part, kind=GenerationKind.STATUS_UPDATE, status=GenerationStatus.RUNNING
            )
            for _ in range(count)
        ]
        await factories.save(self.running, *steps, *events, *updates, *answers)

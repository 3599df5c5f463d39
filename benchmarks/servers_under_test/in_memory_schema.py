"""The in-memory schema that all servers under test serve: 100 sessions of two kinds with ten fields
each, and the smallest query."""

from enum import Enum
from typing import Any

import strawberry


@strawberry.enum
class SessionStatus(Enum):
    ACTIVE = "active"
    RESOLVED = "resolved"
    ESCALATED = "escalated"


@strawberry.interface
class AISession:
    id: strawberry.ID
    title: str
    model: str
    created_at: str
    updated_at: str
    status: SessionStatus
    message_count: int
    tokens: int


@strawberry.type
class GuidedSession(AISession):
    step: int
    goal: str


@strawberry.type
class ChatSession(AISession):
    temperature: float
    topic: str


def build_session(n: int) -> AISession:
    shared: dict[str, Any] = {
        "id": strawberry.ID(f"sess_{n:05}"),
        "title": f"Session {n}: the printer on the second floor",
        "model": "a model",
        "created_at": f"2026-01-{n % 28 + 1:02}T10:00:00Z",
        "updated_at": f"2026-02-{n % 28 + 1:02}T11:00:00Z",
        "status": list(SessionStatus)[n % 3],
        "message_count": n * 3,
        "tokens": n * 1000 + 7,
    }
    if n % 2:
        return GuidedSession(**shared, step=n % 7, goal=f"goal {n}")
    return ChatSession(**shared, temperature=0.5 + n / 200, topic=f"topic {n}")


SESSIONS = [build_session(n) for n in range(100)]


@strawberry.type
class Query:
    @strawberry.field
    async def sessions(self) -> list[AISession]:
        return SESSIONS

    @strawberry.field
    def hello(self) -> str:
        return "world"


TYPES: dict[str, Any] = {"query": Query, "types": [GuidedSession, ChatSession]}


def session_as_json(session: AISession) -> dict[str, Any]:
    """The session as a server in another language holds it."""
    fields = {
        "".join((first, *map(str.title, rest))): value
        for (first, *rest), value in ((n.split("_"), v) for n, v in vars(session).items())
    }
    return {**fields, "kind": type(session).__name__, "status": session.status.name}

"""A session list by the tutorials of SQLAlchemy's ORM and Strawberry, under uvicorn:
`python -m benchmarks.servers_under_test.strawberry_session_list PORT`, with `DATABASE_URL`."""

import os
import sys
from datetime import datetime
from typing import Any, Self

import strawberry
import uvicorn
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL

import models

engine = create_async_engine(
    os.environ.get("DATABASE_URL", "postgresql://").replace("postgresql:", "postgresql+asyncpg:"),
    pool_size=10,
)
database = async_sessionmaker(engine, expire_on_commit=False)


@strawberry.interface
class AISession:
    id: strawberry.ID
    status: models.SessionStatus
    title: str | None
    problem_summary: str | None
    problem_domain: str | None
    step_count: int
    state_version: int
    rating: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: models.AISession, **own: Any) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            status=row.status,
            title=row.title,
            problem_summary=row.problem_summary,
            problem_domain=row.problem_domain,
            step_count=row.step_count,
            state_version=row.state_version,
            rating=row.session_rating,
            created_at=row.created_at,
            updated_at=row.updated_at,
            **own,
        )


@strawberry.type
class GuidedSession(AISession):
    confidence_tier: models.ConfidenceTier | None
    match_score: float | None

    @classmethod
    def from_row(cls, row: models.AISession, **own: Any) -> Self:
        return super().from_row(
            row, confidence_tier=row.confidence_tier, match_score=row.match_score, **own
        )


@strawberry.type
class ChatSession(AISession):
    pass


@strawberry.type
class Edge:
    node: AISession


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Connection:
    edges: list[Edge]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def sessions(self, first: int) -> Connection:
        row = models.AISession
        listed = select(row).order_by(row.updated_at.desc(), row.id.desc()).limit(first + 1)
        async with database() as db:
            rows = (await db.scalars(listed)).all()
        edges = [Edge(node=node(row)) for row in rows[:first]]
        return Connection(edges=edges, page_info=PageInfo(has_next_page=len(rows) > first))


def node(row: models.AISession) -> AISession:
    kind = GuidedSession if isinstance(row, models.GuidedSession) else ChatSession
    return kind.from_row(row)


if __name__ == "__main__":
    app = GraphQL[None, None](
        strawberry.Schema(Query, types=[GuidedSession, ChatSession]), graphql_ide=None
    )
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)

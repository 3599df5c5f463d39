"""The whole server, as `sessions serve` runs it, but with tokens from memory in place of its own:
`python -m benchmarks.servers_under_test.product_fan_out`. What it needs else, it is told as the server is."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry

from benchmarks.servers_under_test.token_schema import BEHIND, Query, Token, token
from benchmarks.servers_under_test.product_server import serve
from execution.shared_subscriptions import share_events
from realtime.session_feed import FeedCursor, LogPage, SessionFeed
from realtime.single_flight import SingleFlight


@dataclass(frozen=True, slots=True)
class Published:
    number: int
    token: Token
    shared_results: SingleFlight[Any] = field(default_factory=SingleFlight)


def event_of(published: Published) -> Token:
    return published.token


class NoSource:
    """Events are published from memory: nothing is read."""

    async def read_newest(self, session_id: UUID) -> int:
        return 0

    async def read_after(self, session_id: UUID, number: int) -> LogPage[Published]:
        return LogPage([], is_last=False)


feed: SessionFeed[Published] = SessionFeed(UUID(int=0), NoSource())
cursors: set[FeedCursor[Published]] = set()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tokens(self) -> AsyncGenerator[Token, None]:
        cursor = FeedCursor(feed, feed.number)
        cursors.add(cursor)
        try:
            yield share_events(cursor.batch, event_of)
        finally:
            cursors.discard(cursor)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def publish(self, first: int, count: int, pause: float) -> int:
        for seq in range(first, first + count):
            # A publisher that writes to sockets directly has no back-pressure of its own.
            while any(cursor.number < feed.number - BEHIND for cursor in cursors):
                await asyncio.sleep(0.001)
            feed.publish(LogPage([Published(feed.number + 1, token(seq))], is_last=False))
            await asyncio.sleep(pause)
        return len(cursors)


if __name__ == "__main__":
    serve(query=Query, mutation=Mutation, subscription=Subscription)

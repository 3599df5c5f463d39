"""Our whole server with a subscription to tokens from memory:
`python -m benchmarks.servers_under_test.product_fan_out`, configured by environment variables."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import strawberry

from benchmarks.servers_under_test.product_server import serve_product
from benchmarks.servers_under_test.token_schema import MAX_BACKLOG, Query, Token, build_token
from execution.shared_subscriptions import share_events
from realtime.broadcast import SharedEvent
from realtime.session_feed import FeedCursor, LogPage, SessionFeed


@dataclass(frozen=True, slots=True)
class PublishedToken(SharedEvent):
    number: int
    token: Token


def published_token(published: PublishedToken) -> Token:
    return published.token


class TokenFeed(SessionFeed[PublishedToken]):
    """Events are published from memory; nothing is read from the database."""

    async def read_newest(self) -> int:
        return 0

    async def read_after(self, number: int) -> LogPage[PublishedToken]:
        return LogPage([], is_last=False)


feed = TokenFeed(cast("Any", None), UUID(int=0))
cursors: set[FeedCursor[PublishedToken]] = set()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tokens(self) -> AsyncGenerator[Token, None]:
        cursor = FeedCursor(feed, feed.number)
        cursors.add(cursor)
        try:
            yield share_events(cursor.batch, published_token)
        finally:
            cursors.discard(cursor)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def publish(self, first: int, count: int, pause: float) -> int:
        for seq in range(first, first + count):
            # A publisher that writes to sockets directly has no back-pressure of its own.
            while any(cursor.number < feed.number - MAX_BACKLOG for cursor in cursors):
                await asyncio.sleep(0.001)
            feed.publish(
                LogPage([PublishedToken(feed.number + 1, build_token(seq))], is_last=False)
            )
            await asyncio.sleep(pause)
        return len(cursors)


if __name__ == "__main__":
    serve_product(query=Query, mutation=Mutation, subscription=Subscription)

"""The whole server, as `sessions serve` runs it, but with tokens from memory in place of its own:
`python -m benchmarks.contestants.fan_ours`. What it needs else, it is told as the server is."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import strawberry

from benchmarks.contestants.tokens import BEHIND, Query, Token, token
from benchmarks.contestants.whole import serve
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


feed: SessionFeed[Published] = SessionFeed()
trails: set[FeedCursor[Published]] = set()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tokens(self) -> AsyncGenerator[Token, None]:
        trail = feed.behind(feed.number)
        trails.add(trail)
        try:
            yield share_events(trail.run, event_of)
        finally:
            trails.discard(trail)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def publish(self, first: int, count: int, pause: float) -> int:
        for seq in range(first, first + count):
            # Whoever writes to a socket has nobody to tell that it is free again.
            while any(trail.number < feed.number - BEHIND for trail in trails):
                await asyncio.sleep(0.001)
            feed.take(LogPage([Published(feed.number + 1, token(seq))], is_last=False))
            await asyncio.sleep(pause)
        return len(trails)


if __name__ == "__main__":
    serve(query=Query, mutation=Mutation, subscription=Subscription)

"""The token schema that all servers under test stream from memory: each viewer receives all
tokens in order.

The publisher waits until each viewer has all but the last few tokens, so that no viewer is skipped
and no backlog grows."""

import asyncio
import time
from collections.abc import AsyncGenerator

import strawberry

#: Maximum number of tokens that a viewer may be behind.
MAX_BACKLOG = 16


@strawberry.type
class Token:
    seq: int
    text: str
    ts: float


@strawberry.type
class Query:
    hello: str = "world"


def build_token(seq: int) -> Token:
    return Token(seq=seq, text=f"token {seq} ", ts=time.time() * 1000)


queues: list[asyncio.Queue[Token]] = []


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tokens(self) -> AsyncGenerator[Token, None]:
        queue: asyncio.Queue[Token] = asyncio.Queue(MAX_BACKLOG)
        queues.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            queues.remove(queue)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def publish(self, first: int, count: int, pause: float) -> int:
        """Publish `count` tokens, `pause` seconds apart; returns the number of viewers."""
        for seq in range(first, first + count):
            token = build_token(seq)
            for queue in tuple(queues):
                await queue.put(token)
            await asyncio.sleep(pause)
        return len(queues)

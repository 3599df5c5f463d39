"""Tokens from memory, which ours and the peers stream alike: to each viewer all of them, in order.

The publisher goes on when everybody has taken all but the last few: nobody is left out, and nobody
makes the others' tokens pile up.
"""

import asyncio
import time
from collections.abc import AsyncGenerator

import strawberry

#: Tokens that a viewer may be behind.
BEHIND = 16


@strawberry.type
class Token:
    seq: int
    text: str
    ts: float


@strawberry.type
class Query:
    hello: str = "world"


def token(seq: int) -> Token:
    return Token(seq=seq, text=f"token {seq} ", ts=time.time() * 1000)


queues: list[asyncio.Queue[Token]] = []


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tokens(self) -> AsyncGenerator[Token, None]:
        queue: asyncio.Queue[Token] = asyncio.Queue(BEHIND)
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
        """So many, with so many seconds between them; returns to how many viewers."""
        for seq in range(first, first + count):
            one = token(seq)
            for queue in tuple(queues):
                await queue.put(one)
            await asyncio.sleep(pause)
        return len(queues)

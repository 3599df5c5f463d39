"""Operations that change something once, and listen once, however often they are run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

from execution.schema import Schema
from execution.shared_subscriptions import SharedEvents
from realtime.broadcast import batch_of

#: Of what is told at once, and how long to wait for more of it.
EVENTS = 3
SECONDS = 0.3


class Replay:
    """What each root field has answered the first time, and answers from then on."""

    def __init__(self) -> None:
        self._told: dict[tuple[Any, ...], asyncio.Future[Any]] = {}

    def forget(self) -> None:
        self._told.clear()

    def take_part(self, schema: Schema) -> None:
        types: Any = schema._schema
        for field in types.mutation_type.fields.values():
            field.resolve = partial(self._resolve, field.resolve)
        for field in types.subscription_type.fields.values():
            field.subscribe = partial(self._subscribe, field.subscribe)

    async def _resolve(self, resolve: Any, source: Any, info: Any, **given: Any) -> Any:
        return await self._once(info, partial(resolve, source, info, **given))

    async def _subscribe(self, subscribe: Any, source: Any, info: Any, **given: Any) -> Any:
        return replayed(await self._once(info, partial(heard, subscribe, source, info, **given)))

    async def _once(self, info: Any, work: Any) -> Any:
        place = tuple(info.path.as_list())
        if place not in self._told:
            self._told[place] = asyncio.ensure_future(work())
        return await self._told[place]


async def heard(subscribe: Any, source: Any, info: Any, **given: Any) -> list[Any]:
    """The first events, and what ends them."""
    events: list[Any] = []
    stream = subscribe(source, info, **given)
    if hasattr(stream, "__await__"):
        stream = await stream
    told = moments(stream)
    async with aclosing(stream), aclosing(told):
        while len(events) < EVENTS:
            try:
                events.append(await asyncio.wait_for(anext(told), SECONDS))
            except (TimeoutError, StopAsyncIteration):
                break
            except Exception as error:
                return [*events, error]
    return events


async def moments(stream: AsyncIterator[SharedEvents]) -> AsyncIterator[tuple[Any, Any]]:
    """One by one, and what each is in the words of the API."""
    async for told in stream:
        async with aclosing(told.batch.iterate()) as moments:
            async for moment in moments:
                yield moment, told.to_graphql_event


async def replayed(events: list[Any]) -> AsyncIterator[Any]:
    for event in events:
        if isinstance(event, Exception):
            raise event
        moment, event_of = event
        yield SharedEvents(batch_of([moment]), event_of)

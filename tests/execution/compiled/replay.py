"""Replays the results of mutations and subscriptions, so that an operation can run repeatedly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

from execution.schema import Schema
from execution.shared_subscriptions import SharedEvents
from realtime.broadcast import batch_of

#: Events to record of a subscription, and seconds to wait for each.
EVENTS = 3
SECONDS = 0.3


class Replay:
    """Records the result of each root field on its first execution, and replays it afterwards."""

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
        return replay_events(
            await self._once(info, partial(record_events, subscribe, source, info, **given))
        )

    async def _once(self, info: Any, work: Any) -> Any:
        place = tuple(info.path.as_list())
        if place not in self._told:
            self._told[place] = asyncio.ensure_future(work())
        return await self._told[place]


async def record_events(subscribe: Any, source: Any, info: Any, **given: Any) -> list[Any]:
    """The first events, and the exception that ends them."""
    events: list[Any] = []
    stream = subscribe(source, info, **given)
    if hasattr(stream, "__await__"):
        stream = await stream
    told = flatten_events(stream)
    async with aclosing(stream), aclosing(told):
        while len(events) < EVENTS:
            try:
                events.append(await asyncio.wait_for(anext(told), SECONDS))
            except (TimeoutError, StopAsyncIteration):
                break
            except Exception as error:
                return [*events, error]
    return events


async def flatten_events(stream: AsyncIterator[SharedEvents]) -> AsyncIterator[tuple[Any, Any]]:
    """Each event with its mapping to a GraphQL type."""
    async for told in stream:
        async with aclosing(told.batch.iterate()) as flatten_events:
            async for moment in flatten_events:
                yield moment, told.to_graphql_event


async def replay_events(events: list[Any]) -> AsyncIterator[Any]:
    for event in events:
        if isinstance(event, Exception):
            raise event
        moment, event_of = event
        yield SharedEvents(batch_of([moment]), event_of)

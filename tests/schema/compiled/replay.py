"""Mutations that change something once, however often they are run."""

import asyncio
from functools import partial
from typing import Any

from schema.execution import Schema


class Replay:
    """What each mutation has answered the first time, and answers from then on."""

    def __init__(self) -> None:
        self.told: dict[tuple[Any, ...], asyncio.Future[Any]] = {}

    def forget(self) -> None:
        self.told.clear()

    def take_part(self, schema: Schema) -> None:
        fields: Any = schema._schema.mutation_type
        for field in fields.fields.values():
            field.resolve = partial(self._resolve, field.resolve)

    async def _resolve(self, resolve: Any, source: Any, info: Any, **given: Any) -> Any:
        place = tuple(info.path.as_list())
        if place not in self.told:
            self.told[place] = asyncio.ensure_future(resolve(source, info, **given))
        return await self.told[place]

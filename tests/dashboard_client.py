"""Looking on at a dashboard."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from server.runtime import restart_on_error
from tests.api_client import PATIENCE
from tests.recorded_statements import on_the_driver

#: As a transaction does it that the test itself holds open.
EVENT = """
INSERT INTO ai_session_events (account_id, session_id, kind)
VALUES (:account_id, :session_id, 'renamed')
"""


async def told(stream: AsyncIterator[Any], kind: str) -> Any:
    """The next change of that kind; the assistant's own changes come in between."""
    async with asyncio.timeout(PATIENCE):
        async for change in stream:
            if change.get("kind") == kind:
                return change
    raise AssertionError("The stream has ended")


async def first(stream: AsyncIterator[Any]) -> Any:
    async with asyncio.timeout(PATIENCE):
        return await anext(stream)


@contextmanager
def counting(engine: AsyncEngine) -> Iterator[Counter[str]]:
    """All statements of the process, on whosever behalf; what it does now and then by itself is on
    nobody's."""
    sent: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if not is_regular_work():
            sent[sql] += 1

    def note_driver(_driver: Any, sql: str, _arguments: Any) -> None:
        if not is_regular_work():
            sent[sql] += 1

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        with on_the_driver(engine, note_driver):
            yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def is_regular_work() -> bool:
    task = asyncio.current_task()
    return task is not None and task.get_coro().__qualname__ == restart_on_error.__qualname__

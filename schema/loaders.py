"""DataLoaders: one statement for many parents. Nothing is cached, since the next event of a
subscription must show later changes."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from queries.by_id import load_accounts, load_flow_stats, load_flows, load_sessions, load_users
from queries.documents import load_documents, load_session_documents
from queries.full_text import load_search_hits
from queries.generations import (
    load_active_generations,
    load_generation_texts,
    load_generations,
    load_queued_generations,
    load_usage,
)
from queries.session_events import count_session_events, load_events_by_id, load_session_events
from queries.session_progress import load_session_progress
from queries.session_texts import (
    load_intake_texts,
    load_messages,
    load_messages_by_range,
)
from queries.steps import load_steps, load_steps_by_range
from services.errors import NotFound
from storage.reader import Reader

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LoaderDescriptor(Generic[Key, Value]):
    """Makes a DataLoader on first access: most operations need one or two of them."""

    def __init__(self, read: Callable[[Reader, list[Key]], Awaitable[dict[Key, Value]]]) -> None:
        self._read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, loaders: "Loaders", owner: type) -> "DataLoader[Key, Value | None]":
        async def load(keys: list[Key]) -> list[Value | None]:
            values = await self._read(loaders.db, keys)
            return [values.get(key) for key in keys]

        loader: DataLoader[Key, Value | None] = DataLoader(load_fn=load, cache=False)
        vars(loaders)[self._name] = loader
        return loader


class Loaders:
    """The DataLoaders of one operation, limited to the caller's account."""

    def __init__(self, db: Reader) -> None:
        self.db = db

    session = LoaderDescriptor(load_sessions)
    progress = LoaderDescriptor(load_session_progress)
    user = LoaderDescriptor(load_users)
    account = LoaderDescriptor(load_accounts)
    intake_text = LoaderDescriptor(load_intake_texts)
    flow = LoaderDescriptor(load_flows)
    flow_use = LoaderDescriptor(load_flow_stats)
    search_hits = LoaderDescriptor(load_search_hits)
    step = LoaderDescriptor(load_steps)
    steps = LoaderDescriptor(load_steps_by_range)
    messages = LoaderDescriptor(load_messages_by_range)
    message = LoaderDescriptor(load_messages)
    document = LoaderDescriptor(load_documents)
    documents = LoaderDescriptor(load_session_documents)
    generation = LoaderDescriptor(load_generations)
    active_generation = LoaderDescriptor(load_active_generations)
    queued = LoaderDescriptor(load_queued_generations)
    text = LoaderDescriptor(load_generation_texts)
    usage = LoaderDescriptor(load_usage)
    history = LoaderDescriptor(load_session_events)
    event_count = LoaderDescriptor(count_session_events)
    event = LoaderDescriptor(load_events_by_id)


def require_row(value: Value | None, what: str) -> Value:
    """The row that a foreign key guarantees. It is missing only if deleted between two reads.

    Raises NotFound.
    """
    if value is None:
        raise NotFound(what)
    return value

"""One statement for many parents. Nothing is cached: a subscription's next event must see
what has changed since."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from queries import by_id
from services.principal import Principal
from storage.reader import Reader

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LoaderDescriptor(Generic[Key, Value]):
    """Makes a loader where one is asked for: most operations need one or two of them."""

    def __init__(
        self, read: Callable[[Reader, Principal, list[Key]], Awaitable[dict[Key, Value]]]
    ) -> None:
        self._read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, loaders: "Loaders", owner: type) -> "DataLoader[Key, Value | None]":
        async def load(keys: list[Key]) -> list[Value | None]:
            found = await self._read(loaders.db, loaders.principal, keys)
            return [found.get(key) for key in keys]

        made: DataLoader[Key, Value | None] = DataLoader(load_fn=load, cache=False)
        vars(loaders)[self._name] = made
        return made


class Loaders:
    """All loads are within the caller's account: what is not theirs is not there."""

    def __init__(self, db: Reader, principal: Principal) -> None:
        self.db = db
        self.principal = principal

    session = LoaderDescriptor(by_id.load_sessions)
    user = LoaderDescriptor(by_id.load_users)
    account = LoaderDescriptor(by_id.load_accounts)
    flow = LoaderDescriptor(by_id.load_flows)
    flow_use = LoaderDescriptor(by_id.load_flow_stats)
    step = LoaderDescriptor(by_id.load_steps)
    steps = LoaderDescriptor(by_id.load_step_ranges)
    messages = LoaderDescriptor(by_id.load_message_ranges)
    message = LoaderDescriptor(by_id.load_messages)
    document = LoaderDescriptor(by_id.load_documents)
    documents = LoaderDescriptor(by_id.load_session_documents)
    generation = LoaderDescriptor(by_id.load_generations)
    active_generation = LoaderDescriptor(by_id.load_active_generations)
    queued = LoaderDescriptor(by_id.load_queued_generations)
    text = LoaderDescriptor(by_id.load_generation_texts)
    usage = LoaderDescriptor(by_id.load_usage)
    history = LoaderDescriptor(by_id.load_event_ranges)
    event_count = LoaderDescriptor(by_id.load_event_counts)
    event = LoaderDescriptor(by_id.load_events)


def require_row(value: Value | None, what: str) -> Value:
    """What a foreign key promises. A row deleted between two reads is the only way to miss it."""
    if value is None:
        raise LookupError(f"{what} has gone")
    return value

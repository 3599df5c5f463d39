"""One statement for many parents. Nothing is cached: a subscription's next event must see
what has changed since."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

import models
from services import lookups
from services.events import Stretch
from services.history import SessionValues
from services.lookups import SessionKey, Texts, Totals
from services.messages import Message, Slice
from services.principal import Principal
from services.reading import Reading

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Loaders:
    """All loads are within the caller's account: what is not theirs is not there."""

    def __init__(self, db: Reading, principal: Principal) -> None:
        def loading(
            read: Callable[[Reading, Principal, list[Key]], Awaitable[dict[Key, Value]]],
        ) -> "DataLoader[Key, Value | None]":
            async def load(keys: list[Key]) -> list[Value | None]:
                found = await read(db, principal, keys)
                return [found.get(key) for key in keys]

            return DataLoader(load_fn=load, cache=False)

        self.session: DataLoader[SessionKey, SessionValues | None] = loading(lookups.sessions)
        self.user: DataLoader[UUID, models.User | None] = loading(lookups.users)
        self.account: DataLoader[UUID, models.Account | None] = loading(lookups.accounts)
        self.flow: DataLoader[UUID, models.Flow | None] = loading(lookups.flows)
        self.flow_use: DataLoader[UUID, models.FlowUse | None] = loading(lookups.flow_uses)
        self.step: DataLoader[UUID, models.SessionStep | None] = loading(lookups.steps)
        self.steps: DataLoader[Slice, list[models.SessionStep] | None] = loading(lookups.steps_in)
        self.messages: DataLoader[Slice, list[Message] | None] = loading(lookups.messages_in)
        self.message: DataLoader[tuple[UUID, str], Message | None] = loading(lookups.message)
        self.document: DataLoader[UUID, models.SessionDocument | None] = loading(lookups.documents)
        self.documents: DataLoader[UUID, list[models.SessionDocument] | None] = loading(
            lookups.documents_of
        )
        self.generation: DataLoader[UUID, models.Generation | None] = loading(lookups.generations)
        self.active_generation: DataLoader[UUID, models.Generation | None] = loading(
            lookups.active_generations
        )
        self.queued: DataLoader[UUID, list[models.Generation] | None] = loading(lookups.queued)
        self.text: DataLoader[UUID, Texts | None] = loading(lookups.texts)
        self.usage: DataLoader[UUID, Totals | None] = loading(lookups.usage)
        self.history: DataLoader[Stretch, list[models.SessionEvent] | None] = loading(
            lookups.events_in
        )
        self.event_count: DataLoader[UUID, int | None] = loading(lookups.event_counts)
        self.event: DataLoader[int, models.SessionEvent | None] = loading(lookups.events)


def found(value: Value | None, what: str) -> Value:
    """What a foreign key promises. A row deleted between two reads is the only way to miss it."""
    if value is None:
        raise LookupError(f"{what} has gone")
    return value

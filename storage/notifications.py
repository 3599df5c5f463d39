"""Wake-ups between processes: NOTIFY names what has changed, never what it changed to.

A signal may be lost; whoever waits for one also looks by itself now and then.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from storage.batching import PendingWrite
from storage.statements import Statement

#: A payload may hold 8,000 bytes; an id and its comma take 37.
IDS_PER_PAYLOAD = 200


class Channel(StrEnum):
    """What may have changed; the value is the name of the Postgres channel."""

    SESSION = "session_changed"
    #: Something happened in one of its sessions.
    ACCOUNT = "account_changed"
    GENERATION_TEXT = "generation_text"
    GENERATION_ENDED = "generation_ended"
    GENERATION_FREE = "generation_free"


NOTIFY = Statement(
    "SELECT pg_notify(t, p) FROM unnest(:topics, :payloads) AS s(t, p)",
    topics=ARRAY(Text),
    payloads=ARRAY(Text),
)


def join_ids(ids: Collection[UUID]) -> Iterable[str]:
    words = [str(id) for id in ids]
    for start in range(0, len(words), IDS_PER_PAYLOAD):
        yield ",".join(words[start : start + IDS_PER_PAYLOAD])


def notify_arguments(about: Mapping[Channel, Collection[UUID]]) -> dict[str, list[str]]:
    """What `NOTIFY` is given."""
    rows = [(topic, payload) for topic, ids in about.items() for payload in join_ids(ids)]
    return {"topics": [topic for topic, _ in rows], "payloads": [payload for _, payload in rows]}


def notify_writes(about: Mapping[Channel, Collection[UUID]]) -> Iterator[PendingWrite]:
    """Signals that go out with the commit."""
    if any(about.values()):
        yield PendingWrite(NOTIFY, notify_arguments(about))


#: To listen to a topic whatever the signal is about.
ANY_ID = UUID(int=0)


class NotificationHub:
    """Passes signals that reached this process on to whoever waits for that id."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[Channel, UUID], set[Callable[[], Any]]] = defaultdict(set)
        #: Connections by which this process writes text, which it shows without being told of it.
        self.own_writer_pids: set[int] = set()

    @contextmanager
    def subscribe(self, topic: Channel, id: UUID, wake: Callable[[], Any]) -> Any:
        """Call `wake` at each signal about `id` while the block runs."""
        key = (topic, id)
        self._listeners[key].add(wake)
        try:
            yield
        finally:
            self._listeners[key].discard(wake)
            if not self._listeners[key]:
                del self._listeners[key]

    def dispatch(self, topic: str, payload: str) -> None:
        for about in (*map(UUID, payload.split(",")), ANY_ID):
            for wake in tuple(self._listeners.get((Channel(topic), about), ())):
                wake()

    def wake_all(self) -> None:
        """After signals may have been missed: let everyone look."""
        for wakes in tuple(self._listeners.values()):
            for wake in tuple(wakes):
                wake()

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

from storage.batching import Write
from storage.statements import Statement

#: A payload may hold 8,000 bytes; an id and its comma take 37.
IDS_IN_A_SIGNAL = 200


class Topic(StrEnum):
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


def payloads(ids: Collection[UUID]) -> Iterable[str]:
    words = [str(id) for id in ids]
    for start in range(0, len(words), IDS_IN_A_SIGNAL):
        yield ",".join(words[start : start + IDS_IN_A_SIGNAL])


def told(about: Mapping[Topic, Collection[UUID]]) -> dict[str, list[str]]:
    """What `NOTIFY` is given."""
    rows = [(topic, payload) for topic, ids in about.items() for payload in payloads(ids)]
    return {"topics": [topic for topic, _ in rows], "payloads": [payload for _, payload in rows]}


def sent(about: Mapping[Topic, Collection[UUID]]) -> Iterator[Write]:
    """Signals that go out with the commit."""
    if any(about.values()):
        yield Write(NOTIFY, told(about))


#: To listen to a topic whatever the signal is about.
ANY = UUID(int=0)


class Switchboard:
    """Passes signals that reached this process on to whoever waits for that id."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[Topic, UUID], set[Callable[[], Any]]] = defaultdict(set)
        #: Connections by which this process writes text, which it shows without being told of it.
        self.writing_pids: set[int] = set()

    @contextmanager
    def listening(self, topic: Topic, id: UUID, wake: Callable[[], Any]) -> Any:
        """Call `wake` at each signal about `id` while the block runs."""
        key = (topic, id)
        self._listeners[key].add(wake)
        try:
            yield
        finally:
            self._listeners[key].discard(wake)
            if not self._listeners[key]:
                del self._listeners[key]

    def receive(self, topic: str, payload: str) -> None:
        for about in (*map(UUID, payload.split(",")), ANY):
            for wake in tuple(self._listeners.get((Topic(topic), about), ())):
                wake()

    def wake_all(self) -> None:
        """After signals may have been missed: let everyone look."""
        for wakes in tuple(self._listeners.values()):
            for wake in tuple(wakes):
                wake()

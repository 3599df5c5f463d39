"""LISTEN/NOTIFY: wakes up subscribers in other processes when rows have changed.

A notification has the ids of what has changed, not the changes, and it can be lost. A subscriber
therefore also polls, at long intervals. One connection of each process listens, and is opened again
when it is lost.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import Text

from storage.engine import connect
from storage.log_episodes import LogEpisodes
from storage.outages import retry_while_database_down
from storage.statements import Statement
from storage.transactions import PendingWrite

logger = logging.getLogger(__name__)

ChannelName = TypeVar("ChannelName", bound=str)

#: A payload may have 8,000 bytes; an id and its comma have 37.
IDS_PER_PAYLOAD = 200
#: Subscribes to the notifications of a channel about any id.
ANY_ID = UUID(int=0)

NOTIFY = Statement(
    "SELECT pg_notify(c, p) FROM unnest(:channels, :payloads) AS s(c, p)",
    channels=ARRAY(Text),
    payloads=ARRAY(Text),
)


def join_ids(ids: Collection[UUID]) -> Iterable[str]:
    """The payloads for these ids."""
    texts = [str(id) for id in ids]
    for start in range(0, len(texts), IDS_PER_PAYLOAD):
        yield ",".join(texts[start : start + IDS_PER_PAYLOAD])


def notify_arguments(changed: Mapping[ChannelName, Collection[UUID]]) -> dict[str, list[str]]:
    """The values of the parameters of NOTIFY, for changed ids by channel."""
    pairs = [(channel, payload) for channel, ids in changed.items() for payload in join_ids(ids)]
    return {"channels": [name for name, _ in pairs], "payloads": [text for _, text in pairs]}


def notify_writes(changed: Mapping[ChannelName, Collection[UUID]]) -> Iterator[PendingWrite]:
    """The write that notifies of changed ids by channel. Postgres sends them at the commit."""
    if any(changed.values()):
        yield PendingWrite(NOTIFY, notify_arguments(changed))


class NotificationHub:
    """Dispatches the notifications of a process to its subscribers, by channel and id.

    The process shows its own writes on the channels `self_served` without a notification: those
    from the connections `own_writer_pids` are ignored.
    """

    def __init__(
        self, channels: Iterable[str] = (), *, self_served: Collection[str] = frozenset()
    ) -> None:
        self.channels = tuple(channels)
        self.own_writer_pids: set[int] = set()
        #: Notifications that no part of this product sends.
        self.invalid_count = 0
        self._invalid_episodes = LogEpisodes()
        self._self_served = self_served
        self._subscribers: dict[tuple[str, UUID], set[Callable[[], Any]]] = defaultdict(set)

    @contextmanager
    def subscribe(self, channel: str, id: UUID, wake: Callable[[], Any]) -> Any:
        """Call `wake` at each notification about `id` while the block runs."""
        key = (channel, id)
        self._subscribers[key].add(wake)
        try:
            yield
        finally:
            self._subscribers[key].discard(wake)
            if not self._subscribers[key]:
                del self._subscribers[key]

    def is_own(self, channel: str, pid: int) -> bool:
        """Whether a notification is about a write that this process shows anyway."""
        return channel in self._self_served and pid in self.own_writer_pids

    def dispatch(self, channel: str, payload: str) -> None:
        """Wake the subscribers of the ids. Any client of the database may notify, so a payload
        that is no list of ids is ignored."""
        try:
            ids = [*map(UUID, payload.split(",")), ANY_ID]
        except ValueError:
            self._log_invalid(channel)
            return
        for id in ids:
            for wake in tuple(self._subscribers.get((channel, id), ())):
                wake()

    def _log_invalid(self, channel: str) -> None:
        """Log the channel and not the payload, which may be anything."""
        self.invalid_count += 1
        if self._invalid_episodes.begin_with(channel):
            logger.warning(
                "Ignored a notification on the channel %s without an id (%d so far)",
                channel,
                self.invalid_count,
            )

    def wake_all(self) -> None:
        """Wake all subscribers, because notifications may have been lost."""
        for wakes in tuple(self._subscribers.values()):
            for wake in tuple(wakes):
                wake()


async def listen_for_notifications(url: URL, hub: NotificationHub, *engines: AsyncEngine) -> None:
    """Dispatch notifications until the task is cancelled.

    When the connection is lost, the pooled connections of `engines` are probably lost as well.
    They are closed, so that no request fails on one.
    """
    while True:
        lost = asyncio.Event()
        connection = await connect_listener(url, hub)
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            # Notifications were missed while there was no connection.
            hub.wake_all()
            await lost.wait()
            logger.warning("The connection for notifications was lost")
            for engine in engines:
                await engine.dispose()
        finally:
            connection.terminate()


@retry_while_database_down
async def connect_listener(url: URL, hub: NotificationHub) -> asyncpg.Connection:
    """A connection that listens on all channels of the hub."""

    def receive(_connection: Any, pid: int, channel: str, payload: str) -> None:
        if not hub.is_own(channel, pid):
            hub.dispatch(channel, payload)

    connection = await connect(url, purpose=" listener")
    # After a restart Postgres may assign the same process ids to connections of other processes.
    hub.own_writer_pids.clear()
    try:
        for channel in hub.channels:
            await connection.add_listener(channel, receive)
    except BaseException:
        connection.terminate()
        raise
    return connection

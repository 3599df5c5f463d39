"""What one server process consists of, built in one place; tests put their own parts in."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from schema.context import Context
from server import database
from server.database import Database
from server.leaving import Departure
from server.listener import listen
from services.ai import Assistant
from services.describe import Describer
from services.faults import heed_cancellation
from services.generations.flusher import Flusher
from services.generations.keeper import keep_leases
from services.generations.leases import release
from services.generations.watch import Watches
from services.generations.writer import Writer
from services.principal import Principal
from services.retention import keep_tidy
from services.signals import Switchboard
from services.streams import Streams

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]

#: Connections that requests cannot take away: for the flusher, the leases, and reading the log.
KEPT_BACK = 3


@dataclass(frozen=True, slots=True)
class Process:
    engine: AsyncEngine
    database: async_sessionmaker[AsyncSession]
    writer: Writer
    watches: Watches
    streams: Streams
    switchboard: Switchboard
    assistant: Assistant
    departure: Departure

    def context(self, principal: Principal) -> Context:
        return Context(principal, self.database, self.writer, self.streams)

    def leave(self) -> None:
        """Begin nothing new, and let viewers go."""
        self.writer.is_closing = True
        self.departure.begin()


@asynccontextmanager
async def running(
    place: Database, assistant: Assistant, *, pool_size: int = 10, grace: float = 0
) -> AsyncGenerator[Process]:
    """Everything a process needs, and its background work, as long as the block runs.

    Answers still being written then have `grace` seconds to end before others take them over.
    """
    engine = database.engine(place, pool_size=pool_size)
    vital = database.engine(place, pool_size=KEPT_BACK)
    sessions = database.sessionmaker(engine)
    switchboard = Switchboard()
    flusher = Flusher(vital)
    writer = Writer(sessions, assistant, flusher)
    watches = Watches(vital, switchboard)
    departure = Departure()
    process = Process(
        engine=engine,
        database=sessions,
        writer=writer,
        watches=watches,
        streams=Streams(sessions, watches, switchboard),
        switchboard=switchboard,
        assistant=assistant,
        departure=departure,
    )
    describer = Describer(engine, sessions, assistant, writer)
    try:
        async with in_background(
            flusher.run,
            watches.run,
            describer.run,
            partial(keep_tidy, engine),
            partial(keep_leases, vital, writer, switchboard),
            partial(listen, place.url, switchboard, engine, vital),
        ):
            yield process
            await writer.close(departure.remaining(grace))
            async with vital.begin() as connection:
                await release(connection, writer.id)
    finally:
        await assistant.close()
        await engine.dispose()
        await vital.dispose()


@asynccontextmanager
async def in_background(*works: Work) -> AsyncGenerator[None]:
    """Keep works going that never end by themselves."""
    tasks = [asyncio.create_task(kept_going(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def kept_going(work: Work) -> None:
    """A bug in one of them is logged, and must not silence it for good."""
    while True:
        try:
            await work()
        except Exception as error:
            heed_cancellation(error)
            logger.exception("Background work broke and is begun again")
        await asyncio.sleep(1)

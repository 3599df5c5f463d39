"""What one server process consists of, built in one place; tests put their own parts in."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.dashboard import Boards
from realtime.generation_watch import Watches
from realtime.subscriptions import Streams
from schema.context import Context
from server import database
from server.database import Database
from server.http.rate_limit import Throttle
from server.shutdown import Departure
from services.ai.port import Assistant
from services.generations.lease_keeper import keep_leases
from services.generations.leases import release
from services.generations.runner import Writer
from services.generations.token_log_writer import Flusher
from services.principal import Principal
from services.quotas.quotas import Allowances
from services.retention import keep_tidy
from services.sessions.auto_title import Describer
from storage.connections import borrowed
from storage.notification_listener import listen
from storage.notifications import Switchboard
from storage.outages import heed_cancellation
from storage.tenancy import DatabaseRole, Tenancy

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]

#: Connections that requests cannot take away: for the flusher, the leases, and reading the log.
#: Each of these is one statement at a time, and saves the way there and back of a transaction.
KEPT_BACK = 3


@dataclass(frozen=True, slots=True)
class Process:
    engine: AsyncEngine
    #: Its connections no request can take away.
    vital: AsyncEngine
    tenancy: Tenancy
    flusher: Flusher
    writer: Writer
    watches: Watches
    streams: Streams
    switchboard: Switchboard
    departure: Departure
    throttle: Throttle

    def context(self, principal: Principal) -> Context:
        return Context(principal, self.tenancy, self.writer, self.streams)

    @property
    def connections_in_use(self) -> int:
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    def leave(self) -> None:
        """Begin nothing new, and let viewers go."""
        self.writer.is_closing = True
        self.departure.begin()


@asynccontextmanager
async def running(
    place: Database,
    assistant: Assistant,
    *,
    pool_size: int = 10,
    grace: float = 0,
    allowances: Allowances | None = None,
) -> AsyncGenerator[Process]:
    """Everything a process needs, and its background work, as long as the block runs.

    Answers still being written then have `grace` seconds to end before others take them over.
    """
    async with AsyncExitStack() as stack:
        stack.push_async_callback(assistant.close)
        engine = await stack.enter_async_context(
            database.connected(place, DatabaseRole.APP, pool_size=pool_size)
        )
        vital = await stack.enter_async_context(
            database.connected(place, DatabaseRole.KEEPER, pool_size=KEPT_BACK)
        )
        process = built(engine, vital, assistant, allowances or Allowances())
        describer = Describer(process.tenancy, assistant, process.writer)
        async with in_background(
            process.flusher.run,
            process.watches.run,
            describer.run,
            partial(keep_tidy, process.tenancy),
            partial(keep_leases, vital, process.writer, process.switchboard),
            partial(listen, place.url, process.switchboard, engine, vital),
        ):
            try:
                yield process
            finally:
                process.streams.boards.close()
                await process.writer.close(process.departure.remaining(grace))
                async with borrowed(vital) as driver:
                    await release(driver, process.writer.id)


def built(
    engine: AsyncEngine, vital: AsyncEngine, assistant: Assistant, allowances: Allowances
) -> Process:
    tenancy = Tenancy(engine)
    switchboard = Switchboard()
    watches = Watches(vital, switchboard)
    flusher = Flusher(vital, watches.take_written, switchboard.writing_pids)
    return Process(
        engine=engine,
        vital=vital,
        tenancy=tenancy,
        flusher=flusher,
        writer=Writer(tenancy, assistant, flusher, watches, allowances),
        watches=watches,
        streams=Streams(tenancy, watches, switchboard, Boards(tenancy, switchboard)),
        switchboard=switchboard,
        departure=Departure(),
        throttle=Throttle(tenancy, allowances),
    )


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

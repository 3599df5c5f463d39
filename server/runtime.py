"""What one server process consists of, built in one place; tests put their own parts in."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from services.generations.lease_keeper import keep_leases
from services.generations.token_log_writer import TokenLogWriter
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.dashboard import DashboardFeeds
from realtime.generation_watch import GenerationWatches
from realtime.subscriptions import SubscriptionService
from schema.context import Context
from schema.session_loading import load_session
from server.database import Database
from server.http.rate_limit import RateLimiter
from server.shutdown import GracefulShutdown
from services.ai.port import Assistant
from services.generations.leases import release
from services.generations.runner import GenerationRunner
from services.principal import Principal
from services.quotas.quotas import Quotas
from services.retention import run_retention
from services.sessions.auto_title import Describer
from storage.connections import driver_connection
from storage.engine import open_role_engine
from storage.notification_listener import listen_for_notifications
from storage.notifications import NotificationHub
from storage.outages import reraise_if_cancelled
from storage.tenancy import DatabaseRole, Tenancy

logger = logging.getLogger(__name__)

BackgroundTask = Callable[[], Awaitable[None]]

#: Connections that requests cannot take away: for the flusher, the leases, and reading the log.
#: Each of these is one statement at a time, and saves the way there and back of a transaction.
RESERVED_CONNECTIONS = 3


@dataclass(frozen=True, slots=True)
class Runtime:
    engine: AsyncEngine
    #: Its connections no request can take away.
    reserved_engine: AsyncEngine
    tenancy: Tenancy
    token_log_writer: TokenLogWriter
    generation_runner: GenerationRunner
    generation_watches: GenerationWatches
    subscriptions: SubscriptionService
    notification_hub: NotificationHub
    shutdown: GracefulShutdown
    rate_limiter: RateLimiter

    def create_context(self, principal: Principal) -> Context:
        return Context(
            principal, self.tenancy, self.generation_runner, self.subscriptions, load_session
        )

    @property
    def connections_in_use(self) -> int:
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    def begin_shutdown(self) -> None:
        """Begin nothing new, and let viewers go."""
        self.generation_runner.is_closing = True
        self.shutdown.start()


@asynccontextmanager
async def run_runtime(
    place: Database,
    assistant: Assistant,
    *,
    pool_size: int = 10,
    grace: float = 0,
    allowances: Quotas | None = None,
) -> AsyncGenerator[Runtime]:
    """Everything a process needs, and its background work, as long as the block runs.

    Answers still being written then have `grace` seconds to end before others take them over.
    """
    async with AsyncExitStack() as stack:
        stack.push_async_callback(assistant.close)
        engine = await stack.enter_async_context(
            open_role_engine(place.url, DatabaseRole.APP, pool_size=pool_size)
        )
        vital = await stack.enter_async_context(
            open_role_engine(place.url, DatabaseRole.KEEPER, pool_size=RESERVED_CONNECTIONS)
        )
        process = build_runtime(engine, vital, assistant, allowances or Quotas())
        describer = Describer(process.tenancy, assistant, process.generation_runner)
        async with run_background_tasks(
            process.token_log_writer.run,
            process.generation_watches.run,
            describer.run,
            partial(run_retention, process.tenancy),
            partial(keep_leases, vital, process.generation_runner, process.notification_hub),
            partial(listen_for_notifications, place.url, process.notification_hub, engine, vital),
        ):
            try:
                yield process
            finally:
                process.subscriptions.dashboards.close()
                await process.generation_runner.close(process.shutdown.grace_left(grace))
                async with driver_connection(vital) as driver:
                    await release(driver, process.generation_runner.id)


def build_runtime(
    engine: AsyncEngine, vital: AsyncEngine, assistant: Assistant, allowances: Quotas
) -> Runtime:
    tenancy = Tenancy(engine)
    switchboard = NotificationHub()
    watches = GenerationWatches(vital, switchboard)
    flusher = TokenLogWriter(vital, watches.on_flushed, switchboard.own_writer_pids)
    return Runtime(
        engine=engine,
        reserved_engine=vital,
        tenancy=tenancy,
        token_log_writer=flusher,
        generation_runner=GenerationRunner(tenancy, assistant, flusher, watches, allowances),
        generation_watches=watches,
        subscriptions=SubscriptionService(
            tenancy, watches, switchboard, DashboardFeeds(tenancy, switchboard)
        ),
        notification_hub=switchboard,
        shutdown=GracefulShutdown(),
        rate_limiter=RateLimiter(tenancy, allowances),
    )


@asynccontextmanager
async def run_background_tasks(*works: BackgroundTask) -> AsyncGenerator[None]:
    """Keep works going that never end by themselves."""
    tasks = [asyncio.create_task(restart_on_error(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def restart_on_error(work: BackgroundTask) -> None:
    """A bug in one of them is logged, and must not silence it for good."""
    while True:
        try:
            await work()
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("Background work broke and is begun again")
        await asyncio.sleep(1)

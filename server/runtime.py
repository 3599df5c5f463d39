"""The runtime of a server process (composition root): every service that it consists of, and its
background tasks. Tests build it with parts of their own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from queries.desk_time import DEFAULT_TIME_ZONE, TIME_ZONE_SETTING
from queries.opaque_cursors import CURSOR_KEY, CursorCipher
from realtime.dashboard import DashboardFeeds
from realtime.generation_watch import GenerationWatches
from realtime.subscriptions import SubscriptionService
from schema.context import Context
from schema.session_loading import load_session
from server.http.rate_limit import RateLimiter
from server.shutdown import GracefulShutdown
from services.ai.port import Assistant
from services.channels import Channel
from services.generations.leases import keep_leases
from services.generations.runner import GenerationRunner
from services.generations.store import LeaseStore
from services.generations.token_log.store import TokenLogReader, TokenLogStore
from services.generations.token_log.writer import TokenLogWriter
from services.limits import DEFAULT_SEARCH_LIMITS, SearchLimits
from services.principal import Principal
from services.quotas.quotas import Quotas
from services.retention import run_retention
from services.sessions.auto_title import Describer
from services.text_search.reindexing import run_reindexing
from storage.database_location import DatabaseLocation
from storage.engine import Engine, open_role_engine
from storage.notifications import NotificationHub, listen_for_notifications
from storage.outages import reraise_if_cancelled
from storage.pool import count_connections_in_use
from storage.read_limits import DEFAULT_READ_LIMITS, ReadLimits
from storage.server_secrets import get_or_create_secret
from storage.transactions import DatabaseRole, Tenancy

logger = logging.getLogger(__name__)

BackgroundTask = Callable[[], Awaitable[None]]

#: Connections of `sessions_keeper` that requests cannot use: for the token log writer and the
#: leases. Each of these runs single statements without a transaction, which saves a round trip.
RESERVED_CONNECTIONS = 2
#: Connections that read the token log, as `sessions_app`: the keeper cannot read answers.
LOG_READER_CONNECTIONS = 1


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """The connections of a process, and what requests may make of them."""

    pool_size: int = 10
    #: For sign-in, while requests use all others.
    sign_in_connections: int = 2
    reads: ReadLimits = DEFAULT_READ_LIMITS
    #: Of accounts that have none of their own.
    time_zone: str = DEFAULT_TIME_ZONE


DEFAULT_DATABASE_LIMITS = DatabaseLimits()


@dataclass(frozen=True, slots=True)
class Runtime:
    """The services of a server runtime."""

    engine: Engine
    #: With connections that requests cannot use.
    reserved_engine: Engine
    sign_in_engine: Engine
    tenancy: Tenancy
    #: For what happens before a request: sign-in and rate limits.
    sign_in_tenancy: Tenancy
    token_log_writer: TokenLogWriter
    generation_runner: GenerationRunner
    generation_watches: GenerationWatches
    subscriptions: SubscriptionService
    notification_hub: NotificationHub
    shutdown: GracefulShutdown
    rate_limiter: RateLimiter
    search_limits: SearchLimits
    cursor_cipher: CursorCipher
    redacts_stored: bool

    def create_context(self, principal: Principal) -> Context:
        return Context(
            principal,
            self.tenancy,
            self.generation_runner,
            self.subscriptions,
            self.cursor_cipher,
            load_session,
            self.search_limits,
            self.redacts_stored,
        )

    @property
    def connections_in_use(self) -> int:
        return count_connections_in_use(self.engine)

    def begin_shutdown(self) -> None:
        """Start no new answers, and end all streams."""
        self.generation_runner.is_closing = True
        self.shutdown.start()


@asynccontextmanager
async def run_runtime(
    location: DatabaseLocation,
    assistant: Assistant,
    *,
    limits: DatabaseLimits = DEFAULT_DATABASE_LIMITS,
    search_limits: SearchLimits = DEFAULT_SEARCH_LIMITS,
    redacts_stored: bool = False,
    grace: float = 0,
    quotas: Quotas | None = None,
) -> AsyncGenerator[Runtime]:
    """Build the runtime and run its background tasks as long as the block.

    At the end, unfinished answers have `grace` seconds before other processes take them over.
    """
    async with AsyncExitStack() as stack:
        stack.push_async_callback(assistant.close)
        engines = await stack.enter_async_context(open_engines(location, limits))
        key = await get_or_create_secret(Tenancy(engines.reserved).system, CURSOR_KEY)
        built = build_runtime(
            engines, assistant, quotas or Quotas(), limits.reads, search_limits, CursorCipher(key)
        )
        runtime = replace(built, redacts_stored=redacts_stored)
        describer = Describer(runtime.tenancy, assistant, runtime.generation_runner)
        leases = LeaseStore(engines.reserved, runtime.generation_runner.id)
        async with run_background_tasks(
            runtime.token_log_writer.run,
            runtime.generation_watches.run,
            describer.run,
            partial(run_retention, runtime.tenancy),
            partial(run_reindexing, runtime.tenancy),
            partial(keep_leases, leases, runtime.generation_runner, runtime.notification_hub),
            partial(listen_for_notifications, location.url, runtime.notification_hub, *engines),
        ):
            try:
                yield runtime
            finally:
                runtime.subscriptions.dashboards.close()
                await runtime.generation_runner.close(runtime.shutdown.grace_left(grace))
                await leases.release_leases()


class Engines(NamedTuple):
    """The connections of a process, apart from the one that listens."""

    requests: Engine
    reserved: Engine
    sign_in: Engine
    log_reader: Engine


@asynccontextmanager
async def open_engines(
    location: DatabaseLocation, limits: DatabaseLimits
) -> AsyncGenerator[Engines]:
    """The engines last as long as the block."""
    async with (
        open_role_engine(
            location.url,
            DatabaseRole.APP,
            pool_size=limits.pool_size,
            read_seconds=limits.reads.seconds,
            settings={TIME_ZONE_SETTING: limits.time_zone},
        ) as requests,
        open_role_engine(
            location.url, DatabaseRole.KEEPER, pool_size=RESERVED_CONNECTIONS
        ) as reserved,
        open_role_engine(
            location.url, DatabaseRole.KEEPER, pool_size=limits.sign_in_connections
        ) as sign_in,
        open_role_engine(
            location.url, DatabaseRole.APP, pool_size=LOG_READER_CONNECTIONS
        ) as log_reader,
    ):
        yield Engines(requests, reserved, sign_in, log_reader)


def build_runtime(
    engines: Engines,
    assistant: Assistant,
    quotas: Quotas,
    read_limits: ReadLimits,
    search_limits: SearchLimits,
    cursor_cipher: CursorCipher,
) -> Runtime:
    """Wire the services to each other."""
    tenancy = Tenancy(engines.requests, read_limits)
    sign_in_tenancy = Tenancy(engines.requests, read_limits, reserve=engines.sign_in)
    hub = NotificationHub(Channel, self_served={Channel.GENERATION_TEXT})
    token_log = TokenLogStore(engines.reserved, hub.own_writer_pids)
    watches = GenerationWatches(TokenLogReader(engines.log_reader), hub)
    writer = TokenLogWriter(token_log, watches.on_flushed)
    return Runtime(
        engine=engines.requests,
        reserved_engine=engines.reserved,
        sign_in_engine=engines.sign_in,
        tenancy=tenancy,
        sign_in_tenancy=sign_in_tenancy,
        token_log_writer=writer,
        generation_runner=GenerationRunner(tenancy, assistant, writer, watches, quotas),
        generation_watches=watches,
        subscriptions=SubscriptionService(tenancy, watches, hub, DashboardFeeds(tenancy, hub)),
        notification_hub=hub,
        shutdown=GracefulShutdown(),
        rate_limiter=RateLimiter(sign_in_tenancy, quotas),
        search_limits=search_limits,
        cursor_cipher=cursor_cipher,
        redacts_stored=False,
    )


@asynccontextmanager
async def run_background_tasks(*background: BackgroundTask) -> AsyncGenerator[None]:
    """Run tasks that never end by themselves as long as the block."""
    tasks = [asyncio.create_task(restart_on_error(each)) for each in background]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def restart_on_error(task: BackgroundTask) -> None:
    """Log the error of a background task and run it again, so that a bug does not stop it."""
    while True:
        try:
            await task()
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("A background task failed and is restarted")
        await asyncio.sleep(1)

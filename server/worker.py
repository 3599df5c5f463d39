"""The ASGI application of a server process, built in that process."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from starlette.types import ASGIApp

from server import bootstrap
from server.app import LifespanState, create_app, create_view
from server.exit_signals import repeat_dropped_exit
from server.graphql.view import GraphQLView
from server.http.connection_limits import ConnectionLimiter
from server.logging_config import configure_logging
from server.settings import Settings
from server.shutdown import on_stop_signal
from server.warmup import warm_up
from services.principal import ANONYMOUS
from storage.database_location import DatabaseLocation

PARENT_CHECK_INTERVAL = 1.0


@dataclass(frozen=True, slots=True)
class AppFactory:
    """A picklable factory: uvicorn sends it to each worker process, which calls it."""

    settings: Settings
    location: DatabaseLocation
    parent: int | None = None
    create_view: Callable[[Settings], GraphQLView] = create_view
    #: Of the process that the factory is sent to.
    limiter: ConnectionLimiter = field(default_factory=ConnectionLimiter)

    def __call__(self) -> ASGIApp:
        configure_logging(self.settings.log_level, self.settings.log_format)
        view = self.create_view(self.settings)
        return create_app(partial(self.lifespan, view), self.settings, view, self.limiter)

    @asynccontextmanager
    async def lifespan(self, view: GraphQLView) -> AsyncGenerator[LifespanState]:
        watching = asyncio.create_task(exit_when_parent_dies(self.parent)) if self.parent else None
        async with bootstrap.lifespan_state(self.location, self.settings) as state:
            await warm_up(view.schema, state["runtime"].create_context(ANONYMOUS))
            with on_stop_signal(state["runtime"].begin_shutdown):
                repeat_dropped_exit()
                yield state
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def exit_when_parent_dies(parent: int) -> None:
    """Without its supervisor, which may have been killed, a worker would run forever."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing signals it
        await asyncio.sleep(PARENT_CHECK_INTERVAL)
    signal.raise_signal(signal.SIGTERM)

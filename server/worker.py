"""The application as each process that serves a port makes it for itself."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from server import bootstrap
from server.app import LifespanState, create_app, create_view
from server.database import Database
from server.graphql.view import GraphQLView
from server.settings import Settings
from server.shutdown import on_stop_signal
from server.warmup import warm_up
from services.principal import ANONYMOUS

PARENT_CHECK_INTERVAL = 1.0


def configure_logging(level: str) -> None:
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-8s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class AppFactory:
    """Travels to the process that calls it."""

    settings: Settings
    place: Database
    parent: int | None = None
    make_view: Callable[[Settings], GraphQLView] = create_view

    def __call__(self) -> ASGIApp:
        configure_logging(self.settings.log_level)
        view = self.make_view(self.settings)
        return create_app(partial(self.lifespan, view), self.settings, view)

    @asynccontextmanager
    async def lifespan(self, view: GraphQLView) -> AsyncGenerator[LifespanState]:
        watching = asyncio.create_task(exit_when_parent_dies(self.parent)) if self.parent else None
        async with bootstrap.lifespan_state(self.place, self.settings) as state:
            await warm_up(view.schema, state["runtime"].create_context(ANONYMOUS))
            with on_stop_signal(state["runtime"].begin_shutdown):
                yield state
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def exit_when_parent_dies(parent: int) -> None:
    """A parent that was killed cannot stop its workers, nor start them anew."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing signals it
        await asyncio.sleep(PARENT_CHECK_INTERVAL)
    signal.raise_signal(signal.SIGTERM)

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
from server.app import State, create_app, view_of
from server.database import Database
from server.graphql.view import GraphQLView
from server.settings import Settings
from server.shutdown import when_told_to_stop
from server.warmup import rehearse
from services.principal import NOBODY

LOOK_EVERY = 1.0


def configure_logging(level: str) -> None:
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-8s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Worker:
    """Travels to the process that calls it."""

    settings: Settings
    place: Database
    parent: int | None = None
    make_view: Callable[[Settings], GraphQLView] = view_of

    def __call__(self) -> ASGIApp:
        configure_logging(self.settings.log_level)
        view = self.make_view(self.settings)
        return create_app(partial(self.started, view), self.settings, view)

    @asynccontextmanager
    async def started(self, view: GraphQLView) -> AsyncGenerator[State]:
        watching = asyncio.create_task(stop_without(self.parent)) if self.parent else None
        async with bootstrap.started(self.place, self.settings) as state:
            await rehearse(view.schema, state["process"].context(NOBODY))
            with when_told_to_stop(state["process"].leave):
                yield state
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def stop_without(parent: int) -> None:
    """A parent that was killed cannot stop its workers, nor start them anew."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing signals it
        await asyncio.sleep(LOOK_EVERY)
    signal.raise_signal(signal.SIGTERM)

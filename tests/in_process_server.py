"""An application served by the loop of the test itself, so that a test can look inside."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn


class QuietServer(uvicorn.Server):
    """Leaves the signals to the test."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Here:
    url: str
    server: QuietServer

    @property
    def is_quiet(self) -> bool:
        """Nobody is connected, nothing is being answered."""
        state = self.server.server_state
        return not state.connections and not state.tasks


@asynccontextmanager
async def serving_here(app: Any, *, port: int = 0, **settings: Any) -> AsyncIterator[Here]:
    config = uvicorn.Config(
        app, log_config=None, log_level="critical", timeout_graceful_shutdown=1, **settings
    )
    with socket.create_server(("127.0.0.1", port)) as listener:
        here = Here(f"http://127.0.0.1:{listener.getsockname()[1]}", QuietServer(config))
        serving = asyncio.create_task(here.server.serve([listener]))
        while not here.server.started:
            await asyncio.sleep(0.001)
        try:
            yield here
        finally:
            here.server.should_exit = True
            await serving

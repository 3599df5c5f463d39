"""Telling one viewer of a WebSocket what many are told.

There is a task for each viewer, but it only waits for the end: what is told meanwhile is told by
whoever has the news, in turn to all. So a message costs each viewer a write to their socket. One
who does not read is passed over until they do, and then told from where they were.
"""

import asyncio
from typing import Any

from realtime.broadcast import Run
from server.graphql import json_codec
from server.uvicorn.direct_frames import Outlet


class Telling:
    __slots__ = (
        "_audience",
        "_awaited",
        "_before",
        "_behind",
        "_end",
        "_outlet",
        "_steps",
    )

    def __init__(self, run: Run[Any], outlet: Outlet, operation_id: str) -> None:
        self._steps = run.steps
        self._audience = run.audience
        self._outlet = outlet
        self._before, self._behind = around_payload(operation_id)
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited: asyncio.Future[Any] | None = None

    async def to_its_end(self) -> None:
        """Raises Gone."""
        with (
            self._audience.listening(self._go_on),
            self._outlet.relief.listening(self._go_on),
        ):
            self._go_on()
            try:
                await self._end
            finally:
                if self._awaited is not None:
                    self._awaited.remove_done_callback(self._arrived)

    def _go_on(self) -> None:
        """As far as it goes at the moment. Nothing that goes wrong is anybody else's concern."""
        if self._awaited is not None or self._end.done():
            return
        outlet = self._outlet
        try:
            while not outlet.is_full:
                step = next(self._steps)
                if step is None:
                    return
                if isinstance(step, asyncio.Future):
                    self._awaited = step
                    step.add_done_callback(self._arrived)
                    return
                payload = step.encoded or json_codec.encoded(step)
                outlet.send_text(self._before, payload, self._behind)
        except StopIteration:
            self._end.set_result(None)
        except Exception as error:
            self._end.set_exception(error)

    def _arrived(self, _: asyncio.Future[Any]) -> None:
        self._awaited = None
        self._go_on()


def around_payload(operation_id: str) -> tuple[bytes, bytes]:
    message = json_codec.as_bytes({"id": operation_id, "type": "next", "payload": 0})
    return message.removesuffix(b"0}"), b"}"

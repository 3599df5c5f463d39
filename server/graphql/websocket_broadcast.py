"""Telling one viewer of a WebSocket what many are told.

There is a task for each viewer, but it only waits for the end: what is told meanwhile is told by
whoever has the news, in turn to all. So a message costs each viewer a write to their socket. One
who does not read is passed over until they do, and then told from where they were.
"""

import asyncio
from typing import Any

from realtime.broadcast import EventBatch
from server.graphql import json_codec
from server.uvicorn.direct_frames import FrameSender


class BroadcastWriter:
    __slots__ = (
        "_audience",
        "_awaited",
        "_before",
        "_behind",
        "_end",
        "_outlet",
        "_steps",
    )

    def __init__(self, run: EventBatch[Any], outlet: FrameSender, operation_id: str) -> None:
        self._steps = run.events
        self._audience = run.subscribers
        self._outlet = outlet
        self._before, self._behind = message_envelope(operation_id)
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited: asyncio.Future[Any] | None = None

    async def run(self) -> None:
        """Raises ConnectionClosed."""
        with (
            self._audience.subscribe(self._go_on),
            self._outlet.on_drain.subscribe(self._go_on),
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
            while not outlet.is_write_paused:
                step = next(self._steps)
                if step is None:
                    return
                if isinstance(step, asyncio.Future):
                    self._awaited = step
                    step.add_done_callback(self._arrived)
                    return
                payload = step.encoded or json_codec.encode_shared(step)
                outlet.send_text(self._before, payload, self._behind)
        except StopIteration:
            self._end.set_result(None)
        except Exception as error:
            self._end.set_exception(error)

    def _arrived(self, _: asyncio.Future[Any]) -> None:
        self._awaited = None
        self._go_on()


def message_envelope(operation_id: str) -> tuple[bytes, bytes]:
    message = json_codec.dump_json_bytes({"id": operation_id, "type": "next", "payload": 0})
    return message.removesuffix(b"0}"), b"}"

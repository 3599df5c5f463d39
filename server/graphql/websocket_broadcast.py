"""Broadcasts shared subscription results to one WebSocket.

The viewer's task only waits for the stream to end. The publisher writes results synchronously, one
socket after the other, so a result costs each viewer one write. A slow viewer is skipped while its
socket is full, and continues from its position afterwards. Fan-out through a task per viewer costs
three to five times as much CPU: see ADR 18.
"""

import asyncio
from typing import Any

from realtime.broadcast import EventBatch
from server.graphql import response_encoding
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol


class BroadcastWriter:
    """Writes the results of one operation to the socket of one viewer."""

    __slots__ = ("_audience", "_awaited", "_end", "_frames", "_prefix", "_steps", "_suffix")

    def __init__(
        self, run: EventBatch[Any], frames: DirectWebSocketProtocol, operation_id: str
    ) -> None:
        self._steps = run.events
        self._audience = run.subscribers
        self._frames = frames
        self._prefix, self._suffix = message_envelope(operation_id)
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited: asyncio.Future[Any] | None = None

    async def run(self) -> None:
        """Raises ConnectionClosed."""
        with (
            self._audience.subscribe(self._advance),
            self._frames.on_drain.subscribe(self._advance),
        ):
            self._advance()
            try:
                await self._end
            finally:
                if self._awaited is not None:
                    self._awaited.remove_done_callback(self._on_result)

    def _advance(self) -> None:
        """Write as much as possible. Errors stay within this viewer, not the publisher."""
        if self._awaited is not None or self._end.done():
            return
        frames = self._frames
        try:
            while not frames.is_write_paused:
                step = next(self._steps)
                if step is None:
                    return
                if isinstance(step, asyncio.Future):
                    self._awaited = step
                    step.add_done_callback(self._on_result)
                    return
                payload = step.encoded or response_encoding.encode_shared(step)
                frames.send_text(self._prefix, payload, self._suffix)
        except StopIteration:
            self._end.set_result(None)
        except Exception as error:
            self._end.set_exception(error)

    def _on_result(self, _: asyncio.Future[Any]) -> None:
        self._awaited = None
        self._advance()


def message_envelope(operation_id: str) -> tuple[bytes, bytes]:
    """What precedes and follows the payload in a `next` message of the operation."""
    message = response_encoding.dump_json_bytes({"id": operation_id, "type": "next", "payload": 0})
    return message.removesuffix(b"0}"), b"}"

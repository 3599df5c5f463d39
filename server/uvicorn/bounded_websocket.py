"""uvicorn's WebSocket protocol with bounds on what one client may make the server do.

*Turns.* A read of the socket holds up to 40,000 small frames, which uvicorn parses and passes to
the application at once. Here they are parsed in slices, and the event loop serves others between.

*Limits.* Frames and bytes are counted per connection: few until the client has signed in, then per
minute. A connection that exceeds them is closed with a code, and the rest is discarded unparsed.

*End.* uvicorn waits for a client that does not read before it sends a close frame, and after that
for what is still to be sent. Here the connection ends after a timeout. A TCP connection that is
closed with unread bytes is reset, and the reset discards the close frame that the client has not
read yet. Therefore the server sends the close frame, shuts down its half of the connection, and
keeps reading until a timeout.
"""

import asyncio
import logging
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from server.http.refusals import RefusalReason, Refusals
from server.uvicorn.websocket_limits import (
    DEFAULT_LIMITS,
    LimitExceeded,
    MessageCounter,
    WebSocketLimits,
)

logger = logging.getLogger(__name__)

INVALID_TEXT = 1007

#: Bytes that are parsed at once: 170 of the smallest frames, some 2 ms.
SLICE_BYTES = 1_024
#: Frames that are parsed before the event loop serves other connections.
FRAMES_PER_TURN = 50
#: Seconds between reads of a connection whose input is discarded.
DISCARD_INTERVAL = 0.05

#: Replaces the libraries' loggers, which write the headers of every handshake at level `debug`,
#: credentials included, and several lines for each connection at level `info`.
library_logger = logging.getLogger(f"{__name__}.library")
library_logger.setLevel(logging.ERROR)


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """Parses in turns, counts what a client sends, and ends the connection in bounded time."""

    def __init__(
        self,
        *args: Any,
        limits: WebSocketLimits = DEFAULT_LIMITS,
        refusals: Refusals | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = library_logger
        self.conn.debug = False
        #: Flow control: while true, the application must not send.
        self.is_write_paused = False
        self._counter = MessageCounter(limits)
        self._refusals = refusals or Refusals()
        #: Received, and not parsed yet. Reading is paused meanwhile.
        self._unread = memoryview(b"")
        self._turn: asyncio.Handle | None = None
        self._discards = False
        self._late_pong = b""

    def mark_signed_in(self) -> None:
        """Apply the limits of signed-in clients from now on."""
        self._counter.mark_signed_in()

    # Reading

    def data_received(self, data: bytes) -> None:
        if self._discards:
            self._read_later()
        elif self._unread or self.read_paused:
            # Read before the pause took effect. The next turn is scheduled, or `receive` will.
            self._unread = memoryview(bytes(self._unread) + data)
        elif len(data) <= SLICE_BYTES:
            self._parse(data)
        else:
            self._unread = memoryview(data)
            self._take_turn()

    def _read_later(self) -> None:
        self.transport.pause_reading()
        if self._turn is None:
            self._turn = self.loop.call_later(DISCARD_INTERVAL, self._take_turn)

    def _schedule_turn(self) -> None:
        if self._turn is None:
            self._turn = self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        """Parse until the application has a message to handle, or others have to be served."""
        self._turn = None
        last_frame = self._counter.frames + FRAMES_PER_TURN
        while self._unread and not self.read_paused:
            if self._counter.frames > last_frame:
                self.transport.pause_reading()
                self._schedule_turn()
                return
            data, self._unread = self._unread[:SLICE_BYTES], self._unread[SLICE_BYTES:]
            self._parse(bytes(data))
        if not self.read_paused:
            self._resume_reading()

    def _resume_reading(self) -> None:
        if not self.disconnected:
            self.transport.resume_reading()

    def _parse(self, data: bytes) -> None:
        conn = self.conn
        conn.receive_data(data)
        exceeded = self._counter.add(len(conn.events), len(data))
        if conn.parser_exc is not None:
            self.handle_parser_exception()
        elif exceeded is not None and self.handshake_initiated:
            self._close_for_limit(exceeded)
        elif conn.handshake_exc is not None and not self.handshake_initiated:
            self._reject_handshake()
        else:
            self.handle_events()

    def _close_for_limit(self, limit: LimitExceeded) -> None:
        if not self.close_sent:
            self._refusals.count(
                RefusalReason.WEBSOCKET_MESSAGES,
                f"Closed a WebSocket: {limit.code} {limit.reason}.",
            )
        self.fail(limit.code, limit.reason)

    async def receive(self) -> ASGIReceiveEvent:
        if not self.queue.empty():
            # Otherwise an application that never waits for a client would not let others run.
            await asyncio.sleep(0)
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            if self._unread:
                self._schedule_turn()
            else:
                self._resume_reading()
        return message

    # Events

    def handle_connect(self, event: Request) -> None:
        self._counter.restart()
        try:
            super().handle_connect(event)
        except UnicodeError:
            self._reject_handshake()

    def handle_cont(self, event: Frame) -> None:
        """Keep one buffer: a list of fragments costs memory for each, empty ones included."""
        if not isinstance(self.frames[0], bytearray):
            self.frames[0] = bytearray(self.frames[0])  # type: ignore[call-overload]
        self.frames[0] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def send_receive_event_to_app(self) -> None:
        data = self.frames[0]
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "bytes":
            self.queue.put_nowait({"type": "websocket.receive", "bytes": bytes(data)})
        else:
            try:
                text = data.decode()
            except UnicodeDecodeError:
                self.fail(INVALID_TEXT, "Invalid UTF-8")
                return
            self.queue.put_nowait({"type": "websocket.receive", "text": text})
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def handle_ping(self) -> None:
        """While the client does not read, only its last ping is answered (RFC 6455, 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if not self.is_write_paused:
            self.transport.write(pong)
        elif pong:
            self._late_pong = pong

    # Writing

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_write_paused = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_write_paused = False
        if self._late_pong and not self.close_sent:
            self.transport.write(self._late_pong)
        self._late_pong = b""

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] != "websocket.close":
            await super().send(message)
            if self.initial_response is not None and self.close_sent:
                # uvicorn would log an error for a handshake that was refused on purpose.
                self.handshake_complete = True
            return
        # A client that does not read must not delay its end.
        self.writable.set()
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = None
            self._abort_after_timeout()
        if self._unread:
            self.transport.pause_reading()
            self._schedule_turn()

    # End

    def fail(self, code: int, reason: str) -> None:
        """Close the connection, and discard what the client has sent and will send."""
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Close gracefully after a protocol error of the client."""
        self._discards = True
        self._unread = memoryview(b"")
        if self.close_timer is not None:
            return
        # With a timer set, uvicorn does not close the connection when the application ends.
        self._abort_after_timeout()
        close_frame = self.conn.close_sent
        if close_frame is None:
            self._end_handshake()
            return
        self.close_sent = True
        self._drop_queue()
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": close_frame.code, "reason": close_frame.reason}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _drop_queue(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()

    def _reject_handshake(self) -> None:
        """Answer a request that is no valid handshake; no application has started."""
        logger.info("Rejected a WebSocket handshake")
        response = b"".join(self.conn.data_to_send())
        if not response:
            response = self.conn.reject(400, "Not a WebSocket handshake.\n").serialize()
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        self.transport.write(response)
        self.transport.close()

    def _end_handshake(self) -> None:
        """Close before the handshake is complete; the application may be running."""
        self.disconnected = self.handshake_complete = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self.transport.close()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        if self.transport.is_closing():
            self._abort_after_timeout()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_after_timeout()

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._abort_after_timeout()

    def _abort_after_timeout(self) -> None:
        """`close` of a transport waits forever for a client that does not read."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unread = memoryview(b"")
        if self._turn is not None:
            self._turn.cancel()
        super().connection_lost(exc)
        self.is_write_paused = False

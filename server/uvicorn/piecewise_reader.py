"""Flow control that gives received bytes to the parser in pieces.

A transport delivers up to 256 KB at once: thousands of pipelined requests, or of one-byte chunks.
The parser cannot be stopped within a call, so it gets small pieces. Bytes that follow are held, and
nothing more is read, while enough requests wait or the application does not take the body; and
between pieces that cause much work, other connections have their turn.
"""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.flow_control import FlowControl

#: Bytes. Most requests are smaller, and are parsed without this module.
PIECE = 4096
#: Bytes, behind a piece with many parts of a body.
SMALL_PIECE = 512
#: Parts of bodies (chunks) that are parsed before other connections have their turn.
MOST_BODY_PARTS = 64

Bytes = bytes | memoryview


class PiecewiseReader(FlowControl):
    """`read_paused` means that no more may be parsed. The transport is paused also while there are
    held bytes."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        parse: Callable[[Bytes], None],
        must_wait: Callable[[], bool],
    ) -> None:
        super().__init__(transport)
        self._loop = loop
        self._parse = parse
        #: Whether reading may not be resumed yet.
        self._must_wait = must_wait
        self._held: memoryview | None = None
        self._piece_size = PIECE
        self._is_scheduled = False
        self._is_stopped = False
        #: Set by the protocol for each part; counts since the last turn of other connections.
        self.body_parts = 0

    @property
    def holds_bytes(self) -> bool:
        return self._held is not None

    def receive(self, data: bytes) -> None:
        """Parse as much as may be parsed now, and hold the rest."""
        if self._held is None:
            self._held = memoryview(data)
            if not self.read_paused:
                self._parse_held()
                return
        else:
            self._held = memoryview(b"".join((self._held, data)))
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self.read_paused or self._must_wait():
            return
        self.read_paused = False
        if self._held is None:
            self._resume_transport()
        else:
            self._schedule()

    def stop(self) -> None:
        """Drop held bytes, and parse no more."""
        self._held = None
        self._is_stopped = True
        self._parse, self._must_wait = ignore, never

    def _parse_held(self) -> None:
        self._is_scheduled = False
        self.body_parts = 0
        while self._may_parse() and self._held is not None:
            size = self._piece_size
            piece, self._held = self._held[:size], self._held[size:] or None
            before = self.body_parts
            self._parse(piece)
            has_many_parts = self.body_parts - before > MOST_BODY_PARTS // 2
            self._piece_size = SMALL_PIECE if has_many_parts else PIECE
        if self._is_stopped:
            return
        if self._held is None:
            if not self.read_paused:
                self._resume_transport()
            return
        if not self._transport.is_closing():
            self._transport.pause_reading()
        if not self.read_paused:
            self._schedule()

    def _may_parse(self) -> bool:
        return not self.read_paused and self.body_parts <= MOST_BODY_PARTS

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._parse_held)

    def _resume_transport(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()


def ignore(data: Bytes) -> None:
    """Takes the place of the parser of a connection that is over."""


def never() -> bool:
    """Takes the place of a condition of a connection that is over."""
    return False

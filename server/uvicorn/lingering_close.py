"""Closes a connection so that the client gets the last response although it is still sending.

A TCP connection that is closed with unread bytes is reset, and the reset can discard a response
that the client has not read. Therefore the server shuts down its half, and aborts the connection
later. It reads nothing more meanwhile: a client that sends without pause costs no more than its
connections, and these are bounded.
"""

import asyncio
from collections.abc import Callable

#: The time that a client has to read the response.
LINGER_SECONDS = 2.0


class LingeringProtocol(asyncio.Protocol):
    """Takes the place of a connection's protocol, which learns when the connection is lost."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        on_lost: Callable[[Exception | None], None],
    ) -> None:
        self._on_lost = on_lost
        self._timer = loop.call_later(LINGER_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._on_lost(exc)


def close_lingering(
    transport: asyncio.Transport,
    loop: asyncio.AbstractEventLoop,
    response: bytes,
    on_lost: Callable[[Exception | None], None],
) -> None:
    """Send the last response, then close. `on_lost` takes the place of `connection_lost`."""
    transport.write(response)
    transport.set_protocol(LingeringProtocol(transport, loop, on_lost))
    if transport.can_write_eof():
        transport.write_eof()
    transport.pause_reading()

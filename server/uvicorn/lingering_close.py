"""WebSockets that tell their client why they end, also in the middle of a message."""

from server.uvicorn.websocket_protocol import DirectWebSocketProtocol


class GracefulCloseWebSocketProtocol(DirectWebSocketProtocol):
    """Goes on taking what is still on its way after it has said that it closes.

    A TCP connection that is closed with unread bytes in it is reset, and a reset takes the close
    frame away from the client: a message that is too large would look like a broken line, after
    which a client connects and sends it again.
    """

    def handle_parser_exception(self) -> None:
        if self.close_timer is not None:
            return
        # The loop of the application ends with it, and closes nothing that has a timer.
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
        self.close_sent = True
        closing = self.conn.close_sent
        assert closing is not None
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": closing.code, "reason": closing.reason}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()

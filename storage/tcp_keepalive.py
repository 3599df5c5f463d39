"""Connections whose other side is gone without a word."""

import math
import socket


def set_keepalive(connection: socket.socket, timeout: float) -> None:
    """Have the system give up a connection whose other side is gone without a word, or does not
    take what it is sent, in that many seconds. What a listening one accepts inherits it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", timeout / 2),
        ("TCP_KEEPINTVL", timeout / 4),
        ("TCP_USER_TIMEOUT", timeout * 1000),
    ):
        # Not every system has all of them.
        if (number := getattr(socket, option, None)) is not None:
            connection.setsockopt(socket.IPPROTO_TCP, number, math.ceil(value))

"""TCP keepalive: closes connections whose peer has disappeared."""

import math
import socket


def set_keepalive(connection: socket.socket, timeout: float) -> None:
    """Let the system close a connection after `timeout` seconds in which the peer neither answers
    probes nor acknowledges data. Connections accepted by a listening socket inherit it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", timeout / 2),
        ("TCP_KEEPINTVL", timeout / 4),
        ("TCP_USER_TIMEOUT", timeout * 1000),
    ):
        # Some systems lack some of the options.
        if (number := getattr(socket, option, None)) is not None:
            connection.setsockopt(socket.IPPROTO_TCP, number, math.ceil(value))

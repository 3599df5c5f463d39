"""Bare connections of an attacker, who has an address of their own."""

import socket
from collections.abc import Callable
from multiprocessing.synchronize import Event

from tests.attacks.victim import Target

ATTACKER = "127.0.0.2"
#: Seconds.
TIMEOUT = 5.0
#: Seconds between connections that are held open.
PAUSE = 0.002


def open_connection(target: Target, address: str = ATTACKER) -> socket.socket:
    """Raises OSError."""
    return socket.create_connection(
        (target.host, target.port), TIMEOUT, source_address=(address, 0)
    )


def send_until(stop: Event, target: Target, first: bytes, said: bytes) -> None:
    """Sends `first`, then `said` again and again without reading, and anew when it is over."""
    while not stop.is_set():
        try:
            with open_connection(target) as connection:
                connection.sendall(first)
                while not stop.is_set():
                    connection.sendall(said)
        except OSError:
            continue


def hold_connections(
    stop: Event, target: Target, count: int, said: bytes, address_of: Callable[[int], str]
) -> None:
    """Keeps so many connections open. Those that the server has closed are opened again, some
    hundred a second."""
    held: dict[int, socket.socket] = {}
    while not stop.is_set():
        for index in range(count):
            if index in held and not is_closed(held[index]):
                continue
            if index in held:
                held.pop(index).close()
            try:
                held[index] = open_connection(target, address_of(index))
                held[index].sendall(said)
                held[index].setblocking(False)
            except OSError:
                pass
            if stop.wait(PAUSE):
                break
    for each in held.values():
        each.close()


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True

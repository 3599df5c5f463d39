"""Sign-ins that fail, without pause, over many connections of one address."""

import http.client
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Event

from tests.attacks.victim import Target

CONNECTIONS = 40
MOST_TRIES = 5_000


def try_credentials(target: Target, stop: Event, make_credentials: Callable[[], str]) -> None:
    """Try other credentials with each request, until `stop` is set or all tries are made."""
    arguments = (target, stop, make_credentials)
    threads = [threading.Thread(target=try_on_one, args=arguments) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def try_on_one(target: Target, stop: Event, make_credentials: Callable[[], str]) -> None:
    connection = http.client.HTTPConnection(
        target.host, target.port, timeout=30, source_address=("127.0.0.2", 0)
    )
    for _ in range(MOST_TRIES // CONNECTIONS):
        if stop.is_set():
            break
        bearer = f"Bearer {make_credentials()}"
        headers = {"Content-Type": "application/json", "Authorization": bearer}
        try:
            connection.request("POST", "/graphql", b'{"query":"{viewer{id}}"}', headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()

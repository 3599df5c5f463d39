"""Contestants that are modules of `benchmarks/contestants`."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.support.harness import Running, beside, free_port, python
from benchmarks.support.environment import surroundings
from tests.server_process import environment


@contextmanager
def whole_server(name: str, module: str) -> Iterator[Running]:
    """Ours, with a database and a provider, and a schema of the module's own."""
    port = free_port()
    with surroundings() as settings:
        more = environment(**settings, SESSIONS_PORT=str(port))
        command = python(f"benchmarks.servers_under_test.{module}")
        with beside(name, command, port=port, path="/graphql", **more) as running:
            yield running


@contextmanager
def at_a_port(name: str, module: str) -> Iterator[Running]:
    port = free_port()
    command = python(f"benchmarks.servers_under_test.{module}", str(port))
    with beside(name, command, port=port) as running:
        yield running

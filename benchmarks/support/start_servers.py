"""Starts the servers that are modules of `benchmarks/servers_under_test`."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.support.environment import run_environment
from benchmarks.support.harness import ServerProcess, find_free_port, python_command, start_server
from tests.server_process import environment


@contextmanager
def start_product_server(name: str, module: str) -> Iterator[ServerProcess]:
    """Our server with a database, a provider and the schema of this module."""
    port = find_free_port()
    with run_environment() as settings:
        variables = environment(**settings, SESSIONS_PORT=str(port))
        command = python_command(f"benchmarks.servers_under_test.{module}")
        with start_server(name, command, port=port, path="/graphql", **variables) as server:
            yield server


@contextmanager
def start_python_server(name: str, module: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    command = python_command(f"benchmarks.servers_under_test.{module}", str(port))
    with start_server(name, command, port=port) as server:
        yield server

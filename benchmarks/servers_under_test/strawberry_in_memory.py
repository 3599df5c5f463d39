"""Strawberry with the small schema: `python -m benchmarks.servers_under_test.strawberry_in_memory PORT`."""

from benchmarks.servers_under_test import in_memory_schema
from benchmarks.servers_under_test.strawberry_server import serve

if __name__ == "__main__":
    serve(**in_memory_schema.TYPES)
